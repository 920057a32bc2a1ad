import { describe, expect, it } from 'vitest'
import { hasRole, user } from '../../sandbox/servicenow/rows.ts'
import { judge } from '../../src/reclaim/rules.ts'
import { ADA, company, connect, messageOf, NAMES, NOW, open, openScripted, ROLES } from './world.ts'

/** Forty holders of `itil` whose role rows have the sys_ids 01… to 40…, in the order in which they are paged. */
const PEOPLE = Array.from({ length: 40 }, (_, index) => user({ user_name: `p${index + 1}.test` }))
const rowId = (index: number) =>
  String(index + 1)
    .padStart(2, '0')
    .padEnd(32, '0')
const crowd = () =>
  company({
    users: PEOPLE,
    hasRoles: PEOPLE.map((person, index) => hasRole(person, ROLES.itil, { sys_id: rowId(index) })),
  })
const rows = (...numbers: number[]) => `sys_idIN${numbers.map(number => rowId(number - 1)).join(',')}`
const noAdmins = { ...NAMES, otherRoles: ['soap'], groups: [], departments: [] }

describe('rows hidden from the scanning account', () => {
  it('make pages short, which is not the end', async () => {
    const { servicenow, simulator } = await open(crowd(), { pageSize: 5 })
    simulator.account('bot.reader').hiddenRows = { sys_user_has_role: rows(2, 3, 4, 9, 10, 11) }
    const { accounts, hidden } = await servicenow.scan()
    expect(accounts).toHaveLength(42 - 6)
    expect(hidden).toBe(6)
  })

  it('are counted once, wherever they lie on a page', async () => {
    const { servicenow, simulator } = await open(crowd(), { pageSize: 4 })
    simulator.account('bot.reader').hiddenRows = { sys_user_has_role: rows(1, 4, 7, 8, 12) }
    expect((await servicenow.scan()).hidden).toBe(5)
  })

  it('stop the scan where they fill a whole page, since what lies behind them is out of reach', async () => {
    const { servicenow, simulator } = await open(crowd(), { pageSize: 4 })
    simulator.account('bot.reader').hiddenRows = { sys_user_has_role: rows(10, 11, 12, 13) }
    const message = await messageOf(servicenow.scan())
    expect(message).toContain('hides rows of sys_user_has_role from the scanning account')
    expect(message).toContain('Give it a role')
  })

  it('may be the very last ones: what is left fits into a page, so nothing lies behind them', async () => {
    const { servicenow, simulator } = await open(crowd(), { pageSize: 5 })
    simulator.account('bot.reader').hiddenRows = { sys_user_has_role: rows(39, 40) }
    const { accounts, hidden } = await servicenow.scan()
    expect(hidden).toBe(2)
    expect(accounts).toHaveLength(42 - 2)
  })

  it('stop the scan where all are hidden, which looks like an empty table', async () => {
    const { servicenow, simulator } = await open()
    simulator.account('bot.reader').hiddenRows = { sys_user_has_role: 'userISNOTEMPTY' }
    expect(await messageOf(servicenow.scan())).toContain('hides rows of sys_user_has_role')
  })

  it('stop the scan above a share of 20 %', async () => {
    const { servicenow, simulator } = await open(crowd(), { pageSize: 5, names: noAdmins })
    const everyFourth = PEOPLE.flatMap((_, index) => (index % 4 === 1 ? [index + 1] : []))
    simulator.account('bot.reader').hiddenRows = { sys_user_has_role: rows(...everyFourth) }
    expect(await messageOf(servicenow.scan())).toContain('hides rows of sys_user_has_role')
    simulator.account('bot.reader').hiddenRows = { sys_user_has_role: rows(...everyFourth.slice(2)) }
    expect((await servicenow.scan()).hidden).toBe(8)
  })

  it('of memberships and of accounts count as well', async () => {
    const { servicenow, simulator } = await open(crowd(), { names: { ...NAMES, licensedRoles: [] } })
    simulator.account('bot.reader').hiddenRows = { sys_user: 'user_nameINp1.test,p2.test' }
    const { accounts, hidden } = await servicenow.scan()
    expect(accounts).toHaveLength(44)
    expect(hidden).toBe(2)
  })
})

