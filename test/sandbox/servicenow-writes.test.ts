import { describe, expect, test } from 'vitest'
import { department, group, hasRole, member, role, sysId, user } from '../../sandbox/servicenow/rows.ts'
import type { SimulatorChange } from '../../sandbox/servicenow/simulator.ts'
import { callerOf, start } from './servicenow-caller.ts'

const NOW = Date.UTC(2026, 10, 24, 9, 30)
const boss = user({ user_name: 'boss' })
const ann = user({ user_name: 'ann', manager: boss.sys_id })
const bot = user({ user_name: 'bot' })
const desk = group('Service Desk', { manager: boss.sys_id })
const sales = department('Sales', { dept_head: boss.sys_id })
const itil = role('itil')
const approver = role('approver_user')
const direct = hasRole(boss, itil)
const inherited = hasRole(boss, approver, { inherited: 'true', granted_by: desk.sys_id })
const membership = member(boss, desk)
const tables = {
  sys_user: [boss, ann, bot],
  sys_user_role: [itil, approver, role('snc_read_only')],
  sys_user_has_role: [direct, inherited],
  sys_user_group: [desk],
  sys_user_grmember: [membership],
  cmn_department: [sales],
}

async function world(limits: object = {}) {
  const account = { userName: 'bot', password: 'secret', ...limits }
  const simulator = await start({ seed: { tables }, account, now: () => NOW })
  return { simulator, ...callerOf(simulator.url) }
}

describe('PATCH', () => {
  test('changes the fields sent, stamps the row, and answers with all of it', async () => {
    const { patch, simulator } = await world()
    const reply = await patch(`sys_user/${ann.sys_id}`, { city: 'Ulm', title: null, no_such_field: 'x' })
    expect(reply.status).toBe(200)
    expect(reply.row).toMatchObject({
      city: 'Ulm',
      name: 'Ann',
      sys_mod_count: '1',
      sys_updated_by: 'bot',
      sys_updated_on: '2026-11-24 09:30:00',
    })
    expect(reply.row).not.toHaveProperty('no_such_field')
    expect(simulator.tables.find('sys_user', ann.sys_id)).toMatchObject({ city: 'Ulm', title: '' })
  })

  test('that changes nothing leaves no trace', async () => {
    const { patch } = await world()
    const reply = await patch(`sys_user/${ann.sys_id}`, { active: true })
    expect(reply.row).toMatchObject({ sys_mod_count: '0', sys_updated_by: 'admin' })
  })

  test('active=false locks the user out too', async () => {
    const { patch, simulator } = await world()
    await patch(`sys_user/${ann.sys_id}`, { active: 'false' })
    expect(simulator.tables.find('sys_user', ann.sys_id)).toMatchObject({
      active: 'false',
      locked_out: 'true',
    })
  })

  test('cannot change the sys_ columns', async () => {
    const { patch, simulator } = await world()
    await patch(`sys_user/${ann.sys_id}`, { sys_id: sysId('other'), sys_created_on: '2000-01-01 00:00:00' })
    expect(simulator.tables.find('sys_user', ann.sys_id)).toEqual(expect.objectContaining(ann))
  })

  test('of a record that is not there is 404, and creates nothing', async () => {
    const { patch, simulator } = await world()
    expect((await patch(`sys_user/${sysId('nobody')}`, { city: 'Ulm' })).status).toBe(404)
    expect(simulator.tables.rows('sys_user')).toHaveLength(3)
  })

  test('with a body that is no JSON object is 400', async () => {
    const { patch } = await world()
    expect((await patch(`sys_user/${ann.sys_id}`, ['city'])).status).toBe(400)
  })

  test('and PUT are the same', async () => {
    const { call, simulator } = await world()
    const headers = {
      Authorization: `Basic ${btoa('bot:secret')}`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    }
    await call('PUT', `/api/now/table/sys_user/${ann.sys_id}`, { headers, body: '{"city":"Ulm"}' })
    expect(simulator.tables.find('sys_user', ann.sys_id)).toMatchObject({ city: 'Ulm', name: 'Ann' })
  })
})

test('POST gives a role back: 201, Location, a new sys_id', async () => {
  const { post, simulator } = await world()
  const reply = await post('sys_user_has_role', {
    user: ann.sys_id,
    role: itil.sys_id,
    sys_id: direct.sys_id,
  })
  const { sys_id = '' } = reply.row
  expect(reply.status).toBe(201)
  expect(reply.headers.get('location')).toBe(`${simulator.url}/api/now/v2/table/sys_user_has_role/${sys_id}`)
  expect(sys_id).not.toBe(direct.sys_id)
  expect(simulator.tables.find('sys_user_has_role', sys_id)).toMatchObject({
    user: ann.sys_id,
    role: itil.sys_id,
  })
})

