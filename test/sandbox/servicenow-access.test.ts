import { describe, expect, test } from 'vitest'
import { sysId, user } from '../../sandbox/servicenow/rows.ts'
import type { StartOptions } from '../../sandbox/servicenow/simulator.ts'
import { callerOf, start, userNames } from './servicenow-caller.ts'

const OLD = { last_login_time: '2025-01-01 00:00:00' }
const NEW = { last_login_time: '2026-11-01 00:00:00' }
const tables = {
  sys_user: [
    user({ user_name: 'bot', web_service_access_only: 'true' }),
    user({ user_name: 'ann', ...OLD, manager: sysId('ben') }),
    user({ user_name: 'ben', ...NEW }),
    user({ user_name: 'abe', ...OLD, active: 'false' }),
    user({ user_name: 'azy', ...OLD, active: 'false' }),
  ],
}

async function world(limits: object = {}, settings: StartOptions['settings'] = {}) {
  const account = { userName: 'bot', password: 'secret', ...limits }
  const simulator = await start({
    seed: { tables },
    account,
    settings: { updateLastLoginTime: false, ...settings },
  })
  return { simulator, ...callerOf(simulator.url) }
}

const sorted = (query: string) => ({ sysparm_query: `${query}^ORDERBYuser_name` })

describe('hidden rows', () => {
  const limits = { hiddenRows: { sys_user: 'active=false' } }

  test('are taken out after the limit: pages are short or empty, and more follows', async () => {
    const { list } = await world(limits)
    const page = (offset: number) =>
      list('sys_user', { ...sorted(''), sysparm_limit: '2', sysparm_offset: String(offset) })
    expect(userNames(await page(0))).toEqual(['ann'])
    expect(userNames(await page(2))).toEqual(['ben'])
    expect(userNames(await page(4))).toEqual(['bot'])
    const allHidden = await list('sys_user', { ...sorted('active=false'), sysparm_limit: '1' })
    expect(userNames(allHidden)).toEqual([])
    expect(allHidden.headers.get('link')).toContain('rel="next"')
  })

  test('are counted all the same, in X-Total-Count and by the Aggregate API', async () => {
    const { list, get } = await world(limits)
    expect((await list('sys_user')).headers.get('x-total-count')).toBe('5')
    const stats = await get('/api/now/stats/sys_user', { sysparm_count: 'true' })
    expect(stats.row.stats).toEqual({ count: '5' })
  })

  test('cannot be told from deleted ones: 404 to read, change or delete', async () => {
    const { get, patch, remove, simulator } = await world(limits)
    const path = `sys_user/${sysId('abe')}`
    const replies = [
      await get(`/api/now/v2/table/${path}`),
      await patch(path, { city: 'X' }),
      await remove(path),
    ]
    for (const reply of replies) {
      expect(reply.status).toBe(404)
      expect(reply.text).toBe(
        `{"error":{"message":"No Record found","detail":"Record doesn't exist or ACL restricts the record retrieval"},"status":"failure"}`,
      )
    }
    expect(simulator.tables.find('sys_user', sysId('abe'))).toMatchObject({ city: '' })
  })

  test('may change while the instance runs', async () => {
    const { list, simulator } = await world()
    expect(userNames(await list('sys_user'))).toHaveLength(5)
    simulator.account('bot').hiddenRows = { sys_user: 'user_name!=bot' }
    expect(userNames(await list('sys_user'))).toEqual(['bot'])
  })
})

describe('hidden fields', () => {
  test('are left out of rows without a word, dot-walked ones too', async () => {
    const { list } = await world({ hiddenFields: { sys_user: ['last_login_time', 'email'] } })
    const page = await list('sys_user', {
      sysparm_query: 'user_name=ann',
      sysparm_fields: 'user_name,last_login_time,manager.email,manager.user_name',
    })
    expect(page.status).toBe(200)
    expect(page.rows).toEqual([{ user_name: 'ann', 'manager.user_name': 'ben' }])
  })
})

