import { describe, expect, it } from 'vitest'
import { hasRole, member, user } from '../../sandbox/servicenow/rows.ts'
import { sysId } from '../../src/reclaim/ids.ts'
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
  ROOT,
} from './world.ts'

const CAROL = user({ user_name: 'carol.shaw' })
const listed = (accounts: readonly { userName: string | undefined }[]) =>
  accounts.map(({ userName }) => userName).sort()

describe('a scan', () => {
  it('returns the active accounts that hold a licensed role, with everything that rules are about', async () => {
    const { servicenow } = await open()
    const { accounts, hidden } = await servicenow.scan()
    expect(listed(accounts)).toEqual(['ada.lovelace', 'bob.noyce'])
    expect(hidden).toBe(0)
    expect(accounts.find(({ sysId }) => sysId === ADA.sys_id)).toEqual({
      sysId: ADA.sys_id,
      userName: 'ada.lovelace',
      name: 'Ada Lovelace',
      email: 'ada.lovelace@example.com',
      employeeNumber: 'E-100',
      active: true,
      webServiceAccessOnly: false,
      internalIntegrationUser: false,
      vip: false,
      identityType: 'human',
      className: 'sys_user',
      createdAt: Date.parse('2020-01-15T08:00:00Z'),
      lastLoginAt: Date.parse('2025-06-01T10:11:12Z'),
      department: 'Legal',
      manager: CHIEF.sys_id,
      roles: ['itil'],
      groups: [NETWORK.name],
    })
  })

  it('takes empty as empty: no manager, no department, never logged in', async () => {
    const { servicenow } = await open()
    const { accounts } = await servicenow.scan()
    const bob = accounts.find(({ sysId }) => sysId === BOB.sys_id)
    expect(bob).toMatchObject({
      manager: null,
      department: '',
      lastLoginAt: null,
      groups: [],
      employeeNumber: '',
    })
  })

  it('tells an account in another department, and does without the column identity_type', async () => {
    const other = user({ user_name: 'carol.shaw', department: LEGAL.sys_id })
    const seed = company({ users: [other], hasRoles: [hasRole(other, ROLES.itil)] })
    const { servicenow } = await open(seed, { names: { ...NAMES, departments: [] } })
    const { accounts } = await servicenow.scan()
    expect(accounts.find(({ userName }) => userName === 'carol.shaw')).toMatchObject({
      department: '',
      identityType: '',
    })
  })

  it('names each role once, protective roles included, inherited or not', async () => {
    const seed = company({
      users: [CAROL],
      hasRoles: [
        hasRole(CAROL, ROLES.itil),
        hasRole(CAROL, ROLES.itil, { sys_id: 'f'.repeat(32), inherited: 'true' }),
        hasRole(CAROL, ROLES.admin),
        hasRole(CAROL, ROLES.stakeholder),
      ],
    })
    const { servicenow } = await open(seed)
    const { accounts } = await servicenow.scan()
    const carol = accounts.find(({ userName }) => userName === 'carol.shaw')
    expect(carol?.roles.toSorted()).toEqual(['admin', 'business_stakeholder', 'itil'])
  })

  it('does not return who is inactive, or holds protective roles only', async () => {
    const gone = user({ user_name: 'gone.user', active: 'false' })
    const seed = company({ users: [gone], hasRoles: [hasRole(gone, ROLES.itil)] })
    const { servicenow } = await open(seed)
    const { accounts } = await servicenow.scan()
    expect(listed(accounts)).toEqual(['ada.lovelace', 'bob.noyce'])
    expect(listed(accounts)).not.toContain(ROOT.user_name)
  })

  it('counts a role whose state is neither active nor empty as not held', async () => {
    const dave = user({ user_name: 'dave.cutler' })
    const seed = company({
      users: [CAROL, dave],
      hasRoles: [
        hasRole(CAROL, ROLES.itil, { state: 'requested' }),
        hasRole(CAROL, ROLES.stakeholder, { state: '' }),
        hasRole(dave, ROLES.itil, { state: 'requested' }),
      ],
    })
    const { servicenow } = await open(seed)
    const { accounts } = await servicenow.scan()
    expect(accounts.find(({ userName }) => userName === 'carol.shaw')?.roles).toEqual([
      'business_stakeholder',
    ])
    expect(listed(accounts)).not.toContain('dave.cutler')
  })

  it('compares role names letter by letter, even where the database of the instance does not', async () => {
    const row = (id: string, role: string) => ({
      sys_id: id.repeat(32),
      user: id.repeat(32),
      state: 'active',
      'user.active': 'true',
      'role.name': role,
    })
    const pages = [[row('1', 'itil'), row('2', 'ITIL'), { ...row('3', 'Admin'), user: '1'.repeat(32) }], []]
    const { url } = await openScripted(response => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ result: pages.shift() }))
    })
    const servicenow = connect(url, { names: { ...NAMES, groups: [], departments: [] } })
    const { accounts } = await servicenow.scan()
    expect(accounts).toMatchObject([{ sysId: '1'.repeat(32), roles: ['itil'] }])
  })

  it('is not put off by a membership whose user was deleted', async () => {
    const seed = company({ members: [member(CAROL, NETWORK, { user: '' })] })
    const { servicenow } = await open(seed)
    expect((await servicenow.scan()).accounts).toHaveLength(2)
  })

  it('reads everybody who is active where no licensed roles are configured, with their protective roles', async () => {
    const { servicenow } = await open(company(), { names: { ...NAMES, licensedRoles: [] } })
    const { accounts } = await servicenow.scan()
    expect(listed(accounts)).toEqual([
      'ada.lovelace',
      'bob.noyce',
      'bot.reader',
      'bot.writer',
      'grace.hopper',
      'root.admin',
    ])
    expect(accounts.find(({ userName }) => userName === 'root.admin')?.roles).toEqual(['admin'])
    expect(accounts.find(({ userName }) => userName === 'ada.lovelace')).toMatchObject({
      roles: [],
      groups: [NETWORK.name],
      department: 'Legal',
    })
  })

  it('asks version 2 for named fields only, plain references and no offset, with both JSON headers and gzip', async () => {
    const { servicenow, simulator } = await open()
    await servicenow.scan()
    expect(simulator.journal.length).toBeGreaterThan(4)
    for (const { method, path, query, headers } of simulator.journal) {
      expect(method).toBe('GET')
      expect(path).toMatch(/^\/api\/now\/v2\/table\/[a-z_]+$/)
      expect(query.sysparm_fields).toMatch(/^sys_id/)
      expect(query.sysparm_fields).not.toContain('password')
      expect(query.sysparm_exclude_reference_link).toBe('true')
      expect(query).not.toHaveProperty('sysparm_offset')
      expect(headers).toMatchObject({
        accept: 'application/json',
        'content-type': 'application/json',
        'accept-encoding': 'gzip',
      })
      expect(headers).not.toHaveProperty('cookie')
    }
  })

  it('keeps addresses short, however many roles, groups and managers there are', async () => {
    const many = Array.from({ length: 150 }, (_, index) => `u_licensed_role_number_${index}`)
    const { servicenow, simulator } = await open(company(), {
      names: { ...NAMES, licensedRoles: [...many, 'itil'], groups: [...many, NAMES.groups[0] ?? ''] },
    })
    const { accounts } = await servicenow.scan()
    expect(listed(accounts)).toEqual(['ada.lovelace', 'bob.noyce'])
    expect(accounts.find(({ sysId }) => sysId === ADA.sys_id)?.groups).toEqual([NETWORK.name])
    const lengths = simulator.journal.map(({ path, query }) => `${path}?${new URLSearchParams(query)}`.length)
    expect(Math.max(...lengths)).toBeLessThan(2000)
  })

  it('reads as the scanning account; writes do not use it', async () => {
    const { servicenow, simulator } = await open()
    await servicenow.scan()
    await servicenow.send({ method: 'DELETE', table: 'sys_user', sysId: idOf(BOB), body: null })
    const users = (method: string) =>
      new Set(simulator.journal.filter(entry => entry.method === method).map(({ user }) => user))
    expect(users('GET')).toEqual(new Set(['bot.reader']))
    expect(users('DELETE')).toEqual(new Set(['bot.writer']))
  })

  it('never follows the links of an answer, which lead to where the instance believes to be', async () => {
    const people = Array.from({ length: 7 }, (_, index) => user({ user_name: `user${index}.test` }))
    const seed = company({ users: people, hasRoles: people.map(one => hasRole(one, ROLES.itil)) })
    const { servicenow, simulator } = await open(seed, { pageSize: 2 })
    expect((await servicenow.scan()).accounts).toHaveLength(9)
    expect(simulator.journal.every(({ headers }) => headers.host === new URL(simulator.url).host)).toBe(true)
  })
})

