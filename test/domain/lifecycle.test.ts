import { describe, expect, test } from 'vitest'
import type { CandidateId } from '../../src/reclaim/ids.ts'
import {
  buttonsIn,
  decide,
  type EventName,
  evolve,
  type Happening,
  LIFECYCLE,
  type LogEntry,
  OPEN_STATES,
  type Standing,
  type State,
} from '../../src/reclaim/lifecycle.ts'
import type { Note, Reason } from '../../src/reclaim/note.ts'
import { MINUTE_MS } from './examples.ts'

const GRACE_MS = 15 * MINUTE_MS
const ONE = { graceMs: GRACE_MS, approvalsRequired: 1 } as const
const TWO = { graceMs: GRACE_MS, approvalsRequired: 2 } as const
const actor = 'slack:U_dana'

/** All that may happen. Whatever is not in this list must be refused. */
const ALLOWED: readonly (readonly [State, Happening, State])[] = [
  ['proposed', 'endorse', 'proposed'],
  ['proposed', 'approve', 'approved'],
  ['proposed', 'skip', 'skipped'],
  ['proposed', 'expire', 'expired'],
  ['proposed', 'withdraw', 'withdrawn'],
  ['approved', 'begin', 'reclaiming'],
  ['approved', 'wait', 'approved'],
  ['approved', 'undo', 'proposed'],
  ['approved', 'withdraw', 'withdrawn'],
  ['approved', 'rehearse', 'rehearsed'],
  ['approved', 'found_done', 'reclaimed'],
  ['reclaiming', 'done', 'reclaimed'],
  ['reclaiming', 'refused', 'failed'],
  ['reclaiming', 'lose_track', 'verifying'],
  ['verifying', 'found_done', 'reclaimed'],
  ['verifying', 'found_undone', 'approved'],
  ['verifying', 'give_up', 'failed'],
  ['failed', 'retry', 'approved'],
  ['failed', 'skip', 'skipped'],
  ['failed', 'expire', 'expired'],
  ['failed', 'withdraw', 'withdrawn'],
  ['failed', 'found_done', 'reclaimed'],
]

const STATES = Object.keys(LIFECYCLE) as State[]
const EVENTS = [...new Set(ALLOWED.map(([, event]) => event))]
const isAllowed = (state: State, event: Happening) => ALLOWED.some(([s, e]) => s === state && e === event)

function standing(state: State, differences: Partial<Standing> = {}): Standing {
  return {
    state,
    version: 1,
    round: 1,
    approvalSeq: null,
    approvedBy: null,
    endorsedBy: null,
    begunAt: null,
    foundUndone: 0,
    waitingFor: null,
    ...differences,
  }
}

/** The standing of a candidate for which no guard stands in the way of the event. */
const ready = (state: State, event: Happening) =>
  standing(state, { begunAt: event === 'found_done' ? 1 : null })
const why = 'over_daily_cap'
/** One person approves alone; endorsing makes sense only where two have to. */
const rulesFor = (event: Happening) => (event === 'endorse' ? TWO : ONE)

describe('what may happen to a candidate', () => {
  test.each(ALLOWED)('%s: %s leads to %s', (state, event, to) => {
    expect(decide(ready(state, event), { event, actor, why }, rulesFor(event))).toMatchObject({
      kind: 'accepted',
      to,
    })
  })

  const others = STATES.flatMap(state => EVENTS.map(event => [state, event] as const)).filter(
    pair => !isAllowed(...pair),
  )
  test.each(others)('%s: %s is refused', (state, event) => {
    expect(decide(ready(state, event), { event, actor, why }, rulesFor(event))).toEqual({ kind: 'refused' })
    expect(decide(standing(state, { begunAt: 1 }), { event, actor, why }, rulesFor(event))).toEqual({
      kind: 'refused',
    })
  })

  test('every state and every event was tried', () => {
    expect([STATES.length, EVENTS.length]).toEqual([10, 16])
    expect(others).toHaveLength(10 * 16 - ALLOWED.length)
    const listed = STATES.flatMap(state => Object.keys(LIFECYCLE[state]).map(event => `${state} ${event}`))
    expect(listed.sort()).toEqual(ALLOWED.map(([state, event]) => `${state} ${event}`).sort())
  })

  test('open are exactly the states that something can still happen in', () => {
    expect([...OPEN_STATES]).toEqual(STATES.filter(state => Object.keys(LIFECYCLE[state]).length > 0))
  })
})