describe('DELETE', () => {
  test('is 204 without a body, and 404 the second time', async () => {
    const { remove, simulator } = await world()
    const first = await remove(`sys_user/${ann.sys_id}`)
    expect([first.status, first.text, first.headers.get('content-type')]).toEqual([204, '', null])
    expect(simulator.tables.find('sys_user', ann.sys_id)).toBeUndefined()
    expect((await remove(`sys_user/${ann.sys_id}`)).status).toBe(404)
  })

  test('of a user takes roles and memberships with it, and clears other references', async () => {
    const { remove, simulator } = await world()
    await remove(`sys_user/${boss.sys_id}`)
    expect(simulator.tables.rows('sys_user_has_role')).toEqual([])
    expect(simulator.tables.rows('sys_user_grmember')).toEqual([])
    expect(simulator.tables.find('sys_user', ann.sys_id)).toMatchObject({ manager: '' })
    expect(simulator.tables.find('sys_user_group', desk.sys_id)).toMatchObject({ manager: '' })
    expect(simulator.tables.find('cmn_department', sales.sys_id)).toMatchObject({ dept_head: '' })
  })

  test('of a membership takes the roles that came from the group, and no other', async () => {
    const { remove, simulator } = await world()
    await remove(`sys_user_grmember/${membership.sys_id}`)
    expect(simulator.tables.rows('sys_user_has_role').map(row => row.sys_id)).toEqual([direct.sys_id])
  })

  test('of an inherited role is refused: the user must leave the group', async () => {
    const { remove, simulator } = await world()
    expect((await remove(`sys_user_has_role/${inherited.sys_id}`)).status).toBe(403)
    expect((await remove(`sys_user_has_role/${direct.sys_id}`)).status).toBe(204)
    expect(simulator.tables.rows('sys_user_has_role').map(row => row.sys_id)).toEqual([inherited.sys_id])
  })

  test('is refused where a reference restricts it, and only there', async () => {
    const { remove, simulator } = await world()
    simulator.settings.restrict = ['sys_user.manager']
    const refused = await remove(`sys_user/${boss.sys_id}`)
    expect(refused.status).toBe(403)
    expect(refused.body?.error?.message).toBe('Operation Failed')
    expect(simulator.tables.rows('sys_user_has_role')).toHaveLength(2)
    expect((await remove(`sys_user/${ann.sys_id}`)).status).toBe(204)
    expect((await remove(`sys_user/${boss.sys_id}`)).status).toBe(204)
  })
})

describe('a read-only account', () => {
  const details = (operation: string) => `ACL Exception ${operation} Failed due to security constraints`

  test('writes nothing', async () => {
    const { patch, post, remove, list, simulator } = await world({ readOnly: true })
    const replies = [
      await remove(`sys_user/${ann.sys_id}`),
      await patch(`sys_user/${ann.sys_id}`, { active: 'false' }),
      await post('sys_user', { user_name: 'new' }),
    ]
    expect(replies.map(reply => [reply.status, reply.body?.error?.detail])).toEqual([
      [403, details('Delete')],
      [403, details('Update')],
      [403, details('Insert')],
    ])
    expect(simulator.tables.rows('sys_user')).toHaveLength(3)
    expect(simulator.tables.find('sys_user', ann.sys_id)).toMatchObject({ active: 'true' })
    expect((await list('sys_user')).status).toBe(200)
  })

  test('is one that holds snc_read_only, too', async () => {
    const { remove, simulator } = await world()
    const readOnly = sysId('role:snc_read_only')
    simulator.tables.insert('sys_user_has_role', { user: bot.sys_id, role: readOnly })
    expect((await remove(`sys_user/${ann.sys_id}`)).status).toBe(403)
  })
})

describe('a person in ServiceNow', () => {
  test('can change anything, and listeners hear of it', async () => {
    const { simulator } = await world()
    const heard: string[] = []
    const stop = simulator.onChange((change: SimulatorChange) => heard.push(change.kind))
    const fresh = simulator.tables.insert('sys_user', { user_name: 'new' })
    simulator.tables.update('sys_user', fresh.sys_id, { city: 'Ulm' })
    simulator.tables.remove('sys_user', fresh.sys_id)
    stop()
    simulator.tables.remove('sys_user', ann.sys_id)
    expect(heard).toEqual(['insert', 'update', 'delete'])
  })

  test('logs in: both login columns, no trace in sys_updated_on', async () => {
    const { simulator } = await world()
    simulator.tables.login(ann.sys_id, Date.UTC(2026, 10, 23, 7, 5, 9))
    expect(simulator.tables.find('sys_user', ann.sys_id)).toMatchObject({
      last_login_time: '2026-11-23 07:05:09',
      last_login: '2026-11-23',
      sys_updated_on: ann.sys_updated_on,
      sys_mod_count: '0',
    })
  })

  test('is told of mistakes', async () => {
    const { simulator } = await world()
    expect(() => simulator.tables.remove('sys_user', sysId('nobody'))).toThrow(/no row/)
    expect(() => simulator.tables.update('sys_user', ann.sys_id, { cty: 'Ulm' })).toThrow(/no column "cty"/)
  })
})

describe('a seed', () => {
  test('may bring columns of its own', async () => {
    const sys_user = [bot, user({ user_name: 'ann', u_identity_type: 'machine' })]
    const { url } = await start({
      seed: { tables: { sys_user } },
      account: { userName: 'bot', password: 'secret' },
    })
    const page = await callerOf(url).list('sys_user', {
      sysparm_query: 'u_identity_type=machine',
      sysparm_fields: 'user_name,u_identity_type',
    })
    expect(page.rows).toEqual([{ user_name: 'ann', u_identity_type: 'machine' }])
  })

  test.each([
    ['a sys_id that is none', { sys_user: [{ ...ann, sys_id: 'ann' }] }, /not 32 hex digits: "ann"/],
    ['the same sys_id twice', { sys_user: [ann, ann] }, /two sys_user rows/],
    ['an account without a user', { sys_user: [ann] }, /add user\(\{ user_name: 'bot' \}\)/],
  ])('with %s is refused', async (_what, wrong, message) => {
    await expect(start({ seed: { tables: wrong }, account: { userName: 'bot' } })).rejects.toThrow(message)
  })
})