describe.each([
  ['an unknown column', 'last_login_tme<2026-01-01 00:00:00', {}],
  ['an unknown operator', 'last_login_timeBEFORE2026-01-01 00:00:00', {}],
  ['a date that is none', 'last_login_time<2026-01-01T00:00:00Z', {}],
  ['code', 'last_login_time<javascript:gs.daysAgoStart(90)', {}],
  ['half a range', 'last_login_timeBETWEEN2026-01-01 00:00:00', {}],
  ['an empty cursor', 'sys_id>', {}],
  ['a path through no reference', 'email.name=ann', {}],
  [
    'a column that the caller may not read',
    'last_login_timeISEMPTY',
    { hiddenFields: { sys_user: ['last_login_time'] } },
  ],
])('a query with %s', (_what, term, limits) => {
  const query = `active=true^${term}`

  test('runs without that part', async () => {
    const { list, get } = await world(limits)
    expect(userNames(await list('sys_user', sorted(query)))).toEqual(['ann', 'ben', 'bot'])
    const stats = await get('/api/now/stats/sys_user', { sysparm_count: 'true', sysparm_query: query })
    expect(stats.row.stats).toEqual({ count: '3' })
  })

  test('finds nothing where invalid queries return no rows', async () => {
    const { list } = await world(limits, { invalidQuery: 'no_rows' })
    const page = await list('sys_user', sorted(query))
    expect([page.status, page.text, page.headers.get('x-total-count')]).toEqual([200, '{"result":[]}', '0'])
  })

  test('is refused on other instances', async () => {
    const { list, get } = await world(limits, { invalidQuery: 'forbid' })
    const refusal =
      '{"error":{"message":"Insufficient rights to query records","detail":"Field(s) present in the query do not have permission to be read"},"status":"failure"}'
    const page = await list('sys_user', sorted(query))
    expect([page.status, page.text]).toEqual([403, refusal])
    const stats = await get('/api/now/stats/sys_user', { sysparm_count: 'true', sysparm_query: query })
    expect([stats.status, stats.text]).toEqual([403, refusal])
  })
})

test('an invalid alternative takes only itself out of the query', async () => {
  const { list } = await world()
  expect(userNames(await list('sys_user', sorted('user_name=ann^ORuser_nme=ben')))).toEqual(['ann'])
})

test('a query of invalid parts only returns the whole table', async () => {
  const { list } = await world()
  expect(userNames(await list('sys_user', sorted('user_nme=ann')))).toHaveLength(5)
})

describe('range operators that the caller may not use', () => {
  const idle = 'active=true^last_login_time<2026-01-01 00:00:00'

  test('are stripped: the query returns rows that it excludes', async () => {
    const { list } = await world({}, { rangeDenied: { verdict: 'strip' } })
    expect(userNames(await list('sys_user', { sysparm_query: idle })).sort()).toEqual(['ann', 'ben', 'bot'])
  })

  test('take sorting with them, so that paging by a cursor starts over and over', async () => {
    const { list } = await world({}, { rangeDenied: { verdict: 'strip' } })
    const cursor = { sysparm_query: `sys_id>${'f'.repeat(32)}^ORDERBYsys_id`, sysparm_fields: 'sys_id' }
    const ids = async () => (await list('sys_user', cursor)).rows.map(row => row.sys_id)
    const pages = [await ids(), await ids(), await ids()]
    expect(pages.map(page => page.length)).toEqual([5, 5, 5])
    expect(pages).not.toEqual(pages.map(page => [...page].sort()))
  })

  test('are refused, or find nothing, elsewhere', async () => {
    const { list, simulator } = await world({}, { rangeDenied: { verdict: 'forbid' } })
    expect((await list('sys_user', { sysparm_query: idle })).status).toBe(403)
    expect((await list('sys_user', { sysparm_query: 'ORDERBYsys_id' })).status).toBe(403)
    simulator.settings.rangeDenied = { verdict: 'no_rows' }
    expect(userNames(await list('sys_user', { sysparm_query: idle }))).toEqual([])
  })

  test('may be denied on one column alone', async () => {
    const columns = ['sys_user.last_login_time']
    const { list } = await world({}, { rangeDenied: { verdict: 'strip', columns } })
    expect(userNames(await list('sys_user', sorted(`${idle}^sys_created_on>2999-01-01 00:00:00`)))).toEqual(
      [],
    )
    expect(userNames(await list('sys_user', sorted(idle)))).toEqual(['ann', 'ben', 'bot'])
  })

  test('leave match operators alone', async () => {
    const { list } = await world({}, { rangeDenied: { verdict: 'strip' } })
    expect(userNames(await list('sys_user', { sysparm_query: 'user_nameINann' }))).toEqual(['ann'])
    expect(userNames(await list('sys_user', { sysparm_query: `sys_id=${'0'.repeat(32)}` }))).toEqual([])
  })
})
