import { describe, expect, it } from 'vitest'
import { group, hasRole, member, role, user } from '../../sandbox/servicenow/rows.ts'
import {
  ADA,
  BOB,
  CHIEF,
  company,
  connect,
  idOf,
  LEGAL,
  messageOf,
  NETWORK,
  open,
  openScripted,
  ROLES,
} from './world.ts'

const NINE = Array.from({ length: 9 }, (_, index) => role(`role_${index}`))
const NINE_GROUPS = Array.from({ length: 9 }, (_, index) => group(`Group ${index}`))
/** Bob beside his `itil`, and Ada beside what she has, hold nine roles and belong to nine groups. */
const burdened = () => {
  const seed = company({
    hasRoles: [ADA, BOB].flatMap(holder => NINE.map(one => hasRole(holder, one))),
    members: [ADA, BOB].flatMap(holder => NINE_GROUPS.map(one => member(holder, one))),
  })
  const tables = {
    ...seed.tables,
    sys_user_role: [...Object.values(ROLES), ...NINE],
    sys_user_group: [NETWORK, ...NINE_GROUPS],
  }
  return { ...seed, tables }
}

describe('a snapshot of an account', () => {
  it('holds the person, the roles and the groups, as ServiceNow gave them', async () => {
    const { servicenow, simulator } = await open(
      company({ hasRoles: [hasRole(ADA, ROLES.soap, { inherited: 'true', granted_by: NETWORK.sys_id })] }),
    )
    const { account, roles, groups } = await servicenow.snapshot(idOf(ADA))
    expect(account).toMatchObject({
      sys_id: ADA.sys_id,
      user_name: 'ada.lovelace',
      email: 'ada.lovelace@example.com',
      employee_number: 'E-100',
      manager: CHIEF.sys_id,
      department: LEGAL.sys_id,
      last_login_time: '2025-06-01 10:11:12',
      notification: '2',
      time_zone: '',
    })
    const byName = Object.fromEntries(roles.map(row => [row['role.name'], row]))
    expect(Object.keys(byName).toSorted()).toEqual(['catalog_admin', 'itil', 'soap'])
    expect(byName.soap).toEqual({
      sys_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      user: ADA.sys_id,
      role: ROLES.soap.sys_id,
      'role.name': 'soap',
      inherited: 'true',
      state: 'active',
      granted_by: NETWORK.sys_id,
    })
    expect(groups).toEqual([
      {
        sys_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        user: ADA.sys_id,
        group: NETWORK.sys_id,
        'group.name': 'Network CAB',
      },
    ])
    expect(new Set(simulator.journal.map(({ user: caller }) => caller))).toEqual(new Set(['bot.reader']))
  })

  it('asks for neither passwords nor pictures', async () => {
    const { servicenow, simulator } = await open()
    const taken = await servicenow.snapshot(idOf(ADA))
    const asked = simulator.journal.map(({ query }) => query.sysparm_fields ?? '')
    expect(asked).toHaveLength(3)
    expect(asked.every(fields => fields.includes('sys_id'))).toBe(true)
    expect(asked.join()).not.toMatch(/user_password|photo|avatar/)
    expect(JSON.stringify(taken)).not.toContain(ADA.user_password)
  })

  it('leaves out what was not asked for, where the instance sends whole rows all the same', async () => {
    const { url } = await openScripted((response, path) => {
      const row = path.includes('/sys_user?')
        ? { sys_id: ADA.sys_id, user_name: 'ada.lovelace', user_password: 'HASH-1' }
        : { sys_id: 'a'.repeat(32), user: ADA.sys_id, user_password: 'HASH-2' }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ result: [row] }))
    })
    expect(await connect(url).snapshot(idOf(ADA))).toEqual({
      account: { sys_id: ADA.sys_id, user_name: 'ada.lovelace' },
      roles: [{ sys_id: 'a'.repeat(32), user: ADA.sys_id }],
      groups: [{ sys_id: 'a'.repeat(32), user: ADA.sys_id }],
    })
  })

  it.each([1, 2, 3, 10, 1000])('holds all rows, however many pages they fill (%i a page)', async pageSize => {
    const { servicenow } = await open(burdened(), { pageSize })
    const { roles, groups } = await servicenow.snapshot(idOf(BOB))
    expect(roles.map(row => row['role.name']).toSorted()).toEqual(
      ['itil', ...NINE.map(({ name }) => name)].toSorted(),
    )
    expect(groups.map(row => row['group.name']).toSorted()).toEqual(NINE_GROUPS.map(({ name }) => name))
    expect(new Set([...roles, ...groups].map(row => row.user))).toEqual(new Set([BOB.sys_id]))
  })

  it('lacks the fields that the scanning account may not read', async () => {
    const { servicenow, simulator } = await open()
    simulator.account('bot.reader').hiddenFields = { sys_user: ['email'], sys_user_role: ['name'] }
    const { account, roles } = await servicenow.snapshot(idOf(ADA))
    expect(account).not.toHaveProperty('email')
    expect(account).toHaveProperty('user_name')
    expect(roles.map(row => Object.keys(row).includes('role.name'))).toEqual([false, false])
  })

  it('needs no right to sort or compare while the rows fit into one page', async () => {
    const { servicenow } = await open(burdened(), { settings: { rangeDenied: { verdict: 'forbid' } } })
    expect((await servicenow.snapshot(idOf(BOB))).roles).toHaveLength(10)
  })
})