describe('what has to be true besides', () => {
  const accepts = (now: Standing, event: Happening, because?: Reason) =>
    decide(now, { event, actor, why: because }, ONE).kind === 'accepted'

  test.each(['approved', 'failed'] as const)(
    '%s: an account that is gone was reclaimed only if a write had begun',
    state => {
      expect(accepts(standing(state), 'found_done')).toBe(false)
      expect(accepts(standing(state, { begunAt: 1 }), 'found_done')).toBe(true)
    },
  )

  test('switching dryRun on stops even what was sent before and found undone', () => {
    expect(accepts(standing('approved', { begunAt: 1, foundUndone: 1 }), 'rehearse')).toBe(true)
  })

  test('a write is sent again at most three times an approval', () => {
    expect(accepts(standing('verifying', { begunAt: 1, foundUndone: 2 }), 'found_undone')).toBe(true)
    expect(accepts(standing('verifying', { begunAt: 1, foundUndone: 3 }), 'found_undone')).toBe(false)
    expect(accepts(standing('verifying', { begunAt: 1, foundUndone: 3 }), 'give_up')).toBe(true)
  })

  test('each new time to undo is told', () => {
    const again = 'time_to_undo_again'
    expect(accepts(standing('approved', { waitingFor: again }), 'wait', again)).toBe(true)
  })

  test('a wait is told once for each reason, and never without one', () => {
    expect(accepts(standing('approved'), 'wait', why)).toBe(true)
    expect(accepts(standing('approved', { waitingFor: why }), 'wait', why)).toBe(false)
    expect(accepts(standing('approved', { waitingFor: 'roster_unreadable' }), 'wait', why)).toBe(true)
    expect(accepts(standing('approved'), 'wait')).toBe(false)
  })
})

describe('four eyes', () => {
  const accepts = (now: Partial<Standing>, event: Happening, rules: typeof ONE | typeof TWO = TWO) =>
    decide(standing('proposed', now), { event, actor }, rules).kind === 'accepted'

  test('the first of two endorses, once, and cannot approve', () => {
    expect(accepts({}, 'endorse')).toBe(true)
    expect(accepts({}, 'approve')).toBe(false)
    expect(accepts({ endorsedBy: 'slack:U_nora' }, 'endorse')).toBe(false)
  })

  test('the second has to be somebody else', () => {
    expect(accepts({ endorsedBy: 'slack:U_nora' }, 'approve')).toBe(true)
    expect(accepts({ endorsedBy: actor }, 'approve')).toBe(false)
  })

  test('where one is enough, nobody endorses, and whoever did before may approve', () => {
    expect(accepts({}, 'endorse', ONE)).toBe(false)
    expect(accepts({ endorsedBy: actor }, 'approve', ONE)).toBe(true)
  })

  const entry = (seq: number, event: EventName, by: string, from: State | null, to: State): LogEntry => ({
    ...{ seq, event, from, to, actor: by, note: {}, at: seq },
    candidateId: 'c' as CandidateId,
  })
  const approved = [
    entry(1, 'propose', 'scan', null, 'proposed'),
    entry(2, 'endorse', 'dana', 'proposed', 'proposed'),
    entry(3, 'approve', 'nora', 'proposed', 'approved'),
  ]
  const following = (...more: LogEntry[]) => [...approved, ...more].reduce<Standing | null>(evolve, null)

  test('both are remembered; an undo forgets the first, too', () => {
    expect(following()).toMatchObject({ endorsedBy: 'dana', approvedBy: 'nora', round: 1 })
    expect(following(entry(4, 'undo', 'nora', 'approved', 'proposed'))).toMatchObject({ endorsedBy: null })
  })

  test.each([
    ['dana', 'nora'],
    ['nora', 'dana'],
    ['otto', 'dana'],
  ])('when %s alone tries again, two different people still stand for it', (again, beside) => {
    const failed = [
      entry(4, 'begin', 'worker', 'approved', 'reclaiming'),
      entry(5, 'refused', 'worker', 'reclaiming', 'failed'),
    ]
    expect(following(...failed, entry(6, 'retry', again, 'failed', 'approved'))).toMatchObject({
      approvedBy: again,
      endorsedBy: beside,
    })
  })
})

describe('what follows', () => {
  const followUps = (now: Standing, event: Happening) => {
    const decision = decide(now, { event, actor, why }, rulesFor(event))
    return decision.kind === 'accepted' ? decision.followUps : 'refused'
  }

  test.each([
    ['proposed', 'approve'],
    ['failed', 'retry'],
  ] as const)('%s: %s asks for the write after the grace time', (state, event) => {
    expect(followUps(standing(state), event)).toEqual([{ kind: 'write', afterMs: GRACE_MS }])
  })

  test('a write proven undone is repeated at once: its grace time is over', () => {
    expect(followUps(standing('verifying'), 'found_undone')).toEqual([{ kind: 'write', afterMs: 0 }])
  })

  test.each([
    [0, 90_000],
    [1, 5 * MINUTE_MS],
    [2, 15 * MINUTE_MS],
    [3, 15 * MINUTE_MS],
  ])(
    'a lost write that was found undone %i times before is looked for after %i ms',
    (foundUndone, afterMs) => {
      expect(followUps(standing('reclaiming', { foundUndone }), 'lose_track')).toEqual([
        { kind: 'verify', afterMs },
      ])
    },
  )

  const quiet = ALLOWED.filter(
    ([, event]) => !['approve', 'retry', 'found_undone', 'lose_track'].includes(event),
  )
  test.each(quiet)('%s: %s asks for nothing', (state, event) => {
    expect(followUps(ready(state, event), event)).toEqual([])
  })
})

