import { describe, expect, it } from 'vitest'
import { hasRole, user } from '../../sandbox/servicenow/rows.ts'
import {
  ADA,
  BOB,
  CHIEF,
  company,
  connect,
  idOf,
  messageOf,
  NAMES,
  open,
  openScripted,
  ROLES,
} from './world.ts'

const id = (digit: string) => digit.repeat(32)
const role = (digit: string, more: object = {}) => ({
  sys_id: id(digit),
  user: id(digit),
  state: 'active',
  'user.active': 'true',
  'role.name': 'itil',
  ...more,
})

/** A ServiceNow that answers each list of a table with the next of these pages, then with none. */
async function paged(pages: Record<string, readonly (readonly object[])[]>, totals: readonly number[] = []) {
  const left = new Map(Object.entries(pages).map(([table, list]) => [table, [...list]]))
  const counts = [...totals]
  const { url, requests } = await openScripted((response, path) => {
    const table = /table\/(\w+)/.exec(path)?.[1] ?? ''
    const total = counts.shift()
    response.setHeader('content-type', 'application/json')
    if (total !== undefined) response.setHeader('x-total-count', String(total))
    response.end(JSON.stringify({ result: left.get(table)?.shift() ?? [] }))
  })
  return { url, requests }
}
const plain = { ...NAMES, groups: [], departments: [] }

describe('what belongs to whom', () => {
  it('one account’s look never takes what others hold for its own', async () => {
    const { servicenow } = await open()
    const { accounts } = await servicenow.scan()
    expect(await servicenow.inspect(idOf(BOB))).toMatchObject({
      kind: 'found',
      account: accounts.find(({ sysId }) => sysId === BOB.sys_id),
    })
    expect(await servicenow.inspect(idOf(BOB))).toMatchObject({ account: { roles: ['itil'], groups: [] } })
  })

  it.each([
    ['nobody', { user: '' }],
    ['no sys_id', { user: 'ada.lovelace' }],
    ['whom, is hidden', { user: undefined }],
  ])('a role that belongs to %s stops the scan: whom it protects is not known', async (_, more) => {
    const { url } = await paged({ sys_user_has_role: [[role('1'), role('2', more)]] })
    const message = await messageOf(connect(url, { names: plain }).scan())
    expect(message).toContain('did not say whose rows of sys_user_has_role these are')
    expect(message).toContain('Give the account the right to read this field.')
  })

  it('a role of which nothing says what it is worth is held and in doubt', async () => {
    const { url } = await paged({ sys_user_has_role: [[role('1', { state: undefined })]] })
    expect((await connect(url, { names: plain }).scan()).accounts).toMatchObject([
      { active: undefined, roles: ['itil'] },
    ])
  })

  it('a role or a group whose name is hidden adds no name', async () => {
    const { servicenow, simulator } = await open(company(), { names: { ...NAMES, departments: [] } })
    simulator.account('bot.reader').hiddenFields = { sys_user_role: ['name'], sys_user_group: ['name'] }
    expect(await servicenow.inspect(idOf(ADA))).toMatchObject({ account: { roles: [], groups: [] } })
  })

  it('a manager is one whose sys_id can be read as such', async () => {
    const { url } = await paged({
      sys_user_has_role: [
        ['boss', '', undefined].map((manager, n) => role(`${n}`, { 'user.manager': manager })),
      ],
    })
    const { accounts } = await connect(url, { names: plain }).scan()
    expect(accounts.map(({ manager }) => manager)).toEqual([undefined, null, undefined])
  })

  it('an instance without the column identity_type has accounts of no type', async () => {
    const { url } = await paged({ sys_user_has_role: [[role('1')]] })
    expect((await connect(url, { names: plain }).scan()).accounts).toMatchObject([{ identityType: '' }])
  })
})

describe('everybody, where no licensed roles are configured', () => {
  const names = { ...NAMES, licensedRoles: [] }

  it('is everybody who is active', async () => {
    const gone = user({ user_name: 'gone.user', active: 'false' })
    const { servicenow, simulator } = await open(company({ users: [gone] }), { names })
    const { accounts } = await servicenow.scan()
    expect(accounts.map(({ userName }) => userName)).not.toContain('gone.user')
    expect(simulator.journal.find(({ table }) => table === 'sys_user')?.query.sysparm_query).toBe(
      'active=true^ORDERBYsys_id',
    )
  })

  it('is somebody: an instance has an administrator at least', async () => {
    const { url } = await paged({})
    expect(await messageOf(connect(url, { names: { ...names, departments: [] } }).scan())).toContain(
      'showed not one active account (sys_user)',
    )
    expect(await messageOf(connect(url, { names: plain }).scan())).toContain(
      'showed not one active account (sys_user_has_role)',
    )
  })
})

describe('managers', () => {
  it.each(['name', 'email', 'employee_number', 'active'])(
    'whose %s cannot be read are left out: nobody is asked on a guess',
    async field => {
      const { servicenow, simulator } = await open()
      simulator.account('bot.reader').hiddenFields = { sys_user: [field] }
      expect((await servicenow.managers([idOf(CHIEF)])).size).toBe(0)
    },
  )
})

