import { describe, expect, test } from 'vitest'
import { hasRole, role, sysId, user } from '../../sandbox/servicenow/rows.ts'
import { callerOf, start, userNames } from './servicenow-caller.ts'

const START = Date.UTC(2026, 10, 24, 9, 20)
const ann = user({ user_name: 'ann' })
const ben = user({ user_name: 'ben' })
const annPath = `sys_user/${ann.sys_id}`

async function world() {
  const clock = { now: START }
  const itil = role('itil')
  const simulator = await start({
    seed: {
      tables: {
        sys_user: [user({ user_name: 'bot' }), ann, ben],
        sys_user_role: [itil],
        sys_user_has_role: [hasRole(ann, itil)],
      },
    },
    account: { userName: 'bot', password: 'secret' },
    now: () => clock.now,
  })
  const annIsThere = () => simulator.tables.find('sys_user', ann.sys_id) !== undefined
  return { clock, simulator, annIsThere, ...callerOf(simulator.url) }
}

const TIMEOUT =
  '{"error":{"detail":"Transaction cancelled: maximum execution time exceeded. Check logs for error trace or enable glide.rest.debug property to verify REST request processing","message":"Transaction cancelled: maximum execution time exceeded"},"status":"failure"}'

describe('a DELETE', () => {
  test.each([
    ['hidden_404', 404, /No Record found/],
    ['acl_403', 403, /ACL Exception Delete Failed due to security constraints/],
    [
      'business_rule_403',
      403,
      /Operation against file 'sys_user' was aborted by Business Rule '.+\^[0-9a-f]{32}'/,
    ],
    ['timeout_500', 500, /maximum execution time exceeded/],
    ['dropped_202', 202, /^$/],
    ['empty_200', 200, /^$/],
    ['false_204', 204, /^$/],
  ] as const)('can fail as %s, and leave the record', async (kind, status, body) => {
    const { remove, simulator, annIsThere } = await world()
    simulator.faults.add({ kind, method: 'DELETE' })
    const reply = await remove(annPath)
    expect([reply.status, annIsThere()]).toEqual([status, true])
    expect(reply.text).toMatch(body)
    expect(simulator.journal.at(-1)).toMatchObject({ status, outcome: `fault:${kind}`, committed: false })
  })

  test.each([
    ['commit_then_500', 500, TIMEOUT],
    ['commit_then_403', 403, expect.stringContaining('Operation Failed')],
  ] as const)('can commit and deny it: %s', async (kind, status, body) => {
    const { remove, simulator, annIsThere } = await world()
    simulator.faults.add({ kind, table: 'sys_user' })
    const reply = await remove(annPath)
    expect([reply.status, reply.text]).toEqual([status, body])
    expect(annIsThere()).toBe(false)
    expect(simulator.journal.at(-1)).toMatchObject({ status, outcome: `fault:${kind}`, committed: true })
  })

  test.each([
    ['commit_then_reset', true],
    ['reset', false],
  ] as const)('can end without an answer: %s', async (kind, committed) => {
    const { remove, simulator, annIsThere } = await world()
    simulator.faults.add({ kind, times: 1 })
    await expect(remove(annPath)).rejects.toThrow('fetch failed')
    expect(annIsThere()).toBe(!committed)
    expect(simulator.journal.at(-1)).toMatchObject({ status: null, outcome: `fault:${kind}`, committed })
  })

  test('can hang until released, then commit', async () => {
    const { remove, list, simulator, annIsThere } = await world()
    const fault = simulator.faults.add({ kind: 'hang_then_commit' })
    const arrival = Promise.withResolvers<void>()
    simulator.onChange(() => arrival.resolve())
    const reply = remove(annPath)
    await arrival.promise
    expect(userNames(await list('sys_user'))).toContain('ann')
    fault.release()
    expect((await reply).status).toBe(204)
    expect(annIsThere()).toBe(false)
  })

  test('can hang for a time', async () => {
    const { remove, simulator, annIsThere } = await world()
    simulator.faults.add({ kind: 'hang_then_commit', afterMs: 5 })
    expect((await remove(annPath)).status).toBe(204)
    expect(annIsThere()).toBe(false)
  })

  test('can commit long after its answer', async () => {
    const { remove, simulator, annIsThere } = await world()
    const fault = simulator.faults.add({ kind: 'commit_later', times: 1 })
    const reply = await remove(annPath)
    expect([reply.status, reply.text, annIsThere()]).toEqual([500, TIMEOUT, true])
    expect(simulator.journal.at(-1)).toMatchObject({ committed: false })
    const committed = new Promise<void>(done => simulator.onChange(() => done()))
    fault.release()
    await committed
    expect(annIsThere()).toBe(false)
    expect(simulator.journal.at(-1)).toMatchObject({ method: 'DELETE', status: 500, committed: true })
  })

  test('that the instance refuses anyway is refused, fault or not', async () => {
    const { remove, simulator } = await world()
    simulator.faults.add({ kind: 'commit_then_reset' })
    expect((await remove(`sys_user/${sysId('nobody')}`)).status).toBe(404)
    expect(simulator.journal.at(-1)).toMatchObject({ committed: false })
  })
})

