import { describe, expect, test } from 'vitest'
import { Later } from '../../src/reclaim/ports.ts'
import {
  aManager,
  anIdleAccount,
  aPerson,
  aPolicy,
  DAY_MS,
  HOUR_MS,
  idOf,
  MINUTE_MS,
  NOTHING_EXCLUDED,
} from './examples.ts'
import { approved, createWorkday, GRACE_MS, NORA, type Workday } from './workday.ts'

describe('the last look stops a write', () => {
  const stopped = async (day: Workday) => {
    await day.pass(GRACE_MS)
    expect(day.calls.filter(call => call.startsWith('send'))).toEqual([])
    const { event, to, note } = await day.last('anna')
    expect([event, to]).toEqual(['withdraw', 'withdrawn'])
    return note
  }

  test('that the settings would not propose: another instance, which is not even asked', async () => {
    const day = await approved()
    day.moveTo('https://other.service-now.com')
    expect(await stopped(day)).toEqual({ why: 'settings_changed' })
    expect(day.calls.filter(call => call.startsWith('inspect'))).toEqual([])
  })

  test('that one person approved, where two have to by now', async () => {
    const day = await approved()
    day.configure({ approvalsRequired: 2 })
    expect(await stopped(day)).toEqual({ why: 'settings_changed' })
  })

  test('of an account that somebody else deleted', async () => {
    const day = await approved()
    day.remove('anna')
    expect(await stopped(day)).toEqual({ why: 'already_gone' })
  })

  test('of an account whose facts changed, though it still qualifies', async () => {
    const day = await approved()
    day.change('anna', { email: 'anna.new@example.com' })
    expect(await stopped(day)).toEqual({ why: 'facts_changed', changes: [{ field: 'email' }] })
  })

  test('of an account that no longer qualifies', async () => {
    const day = await approved()
    day.change('anna', { active: false })
    expect(await stopped(day)).toEqual({ why: 'no_longer_qualifies', detail: 'inactive_account' })
  })

  test('of an account that has been excluded since', async () => {
    const day = await approved()
    day.configure({ policy: aPolicy({ exclude: { ...NOTHING_EXCLUDED, users: ['anna'] } }) })
    expect(await stopped(day)).toEqual({ why: 'excluded', detail: 'users' })
  })

  test.each([
    ['left the chat', aPerson('nora', { named: true, fullMember: false })],
    ['is no longer named', aPerson('nora')],
    ['turns out to be the very person', aPerson('nora', { named: true, email: 'anna@example.com' })],
  ])('whose approver %s', async (_, nora) => {
    const day = await approved()
    day.join(nora)
    expect(await stopped(day)).toEqual({ why: 'approver_not_entitled' })
  })

  test('whose approver the chat no longer knows', async () => {
    const day = await approved()
    day.leave('nora')
    expect(await stopped(day)).toEqual({ why: 'approver_not_entitled' })
  })

  test('whose approver came by a chat that is no longer configured', async () => {
    const day = await approved()
    day.withoutChat()
    expect(await stopped(day)).toEqual({ why: 'approver_not_entitled' })
  })

  test('whose approver has the employee number of the account: one person with two addresses', async () => {
    const day = createWorkday()
    day.join(NORA)
    day.setRoster(
      { email: 'anna@example.com', employeeNumber: 'E-anna', status: 'Employed', endsAt: null },
      { email: 'nora@example.com', employeeNumber: 'e-ANNA', status: 'Employed', endsAt: null },
    )
    await day.propose(anIdleAccount('anna'))
    await day.press('nora', 'approve', 'anna')
    // Two rows of one number and two addresses leave the account itself in doubt, which another rule outweighs.
    expect(await stopped(day)).toEqual({ why: 'approver_not_entitled' })
  })

  test('of a manager’s, unless that manager is the one whom ServiceNow names now', async () => {
    const day = await approved({}, { manager: idOf('mia') }, 'mia')
    day.appoint(aManager('mark'))
    day.change('anna', { manager: idOf('mark') })
    expect(await stopped(day)).toEqual({ why: 'approver_not_entitled' })
  })

  test('of a manager’s, where managers are not asked any more', async () => {
    const day = await approved({}, { manager: idOf('mia') }, 'mia')
    day.configure({ askManagers: false })
    expect(await stopped(day)).toEqual({ why: 'approver_not_entitled' })
  })

  test('of a manager’s who has left', async () => {
    const day = await approved({}, { manager: idOf('mia') }, 'mia')
    day.appoint(aManager('mia', { active: false }))
    expect(await stopped(day)).toEqual({ why: 'approver_not_entitled' })
  })

  test('not of a manager’s who still is', async () => {
    const day = await approved({}, { manager: idOf('mia') }, 'mia')
    await day.pass(GRACE_MS)
    expect((await day.newest('anna')).state).toBe('reclaimed')
  })

  test('of two, if one of them may no longer decide: the first as well as the second', async () => {
    for (const leaver of ['nora', 'olga']) {
      const day = createWorkday({ settings: { approvalsRequired: 2 } })
      day.join(NORA, aPerson('olga', { named: true }))
      await day.propose(anIdleAccount('anna'))
      await day.press('nora', 'approve', 'anna')
      await day.press('olga', 'approve', 'anna')
      day.leave(leaver)
      expect(await stopped(day)).toEqual({ why: 'approver_not_entitled' })
    }
  })

  test.each<[string, { earlier?: (day: Workday) => void; later?: (day: Workday) => void }]>([
    [
      'who have one address by now',
      { later: day => day.join(aPerson('olga', { named: true, email: 'Nora@example.com' })) },
    ],
    [
      'whom HR knows under one employee number',
      {
        earlier: day =>
          day.setRoster(
            { email: 'nora@example.com', employeeNumber: 'E-7', status: 'Employed', endsAt: null },
            { email: 'olga@example.com', employeeNumber: 'e-7', status: 'Employed', endsAt: null },
          ),
      },
    ],
  ])('of two %s: they are one person', async (_, { earlier = () => {}, later = () => {} }) => {
    const day = createWorkday({ settings: { approvalsRequired: 2 } })
    earlier(day)
    day.join(NORA, aPerson('olga', { named: true }))
    await day.propose(anIdleAccount('anna'))
    await day.press('nora', 'approve', 'anna')
    await day.press('olga', 'approve', 'anna')
    later(day)
    expect(await stopped(day)).toEqual({ why: 'approver_not_entitled' })
  })
})