describe('fields hidden from the scanning account', () => {
  const policy = {
    rules: { neverLoggedIn: { afterDays: 30 }, inactive: { afterDays: 90 } },
    licenses: [{ name: 'ITSM', roles: ['itil'], yearlyCost: 100 }],
    exclude: { users: [], roles: [], groups: [], departments: [], vip: false },
    ownUserNames: [],
  }
  const openHiding = async (field: string, table: 'sys_user' | 'sys_user_has_role' | 'sys_user_role') => {
    const opened = await open()
    opened.simulator.account('bot.reader').hiddenFields = { [table]: [field] }
    return opened
  }

  it.each([
    ['last_login_time', 'lastLoginAt'],
    ['last_login', 'lastLoginAt'],
    ['sys_created_on', 'createdAt'],
    ['web_service_access_only', 'webServiceAccessOnly'],
    ['vip', 'vip'],
    ['email', 'email'],
    ['user_name', 'userName'],
    ['department', 'department'],
    ['manager', 'manager'],
    ['sys_class_name', 'className'],
  ] as const)('are unknown, never empty: %s', async (field, property) => {
    const { servicenow } = await openHiding(field, 'sys_user')
    const { accounts } = await servicenow.scan()
    expect(accounts).toHaveLength(2)
    expect(accounts.map(account => account[property])).toEqual([undefined, undefined])
  })

  it('that the query is about make the account unknown to the rules', async () => {
    const { servicenow } = await openHiding('active', 'sys_user')
    const { accounts } = await servicenow.scan()
    const ada = accounts.find(({ sysId }) => sysId === ADA.sys_id)
    expect(ada?.active).toBeUndefined()
    expect(ada && judge(ada, 'unknown', policy, NOW)).toEqual({ kind: 'unknown', reason: 'flags' })
  })

  it.each(['sys_user_role.name', 'sys_user_has_role.state'])(
    'that say what a role row is worth make its holder unknown: %s',
    async path => {
      const [table, field = ''] = path.split('.')
      const { servicenow } = await openHiding(
        field,
        table === 'sys_user_role' ? 'sys_user_role' : 'sys_user_has_role',
      )
      const { accounts } = await servicenow.scan()
      expect(accounts.length).toBeGreaterThan(1)
      expect(new Set(accounts.map(({ active }) => active))).toEqual(new Set([undefined]))
    },
  )

  it('that say whose rows they are stop the scan', async () => {
    const { servicenow } = await openHiding('user', 'sys_user_has_role')
    expect(await messageOf(servicenow.scan())).toMatch(/whose rows of sys_user_has_role|not documented/)
  })
})

describe('counts that do not add up', () => {
  const page = (ids: readonly string[], total?: number) => ({
    total,
    body: JSON.stringify({
      result: ids.map(id => ({
        sys_id: id.repeat(32),
        user: id.repeat(32),
        state: 'active',
        'user.active': 'true',
        'role.name': 'itil',
      })),
    }),
  })
  const serve = async (...pages: ReturnType<typeof page>[]) => {
    let next = 0
    const { url, requests } = await openScripted(response => {
      const { body, total } = pages[next++] ?? page([], 0)
      response.setHeader('content-type', 'application/json;charset=UTF-8')
      if (total !== undefined) response.setHeader('x-total-count', String(total))
      response.end(body)
    })
    return { servicenow: connect(url, { names: noAdmins, pageSize: 2 }), requests }
  }

  it('stop the scan: more rows counted, and then none shown', async () => {
    const { servicenow } = await serve(page(['1', '2'], 5), page([], 0))
    expect(await messageOf(servicenow.scan())).toContain('counted 3 more rows')
  })

  it('need not be sent', async () => {
    const { servicenow } = await serve(page(['1', '2']), page(['3']), page([]))
    expect(await servicenow.scan()).toMatchObject({ hidden: 0, accounts: { length: 3 } })
  })

  it.each([
    ['backwards', page(['2', '1'], 2)],
    ['twice', page(['1', '1'], 2)],
  ])('stop the scan: rows that come %s', async (_, first) => {
    const { servicenow } = await serve(first)
    expect(await messageOf(servicenow.scan())).toContain('did not sort sys_user_has_role by sys_id')
  })

  it('stop the scan: the same page again', async () => {
    const { servicenow } = await serve(page(['1', '2'], 4), page(['1', '2'], 4))
    expect(await messageOf(servicenow.scan())).toContain('did not sort')
  })

  it('stop the scan: nobody at all', async () => {
    const { servicenow } = await serve()
    expect(await messageOf(servicenow.scan())).toContain('not one active account')
  })
})
