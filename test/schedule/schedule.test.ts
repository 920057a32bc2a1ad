import { describe, expect, it } from 'vitest'
import type { RunId } from '../../src/reclaim/ids.ts'
import { createSchedule } from '../../src/reclaim/schedule.ts'
import { createOffice, HOUR, MINUTE } from './world.ts'

const MONDAYS = ['0 9 * * 1', 'Europe/Berlin'] as const
/** Mondays at nine in Berlin, winter time. */
const [FIRST, SECOND, THIRD] = [
  '2026-11-02T08:00:00.000Z',
  '2026-11-09T08:00:00.000Z',
  '2026-11-16T08:00:00.000Z',
]

/** An office on the Friday before the first slot, whose bot has been started. */
async function friday() {
  const office = createOffice('2026-10-30T12:00:00Z')
  const schedule = office.open(...MONDAYS)
  await schedule.tick()
  return { office, schedule }
}

const iso = (instant: number | undefined) => new Date(instant ?? 0).toISOString()

describe('a slot', () => {
  it('is waited for from the first start on', async () => {
    const { office, schedule } = await friday()
    expect(iso((await office.store.job())?.nextDueAt)).toBe(FIRST)
    office.set('2026-11-02T07:59:59.999Z')
    await schedule.tick()
    expect(office.runs).toEqual([])
    office.set(FIRST)
    await schedule.tick()
    expect(office.runs).toEqual([{ slot: FIRST, at: FIRST, outcome: 'finished' }])
  })

  it('runs once, and the next one in its turn', async () => {
    const { office, schedule } = await friday()
    for (const at of [FIRST, FIRST, '2026-11-02T08:01:00Z', SECOND, SECOND]) {
      office.set(at)
      await schedule.tick()
    }
    expect(office.runs.map(run => run.slot)).toEqual([FIRST, SECOND])
  })

  it('that was missed runs late, and several missed ones only once', async () => {
    const { office } = await friday()
    office.set('2026-11-12T15:30:00Z')
    await office.open(...MONDAYS).tick()
    expect(office.runs).toEqual([{ slot: FIRST, at: '2026-11-12T15:30:00.000Z', outcome: 'finished' }])
    expect(iso((await office.store.job())?.nextDueAt)).toBe(THIRD)
  })

  it('that comes round while an earlier one still runs was missed, too, and runs after it', async () => {
    const { office, schedule } = await friday()
    office.setDuringScan(async () => office.set('2026-11-09T08:20:00Z'))
    office.set(FIRST)
    await schedule.tick()
    office.setDuringScan(async () => {})
    await schedule.tick()
    expect(office.runs.map(run => run.slot)).toEqual([FIRST, SECOND])
  })

  it('waits while somebody else’s run is under way', async () => {
    const { office, schedule } = await friday()
    office.set(FIRST)
    const id = 'a-run-by-hand' as RunId
    await office.store.startRun({ id, slot: null, actor: 'slack:U1', at: office.now() })
    await schedule.tick()
    await office.store.abandonRun(id, 'over', office.now())
    office.advance(MINUTE)
    await schedule.tick()
    expect(office.runs.map(run => run.outcome)).toEqual(['busy', 'finished'])
  })

  it('that was done when the bot died, just before it could note so, is not done again', async () => {
    const { office, schedule } = await friday()
    const before = await office.store.job()
    office.set(FIRST)
    await schedule.tick()
    if (before) await office.store.saveJob(before)
    await office.open(...MONDAYS).tick()
    expect(office.runs.map(run => run.outcome)).toEqual(['finished', 'slot_done'])
    expect(iso((await office.store.job())?.nextDueAt)).toBe(SECOND)
  })

  it('does not run twice when the clock is set back, during the run or after it', async () => {
    const { office, schedule } = await friday()
    office.setDuringScan(async () => office.set('2026-11-02T07:30:00Z'))
    office.set(FIRST)
    await schedule.tick()
    for (const at of ['2026-10-01T00:00:00Z', '2026-11-02T07:59:00Z', FIRST, '2026-11-02T09:00:00Z']) {
      office.set(at)
      await schedule.tick()
    }
    expect(office.runs.map(run => run.slot)).toEqual([FIRST])
    office.set(SECOND)
    await schedule.tick()
    expect(office.runs.map(run => run.slot)).toEqual([FIRST, SECOND])
  })

  it('that failed while the clock was set back, and was done early, does not come again', async () => {
    const { office, schedule } = await friday()
    office.setOutage('ServiceNow could not be reached.')
    office.setDuringScan(async () => office.set('2026-11-02T07:00:00Z'))
    office.set(FIRST)
    await schedule.tick()
    office.setOutage(null)
    office.setDuringScan(async () => {})
    for (const at of ['2026-11-02T07:05:00.000Z', FIRST]) {
      office.set(at)
      await schedule.tick()
    }
    expect(office.runs.map(run => run.outcome)).toEqual(['failed', 'finished'])
  })
})

