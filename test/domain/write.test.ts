import { describe, expect, test } from 'vitest'
import { Later, NotSent, type WriteAnswer } from '../../src/reclaim/ports.ts'
import { anIdleAccount, aPerson, DAY_MS, HOUR_MS, idOf, MINUTE_MS, NOW } from './examples.ts'
import { approved, createWorkday, GRACE_MS, NORA, type Workday } from './workday.ts'

const SECOND_MS = 1000

describe('an approved write', () => {
  test('waits for the grace time, looks, is noted, is sent once, and is read back', async () => {
    const day = await approved()
    await day.pass(GRACE_MS - 1)
    expect(day.calls).toEqual([])
    day.during('send', async () => expect((await day.newest('anna')).state).toBe('reclaiming'))
    await day.pass(1)
    expect(day.calls.slice(0, 5)).toEqual([
      'snapshot anna',
      'inspect anna',
      'person U_nora',
      'send anna',
      'inspect nobody',
    ])
    expect(await day.events('anna')).toEqual(['approve', 'begin', 'done'])
    expect(await day.last('anna')).toMatchObject({ to: 'reclaimed', actor: 'worker', note: { status: 204 } })
    expect(day.logged).toEqual([
      {
        level: 'info',
        fields: { candidate: (await day.newest('anna')).id, event: 'done', status: 204 },
        message: 'transition',
      },
    ])
    await day.pass(DAY_MS)
    expect(day.calls.filter(call => call.startsWith('send'))).toHaveLength(1)
  })

  test('approved, undone and approved again is one write, after the second grace time', async () => {
    const day = await approved()
    await day.pass(10 * MINUTE_MS)
    await day.press('nora', 'undo', 'anna')
    await day.press('nora', 'approve', 'anna')
    await day.pass(10 * MINUTE_MS)
    expect(day.calls.filter(call => /inspect|send/.test(call))).toEqual([])
    await day.pass(5 * MINUTE_MS)
    expect(day.calls.filter(call => call.startsWith('send'))).toEqual(['send anna'])
  })

  test.each([
    ['a rehearsal', { dryRun: true }, 'rehearse'],
    ['what the look objects to', {}, 'withdraw'],
  ])(
    'whose time to undo began anew during its last look is looked at again after it: %s',
    async (_, settings, end) => {
      const day = await approved({ settings })
      if (end === 'withdraw') day.change('anna', { active: false })
      day.during('inspect', () => day.store.resume('slack:U_nora', day.now(), GRACE_MS))
      await day.pass(GRACE_MS)
      await day.pass(GRACE_MS - 1)
      expect(await day.events('anna')).toEqual(['approve', 'wait'])
      await day.pass(1)
      expect(await day.events('anna')).toEqual(['approve', 'wait', end])
    },
  )

  test('that was undone and approved anew during its last look belongs to the new approval alone', async () => {
    const day = await approved()
    day.change('anna', { active: false })
    day.during('inspect', async () => {
      await day.press('nora', 'undo', 'anna')
      await day.press('nora', 'approve', 'anna')
    })
    await day.pass(GRACE_MS)
    await day.pass(GRACE_MS)
    expect(await day.events('anna')).toEqual(['approve', 'undo', 'approve', 'withdraw'])
  })

  test('of a candidate that was undone does nothing at all', async () => {
    const day = await approved()
    await day.press('nora', 'undo', 'anna')
    await day.pass(DAY_MS)
    expect(day.calls.filter(call => /inspect|send/.test(call))).toEqual([])
    expect(await day.events('anna')).toEqual(['approve', 'undo'])
  })

  test('that was interrupted after its intent was noted sends nothing, and reads before anything else', async () => {
    const day = await approved()
    const limits = { maxPerDay: 100, maxPerApproverPerDay: 100, dayStart: NOW }
    const snapshot = await day.licences.snapshot(idOf('anna'))
    await day.store.begin(await day.newest('anna'), snapshot, day.now() + GRACE_MS, limits)
    await day.pass(GRACE_MS)
    expect(day.calls.filter(call => /inspect|send/.test(call))).toEqual([])
    expect(await day.last('anna')).toMatchObject({ event: 'lose_track', note: { why: 'interrupted' } })
  })
})