describe('the last look waits, says so once, and goes on when it can', () => {
  /** @param repair what ends the wait */
  async function waits(day: Workday, why: string, repair: () => void) {
    await day.pass(GRACE_MS)
    expect(await day.last('anna')).toMatchObject({ event: 'wait', actor: 'worker', to: 'approved' })
    expect((await day.last('anna')).note).toEqual({ why })
    day.fresh()
    await day.pass(5 * MINUTE_MS - 1)
    expect(day.calls.filter(call => call.startsWith('inspect'))).toEqual([])
    await day.pass(1)
    expect(day.calls.filter(call => call.startsWith('inspect'))).toHaveLength(1)
    expect(await day.events('anna')).toEqual(['approve', 'wait'])
    repair()
    await day.pass(5 * MINUTE_MS)
    expect((await day.newest('anna')).state).toBe('reclaimed')
  }

  test.each([
    ['the account', 'inspect', 'account_unreadable'],
    ['whoever approved', 'person', 'approver_unreadable'],
    ['what is to be kept of the account', 'snapshot', 'snapshot_unreadable'],
  ])('while %s cannot be read', async (_, call, why) => {
    const day = await approved()
    day.breakDown(call)
    await waits(day, why, day.repair)
    expect(day.logged).toContainEqual({
      level: 'warn',
      fields: { candidate: (await day.newest('anna')).id, why, reason: `${call} is out of order` },
      message: 'the write waits',
    })
  })

  test('while a part of the account cannot be read', async () => {
    const day = await approved()
    day.change('anna', { vip: undefined, webServiceAccessOnly: undefined })
    await waits(day, 'account_unreadable', () => day.change('anna', { webServiceAccessOnly: false }))
  })

  test('while what is to be kept shows none of the roles that the account has', async () => {
    const day = await approved()
    day.hideRoles(true)
    await waits(day, 'snapshot_unreadable', () => day.hideRoles(false))
  })

  test('as long as ServiceNow asks for, if that is longer', async () => {
    for (const call of ['inspect', 'snapshot']) {
      const day = await approved()
      day.failWith(call, new Later('slow down', HOUR_MS))
      await day.pass(GRACE_MS)
      day.repair()
      await day.pass(HOUR_MS - 1)
      expect((await day.newest('anna')).state).toBe('approved')
      await day.pass(1)
      expect((await day.newest('anna')).state).toBe('reclaimed')
    }
  })

  test('while only the roster could tell, and does not', async () => {
    const day = await approved()
    const { rules, ...policy } = aPolicy()
    day.configure({ policy: { ...policy, rules: { inactiveInRoster: rules.inactiveInRoster } } })
    await waits(day, 'roster_unreadable', () => day.configure({ policy: { ...policy, rules } }))
  })

  test('while the roster cannot be read', async () => {
    const day = createWorkday()
    day.join(NORA)
    day.setRoster({ email: 'anna@example.com', employeeNumber: 'E-anna', status: 'Employed', endsAt: null })
    await day.propose(anIdleAccount('anna'))
    await day.press('nora', 'approve', 'anna')
    day.breakDown('roster')
    await waits(day, 'roster_unreadable', day.repair)
  })

  test('while the roster cannot be read for whoever approved', async () => {
    const day = createWorkday()
    day.join(NORA)
    day.setRoster({ email: 'anna@example.com', employeeNumber: 'E-anna', status: 'Employed', endsAt: null })
    await day.propose(anIdleAccount('anna'))
    await day.press('nora', 'approve', 'anna')
    day.during('person', () => day.breakDown('roster'))
    await waits(day, 'roster_unreadable', day.repair)
  })
})

