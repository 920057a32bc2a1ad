import { describe, expect, it } from 'vitest'
import { hasRole, user } from '../../sandbox/servicenow/rows.ts'
import { ADA, BOB, company, connect, idOf, messageOf, NAMES, open, openScripted, ROLES } from './world.ts'

/**
 * A query that looks right may return rows that nobody asked for (ServiceNow docs, Table API: sysparm_query; KB3088826).
 * For a tool that deletes accounts that is deadly, so no such answer may be used, not in part either.
 */
describe('a query of which the instance ignores a part', () => {
  const inactive = user({ user_name: 'gone.user', active: 'false' })
  const seed = () =>
    company({
      users: [inactive],
      hasRoles: [hasRole(inactive, ROLES.itil), hasRole(BOB, ROLES.other)],
    })

  it('because a column of it may not be queried, is never used: the condition is re-read on each row', async () => {
    const row = (id: string, more: object) => ({
      sys_id: id.repeat(32),
      user: id.repeat(32),
      state: 'active',
      'user.active': 'true',
      'role.name': 'itil',
      ...more,
    })
    for (const [field, wrong] of [
      ['role.name', { 'role.name': 'catalog_admin' }],
      ['user.active', { 'user.active': 'false' }],
      ['user.active', { 'user.active': '' }],
    ] as const) {
      const { url } = await openScripted(response => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ result: [row('1', {}), row('2', wrong)] }))
      })
      const servicenow = connect(url, { names: { ...NAMES, departments: [] } })
      const message = await messageOf(servicenow.scan())
      expect(message).toContain('ServiceNow ignored part of a query')
      expect(message).toContain(`sys_user_has_role: the condition on ${field}`)
    }
  })

  it('because it may not be compared or sorted by, is never used (strip)', async () => {
    const { servicenow } = await open(seed(), {
      pageSize: 2,
      settings: { rangeDenied: { verdict: 'strip' } },
    })
    expect(await messageOf(servicenow.scan())).toMatch(/did not sort|ignored part of a query/)
  })

  it('or which it refuses outright, is explained (forbid)', async () => {
    const { servicenow } = await open(seed(), { settings: { rangeDenied: { verdict: 'forbid' } } })
    const message = await messageOf(servicenow.scan())
    expect(message).toContain('HTTP 403, “Insufficient rights to query records')
    expect(message).toContain('Give the account a role')
  })

  it('or which it answers with no rows, is not taken for an empty table (no_rows)', async () => {
    const { servicenow } = await open(seed(), { settings: { rangeDenied: { verdict: 'no_rows' } } })
    expect(await messageOf(servicenow.scan())).toContain('as soon as they are to be sorted')
  })

  it('on memberships is not taken for a group without members', async () => {
    const { servicenow } = await open(seed(), {
      settings: { rangeDenied: { verdict: 'no_rows', columns: ['sys_user_grmember.sys_id'] } },
    })
    expect(await messageOf(servicenow.scan())).toContain('shows no rows of sys_user_grmember')
  })

  it('because of an unreadable column and with the property that then returns no rows, is no empty instance', async () => {
    const { servicenow, simulator } = await open(seed(), { settings: { invalidQuery: 'no_rows' } })
    simulator.account('bot.reader').hiddenFields = { sys_user: ['active'] }
    expect(await messageOf(servicenow.scan())).toContain('not one active account')
  })

  it('does not stop a last look, which neither sorts nor compares', async () => {
    const { servicenow } = await open(seed(), { settings: { rangeDenied: { verdict: 'forbid' } } })
    expect(await servicenow.inspect(idOf(ADA))).toMatchObject({ kind: 'found', account: { roles: ['itil'] } })
  })

  it('at a last look is never used: another account is not the one asked for', async () => {
    const other = JSON.stringify({ result: [{ sys_id: BOB.sys_id, user_name: 'bob.noyce', active: 'true' }] })
    const { url } = await openScripted(response => {
      response.setHeader('content-type', 'application/json')
      response.end(other)
    })
    const servicenow = connect(url, { names: { ...NAMES, departments: [] } })
    expect(await messageOf(servicenow.inspect(idOf(ADA)))).toContain('sys_user: the condition on sys_id')
    expect(await messageOf(servicenow.managers([idOf(ADA)]))).toContain('sys_user: the condition on sys_id')
  })

  it('for names is never used: a group that exists under another name proves nothing', async () => {
    const { url } = await openScripted(response => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ result: [{ sys_id: 'a'.repeat(32), name: 'Facilities' }] }))
    })
    const servicenow = connect(url, { mustExist: { roles: [], groups: ['Network'], departments: [] } })
    expect(await messageOf(servicenow.scan())).toContain('sys_user_group: the condition on name')
  })
})