describe('names', () => {
  it('that must exist and do not are all named, in one sentence, before anything is read', async () => {
    const { servicenow, simulator } = await open(company(), {
      mustExist: { roles: ['soap', 'sopa'], groups: ['Netwrok'], departments: ['Legal', 'legal', 'Lgeal'] },
    })
    const message = await messageOf(servicenow.scan())
    expect(message).toContain('role “sopa”, group “Netwrok”, department “legal”, department “Lgeal”')
    expect(message).not.toContain('“soap”')
    expect(simulator.journal.some(({ table }) => table === 'sys_user_has_role')).toBe(false)
  })

  it('that exist are fine', async () => {
    const { servicenow } = await open(company(), {
      mustExist: { roles: ['soap'], groups: NAMES.groups, departments: ['Legal'] },
    })
    expect((await servicenow.scan()).accounts).toHaveLength(2)
  })

  it('of departments that are hidden stop the scan: their people would not be excluded', async () => {
    const { servicenow, simulator } = await open()
    simulator.account('bot.reader').hiddenRows = { cmn_department: 'name=Legal' }
    expect(await messageOf(servicenow.scan())).toContain('hides rows of cmn_department')
  })

  it.each(['a^b', 'a,b', 'a\nb', 'javascript:gs.getUserID()', 'JavaScript:x', '', ' a'])(
    'such as %j, which cannot stand in a query, are refused at once',
    async name => {
      await expect(open(company(), { names: { ...NAMES, groups: [name] } })).rejects.toThrow(
        `cannot be looked up in ServiceNow: ${JSON.stringify(name)}`,
      )
    },
  )

  it.each([
    'http://acme.service-now.com',
    'ftp://127.0.0.1',
    'https://acme.service-now.com/nav_to.do',
    'https://user:secret@acme.service-now.com',
    'https://acme.service-now.com/?x=1',
    'http://127.0.0.1.example.com',
    'http://10.0.0.1',
    'acme',
  ])('of instances such as %s are refused at once', instance => {
    expect(() => connect(instance)).toThrow('servicenow.instance must be an https address')
  })
})