describe('a changed schedule', () => {
  it.each([
    ['another time', '30 10 * * 1', 'Europe/Berlin', '2026-11-02T09:30:00.000Z'],
    ['another zone', '0 9 * * 1', 'America/New_York', '2026-11-02T14:00:00.000Z'],
  ])('%s waits for its own slot, and forgets the one that was missed', async (_, cron, zone, next) => {
    const { office } = await friday()
    office.set('2026-11-02T08:10:00Z')
    const changed = office.open(cron, zone)
    await changed.tick()
    expect(office.runs).toEqual([])
    expect(iso((await office.store.job())?.nextDueAt)).toBe(next)
    office.set(next)
    await changed.tick()
    expect(office.runs.map(run => run.slot)).toEqual([next])
  })
})

describe('a run that fails', () => {
  const OUTAGE = 'ServiceNow could not be reached.'

  async function failing() {
    const { office, schedule } = await friday()
    office.setOutage(OUTAGE)
    office.set(FIRST)
    await schedule.tick()
    return { office, schedule }
  }

  it('is tried again every five minutes until it succeeds', async () => {
    const { office, schedule } = await failing()
    for (let minute = 1; minute <= 11; minute++) {
      office.advance(MINUTE)
      if (minute === 9) office.setOutage(null)
      await schedule.tick()
    }
    expect(office.runs).toEqual([
      { slot: FIRST, at: FIRST, outcome: 'failed' },
      { slot: FIRST, at: '2026-11-02T08:05:00.000Z', outcome: 'failed' },
      { slot: FIRST, at: '2026-11-02T08:10:00.000Z', outcome: 'finished' },
    ])
    expect(await office.store.job()).toMatchObject({ failingSince: null, retryAt: null })
    expect(iso((await office.store.job())?.nextDueAt)).toBe(SECOND)
  })

  it('is given up six hours after the first failure, across restarts; the channel is told once', async () => {
    const { office } = await failing()
    while (office.now() < Date.parse(FIRST) + 8 * HOUR) {
      office.advance(MINUTE)
      await office.open(...MONDAYS).tick()
    }
    expect(office.runs).toHaveLength(1 + 6 * 12)
    expect(office.runs.at(-1)).toEqual({ slot: FIRST, at: '2026-11-02T14:00:00.000Z', outcome: 'failed' })
    const notice = { kind: 'run_gave_up', slot: Date.parse(FIRST), reason: OUTAGE }
    expect(await office.notices()).toEqual([{ kind: 'notice', notice }])
    expect(iso((await office.store.job())?.nextDueAt)).toBe(SECOND)
  })

  it('in the next slot has six hours of its own', async () => {
    const { office, schedule } = await failing()
    office.advance(6 * HOUR)
    await schedule.tick()
    office.set(SECOND)
    await schedule.tick()
    office.advance(5 * MINUTE)
    await schedule.tick()
    expect(office.runs.slice(-2).map(run => run.slot)).toEqual([SECOND, SECOND])
    expect(await office.notices()).toHaveLength(1)
  })

  it('gets one more attempt after a long sleep before it is given up', async () => {
    const { office, schedule } = await failing()
    office.advance(20 * HOUR)
    office.setOutage(null)
    await schedule.tick()
    expect(office.runs.map(run => run.outcome)).toEqual(['failed', 'finished'])
    expect(await office.notices()).not.toContainEqual(expect.objectContaining({ kind: 'notice' }))
  })
})

