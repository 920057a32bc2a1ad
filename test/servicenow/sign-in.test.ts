import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Later } from '../../src/reclaim/ports.ts'
import type { Credentials } from '../../src/reclaim/servicenow/auth.ts'
import { ADA, BOB, company, connect, idOf, messageOf, NAMES, open, openScripted, READER } from './world.ts'

const CLIENT = { clientId: 'app-1', clientSecret: 'app-secret-3' }
const BY_CLIENT: Credentials = { kind: 'oauth-client-credentials', ...CLIENT }
const BY_PASSWORD: Credentials = {
  kind: 'oauth-password',
  ...CLIENT,
  username: READER.username,
  password: READER.password,
}
const MINUTE_MS = 60_000
const names = { ...NAMES, departments: [] }

type World = Awaited<ReturnType<typeof open>>
const tokenRequests = ({ simulator }: World) =>
  simulator.journal.filter(({ path }) => path === '/oauth_token.do')

describe('OAuth', () => {
  it.each([BY_CLIENT, BY_PASSWORD])('signs in once for many requests ($kind)', async reader => {
    const world = await open(company(), { reader })
    await world.servicenow.scan()
    await world.servicenow.inspect(idOf(ADA))
    expect(tokenRequests(world)).toHaveLength(1)
    expect(tokenRequests(world)[0]?.headers['content-type']).toMatch('application/x-www-form-urlencoded')
    expect(tokenRequests(world)[0]?.query).toEqual({})
    const readers = new Set(world.simulator.journal.filter(({ table }) => table).map(({ user }) => user))
    expect(readers).toEqual(new Set(['bot.reader']))
  })

  it('asks for one token, however many requests wait for it', async () => {
    const world = await open(company(), { reader: BY_CLIENT })
    await Promise.all([
      world.servicenow.inspect(idOf(ADA)),
      world.servicenow.inspect(idOf(BOB)),
      world.servicenow.managers([idOf(ADA)]),
    ])
    expect(tokenRequests(world)).toHaveLength(1)
  })

  it('renews before the token expires, so that no request meets a 401', async () => {
    const world = await open(company(), { reader: BY_CLIENT })
    await world.servicenow.managers([idOf(ADA)])
    world.clock.advance(28 * MINUTE_MS)
    await world.servicenow.managers([idOf(ADA)])
    expect(tokenRequests(world)).toHaveLength(1)
    world.clock.advance(1.5 * MINUTE_MS)
    await world.servicenow.managers([idOf(ADA)])
    expect(tokenRequests(world)).toHaveLength(2)
    expect(world.simulator.journal.some(({ status }) => status === 401)).toBe(false)
  })

  it('does not ask before each request when the instance hands out the token that is about to expire', async () => {
    const world = await open(company(), { reader: BY_CLIENT })
    await world.servicenow.managers([idOf(ADA)])
    world.clock.advance(29.5 * MINUTE_MS)
    for (let request = 0; request < 5; request += 1) await world.servicenow.managers([idOf(ADA)])
    expect(tokenRequests(world)).toHaveLength(2)
  })

  it('renews once when a token is refused, and the request goes through', async () => {
    const world = await open(company(), { reader: BY_CLIENT })
    await world.servicenow.managers([idOf(ADA)])
    world.simulator.expireTokens()
    expect(await world.servicenow.inspect(idOf(ADA))).toMatchObject({ kind: 'found' })
    expect(tokenRequests(world)).toHaveLength(2)
    expect(world.simulator.journal.filter(({ status }) => status === 401)).toHaveLength(1)
  })

  it('renews once for all requests whose token was refused, those included whose 401 comes late', async () => {
    let issued = 0
    let first: ServerResponse | undefined
    const { url } = await openScripted((response, path, authorization) => {
      response.setHeader('content-type', 'application/json')
      if (path === '/oauth_token.do') {
        issued += 1
        response.end(JSON.stringify({ access_token: `token-${issued}`, expires_in: 1799 }))
      } else if (authorization === 'Bearer token-2') {
        response.end('{"result":[]}')
        first?.writeHead(401).end()
        first = undefined
      } else if (first) response.writeHead(401).end()
      else first = response
    })
    const servicenow = connect(url, { reader: BY_CLIENT, names })
    await Promise.all([servicenow.managers([idOf(ADA)]), servicenow.managers([idOf(BOB)])])
    expect(issued).toBe(2)
  })

  it('does not renew for ever: the second 401 is an answer', async () => {
    let api = 0
    const { url, requests } = await openScripted((response, path) => {
      response.setHeader('content-type', 'application/json')
      if (path === '/oauth_token.do') {
        response.end('{"access_token":"token-4","expires_in":1799,"token_type":"Bearer"}')
        return
      }
      api += 1
      response.writeHead(401).end('{"error":{"message":"User is not authenticated"},"status":"failure"}')
    })
    const servicenow = connect(url, { reader: BY_CLIENT, names })
    expect(await messageOf(servicenow.scan())).toContain('refused the sign-in of the scanning account')
    expect(api).toBe(2)
    expect(requests).toHaveLength(4)
    await messageOf(servicenow.scan())
    expect(requests).toHaveLength(4)
  })

  it('sends a refused write again only because 401 means that nothing was done', async () => {
    const world = await open(company(), { writer: BY_CLIENT, reader: undefined })
    await world.servicenow.managers([idOf(ADA)])
    world.simulator.account('bot.reader').readOnly = false
    world.simulator.expireTokens()
    const operation = { method: 'DELETE', table: 'sys_user', sysId: idOf(BOB), body: null } as const
    expect(await world.servicenow.send(operation)).toEqual({ kind: 'accepted', status: 204 })
    expect(
      world.simulator.journal.filter(({ method }) => method === 'DELETE').map(({ status }) => status),
    ).toEqual([401, 204])
  })

  it('with a wrong secret is tried once, then not for some minutes', async () => {
    const world = await open(company(), { reader: { ...BY_CLIENT, clientSecret: 'wrong-secret' } })
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const message = await messageOf(world.servicenow.scan())
      expect(message).toContain('refused the sign-in of the scanning account')
      expect(message).toContain('SERVICENOW_READER_')
      expect(message).not.toMatch(/wrong-secret|app-1/)
    }
    expect(world.simulator.journal).toHaveLength(1)
    world.clock.advance(5 * MINUTE_MS)
    await messageOf(world.servicenow.scan())
    expect(world.simulator.journal).toHaveLength(2)
  })

  it.each([
    ['hibernating_200', 'hibernating'],
    ['login_302', 'redirect'],
    ['unavailable_503', 'else than JSON'],
  ] as const)('that meets %s is no refusal, and is tried again', async (kind, expected) => {
    const world = await open(company(), { reader: BY_CLIENT })
    world.simulator.faults.add({ kind, path: '/oauth_token.do', times: 1 })
    const message = await messageOf(world.servicenow.scan())
    expect(message).toContain('did not sign in the scanning account')
    expect(message).toContain(expected)
    expect((await world.servicenow.scan()).accounts).toHaveLength(2)
  })

  it('that is told to wait says when to come back', async () => {
    const world = await open(company(), { reader: BY_CLIENT })
    world.simulator.faults.add({ kind: 'saturated_429', path: '/oauth_token.do' })
    await expect(world.servicenow.scan()).rejects.toBeInstanceOf(Later)
  })

  it('that is refused with another status than 401 is a refusal as well', async () => {
    const { url, requests } = await openScripted(response => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end('{"error":"invalid_client","error_description":"app-secret-3 is wrong"}')
    })
    const servicenow = connect(url, { reader: BY_CLIENT, names })
    const message = await messageOf(servicenow.scan())
    expect(message).toContain('refused the sign-in of the scanning account')
    expect(message).not.toContain('app-secret-3')
    await messageOf(servicenow.scan())
    expect(requests).toHaveLength(1)
  })

  it.each(['{}', '{"access_token":"a b","expires_in":1799}', '{"access_token":"abc","expires_in":"soon"}'])(
    'does not use a token such as %s',
    async body => {
      const { url } = await openScripted(response => {
        response.setHeader('content-type', 'application/json')
        response.end(body)
      })
      const servicenow = connect(url, { reader: BY_CLIENT, names })
      expect(await messageOf(servicenow.scan())).toContain('without a token that can be used')
    },
  )
})