describe('managers', () => {
  it('are read by id, in as many requests as it takes', async () => {
    const people = Array.from({ length: 70 }, (_, index) =>
      user({ user_name: `boss${index}.test`, active: index === 3 ? 'false' : 'true' }),
    )
    const { servicenow, simulator } = await open(company({ users: people }))
    const found = await servicenow.managers([...people, CHIEF, CHIEF].map(idOf))
    expect(found.size).toBe(71)
    expect(found.get(idOf(CHIEF))).toEqual({
      sysId: CHIEF.sys_id,
      name: 'Grace Hopper',
      email: 'grace.hopper@example.com',
      employeeNumber: 'E-1',
      active: true,
    })
    expect([...found.values()].filter(({ active }) => !active)).toHaveLength(1)
    expect(simulator.journal.length).toBeGreaterThan(1)
    expect(simulator.journal.length).toBeLessThan(5)
  })

  it('who are gone, hidden, or cannot be read in full are left out', async () => {
    const { servicenow, simulator } = await open()
    simulator.account('bot.reader').hiddenRows = { sys_user: `sys_id=${BOB.sys_id}` }
    expect([...(await servicenow.managers([idOf(CHIEF), idOf(BOB), sysId('a'.repeat(32))])).keys()]).toEqual([
      CHIEF.sys_id,
    ])
    simulator.account('bot.reader').hiddenFields = { sys_user: ['email'] }
    expect((await servicenow.managers([idOf(CHIEF)])).size).toBe(0)
  })

  it('need no request when there are none', async () => {
    const { servicenow, simulator } = await open()
    expect((await servicenow.managers([])).size).toBe(0)
    expect(simulator.journal).toHaveLength(0)
  })
})
