import { describe, expect, test } from 'vitest'
import { hasRole, role, sysId, user } from '../../sandbox/servicenow/rows.ts'
import { basic, callerOf, start } from './servicenow-caller.ts'

const START = Date.UTC(2026, 10, 24, 9, 0)
const bot = user({ user_name: 'bot' })
const machine = user({ user_name: 'machine', web_service_access_only: 'true' })
const basicRole = role('snc_basic_auth_api_access')
const client = { client_id: 'client', client_secret: 'client-secret' }
const passwordGrant = { ...client, grant_type: 'password', username: 'bot', password: 'secret' }

async function world() {
  const clock = { now: START }
  const simulator = await start({
    seed: {
      tables: {
        sys_user: [bot, machine],
        sys_user_role: [basicRole],
        sys_user_has_role: [hasRole(machine, basicRole)],
      },
      accounts: [
        { userName: 'bot', password: 'secret', apiKey: 'key-of-bot' },
        { userName: 'machine', password: 'secret' },
      ],
      oauthClients: [
        { clientId: 'client', clientSecret: 'client-secret', runsAs: 'machine' },
        { clientId: 'bare', clientSecret: 'bare-secret' },
      ],
    },
    now: () => clock.now,
  })
  const as = (authorization: string) => callerOf(simulator.url, authorization).list('sys_user')
  const botRow = () => simulator.tables.find('sys_user', bot.sys_id)
  return { clock, simulator, as, botRow, ...callerOf(simulator.url) }
}

describe('Basic', () => {
  const refusal =
    '{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"},"status":"failure"}'

  test('lets in the right password, and counts wrong ones on the user until then', async () => {
    const { as, botRow } = await world()
    for (const password of ['wrong', '']) {
      const reply = await as(basic('bot', password))
      expect([reply.status, reply.text]).toEqual([401, refusal])
      expect(reply.headers.get('www-authenticate')).toBe('Basic realm="Service-now"')
      expect(reply.headers.get('x-is-logged-in')).toBeNull()
    }
    expect(botRow()).toMatchObject({ failed_attempts: '2' })
    expect((await as(basic('bot', 'secret'))).status).toBe(200)
    expect(botRow()).toMatchObject({ failed_attempts: '0' })
  })

  test.each([
    ['inactive', { active: 'false' }],
    ['locked out', { locked_out: 'true' }],
  ])('gives the same 401 to a user who is %s', async (_state, fields) => {
    const { as, simulator } = await world()
    simulator.tables.update('sys_user', bot.sys_id, fields)
    expect((await as(basic('bot', 'secret'))).text).toBe(refusal)
  })

  test('gives it to strangers, and to those who say nothing', async () => {
    const { as, call } = await world()
    expect((await as(basic('nobody', 'secret'))).text).toBe(refusal)
    const silent = await call('GET', '/api/now/table/sys_user', { headers: { Accept: 'application/json' } })
    expect([silent.status, silent.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="Service-now"',
    ])
  })

  test('where restricted, is for holders of snc_basic_auth_api_access only', async () => {
    const { as, simulator } = await world()
    simulator.settings.basicAuthRestricted = true
    expect((await as(basic('bot', 'secret'))).text).toBe(refusal)
    expect((await as(basic('machine', 'secret'))).status).toBe(200)
  })
})

test('an API key stands for its user', async () => {
  const { call, simulator } = await world()
  const withKey = (key: string) =>
    call('GET', '/api/now/v2/table/sys_user', { headers: { Accept: 'application/json', 'x-sn-apikey': key } })
  expect((await withKey('key-of-bot')).status).toBe(200)
  expect(simulator.journal.at(-1)?.user).toBe('bot')
  expect((await withKey('')).status).toBe(401)
  expect((await withKey('another')).status).toBe(401)
})

describe('a request of an API account', () => {
  test('counts as its login, at most once a minute', async () => {
    const { as, botRow, clock } = await world()
    await as(basic('bot', 'secret'))
    expect(botRow()).toMatchObject({ last_login_time: '2026-11-24 09:00:00', last_login: '2026-11-24' })
    clock.now += 59_000
    await as(basic('bot', 'secret'))
    expect(botRow()).toMatchObject({ last_login_time: '2026-11-24 09:00:00' })
    clock.now += 1_000
    await as(basic('bot', 'secret'))
    expect(botRow()).toMatchObject({ last_login_time: '2026-11-24 09:01:00', sys_mod_count: '0' })
  })

  test('does not where the instance says so', async () => {
    const { as, botRow, simulator } = await world()
    simulator.settings.updateLastLoginTime = false
    await as(basic('bot', 'secret'))
    expect(botRow()).toMatchObject({ last_login_time: '', last_login: '' })
  })
})

