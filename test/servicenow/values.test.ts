import { describe, expect, it } from 'vitest'
import { flag, instant, lastLogin } from '../../src/reclaim/servicenow/values.ts'

const at = (iso: string) => Date.parse(iso)

describe('last login', () => {
  it.each<
    [time: string | undefined, date: string | undefined, expected: number | null | undefined, why: string]
  >([
    ['', '', null, 'both empty: never logged in'],
    ['2025-06-01 10:11:12', '', at('2025-06-01T10:11:12Z'), 'the time alone'],
    ['', '2025-06-01', at('2025-06-01T23:59:59.999Z'), 'a date alone counts to its end'],
    ['2025-06-01 10:11:12', '2025-06-01', at('2025-06-01T10:11:12Z'), 'the same day: the exact time'],
    ['2025-06-01 10:11:12', '2025-06-02', at('2025-06-02T23:59:59.999Z'), 'a later date wins'],
    ['2025-06-01 10:11:12', '2025-05-31', at('2025-06-01T10:11:12Z'), 'a later time wins'],
    ['2024-02-29 00:00:00', '2024-02-29', at('2024-02-29T00:00:00Z'), 'a leap day'],
    [undefined, '2025-06-01', undefined, 'the time is hidden: it may be later than the date'],
    ['2025-06-01 10:11:12', undefined, undefined, 'the date is hidden: it may be later than the time'],
    [undefined, undefined, undefined, 'both hidden'],
    [undefined, '', undefined, 'hidden is not empty'],
    ['', undefined, undefined, 'hidden is not empty'],
    ['2025-02-30 10:00:00', '', undefined, 'no such day'],
    ['', '2025-02-29', undefined, 'no such day'],
    ['2025-06-01 24:00:00', '', undefined, 'no such hour'],
    ['2025-06-01T10:11:12Z', '', undefined, 'another notation'],
    ['01/06/2025 10:11:12', '', undefined, 'the notation of a person'],
    ['2025-06-01', '', undefined, 'a date where a time belongs'],
    ['', '2025-06-01 10:11:12', undefined, 'a time where a date belongs'],
    ['2025-06-01 10:11:12', 'never', undefined, 'one readable, one not'],
  ])('%s and %s make %s (%s)', (time, date, expected) => {
    expect(lastLogin(time, date)).toBe(expected)
  })
})

describe('flags', () => {
  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['', false],
    [undefined, undefined],
    ['yes', undefined],
    ['TRUE', undefined],
  ])('%s is %s', (text, expected) => {
    expect(flag(text)).toBe(expected)
  })
})

describe('instants', () => {
  it.each([
    ['2020-01-15 08:00:00', at('2020-01-15T08:00:00Z')],
    ['', undefined],
    [undefined, undefined],
    ['2020-13-15 08:00:00', undefined],
    ['2020-01-15 08:00', undefined],
  ])('%s is %s', (text, expected) => {
    expect(instant(text)).toBe(expected)
  })
})