describe('what a write came to, by the read that follows it and nothing else', () => {
  const ACCEPTED: WriteAnswer = { kind: 'accepted', status: 204 }
  const REFUSED: WriteAnswer = { kind: 'refused', status: 403, detail: 'ACL Exception' }
  const UNKNOWN: WriteAnswer = { kind: 'unknown', status: 500, detail: 'cancelled' }

  test.each<[string, WriteAnswer | Error, 'gone' | 'found' | 'unreadable', string, object]>([
    ['a no, but gone', REFUSED, 'gone', 'done', { status: 403, detail: 'ACL Exception' }],
    ['no clear answer, but gone', UNKNOWN, 'gone', 'done', { status: 500, detail: 'cancelled' }],
    ['a no, and still there', REFUSED, 'found', 'refused', { status: 403, detail: 'ACL Exception' }],
    ['a yes, but still there', ACCEPTED, 'found', 'lose_track', { why: 'not_confirmed', status: 204 }],
    [
      'no clear answer, and still there: it may yet go',
      UNKNOWN,
      'found',
      'lose_track',
      { why: 'not_confirmed', status: 500, detail: 'cancelled' },
    ],
    [
      'a no that could not be read back',
      REFUSED,
      'unreadable',
      'lose_track',
      { why: 'not_confirmed', status: 403, detail: 'ACL Exception' },
    ],
    [
      'a yes that could not be read back',
      ACCEPTED,
      'unreadable',
      'lose_track',
      { why: 'not_confirmed', status: 204 },
    ],
    [
      'an error that does not say whether anything was sent',
      new Error('no idea'),
      'found',
      'lose_track',
      { why: 'not_confirmed', status: null, detail: 'no idea' },
    ],
    [
      'an error before anything was sent',
      new NotSent('no sign-in'),
      'found',
      'refused',
      { why: 'never_sent', detail: 'no sign-in' },
    ],
    [
      'an error before anything was sent, and gone: by somebody else',
      new NotSent('no sign-in'),
      'gone',
      'refused',
      { why: 'never_sent', detail: 'no sign-in' },
    ],
    [
      'an error before anything was sent, and no read either',
      new NotSent('no sign-in'),
      'unreadable',
      'refused',
      { why: 'never_sent', detail: 'no sign-in' },
    ],
  ])('%s', async (_, answer, proof, event, note) => {
    const day = await approved()
    day.answerWrites(answer)
    day.during('send', () => {
      if (proof === 'gone') day.remove('anna')
      if (proof === 'unreadable') day.breakDown('inspect')
    })
    await day.pass(GRACE_MS)
    expect(await day.last('anna')).toMatchObject({ event, actor: 'worker' })
    expect((await day.last('anna')).note).toEqual(note)
  })

  test('what was never sent says nothing about ServiceNow: neither a good answer nor a bad one', async () => {
    const day = createWorkday()
    day.join(NORA)
    const names = ['anna', 'ben', 'carl', 'dora']
    await day.propose(...names.map(name => anIdleAccount(name)))
    day.answerWrites(UNKNOWN, UNKNOWN, new NotSent('no sign-in'), UNKNOWN)
    for (const name of names) {
      await day.press('nora', 'approve', name)
      await day.pass(1)
    }
    await day.pass(GRACE_MS)
    expect(await day.last('carl')).toMatchObject({ event: 'refused', note: { why: 'never_sent' } })
    expect(await day.store.halts()).toMatchObject({
      breaker: { reason: expect.stringContaining('500, 500, 500') },
    })
  })

  test('what was sent before may be what deletes an account, though this time nothing could be sent', async () => {
    const day = await approved()
    day.answerWrites(UNKNOWN, new NotSent('no sign-in'))
    await day.pass(GRACE_MS)
    await day.pass(HOUR_MS)
    expect(await day.last('anna')).toMatchObject({ event: 'refused', note: { why: 'not_sent' } })
    day.remove('anna')
    await day.press('nora', 'retry', 'anna')
    await day.pass(GRACE_MS)
    expect(await day.last('anna')).toMatchObject({ event: 'found_done' })
  })

  test('an account that somebody else deleted when nothing could be sent is not claimed', async () => {
    const day = await approved()
    day.answerWrites(new NotSent('no sign-in'))
    day.during('send', () => day.remove('anna'))
    await day.pass(GRACE_MS)
    await day.press('nora', 'retry', 'anna')
    await day.pass(GRACE_MS)
    expect(await day.last('anna')).toMatchObject({ event: 'withdraw', note: { why: 'already_gone' } })
  })

  test('a read-back that fails is logged by the id of the candidate and the reason', async () => {
    const day = await approved()
    day.during('send', () => day.breakDown('inspect'))
    await day.pass(GRACE_MS)
    expect(day.logged).toContainEqual({
      level: 'warn',
      fields: { candidate: (await day.newest('anna')).id, reason: 'inspect is out of order' },
      message: 'the deletion could not be read back',
    })
  })
})