describe('names that are to be excluded', () => {
  it('but are hidden stop the run, with what to do', async () => {
    const { servicenow, simulator } = await open(company(), {
      mustExist: { roles: ['soap'], groups: [], departments: [] },
    })
    simulator.account('bot.reader').hiddenFields = { sys_user_role: ['name'] }
    const message = await messageOf(servicenow.scan())
    expect(message).toContain('hides rows of sys_user_role, or their names, from the scanning account')
    expect(message).toContain('Give it a role that may read sys_user_role.')
  })

  it('but do not exist stop the run, with what to do', async () => {
    const { servicenow } = await open(company(), {
      mustExist: { roles: ['sopa'], groups: [], departments: [] },
    })
    expect(await messageOf(servicenow.scan())).toMatch(
      /to the scanning account: role “sopa”\. So nobody would be excluded by them and the run stops; correct the names/,
    )
  })

  it('but cannot stand in a query are all named, with what to do', async () => {
    await expect(open(company(), { names: { ...NAMES, groups: ['a^b', 'c,d'] } })).rejects.toThrow(
      /cannot be looked up in ServiceNow: "a\^b", "c,d"\. A name may hold neither \^ nor a comma nor a line break/,
    )
  })

  it('may hold “javascript:”, as long as they do not begin with it', async () => {
    const { servicenow } = await open(company(), { names: { ...NAMES, groups: ['Guild of javascript:'] } })
    expect((await servicenow.scan()).accounts).toHaveLength(2)
  })

  it('are looked up again after five minutes', async () => {
    const { servicenow, simulator, clock } = await open()
    const asked = () => simulator.journal.filter(({ table }) => table === 'cmn_department').length
    await servicenow.inspect(idOf(ADA))
    clock.advance(5 * 60 * 1000 - 1)
    await servicenow.inspect(idOf(ADA))
    expect(asked()).toBe(1)
    clock.advance(1)
    await servicenow.inspect(idOf(ADA))
    expect(asked()).toBe(2)
  })
})

describe('a look at one account', () => {
  it('takes no other account for it, should the record itself be another', async () => {
    const { url } = await openScripted((response, path) => {
      const one = path.includes(`/${ADA.sys_id}`)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ result: one ? { sys_id: BOB.sys_id } : [] }))
    })
    expect(await messageOf(connect(url, { names: plain }).inspect(idOf(ADA)))).toContain('not documented')
  })

  it('passes over roles whose names differ in case only: they are other roles', async () => {
    const { url } = await paged({
      sys_user: [[{ sys_id: id('1'), user_name: 'one', manager: '' }]],
      sys_user_has_role: [[role('1', { user: id('1') }), role('2', { user: id('1'), 'role.name': 'Admin' })]],
    })
    expect(await connect(url, { names: plain }).inspect(idOf({ ...ADA, sys_id: id('1') }))).toMatchObject({
      account: { roles: ['itil'] },
    })
  })

  it('is not taken where more rows come than one person has, or are counted', async () => {
    const account = { sys_id: id('1'), user_name: 'one' }
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => role('1', { sys_id: n.toString(16).padStart(32, '0') }))
    const look = async (rows: readonly object[], counted: number) => {
      const { url } = await paged({ sys_user: [[account]], sys_user_has_role: [rows] }, [1, counted])
      return messageOf(connect(url, { names: plain }).inspect(idOf({ ...ADA, sys_id: id('1') })))
    }
    const sentence = 'has 1000 rows or more of sys_user_has_role where a few were expected'
    expect(await look(many(1000), 1000)).toContain(sentence)
    expect(await look(many(3), 1001)).toContain(sentence)
    expect(await look(many(999), 1000)).toContain('hides rows of sys_user_has_role')
  })
})

describe('the end of a table', () => {
  it('is looked for behind nobody at first, then behind the last one seen', async () => {
    const { servicenow, simulator } = await open(company({ hasRoles: [hasRole(CHIEF, ROLES.itil)] }), {
      names: plain,
      pageSize: 3,
    })
    await servicenow.scan()
    const queries = simulator.journal.map(({ query }) => query.sysparm_query ?? '')
    const before = 'role.nameINitil,business_stakeholder,soap,admin,security_admin^user.active=true'
    expect(queries[0]).toBe(`${before}^ORDERBYsys_id`)
    for (const later of queries.slice(1))
      expect(later).toMatch(/\^user\.active=true\^sys_id>[0-9a-f]{32}\^ORDERBYsys_id$/)
  })

  it.each([
    ['shows rows', [role('1')], 0],
    ['counts rows', [], 1],
  ])('is none where the same question without an order %s', async (_, rows, total) => {
    const { url } = await paged({ sys_user_has_role: [[], rows] }, [0, total])
    const message = await messageOf(connect(url, { names: plain }).scan())
    expect(message).toContain('shows no rows of sys_user_has_role as soon as they are to be sorted')
    expect(message).toContain('Give the scanning account the right to sort')
  })
})