describe('no snapshot is taken', () => {
  it('of an account that is gone', async () => {
    const { servicenow } = await open()
    const stranger = user({ user_name: 'nobody.here' })
    expect(await messageOf(servicenow.snapshot(idOf(stranger)))).toContain('gone from ServiceNow')
  })

  it('of an account that the scanning account may not see', async () => {
    const { servicenow, simulator } = await open()
    simulator.account('bot.reader').hiddenRows = { sys_user: `sys_id=${ADA.sys_id}` }
    expect(await messageOf(servicenow.snapshot(idOf(ADA)))).toContain('still exists')
  })

  it.each(['sys_user', 'sys_user_has_role', 'sys_user_grmember'] as const)(
    'where %s is refused',
    async table => {
      const { servicenow, simulator } = await open()
      simulator.faults.add({ kind: 'acl_403', table })
      const message = await messageOf(servicenow.snapshot(idOf(ADA)))
      expect(message).toContain(`could not be read (${table}): it answered HTTP 403`)
      expect(message).toContain('Give the account a role')
    },
  )

  it.each(['sys_user_has_role', 'sys_user_grmember'])(
    'out of rows of other people: the instance dropped the term on user (%s)',
    async table => {
      const { url } = await openScripted((response, path) => {
        const own = { sys_id: path.includes('/sys_user?') ? ADA.sys_id : 'a'.repeat(32), user: ADA.sys_id }
        const rows = path.includes(`/${table}?`) ? [own, { sys_id: 'b'.repeat(32), user: BOB.sys_id }] : [own]
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ result: rows }))
      })
      const message = await messageOf(connect(url).snapshot(idOf(ADA)))
      expect(message).toContain(`ignored part of a query (${table}: the condition on user)`)
    },
  )

  it.each([2, 1000])('out of rows that do not say whose they are (%i a page)', async pageSize => {
    const { servicenow, simulator } = await open(burdened(), { pageSize })
    simulator.account('bot.reader').hiddenFields = { sys_user_has_role: ['user'] }
    expect(await messageOf(servicenow.snapshot(idOf(ADA)))).toContain('whose rows of sys_user_has_role')
  })

  it.each([
    ['sys_user_has_role', 'role.name=role_3', 8],
    ['sys_user_has_role', 'role.name=role_3', 1000],
    ['sys_user_grmember', 'group.name=Group 4', 1000],
  ])('where a single row of %s is hidden (%s, %i a page)', async (table, row, pageSize) => {
    const { servicenow, simulator } = await open(burdened(), { pageSize })
    simulator.account('bot.reader').hiddenRows = { [table]: row }
    expect(await messageOf(servicenow.snapshot(idOf(BOB)))).toContain(`hides rows of ${table}`)
  })

  it('where too many of many rows are hidden to make it worth anything', async () => {
    const { servicenow, simulator } = await open(burdened(), { pageSize: 4 })
    simulator.account('bot.reader').hiddenRows = { sys_user_has_role: `user=${BOB.sys_id}` }
    expect(await messageOf(servicenow.snapshot(idOf(BOB)))).toContain('hides rows of sys_user_has_role')
  })
})
