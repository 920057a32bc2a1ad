import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextSlotOf, wakeUp } from '../../src/timer.ts'

const iso = (instant: number) => new Date(instant).toISOString()

describe('the next slot', () => {
  const next = nextSlotOf('0 9 * * 1', 'Europe/Berlin')

  it.each([
    ['in winter', '2026-01-07T00:00:00Z', '2026-01-12T08:00:00.000Z'],
    ['in summer', '2026-07-08T00:00:00Z', '2026-07-13T07:00:00.000Z'],
    ['is never the instant itself', '2026-01-12T08:00:00Z', '2026-01-19T08:00:00.000Z'],
    ['a moment before', '2026-01-12T07:59:59.999Z', '2026-01-12T08:00:00.000Z'],
    ['a moment after', '2026-01-12T08:00:00.001Z', '2026-01-19T08:00:00.000Z'],
    ['long ago', '1999-12-31T23:59:59Z', '2000-01-03T08:00:00.000Z'],
  ])('%s', (_, after, expected) => {
    expect(iso(next(Date.parse(after)))).toBe(expected)
  })

  it('after the second of two equal hours is not in the first', () => {
    const nights = nextSlotOf('45 2 * * *', 'Europe/Berlin')
    expect(iso(nights(Date.parse('2026-10-25T01:30:00Z')))).toBe('2026-10-26T01:45:00.000Z')
  })

  it('may be years away', () => {
    const leapDay = nextSlotOf('0 0 29 2 *', 'UTC')
    expect(iso(leapDay(Date.parse('2097-01-01T00:00:00Z')))).toBe('2104-02-29T00:00:00.000Z')
  })

  it('must exist', () => {
    const never = nextSlotOf('0 0 30 2 *', 'UTC')
    expect(() => never(0)).toThrow('The schedule “0 0 30 2 *” never comes; correct schedule.cron.')
  })
})

describe('the wake-up', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-03-28T08:00:00Z') }))
  afterEach(() => void vi.useRealTimers())

  it('comes at the slots of the zone, until it is stopped', async () => {
    const woken: string[] = []
    const { stop } = wakeUp('0 9 * * *', 'Europe/Berlin', async () => {
      woken.push(new Date().toISOString().slice(0, 16))
    })
    await vi.advanceTimersByTimeAsync(48 * 3_600_000)
    expect(woken).toEqual(['2026-03-29T07:00', '2026-03-30T07:00'])
    stop()
    await vi.advanceTimersByTimeAsync(48 * 3_600_000)
    expect(woken).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })
})