describe('ticks', () => {
  it('that come during a run join it', async () => {
    const { office, schedule } = await friday()
    const { promise: reading, resolve: read } = Promise.withResolvers<void>()
    office.setDuringScan(() => reading)
    office.set(FIRST)
    const ticks = [schedule.tick(), schedule.tick()]
    read()
    await Promise.all(ticks)
    expect(office.runs).toEqual([{ slot: FIRST, at: FIRST, outcome: 'finished' }])
  })

  it('survive a store that refuses, and try again', async () => {
    const office = createOffice(FIRST)
    let refusing = true
    const logged: object[] = []
    const schedule = createSchedule({
      store: {
        ...office.store,
        job: async () => {
          if (refusing) throw new Error('database is locked')
          return office.store.job()
        },
      },
      clock: { now: office.now },
      log: { debug() {}, info() {}, warn() {}, error: fields => void logged.push(fields) },
      schedule: 'hourly',
      nextSlot: after => after + HOUR,
      run: async () => ({ kind: 'slot_done' }),
    })
    await schedule.tick()
    expect(logged).toEqual([{ reason: 'database is locked' }])
    refusing = false
    await schedule.tick()
    expect(await office.store.job()).toMatchObject({ schedule: 'hourly', nextDueAt: office.now() + HOUR })
  })

  it('take a run that throws for one that failed', async () => {
    const office = createOffice(FIRST)
    const schedule = createSchedule({
      store: office.store,
      clock: { now: office.now },
      log: { debug() {}, info() {}, warn() {}, error() {} },
      schedule: 'hourly',
      nextSlot: after => after + HOUR,
      run: () => Promise.reject(new Error('disk full')),
    })
    await schedule.tick()
    office.advance(HOUR)
    await schedule.tick()
    expect(await office.store.job()).toMatchObject({
      failingSince: office.now(),
      retryAt: office.now() + 5 * MINUTE,
    })
  })
})

describe('an operator reads in the log', () => {
  it('when the first slot will be, and what came of each', async () => {
    const { office, schedule } = await friday()
    office.set(FIRST)
    await schedule.tick()
    expect(office.logged).toEqual([
      {
        level: 'info',
        message: 'the schedule is new',
        fields: { schedule: '0 9 * * 1 Europe/Berlin', nextDueAt: Date.parse(FIRST) },
      },
      {
        level: 'info',
        message: 'a slot came round',
        fields: { slot: Date.parse(FIRST), outcome: 'finished' },
      },
    ])
  })

  it('since when a run has been failing and why, and that it was given up', async () => {
    const { office, schedule } = await friday()
    office.setOutage('ServiceNow could not be reached.')
    office.set(FIRST)
    await schedule.tick()
    office.advance(6 * HOUR)
    await schedule.tick()
    const fields = {
      slot: Date.parse(FIRST),
      failingSince: Date.parse(FIRST),
      reason: 'ServiceNow could not be reached.',
    }
    expect(office.logged.filter(({ level }) => level !== 'info')).toEqual([
      { level: 'warn', message: 'the run failed and will be tried again', fields },
      { level: 'error', message: 'the run failed for 6 hours and was given up', fields },
    ])
  })

  it('that the schedule itself could not be kept', async () => {
    const office = createOffice(FIRST)
    office.store.job = () => Promise.reject(new Error('database is locked'))
    await office.open(...MONDAYS).tick()
    expect(office.logged).toEqual([
      { level: 'error', message: 'the schedule could not be kept', fields: { reason: 'database is locked' } },
    ])
  })
})
