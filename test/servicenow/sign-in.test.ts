import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Later, NotSent, SignInRefused } from '../../src/reclaim/ports.ts'
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

/** Locks or unlocks both accounts of the bot: their sign-in is answered with the same 401 as a wrong secret. */
function lock({ simulator }: World, locked_out: 'true' | 'false'): void {
  for (const row of simulator.tables.rows('sys_user'))
    if (row.user_name?.startsWith('bot.')) simulator.tables.update('sys_user', row.sys_id, { locked_out })
}

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

  it('that gets a token which the API refuses is not tried for ever either', async () => {
    const world = await open(company(), { reader: BY_CLIENT })
    await world.servicenow.managers([idOf(ADA)])
    lock(world, 'true')
    for (let minute = 0; minute < 6 * 60; minute += 1) {
      await messageOf(world.servicenow.scan())
      world.clock.advance(MINUTE_MS)
    }
    expect(world.simulator.journal.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(4)
    await expect(world.servicenow.scan()).rejects.toBeInstanceOf(SignInRefused)
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

  it('that ServiceNow did not look at is neither refused nor proven', async () => {
    const world = await open(company(), { reader: { ...READER, password: 'wrong-password' } })
    await messageOf(world.servicenow.scan())
    for (const kind of ['hibernating_200', 'unavailable_503'] as const) {
      world.clock.advance(5 * MINUTE_MS)
      world.simulator.faults.add({ kind, times: 1 })
      await expect(world.servicenow.scan()).rejects.not.toThrow(/refused the sign-in/)
    }
    await expect(world.servicenow.scan()).rejects.toBeInstanceOf(SignInRefused)
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

describe('a sign-in that is refused again and again', () => {
  const WRONG: [string, Credentials][] = [
    ['basic', { ...READER, password: 'wrong-password' }],
    ['oauth-client-credentials', { ...BY_CLIENT, clientSecret: 'wrong-secret' }],
    ['oauth-password', { ...BY_PASSWORD, password: 'wrong-password' }],
  ]

  it.each(WRONG)(
    'reaches ServiceNow twice in many hours, however much is asked for (%s)',
    async (_, reader) => {
      const world = await open(company(), { reader })
      for (let minute = 0; minute < 4 * 60; minute += 1) {
        const { servicenow } = world
        const asked = [servicenow.scan(), servicenow.inspect(idOf(ADA)), servicenow.snapshot(idOf(BOB))]
        for (const answer of asked)
          await expect(answer).rejects.toThrow('refused the sign-in of the scanning account')
        world.clock.advance(MINUTE_MS)
      }
      expect(world.simulator.journal).toHaveLength(2)
    },
  )

  it('is given up with a sentence that says what a person can do', async () => {
    const world = await open(company(), { reader: { ...READER, password: 'wrong-password' } })
    await expect(world.servicenow.scan()).rejects.not.toBeInstanceOf(SignInRefused)
    world.clock.advance(5 * MINUTE_MS)
    await expect(world.servicenow.scan()).rejects.toBeInstanceOf(SignInRefused)
    world.clock.advance(24 * 60 * MINUTE_MS)
    const message = await messageOf(world.servicenow.scan())
    expect(message).toContain('refused the sign-in of the scanning account twice')
    expect(message).toContain(
      'Correct the secret in the environment (SERVICENOW_READER_*) and restart the bot',
    )
    expect(message).toContain('write resume in the chat')
    expect(message).not.toContain('wrong-password')
  })

  it('of the writing account: the write is refused, then does not leave', async () => {
    const world = await open(company(), { writer: { ...READER, password: 'wrong' } })
    const send = () =>
      world.servicenow.send({ method: 'DELETE', table: 'sys_user', sysId: idOf(BOB), body: null })
    expect(await send()).toMatchObject({ kind: 'refused', status: 401 })
    world.clock.advance(5 * MINUTE_MS)
    expect(await send()).toMatchObject({
      kind: 'refused',
      status: 401,
      detail: expect.stringContaining('twice'),
    })
    world.clock.advance(5 * MINUTE_MS)
    const refused = await send().catch((error: Error) => error)
    expect(refused).toBeInstanceOf(NotSent)
    expect(refused).toHaveProperty('cause', expect.any(SignInRefused))
    expect(world.simulator.journal).toHaveLength(2)
    expect(world.simulator.tables.find('sys_user', BOB.sys_id)).toBeDefined()
  })

  it('is tried again once a person says that it is in order, for both accounts', async () => {
    const world = await open()
    const ask = () =>
      Promise.allSettled([
        world.servicenow.inspect(idOf(ADA)),
        world.servicenow.send({ method: 'DELETE', table: 'sys_user', sysId: idOf(BOB), body: null }),
      ])
    lock(world, 'true')
    await ask()
    world.clock.advance(5 * MINUTE_MS)
    await ask()
    lock(world, 'false')
    expect((await ask()).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    world.servicenow.signInAgain()
    expect(await ask()).toMatchObject([
      { status: 'fulfilled', value: { kind: 'found' } },
      { status: 'fulfilled', value: { kind: 'accepted' } },
    ])
  })

  it('has two more attempts after a person was wrong about it', async () => {
    const world = await open(company(), { reader: { ...READER, password: 'wrong-password' } })
    const hours = async () => {
      for (let minute = 0; minute < 60; minute += 1) {
        await messageOf(world.servicenow.scan())
        world.clock.advance(MINUTE_MS)
      }
    }
    await hours()
    world.servicenow.signInAgain()
    await hours()
    expect(world.simulator.journal).toHaveLength(4)
  })

  it('recovers by itself from a refusal that passes, and counts anew', async () => {
    const world = await open()
    for (let time = 0; time < 3; time += 1) {
      lock(world, 'true')
      expect(await messageOf(world.servicenow.scan())).toContain('refused the sign-in')
      lock(world, 'false')
      world.clock.advance(5 * MINUTE_MS)
      expect((await world.servicenow.scan()).accounts).toHaveLength(2)
    }
  })

  it('counts once for requests that were under way together', async () => {
    const world = await open()
    await world.servicenow.scan()
    lock(world, 'true')
    const refused = await Promise.allSettled([ADA, BOB].map(row => world.servicenow.inspect(idOf(row))))
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    lock(world, 'false')
    world.clock.advance(5 * MINUTE_MS)
    expect((await world.servicenow.scan()).accounts).toHaveLength(2)
  })

  it('holds nobody up once it is taken: requests run side by side', async () => {
    const world = await open()
    await world.servicenow.managers([idOf(ADA)])
    const gate = world.simulator.hold({ table: 'sys_user' })
    const held = world.servicenow.inspect(idOf(ADA))
    await gate.arrived
    expect(await world.servicenow.scan()).toMatchObject({ accounts: { length: 2 } })
    gate.release()
    expect(await held).toMatchObject({ kind: 'found' })
  })
})
