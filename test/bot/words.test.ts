import { describe, expect, test } from 'vitest'
import { ago } from '../../src/bot/status.ts'
import {
  because,
  breakdown,
  count,
  day,
  EXCLUSION_WORDS,
  grounds,
  happened,
  historyLine,
  instant,
  money,
  RULE_WORDS,
  UNCERTAINTY_WORDS,
} from '../../src/bot/words.ts'
import { REASONS } from '../../src/reclaim/note.ts'
import type { HistoryRow } from '../../src/reclaim/reports.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, NOW } from '../domain/examples.ts'
import { biography, step } from './cast.ts'

const BERLIN = 'Europe/Berlin'

describe('an instant', () => {
  test('is said in the zone of the settings, which is named', () => {
    expect(instant(NOW, BERLIN)).toBe('23 Nov 2026, 10:00 CET')
    expect(instant(NOW, 'America/New_York')).toBe('23 Nov 2026, 04:00 GMT-5')
    expect(instant(NOW, 'UTC')).toBe('23 Nov 2026, 09:00 UTC')
  })

  test('in summer has summer time', () => {
    expect(instant(Date.UTC(2026, 6, 1, 22, 30), BERLIN)).toBe('2 Jul 2026, 00:30 CEST')
  })

  test('without its time is the day in that zone', () => {
    expect(day(Date.UTC(2026, 6, 1, 22, 30), BERLIN)).toBe('2 Jul 2026')
  })
})

test.each([
  [1200, 'USD', 'USD 1,200'],
  [0, 'EUR', 'EUR 0'],
  [1234567.5, 'CHF', 'CHF 1,234,568'],
])('%d %s is %s', (amount, currency, words) => {
  expect(money(amount, currency)).toBe(words)
})

test('things are counted in English', () => {
  expect(count(0, 'account')).toBe('0 accounts')
  expect(count(1, 'account')).toBe('1 account')
  expect(count(1284, 'account')).toBe('1,284 accounts')
  expect(count(1, 'entry', 'entries')).toBe('1 entry')
  expect(count(2, 'entry', 'entries')).toBe('2 entries')
})

test.each([
  [-5 * MINUTE_MS, '0 minutes ago'],
  [0, '0 minutes ago'],
  [MINUTE_MS, '1 minute ago'],
  [119 * MINUTE_MS, '119 minutes ago'],
  [2 * HOUR_MS, '2 hours ago'],
  [47.9 * HOUR_MS, '47 hours ago'],
  [2 * DAY_MS, '2 days ago'],
  [400.5 * DAY_MS, '400 days ago'],
])('%d ms back is %s', (ms, words) => {
  expect(ago(ms)).toBe(words)
})

describe('counts by reason', () => {
  test('leave out what there is none of', () => {
    expect(breakdown({ vip: 3, roles: 0 }, EXCLUSION_WORDS)).toBe('3 VIP')
    expect(breakdown({}, EXCLUSION_WORDS)).toBe('')
  })

  test('read well after one and after many', () => {
    for (const words of [EXCLUSION_WORDS, UNCERTAINTY_WORDS, RULE_WORDS])
      for (const phrase of Object.values(words))
        expect(`12 ${phrase}`).not.toMatch(/^12 (a|an|the) |could not/)
  })
})

describe('why an account is proposed', () => {
  test.each([
    ['bob.marsh', 'Not active in the HR roster · last login 6 Oct 2026, 48 days ago'],
    ['ruth.adeyemi', 'Not active in the HR roster · never logged in, account created 28 Mar 2026'],
    ['kai.sorensen', 'Never logged in, account created 28 Mar 2026'],
    ['greta.lund', 'Last login 7 Oct 2025, 412 days ago'],
  ])('%s', (userName, words) => {
    expect(grounds(biography(userName).candidate, BERLIN)).toBe(words)
  })
})

describe('a reason', () => {
  test.each(REASONS)('%s has words of its own, and none of the machine', why => {
    const words = because({ why }, BERLIN)
    expect(words).toMatch(/^\S.*[^.]$/)
    expect(words).not.toContain('_')
    expect(REASONS.filter(other => because({ why: other }, BERLIN) === words)).toEqual([why])
  })

  test.each([
    ['settings_changed', 'settings changed'],
    ['rehearsal_over', 'rehearsal over'],
    ['already_gone', 'already gone, not by us'],
  ] as const)('%s is said in the words that people were promised', (why, words) => {
    expect(because({ why }, BERLIN)).toBe(words)
  })

  test('is not there when there is none', () => {
    expect(because({}, BERLIN)).toBe('')
    expect(because({ status: 204 }, BERLIN)).toBe('')
  })

  test('of a change says from what to what only where everybody may know', () => {
    const changes = [
      { field: 'lastLoginAt', from: null, to: NOW },
      { field: 'roles', from: 'itil', to: null },
      { field: 'rosterStatus' },
      { field: 'email' },
    ] as const
    expect(because({ why: 'facts_changed', changes }, BERLIN)).toBe(
      'logged in on 23 Nov 2026, 10:00 CET (for the first time); the roles changed from itil to none; the HR roster changed; the e-mail address changed',
    )
  })

  test('of a protection or of not qualifying says which', () => {
    expect(because({ why: 'excluded', detail: 'vip' }, BERLIN)).toBe('the account is protected now (VIP)')
    expect(because({ why: 'no_longer_qualifies', detail: 'in_use' }, BERLIN)).toBe(
      'the account no longer qualifies (it is in use)',
    )
    expect(because({ why: 'excluded', detail: 'a reason of tomorrow' }, BERLIN)).toBe(
      'the account is protected now',
    )
  })
})

describe('the history', () => {
  const { timeline } = biography('bob.marsh', [
    step('approve', 'slack:U0DANA'),
    step('begin'),
    step('lose_track', 'worker', { why: 'not_confirmed', status: null, detail: 'the connection was cut' }),
  ])

  test('says step, event, reason and answer', () => {
    expect(timeline.map(entry => happened(entry, BERLIN))).toEqual([
      'proposed',
      'proposed → approved (approve)',
      'approved → reclaiming (begin)',
      'reclaiming → verifying (lose track): the deletion is not confirmed; ServiceNow gave no answer (the connection was cut)',
    ])
  })

  test.each([
    ['slack:U0DANA', 'Dana Whitfield', 'Dana Whitfield'],
    ['slack:U0DANA', null, 'slack:U0DANA'],
    ['worker', null, 'the bot'],
    ['scan', null, 'the bot'],
    ['clock', null, 'the bot'],
    ['schedule', null, 'the bot'],
    ['cli:alice', null, 'cli:alice'],
  ])('calls %s, known as %s, %s', (actor, actorName, words) => {
    const [entry] = timeline
    if (!entry) throw new Error('There is a first entry.')
    const row: HistoryRow = {
      ...{ ...entry, actor, actorName },
      ...{ userName: 'bob.marsh', name: 'Bob Marsh', action: 'delete-account' },
    }
    expect(historyLine(row, BERLIN)).toBe(
      `23 Nov 2026, 10:00 CET  Bob Marsh (bob.marsh)  proposed  by ${words}`,
    )
  })
})