describe('what happens while the last look is taken', () => {
  test('a pause: nothing begins, and it goes on after the resume', async () => {
    const day = await approved()
    day.during('person', () => day.store.pause('slack:U_nora', day.now()))
    await day.pass(GRACE_MS)
    await day.pass(DAY_MS)
    expect(day.calls.filter(call => call.startsWith('send'))).toEqual([])
    expect((await day.newest('anna')).state).toBe('approved')
    await day.store.resume('slack:U_nora', day.now(), GRACE_MS)
    await day.pass(GRACE_MS)
    expect((await day.newest('anna')).state).toBe('reclaimed')
  })

  test('an undo: it wins, and nothing is sent', async () => {
    const day = await approved()
    day.during('person', async () => {
      const { id } = await day.newest('anna')
      await day.store.record({
        candidateId: id,
        event: 'undo',
        actor: 'slack:U_nora',
        note: {},
        at: day.now(),
      })
    })
    await day.pass(DAY_MS)
    expect(day.calls.filter(call => call.startsWith('send'))).toEqual([])
    expect(await day.events('anna')).toEqual(['approve', 'undo'])
  })

  test('an undo of what would be withdrawn: it stands', async () => {
    const day = await approved()
    day.remove('anna')
    day.logged.length = 0
    day.during('inspect', async () => {
      const { id } = await day.newest('anna')
      await day.store.record({
        candidateId: id,
        event: 'undo',
        actor: 'slack:U_nora',
        note: {},
        at: day.now(),
      })
    })
    await day.pass(DAY_MS)
    expect(await day.events('anna')).toEqual(['approve', 'undo'])
    expect(day.logged).toEqual([])
  })
})
