import { describe, expect, it } from 'vitest'
import { nextSlotOf } from '../../src/timer.ts'
import { createOffice, DAY, MINUTE } from './world.ts'

/** Both changes of 2026: a slot in the skipped hour runs when the clocks jump, one in the repeated hour the first time. */
const CHANGES = [
  {
    zone: 'Europe/Berlin',
    skipped: '30 2',
    jump: '2026-03-29T01:00',
    repeated: '30 2',
    first: '2026-10-25T00:30',
  },
  {
    zone: 'America/New_York',
    skipped: '30 2',
    jump: '2026-03-08T07:00',
    repeated: '30 1',
    first: '2026-11-01T05:30',
  },
  {
    zone: 'America/Santiago',
    skipped: '30 0',
    jump: '2026-09-06T04:00',
    repeated: '30 23',
    first: '2026-04-05T02:30',
  },
  {
    zone: 'Australia/Lord_Howe',
    skipped: '15 2',
    jump: '2026-10-03T15:30',
    repeated: '45 1',
    first: '2026-04-04T14:45',
  },
  {
    zone: 'Pacific/Auckland',
    skipped: '30 2',
    jump: '2026-09-26T14:00',
    repeated: '30 2',
    first: '2026-04-04T13:30',
  },
  {
    zone: 'Pacific/Chatham',
    skipped: '0 3',
    jump: '2026-09-26T14:00',
    repeated: '0 3',
    first: '2026-04-04T13:15',
  },
]

/** The slots of five days, in the middle of which `at` lies. */
function slotsAround(cron: string, zone: string, at: number): number[] {
  const next = nextSlotOf(cron, zone)
  const slots: number[] = []
  for (let slot = next(at - 2.5 * DAY); slot < at + 2.5 * DAY; slot = next(slot)) slots.push(slot)
  return slots
}

/** What the clock on the wall shows: `2026-03-29 02:30`. */
function wallClock(timeZone: string): (at: number) => string {
  const format = { dateStyle: 'short', timeStyle: 'short', timeZone, hourCycle: 'h23' } as const
  const formatter = new Intl.DateTimeFormat('sv-SE', format)
  return at => formatter.format(at)
}

const changes = CHANGES.flatMap(({ zone, skipped, jump, repeated, first }) => [
  { zone, change: 'skips', time: skipped, at: Date.parse(`${jump}Z`) },
  { zone, change: 'repeats', time: repeated, at: Date.parse(`${first}Z`) },
])

describe.each(changes)('$zone $change the hour of $time', ({ zone, change, time, at }) => {
  const wallTime = wallClock(zone)
  const [minute = '', hour = ''] = time.split(' ')

  it('a daily slot comes once a day, and on that day then', () => {
    const slots = slotsAround(`${time} * * *`, zone, at)
    expect(slots).toHaveLength(5)
    expect(slots).toContain(at)
    expect(new Set(slots.map(slot => wallTime(slot).slice(0, 10))).size).toBe(5)
    const usual = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
    const unusual = slots.filter(slot => !wallTime(slot).endsWith(usual))
    expect(unusual).toEqual(change === 'skips' ? [at] : [])
  })

  it('so it does in a pattern with lists', () => {
    const slots = slotsAround(`${minute} ${hour},13 * * *`, zone, at)
    const early = slots.filter(slot => !wallTime(slot).includes(' 13:'))
    expect(early).toEqual(slotsAround(`${time} * * *`, zone, at))
  })

  it('with stars every time on the clock comes once, and those it skips fall together', () => {
    const shown = slotsAround('*/15 * * * *', zone, at).map(wallTime)
    const everyQuarter = new Set<string>()
    for (let instant = at - 2.5 * DAY + MINUTE; instant < at + 2.5 * DAY; instant += MINUTE)
      if (/:(00|15|30|45)$/.test(wallTime(instant))) everyQuarter.add(wallTime(instant))
    expect(shown).toEqual([...everyQuarter])
  })

  it('a bot that looks every minute runs each slot once and on time', async () => {
    const office = createOffice(new Date(at - 1.5 * DAY - MINUTE / 2).toISOString())
    const schedule = office.open(`${time} * * *`, zone)
    const due = slotsAround(`${time} * * *`, zone, at).slice(1, -1)
    const hours = (slot: number) => ({ from: slot - 70 * MINUTE, to: slot + 70 * MINUTE })
    await schedule.tick()
    for (const { from, to } of due.map(hours)) {
      office.set(new Date(from + MINUTE / 2).toISOString())
      for (; office.now() < to; office.advance(MINUTE)) await schedule.tick()
    }
    expect(office.runs.map(run => Date.parse(run.slot))).toEqual(due)
    for (const run of office.runs) {
      expect(run.outcome).toBe('finished')
      expect(Date.parse(run.at) - Date.parse(run.slot)).toBe(MINUTE / 2)
    }
  })
})