describe('a write of which track was lost', () => {
  const DROPPED: WriteAnswer = { kind: 'unknown', status: 202, detail: 'dropped' }

  async function lost(...more: WriteAnswer[]) {
    const day = await approved()
    day.answerWrites(DROPPED, ...more)
    await day.pass(GRACE_MS)
    day.fresh()
    return day
  }
  const sentAndRead = (calls: string[]) => calls.filter(call => /inspect|send/.test(call))

  test('is read again after 90 seconds, not sooner, as ServiceNow may be at it for 60', async () => {
    const day = await lost()
    await day.pass(90 * SECOND_MS - 1)
    expect(sentAndRead(day.calls)).toEqual([])
    day.remove('anna')
    await day.pass(1)
    expect(sentAndRead(day.calls)).toEqual(['inspect nobody'])
    expect(await day.last('anna')).toMatchObject({ event: 'found_done', to: 'reclaimed', note: {} })
  })

  test('is sent again only after a read that found the account, and another last look', async () => {
    const day = await lost()
    await day.pass(90 * SECOND_MS)
    expect(sentAndRead(day.calls)).toEqual(['inspect anna', 'inspect anna', 'send anna', 'inspect nobody'])
    expect(await day.events('anna')).toEqual([
      'approve',
      'begin',
      'lose_track',
      'found_undone',
      'begin',
      'done',
    ])
    expect((await day.history('anna'))[3]?.note).toEqual({ why: 'still_there' })
  })

  test('is read later each time, and after the third fruitless repetition is given up', async () => {
    // Answers that ask for patience: three that nobody can explain would stop all writes.
    const busy: WriteAnswer = { kind: 'unknown', status: 429, detail: 'ServiceNow limits requests' }
    const day = await lost(busy, busy, busy)
    for (const pause of [90 * SECOND_MS, 5 * MINUTE_MS, 15 * MINUTE_MS]) {
      day.fresh()
      await day.pass(pause - 1)
      expect(day.calls.filter(call => /inspect|send/.test(call))).toEqual([])
      await day.pass(1)
      expect(day.calls.filter(call => /send/.test(call))).toHaveLength(1)
    }
    await day.pass(15 * MINUTE_MS)
    expect(await day.last('anna')).toMatchObject({
      event: 'give_up',
      to: 'failed',
      note: { why: 'still_there' },
    })
    day.fresh()
    await day.pass(DAY_MS)
    expect(sentAndRead(day.calls)).toEqual([])
  })

  test('waits, a little longer each time, while it cannot be read', async () => {
    const day = await lost()
    day.breakDown('inspect')
    await day.pass(90 * SECOND_MS)
    for (const pause of [5 * MINUTE_MS, 15 * MINUTE_MS, 15 * MINUTE_MS]) {
      day.fresh()
      await day.pass(pause - 1)
      expect(sentAndRead(day.calls)).toEqual([])
      await day.pass(1)
      expect(sentAndRead(day.calls)).toEqual(['inspect anna'])
    }
    expect((await day.newest('anna')).state).toBe('verifying')
    expect(day.logged.at(-1)).toMatchObject({ level: 'warn', message: 'the deletion could not be read back' })
    day.repair()
    day.remove('anna')
    await day.pass(15 * MINUTE_MS)
    expect((await day.newest('anna')).state).toBe('reclaimed')
  })

  test('is not read before the time that ServiceNow told the bot to wait', async () => {
    const day = await lost()
    day.failWith('inspect', new Later('slow down', HOUR_MS))
    await day.pass(90 * SECOND_MS)
    day.fresh()
    await day.pass(HOUR_MS - 1)
    expect(sentAndRead(day.calls)).toEqual([])
    await day.pass(1)
    expect(sentAndRead(day.calls)).toEqual(['inspect anna'])
  })

  test('is read back during a pause, but not sent again', async () => {
    const day = await lost()
    await day.store.pause('slack:U_nora', day.now())
    await day.pass(DAY_MS)
    expect(sentAndRead(day.calls)).toEqual(['inspect anna'])
    expect(await day.last('anna')).toMatchObject({ event: 'found_undone', to: 'approved' })
  })

  test('and whose account goes before it is sent again was ours', async () => {
    const day = await lost()
    await day.store.pause('slack:U_nora', day.now())
    await day.pass(90 * SECOND_MS)
    day.remove('anna')
    await day.store.resume('slack:U_nora', day.now(), GRACE_MS)
    await day.pass(GRACE_MS)
    expect(await day.last('anna')).toMatchObject({ event: 'found_done', to: 'reclaimed', note: {} })
  })
})

