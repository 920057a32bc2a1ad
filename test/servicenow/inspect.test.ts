import { describe, expect, it } from 'vitest'
import { hasRole, member } from '../../sandbox/servicenow/rows.ts'
import {
  ADA,
  BOB,
  CHIEF,
  company,
  connect,
  idOf,
  LEGAL,
  messageOf,
  NAMES,
  NETWORK,
  open,
  openScripted,
  ROLES,
} from './world.ts'

describe('a look at one account', () => {
  it('shows the same facts as the scan, and the manager', async () => {
    const { servicenow } = await open()
    const { accounts } = await servicenow.scan()
    const looked = await servicenow.inspect(idOf(ADA))
    expect(looked).toEqual({
      kind: 'found',
      account: accounts.find(({ sysId }) => sysId === ADA.sys_id),
      manager: {
        sysId: CHIEF.sys_id,
        name: 'Grace Hopper',
        email: 'grace.hopper@example.com',
        employeeNumber: 'E-1',
        active: true,
      },
    })
  })

  it('is uncached: it shows what changed a moment ago', async () => {
    const { servicenow, simulator } = await open()
    await servicenow.inspect(idOf(BOB))
    simulator.tables.login(BOB.sys_id, Date.parse('2026-03-02T08:59:00Z'))
    simulator.tables.insert('sys_user_has_role', hasRole(BOB, ROLES.admin))
    simulator.tables.insert('sys_user_grmember', member(BOB, NETWORK))
    simulator.tables.update('sys_user', BOB.sys_id, { active: 'false', department: LEGAL.sys_id })
    const looked = await servicenow.inspect(idOf(BOB))
    expect(looked).toMatchObject({
      kind: 'found',
      account: {
        active: false,
        lastLoginAt: Date.parse('2026-03-02T08:59:00Z'),
        groups: [NETWORK.name],
        department: 'Legal',
      },
      manager: null,
    })
    expect(looked.kind === 'found' && looked.account.roles.toSorted()).toEqual(['admin', 'itil'])
  })

  it('takes an empty `active` for unknown, where other empty flags are no', async () => {
    const { servicenow, simulator } = await open()
    simulator.tables.update('sys_user', BOB.sys_id, { active: '', vip: '' })
    expect(await servicenow.inspect(idOf(BOB))).toMatchObject({ account: { active: undefined, vip: false } })
  })

  it('finds it gone once it was deleted', async () => {
    const { servicenow, simulator } = await open()
    simulator.tables.remove('sys_user', ADA.sys_id)
    expect(await servicenow.inspect(idOf(ADA))).toEqual({ kind: 'gone' })
  })

  it('does not take hidden for gone', async () => {
    const { servicenow, simulator } = await open()
    simulator.account('bot.reader').hiddenRows = { sys_user: `sys_id=${ADA.sys_id}` }
    const message = await messageOf(servicenow.inspect(idOf(ADA)))
    expect(message).toContain('still exists')
    expect(message).toContain('Give it a role')
  })

  it.each([
    ['acl_403', 'HTTP 403'],
    ['timeout_500', 'HTTP 500'],
    ['bad_gateway_502', 'HTTP 502'],
  ] as const)('does not take any other refusal to show the record for gone: %s', async (kind, said) => {
    const { servicenow, simulator } = await open()
    simulator.tables.remove('sys_user', ADA.sys_id)
    simulator.faults.add({ kind, sysId: ADA.sys_id })
    expect(await messageOf(servicenow.inspect(idOf(ADA)))).toContain(said)
  })

  it.each([
    ['the record is there after all', 200, { result: { sys_id: ADA.sys_id } }, 'contradicts itself'],
    ['a 404 in HTML', 404, '<html>Not found</html>', 'something else than JSON'],
  ])('does not take it for gone when the list is empty but %s', async (_, status, body, expected) => {
    const { url } = await openScripted((response, path) => {
      const one = path.includes(`/${ADA.sys_id}`)
      const text = typeof body === 'string' && one ? body : JSON.stringify(one ? body : { result: [] })
      response.statusCode = one ? status : 200
      response.setHeader('content-type', text.startsWith('<') ? 'text/html' : 'application/json')
      response.end(text)
    })
    const servicenow = connect(url, { names: { ...NAMES, departments: [] } })
    expect(await messageOf(servicenow.inspect(idOf(ADA)))).toContain(expected)
  })

  it.each(['sys_user_has_role', 'sys_user_grmember'] as const)(
    'fails when a row of %s is hidden: it might protect the account',
    async table => {
      const { servicenow, simulator } = await open()
      simulator.account('bot.reader').hiddenRows = { [table]: `user=${ADA.sys_id}` }
      const message = await messageOf(servicenow.inspect(idOf(ADA)))
      expect(message).toContain(`hides rows of ${table}`)
    },
  )

  it.each(['sys_user_role.name', 'sys_user_group.name', 'sys_user_has_role.state'] as const)(
    'makes the account unknown when %s is hidden',
    async path => {
      const { servicenow, simulator } = await open(company(), { names: { ...NAMES, departments: [] } })
      const [table = '', field = ''] = path.split('.')
      simulator.account('bot.reader').hiddenFields = { [table]: [field] }
      expect(await servicenow.inspect(idOf(ADA))).toMatchObject({ account: { active: undefined } })
    },
  )

  it('knows no manager where the manager cannot be read', async () => {
    const { servicenow, simulator } = await open()
    simulator.account('bot.reader').hiddenRows = { sys_user: `sys_id=${CHIEF.sys_id}` }
    expect(await servicenow.inspect(idOf(ADA))).toMatchObject({
      kind: 'found',
      account: { manager: CHIEF.sys_id },
      manager: null,
    })
  })

  it('asks for the departments once in a while only', async () => {
    const { servicenow, simulator, clock } = await open()
    const asked = () => simulator.journal.filter(({ table }) => table === 'cmn_department').length
    await servicenow.scan()
    await servicenow.inspect(idOf(ADA))
    expect(asked()).toBe(1)
    clock.advance(5 * 60 * 1000)
    await servicenow.inspect(idOf(ADA))
    expect(asked()).toBe(2)
  })
})