describe('Basic', () => {
  it('with a wrong password is tried once, then not for some minutes, so as not to lock the account', async () => {
    const world = await open(company(), { reader: { ...READER, password: 'wrong-password' } })
    const failures = () =>
      world.simulator.tables.rows('sys_user').find(row => row.user_name === READER.username)?.failed_attempts
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const message = await messageOf(world.servicenow.scan())
      expect(message).toContain('ServiceNow refused the sign-in of the scanning account')
      expect(message).toContain('5 minutes')
      expect(message).not.toContain('wrong-password')
    }
    expect(world.simulator.journal).toHaveLength(1)
    expect(failures()).toBe('1')
    world.clock.advance(5 * MINUTE_MS)
    await messageOf(world.servicenow.inspect(idOf(ADA)))
    expect(failures()).toBe('2')
  })

  it('that the instance restricts reads the same as a wrong password', async () => {
    const world = await open(company(), { settings: { basicAuthRestricted: true } })
    expect(await messageOf(world.servicenow.scan())).toContain('may not use the REST API in this way')
  })

  it('names the one account by its own variables where there is no other', async () => {
    const world = await open(company(), { writer: { ...READER, password: 'x' }, reader: undefined })
    const message = await messageOf(world.servicenow.scan())
    expect(message).toContain('sign-in of the bot’s account')
    expect(message).toContain('SERVICENOW_*')
  })

  it('of the one account that is refused does not stop the other', async () => {
    const world = await open(company(), { writer: { ...READER, password: 'wrong' } })
    await world.servicenow.send({ method: 'DELETE', table: 'sys_user', sysId: idOf(BOB), body: null })
    expect((await world.servicenow.scan()).accounts).toHaveLength(2)
  })

  it('keeps no session: cookies of an answer are not sent back', async () => {
    const world = await open()
    await world.servicenow.inspect(idOf(ADA))
    await world.servicenow.inspect(idOf(ADA))
    expect(world.simulator.journal.filter(({ headers }) => headers.cookie !== undefined)).toHaveLength(0)
  })
})