describe('a token', () => {
  test('by password lasts 1799 seconds, comes with a refresh token, and logs its user in', async () => {
    const { token, as, simulator } = await world()
    const reply = await token(passwordGrant)
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({
      access_token: expect.stringMatching(/^.{40,}$/),
      refresh_token: expect.stringMatching(/^.{40,}$/),
      scope: 'useraccount',
      token_type: 'Bearer',
      expires_in: 1799,
    })
    expect((await as(`Bearer ${reply.body?.access_token}`)).status).toBe(200)
    expect(simulator.journal.at(-1)?.user).toBe('bot')
  })

  test('by client credentials is that of the application user, without a refresh token', async () => {
    const { token, as, simulator } = await world()
    const reply = await token({ ...client, grant_type: 'client_credentials' })
    expect(reply.body).not.toHaveProperty('refresh_token')
    expect((await as(`Bearer ${reply.body?.access_token}`)).status).toBe(200)
    expect(simulator.journal.at(-1)?.user).toBe('machine')
  })

  test('is the same one until it expires, with ever less time left', async () => {
    const { token, as, clock } = await world()
    const first = await token(passwordGrant)
    clock.now += 600_000
    const second = await token(passwordGrant)
    expect(second.body).toEqual({ ...first.body, expires_in: 1199 })
    clock.now += 1_200_000
    const expired = await as(`Bearer ${first.body?.access_token}`)
    expect([expired.status, expired.headers.get('www-authenticate')]).toEqual([
      401,
      'BEARER realm="Service-now"',
    ])
    const third = await token(passwordGrant)
    expect(third.body?.expires_in).toBe(1799)
    expect(third.body?.access_token).not.toBe(first.body?.access_token)
    expect((await as(`Bearer ${third.body?.access_token}`)).status).toBe(200)
  })

  test('can be had again with the refresh token, which gives an access token only', async () => {
    const { token, as, simulator } = await world()
    const { access_token, refresh_token = '' } = (await token(passwordGrant)).body ?? {}
    const refresh = { ...client, grant_type: 'refresh_token', refresh_token }
    simulator.expireTokens()
    expect((await as(`Bearer ${access_token}`)).status).toBe(401)
    const renewed = await token(refresh)
    expect(renewed.body).not.toHaveProperty('refresh_token')
    expect((await as(`Bearer ${renewed.body?.access_token}`)).status).toBe(200)
    simulator.revokeTokens()
    expect((await as(`Bearer ${renewed.body?.access_token}`)).status).toBe(401)
    expect((await token(refresh)).status).toBe(401)
  })

  test('ends with its user', async () => {
    const { token, as, simulator } = await world()
    const { access_token } = (await token(passwordGrant)).body ?? {}
    simulator.tables.update('sys_user', bot.sys_id, { active: 'false' })
    expect((await as(`Bearer ${access_token}`)).status).toBe(401)
  })

  test.each([
    ['a wrong client secret', { ...passwordGrant, client_secret: 'wrong' }],
    ['a stranger of a client', { ...passwordGrant, client_id: 'stranger' }],
    ['a wrong password', { ...passwordGrant, password: 'wrong' }],
    ['a user for web services only, by password', { ...passwordGrant, username: 'machine' }],
    [
      'a client without an application user',
      { grant_type: 'client_credentials', client_id: 'bare', client_secret: 'bare-secret' },
    ],
    ['a refresh token that is none', { ...client, grant_type: 'refresh_token', refresh_token: 'x' }],
    ['an unknown grant', { ...passwordGrant, grant_type: 'magic' }],
  ])('is refused to %s, always in the same words', async (_whom, form) => {
    const { token } = await world()
    const reply = await token(form)
    expect([reply.status, reply.text]).toEqual([
      401,
      '{"error_description":"access_denied","error":"server_error"}',
    ])
  })

  test('is refused to a JSON body and to parameters in the URL', async () => {
    const { call } = await world()
    const asJson = { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(passwordGrant) }
    expect((await call('POST', '/oauth_token.do', asJson)).status).toBe(401)
    const inUrl = `/oauth_token.do?${new URLSearchParams(passwordGrant)}`
    const noBody = { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }
    expect((await call('POST', inUrl, noBody)).status).toBe(401)
  })

  test('costs the user a failed attempt if the password is wrong', async () => {
    const { token, simulator } = await world()
    await token({ ...passwordGrant, password: 'wrong' })
    expect(simulator.tables.find('sys_user', sysId('bot'))).toMatchObject({ failed_attempts: '1' })
  })

  test('or other credential is never in the journal', async () => {
    const { token, as, call, simulator } = await world()
    const { access_token } = (await token(passwordGrant)).body ?? {}
    await as(`Bearer ${access_token}`)
    await as(basic('bot', 'secret'))
    await call('GET', '/api/now/table/sys_user', { headers: { Accept: '*/*', 'x-sn-apikey': 'key-of-bot' } })
    const written = JSON.stringify(simulator.journal)
    for (const secret of [access_token, 'secret', btoa('bot:secret'), 'key-of-bot']) {
      expect(written).not.toContain(secret)
    }
    expect(simulator.journal).toHaveLength(4)
  })
})