describe('a list', () => {
  test('can be cut off after half its rows, as JSON with an error in it', async () => {
    const { list, simulator } = await world()
    simulator.faults.add({ kind: 'truncated_200' })
    const reply = await list('sys_user')
    expect(reply.status).toBe(200)
    expect(reply.rows).toHaveLength(2)
    expect(reply.body).toMatchObject({
      error: { message: 'Transaction cancelled: maximum execution time exceeded' },
      status: 'failure',
    })
  })

  test('can be cut off so that it is no JSON', async () => {
    const { list, simulator } = await world()
    simulator.faults.add({ kind: 'malformed_200' })
    const reply = await list('sys_user')
    expect([reply.status, reply.body]).toEqual([200, undefined])
    expect(reply.headers.get('content-type')).toBe('application/json;charset=UTF-8')
    expect(reply.text).toMatch(/^\{"result":\[\{.*"status":"failure"\}$/s)
  })

  test('is the only thing that can be: counts and single records are whole', async () => {
    const { get, list, simulator } = await world()
    simulator.faults.add({ kind: 'truncated_200', times: 1 })
    expect((await get('/api/now/stats/sys_user', { sysparm_count: 'true' })).body?.status).toBeUndefined()
    expect((await get(`/api/now/v2/table/${annPath}`)).body?.status).toBeUndefined()
    expect((await list('sys_user')).body?.status).toBe('failure')
  })

  test('can be refused for the whole table', async () => {
    const { list, simulator } = await world()
    simulator.faults.add({ kind: 'acl_403', table: 'sys_user_has_role' })
    expect((await list('sys_user_has_role')).body?.error).toEqual({
      message: 'User Not Authorized',
      detail: 'User is unauthorized to access table: sys_user_has_role',
    })
    expect((await list('sys_user')).status).toBe(200)
  })
})

describe('too many requests', () => {
  test('by a rule come with Retry-After and the rule', async () => {
    const { list, simulator } = await world()
    simulator.faults.add({ kind: 'rate_limit_429', retryAfterSeconds: 7 })
    const reply = await list('sys_user')
    expect([reply.status, reply.body]).toEqual([
      429,
      {
        error: {
          message: 'Rate limit exceeded',
          detail: 'Rate limit of 100 requests per hour for Table API exceeded',
        },
        status: 'failure',
      },
    ])
    expect(reply.headers.get('retry-after')).toBe('7')
    expect(reply.headers.get('x-ratelimit-limit')).toBe('100')
    expect(reply.headers.get('x-ratelimit-reset')).toBe(String(START / 1000 + 7))
    expect(reply.headers.get('x-ratelimit-rule')).toMatch(/^[0-9a-f]{32}$/)
  })

  test('by a full queue come with nothing', async () => {
    const { list, simulator } = await world()
    simulator.faults.add({ kind: 'saturated_429' })
    const reply = await list('sys_user')
    expect([reply.status, reply.text, reply.headers.get('retry-after')]).toEqual([429, '', null])
  })

  test('in an hour are refused by a real rule, until the next hour', async () => {
    const { list, simulator, clock } = await world()
    simulator.settings.rateLimit = { perHour: 2 }
    const first = await list('sys_user')
    expect([first.status, first.headers.get('x-ratelimit-limit')]).toEqual([200, '2'])
    expect(first.headers.get('retry-after')).toBeNull()
    await list('sys_user')
    const third = await list('sys_user')
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, String(40 * 60)])
    clock.now += 40 * 60_000
    expect((await list('sys_user')).status).toBe(200)
  })
})

describe('HTML where JSON is expected', () => {
  test.each([
    ['hibernating_200', 200, /<title>Instance Hibernating page<\/title>.*Your instance is hibernating/],
    ['bad_gateway_502', 502, /Bad Gateway/],
    ['unavailable_503', 503, /Service Unavailable/],
  ] as const)('%s', async (kind, status, text) => {
    const { list, remove, token, simulator, annIsThere } = await world()
    simulator.faults.add({ kind })
    for (const reply of [await list('sys_user'), await remove(annPath), await token({})]) {
      expect(reply.status).toBe(status)
      expect(reply.text).toMatch(text)
      expect(reply.headers.get('content-type')).toBe('text/html;charset=UTF-8')
    }
    expect(annIsThere()).toBe(true)
  })

  test('login_302 leads to a login page, and that is a 200', async () => {
    const { list, call, simulator } = await world()
    simulator.faults.add({ kind: 'login_302' })
    const reply = await list('sys_user')
    expect([reply.status, reply.headers.get('location')]).toEqual([302, `${simulator.url}/login.do`])
    const page = await call('GET', '/login.do')
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html;charset=UTF-8'])
  })
})

describe('a fault', () => {
  test('strikes as often as told, those it is meant for', async () => {
    const { remove, list, simulator } = await world()
    simulator.faults.add({ kind: 'timeout_500', sysId: ben.sys_id, times: 2 })
    const path = `sys_user/${ben.sys_id}`
    expect((await remove(annPath)).status).toBe(204)
    expect((await list('sys_user')).status).toBe(200)
    expect((await remove(path)).status).toBe(500)
    expect((await remove(path)).status).toBe(500)
    expect((await remove(path)).status).toBe(204)
  })

  test('can be meant for a path, such as that of tokens', async () => {
    const { list, token, simulator } = await world()
    simulator.faults.add({ kind: 'unavailable_503', path: '/oauth_token.do' })
    expect((await token({})).status).toBe(503)
    expect((await list('sys_user')).status).toBe(200)
  })

  test('strikes no one who is not logged in, but at the gateway', async () => {
    const { call, simulator, list } = await world()
    simulator.faults.add({ kind: 'timeout_500', times: 1 })
    expect((await call('GET', '/api/now/table/sys_user')).status).toBe(401)
    expect((await list('sys_user')).status).toBe(500)
  })

  test('ends when removed or cleared', async () => {
    const { list, simulator } = await world()
    const fault = simulator.faults.add({ kind: 'timeout_500' })
    simulator.faults.add({ kind: 'unavailable_503', table: 'sys_user' })
    expect((await list('sys_user')).status).toBe(503)
    fault.remove()
    simulator.faults.clear()
    expect((await list('sys_user')).status).toBe(200)
  })
})
