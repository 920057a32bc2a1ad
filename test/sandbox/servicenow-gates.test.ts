import { describe, expect, test } from 'vitest'
import { user } from '../../sandbox/servicenow/rows.ts'
import { basic, callerOf, start, userNames } from './servicenow-caller.ts'

const START = Date.UTC(2026, 10, 24, 9, 20)
const ann = user({ user_name: 'ann' })
const annPath = `sys_user/${ann.sys_id}`

async function world() {
  const simulator = await start({
    seed: { tables: { sys_user: [user({ user_name: 'bot' }), ann, user({ user_name: 'ben' })] } },
    account: { userName: 'bot', password: 'secret' },
    now: () => START,
  })
  const annIsThere = () => simulator.tables.find('sys_user', ann.sys_id) !== undefined
  return { simulator, annIsThere, ...callerOf(simulator.url) }
}

describe('a gate', () => {
  test('stops a request before anything is done for it', async () => {
    const { remove, simulator, annIsThere } = await world()
    const gate = simulator.hold({ method: 'DELETE' })
    const reply = remove(annPath)
    const entry = await gate.arrived
    expect(entry).toMatchObject({ sysId: ann.sys_id, user: 'bot', outcome: 'under way', committed: false })
    expect(annIsThere()).toBe(true)
    gate.release()
    expect((await reply).status).toBe(204)
    expect(annIsThere()).toBe(false)
  })

  test('or after the commit, before the answer', async () => {
    const { remove, simulator, annIsThere } = await world()
    const gate = simulator.hold({ method: 'DELETE', when: 'after' })
    const reply = remove(annPath)
    expect(await gate.arrived).toMatchObject({ status: null, committed: true })
    expect(annIsThere()).toBe(false)
    gate.release()
    expect((await reply).status).toBe(204)
  })

  test.each([
    ['before', false],
    ['after', true],
  ] as const)('standing %s the commit outlives a caller that is killed', async (when, goneAtOnce) => {
    const { simulator, call, annIsThere } = await world()
    const gate = simulator.hold({ method: 'DELETE', when })
    const killed = new AbortController()
    const reply = call('DELETE', `/api/now/v2/table/${annPath}`, {
      signal: killed.signal,
      headers: {
        Authorization: basic('bot', 'secret'),
        Accept: 'application/json',
        'Content-Type': 'application/json',
      },
    })
    const entry = await gate.arrived
    killed.abort()
    await expect(reply).rejects.toThrow('aborted')
    expect(annIsThere()).toBe(!goneAtOnce)
    const answered = new Promise<void>(done =>
      simulator.onChange(change => {
        if (change.kind === 'request' && change.entry.status !== null) done()
      }),
    )
    gate.release()
    await answered
    expect(annIsThere()).toBe(false)
    expect(entry.committed).toBe(true)
  })

  test('lets the others by, and rows change while a page waits', async () => {
    const { list, remove, simulator } = await world()
    const gate = simulator.hold({ method: 'GET', table: 'sys_user' })
    const page = list('sys_user', { sysparm_query: 'user_nameINann,ben' })
    await gate.arrived
    expect((await remove(annPath)).status).toBe(204)
    gate.release()
    expect(userNames(await page)).toEqual(['ben'])
  })

  test('that the simulator is closed behind never lets anything happen', async () => {
    const { remove, simulator, annIsThere } = await world()
    const gate = simulator.hold({ method: 'DELETE' })
    const failing = expect(remove(annPath)).rejects.toThrow('fetch failed')
    await gate.arrived
    await simulator.close()
    await failing
    gate.release()
    await new Promise(setImmediate)
    expect(annIsThere()).toBe(true)
  })
})

describe('the journal', () => {
  test('tells what was asked, of what, by whom, and what came of it', async () => {
    const { list, patch, simulator } = await world()
    await list('sys_user', { sysparm_query: 'active=true^ORDERBYsys_id', sysparm_limit: '2' })
    await patch(annPath, { active: 'false' })
    await patch('sys_user_groups/x', {})
    expect(simulator.journal).toMatchObject([
      {
        at: START,
        method: 'GET',
        path: '/api/now/v2/table/sys_user',
        table: 'sys_user',
        sysId: null,
        query: { sysparm_query: 'active=true^ORDERBYsys_id', sysparm_limit: '2' },
        fields: null,
        user: 'bot',
        status: 200,
        outcome: 'ok',
        committed: false,
      },
      {
        method: 'PATCH',
        sysId: ann.sys_id,
        fields: { active: 'false' },
        status: 200,
        outcome: 'ok',
        committed: true,
      },
      { status: 400, outcome: 'refused', committed: false },
    ])
  })
})
