import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayOf, startOfDay, startOfNextDay } from '../../src/reclaim/calendar.ts'
import { HOUR_MS } from './examples.ts'

/**
 * Days on which clocks change, with their first instant and that of the next day (tz database; computed with another
 * program, Python's zoneinfo).
 */
const DAYS: readonly (readonly [zone: string, day: string, start: string, next: string, hours: number])[] = [
  ['Europe/Berlin', '2025-03-30', '2025-03-29T23:00Z', '2025-03-30T22:00Z', 23],
  ['Europe/Berlin', '2025-10-26', '2025-10-25T22:00Z', '2025-10-26T23:00Z', 25],
  ['America/New_York', '2025-03-09', '2025-03-09T05:00Z', '2025-03-10T04:00Z', 23],
  ['America/New_York', '2025-11-02', '2025-11-02T04:00Z', '2025-11-03T05:00Z', 25],
  // South of the equator.
  ['Australia/Sydney', '2025-04-06', '2025-04-05T13:00Z', '2025-04-06T14:00Z', 25],
  ['Australia/Sydney', '2025-10-05', '2025-10-04T14:00Z', '2025-10-05T13:00Z', 23],
  // Clocks change at midnight: the day begins at one o'clock, and the day before the change back has 25 hours.
  ['America/Santiago', '2025-09-07', '2025-09-07T04:00Z', '2025-09-08T03:00Z', 23],
  ['America/Santiago', '2025-04-05', '2025-04-05T03:00Z', '2025-04-06T04:00Z', 25],
  ['Asia/Beirut', '2025-03-30', '2025-03-29T22:00Z', '2025-03-30T21:00Z', 23],
  ['Asia/Beirut', '2025-10-25', '2025-10-24T21:00Z', '2025-10-25T22:00Z', 25],
  // One o'clock becomes midnight again: midnight comes twice on one day.
  ['America/Havana', '2025-03-09', '2025-03-09T05:00Z', '2025-03-10T04:00Z', 23],
  ['America/Havana', '2025-11-02', '2025-11-02T04:00Z', '2025-11-03T05:00Z', 25],
  // Half an hour off, and clocks that change by half an hour.
  ['Australia/Lord_Howe', '2025-04-06', '2025-04-05T13:00Z', '2025-04-06T13:30Z', 24.5],
  ['Australia/Lord_Howe', '2025-10-05', '2025-10-04T13:30Z', '2025-10-05T13:00Z', 23.5],
  ['America/St_Johns', '2025-03-09', '2025-03-09T03:30Z', '2025-03-10T02:30Z', 23],
  ['Asia/Kolkata', '2025-06-01', '2025-05-31T18:30Z', '2025-06-01T18:30Z', 24],
  ['Asia/Kathmandu', '2025-06-01', '2025-05-31T18:15Z', '2025-06-01T18:15Z', 24],
]
const ZONES = [...new Set(DAYS.map(([zone]) => zone)), 'UTC', 'Pacific/Kiritimati', 'Pacific/Niue']

describe('days of a time zone', () => {
  test.each(DAYS)('%s, %s: from %s to %s, %d hours', (zone, day, start, next, hours) => {
    const [first, end] = [Date.parse(start), Date.parse(next)]
    expect(end - first).toBe(hours * HOUR_MS)
    for (const at of [first, first + 1, (first + end) / 2, end - HOUR_MS, end - 1]) {
      expect(dayOf(at, zone)).toBe(day)
      expect(startOfDay(at, zone)).toBe(first)
      expect(startOfNextDay(at, zone)).toBe(end)
    }
    expect(startOfDay(first - 1, zone)).toBeLessThan(first)
    expect(startOfNextDay(first - 1, zone)).toBe(first)
  })

  test('whenever it is and wherever, one day ends where the next begins', () => {
    const instant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) })
    fc.assert(
      fc.property(instant, fc.constantFrom(...ZONES), (at, zone) => {
        const [start, next] = [startOfDay(at, zone), startOfNextDay(at, zone)]
        expect(start).toBeLessThanOrEqual(at)
        expect(next).toBeGreaterThan(at)
        expect([dayOf(start, zone), dayOf(next - 1, zone)]).toEqual([dayOf(at, zone), dayOf(at, zone)])
        expect(dayOf(start - 1, zone) < dayOf(at, zone) && dayOf(at, zone) < dayOf(next, zone)).toBe(true)
        expect(startOfDay(next, zone)).toBe(next)
      }),
      { numRuns: 150 },
    )
  })
})