describe('the standing is what the history makes of it', () => {
  let seq = 0

  const entry = (event: EventName, from: State | null, to: State, note: Note = {}): LogEntry => {
    seq += 1
    return {
      seq,
      candidateId: 'c' as CandidateId,
      event,
      from,
      to,
      actor: `actor ${seq}`,
      note,
      at: seq * 1000,
    }
  }

  test('a long life, one event after another', () => {
    const steps: [LogEntry, Partial<Standing>][] = [
      [
        entry('propose', null, 'proposed'),
        { state: 'proposed', version: 1, round: 1, approvalSeq: null, approvedBy: null, begunAt: null },
      ],
      [
        entry('approve', 'proposed', 'approved'),
        { state: 'approved', approvalSeq: 2, approvedBy: 'actor 2' },
      ],
      // The buttons of the first round must not work any more.
      [entry('undo', 'approved', 'proposed'), { state: 'proposed', round: 2 }],
      [entry('approve', 'proposed', 'approved'), { round: 2, approvalSeq: 4, approvedBy: 'actor 4' }],
      [
        entry('wait', 'approved', 'approved', { why }),
        { state: 'approved', approvalSeq: 4, waitingFor: why },
      ],
      [entry('begin', 'approved', 'reclaiming'), { state: 'reclaiming', begunAt: 6000, waitingFor: null }],
      // Only a wait waits for something, though other events have their reason too.
      [
        entry('lose_track', 'reclaiming', 'verifying', { why: 'interrupted' }),
        { state: 'verifying', foundUndone: 0, waitingFor: null },
      ],
      // The repeated write has a task of its own, but the approver remains who approved.
      [
        entry('found_undone', 'verifying', 'approved'),
        { foundUndone: 1, approvalSeq: 8, approvedBy: 'actor 4', round: 2 },
      ],
      [entry('begin', 'approved', 'reclaiming'), { begunAt: 6000 }],
      [entry('refused', 'reclaiming', 'failed'), { state: 'failed', foundUndone: 1 }],
      [
        entry('retry', 'failed', 'approved'),
        { round: 3, approvalSeq: 11, approvedBy: 'actor 11', foundUndone: 0, begunAt: 6000 },
      ],
      [entry('begin', 'approved', 'reclaiming'), {}],
      [entry('done', 'reclaiming', 'reclaimed'), { state: 'reclaimed', version: 13, begunAt: 6000 }],
    ]
    let now: Standing | null = null
    for (const [happened, expected] of steps) {
      now = evolve(now, happened)
      expect(now).toMatchObject({ ...expected, version: happened.seq })
    }
  })

  test.each<[string, [EventName, State, State, Note?][], boolean]>([
    ['was sent', [['begin', 'approved', 'reclaiming']], true],
    [
      'ServiceNow refused',
      [
        ['begin', 'approved', 'reclaiming'],
        ['refused', 'reclaiming', 'failed', { status: 403 }],
      ],
      true,
    ],
    [
      'could not be sent: nothing has begun',
      [
        ['begin', 'approved', 'reclaiming'],
        ['refused', 'reclaiming', 'failed', { why: 'never_sent' }],
      ],
      false,
    ],
    [
      'could not be sent a second time: the first may yet be what deletes the account',
      [
        ['begin', 'approved', 'reclaiming'],
        ['lose_track', 'reclaiming', 'verifying'],
        ['found_undone', 'verifying', 'approved'],
        ['begin', 'approved', 'reclaiming'],
        ['refused', 'reclaiming', 'failed', { why: 'not_sent' }],
      ],
      true,
    ],
  ])('a write that %s', (_, lives, hasBegun) => {
    const before = standing('approved', { begunAt: null, foundUndone: 0 })
    const after = lives.reduce<Standing>((now, row) => evolve(now, entry(...row)), before)
    expect(after.begunAt !== null).toBe(hasBegun)
  })
})

describe('buttons', () => {
  test.each([
    ['proposed', ['approve', 'skip']],
    ['approved', ['undo']],
    ['failed', ['retry', 'skip']],
    ['reclaiming', []],
    ['verifying', []],
    ['reclaimed', []],
    ['skipped', []],
    ['expired', []],
    ['withdrawn', []],
    ['rehearsed', []],
  ] as const)('%s: %j', (state, buttons) => {
    expect(buttonsIn(state)).toEqual(buttons)
  })
})