describe('rehearsals', () => {
  test('an approval in a dry run ends after the last look; nothing is sent', async () => {
    const day = await approved({ settings: { dryRun: true } })
    await day.pass(GRACE_MS)
    expect(day.calls.filter(call => /inspect|send/.test(call))).toEqual(['inspect anna'])
    expect(await day.last('anna')).toMatchObject({ event: 'rehearse', to: 'rehearsed', note: {} })
  })

  test.each([
    ['switching it on later stops what was proposed live', false, true],
    ['switching it off later does not arm what was proposed in a dry run', true, false],
  ])('the stricter wins: %s', async (_, before, after) => {
    const day = await approved({ settings: { dryRun: before } })
    day.configure({ dryRun: after })
    await day.pass(GRACE_MS)
    expect((await day.newest('anna')).state).toBe('rehearsed')
  })
})

describe('caps', () => {
  const twoApproved = async (settings: { maxPerDay?: number; maxPerApproverPerDay?: number }) => {
    const day = createWorkday({ settings })
    day.join(NORA, aPerson('olga', { named: true }))
    await day.propose(anIdleAccount('anna'), anIdleAccount('ben'))
    await day.press('nora', 'approve', 'anna')
    await day.press('nora', 'approve', 'ben')
    await day.pass(GRACE_MS)
    return day
  }
  const states = (day: Workday) =>
    Promise.all(['anna', 'ben'].map(async name => (await day.newest(name)).state))

  test.each([
    ['of everybody', { maxPerDay: 1 }, 'over_daily_cap'],
    ['of an approver', { maxPerApproverPerDay: 1 }, 'over_approver_cap'],
  ])(
    '%s: what is over waits for the next day of the schedule’s zone, and says so once',
    async (_, caps, why) => {
      const day = await twoApproved(caps)
      expect((await states(day)).sort()).toEqual(['approved', 'reclaimed'])
      const waiting = (await states(day))[0] === 'approved' ? 'anna' : 'ben'
      expect(await day.last(waiting)).toMatchObject({ event: 'wait', note: { why } })
      // NOW is Monday 10:00 in Berlin; its day ends at 23:00 UTC.
      const midnight = Date.UTC(2026, 10, 23, 23)
      await day.pass(midnight - day.now() - 1)
      expect((await day.newest(waiting)).state).toBe('approved')
      await day.pass(1)
      expect((await day.newest(waiting)).state).toBe('reclaimed')
      expect((await day.events(waiting)).filter(event => event === 'wait')).toHaveLength(1)
    },
  )
})
