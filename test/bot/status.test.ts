import { describe, expect, test } from 'vitest'
import { APPROVERS_SHOWN, statusLines } from '../../src/bot/status.ts'
import type { CandidateId } from '../../src/reclaim/ids.ts'
import { LIFECYCLE, OPEN_STATES, type State } from '../../src/reclaim/lifecycle.ts'
import type { Summary } from '../../src/reclaim/reports.ts'
import { DAY_MS, NOW } from '../domain/examples.ts'
import { report } from './cast.ts'

const BERLIN = 'Europe/Berlin'

describe('status', () => {
  const facts = { dryRun: false, maxPerDay: 100, timeZone: BERLIN, currency: 'USD' }
  const nothing: Summary = {
    paused: null,
    breaker: null,
    restored: null,
    byState: {},
    byApprover: [],
    oldestWaiting: null,
    writesToday: 0,
    lastRun: null,
    running: null,
    nextRunAt: null,
    saving: { reclaimed: 0, open: 0 },
    tasks: { waiting: 0, givenUp: 0 },
  }
  const lines = (summary: Partial<Summary>, more: Partial<typeof facts> = {}, now = NOW) =>
    statusLines(
      { ...nothing, ...summary },
      { ...facts, ...more },
      now,
      ({ approver }) => approver ?? 'named approvers',
    )

  test('says first whether anything is deleted at all, then whether the bot is paused', () => {
    expect(lines({}).slice(0, 2)).toEqual(['live: approvals delete accounts', 'not paused'])
    expect(lines({ paused: { by: 'slack:U0NORA', at: NOW } }, { dryRun: true }).slice(0, 2)).toEqual([
      'dry run: approvals are rehearsed, nothing is deleted',
      'paused since 23 Nov 2026, 10:00 CET: no deletion begins until a named approver resumes it',
    ])
  })

  test('of a restored store says how many accounts are still to be read, not whose', () => {
    const restored = { at: NOW, seq: 7, unread: null }
    const line =
      'store restored, noticed 23 Nov 2026, 10:00 CET: no deletion begins until every open account was read again'
    expect(lines({})[3]).not.toContain('restored')
    expect(lines({ restored })[3]).toBe(line)
    expect(lines({ restored: { ...restored, unread: ['c' as CandidateId] } })[3]).toBe(
      `${line}. Left: 1 account, tried every minute; the bot's log says why. One that is skipped is not waited for`,
    )
  })

  test('counts open candidates, then each open state on a line of its own', () => {
    const byState = { proposed: 7, approved: 1, failed: 2, reclaimed: 40 }
    const shown = lines({ byState })
    const at = shown.indexOf('10 open candidates')
    expect(shown.slice(at, at + 4)).toEqual(['10 open candidates', 'proposed 7', 'approved 1', 'failed 2'])
  })

  test('names every state that there is, open or closed, in the words of the history', () => {
    const states = Object.keys(LIFECYCLE) as State[]
    const shown = lines({ byState: Object.fromEntries(states.map(state => [state, 3])) })
    for (const state of OPEN_STATES) expect(shown).toContain(`${state} 3`)
    expect(shown).toContain('closed: reclaimed 3, skipped 3, expired 3, withdrawn 3, rehearsed 3')
  })

  test('says so when nothing is open, and when one is', () => {
    expect(lines({})).toContain('no open candidates')
    expect(lines({ byState: { proposed: 1 } })).toContain('1 open candidate')
  })

  test('counts the writes of today against the cap', () => {
    expect(lines({ writesToday: 3 })).toContain('writes today 3 of 100')
  })

  test('counts by approver, those with few together', () => {
    const approvers = Array.from({ length: APPROVERS_SHOWN + 3 }, (_, n) => ({
      platform: 'slack' as const,
      ...{ approver: n === 0 ? null : `slack:U${n}`, open: 2 },
    }))
    const shown = lines({ byApprover: approvers }).filter(line => line.startsWith('open for'))
    expect(shown).toHaveLength(APPROVERS_SHOWN + 1)
    expect(shown.slice(0, 2)).toEqual(['open for named approvers: 2', 'open for slack:U1: 2'])
    expect(shown.at(-1)).toBe('open for 3 others: 6')
  })

  test('says who has waited longest, in time rather than by name', () => {
    const since = NOW - 3 * DAY_MS
    expect(lines({ oldestWaiting: { candidateId: 'c' as CandidateId, since } })).toContain(
      'oldest waiting since 20 Nov 2026, 10:00 CET (3 days ago)',
    )
  })

  test('says when the last run was and what it came to, and when the next one is', () => {
    expect(lines({})).toEqual(expect.arrayContaining(['last run: none yet', 'next run: not scheduled yet']))
    expect(lines({ lastRun: report({ dryRun: true }), nextRunAt: NOW + 7 * DAY_MS })).toEqual(
      expect.arrayContaining([
        'last run: 23 Nov 2026, 10:00 CET, 12 proposed of 12 found (dry run)',
        'next run: 30 Nov 2026, 10:00 CET',
      ]),
    )
    expect(
      lines({ lastRun: report({ found: 317, held: [{ why: 'share', percent: 24.7, limit: 10 }] }) }),
    ).toContain('last run: 23 Nov 2026, 10:00 CET, held: 317 of 1284 qualify')
    expect(lines({ running: { since: NOW, actor: 'schedule' } })).toContain(
      'a run is under way since 23 Nov 2026, 10:00 CET',
    )
  })

  test('says what is saved, and what was not delivered', () => {
    expect(lines({ saving: { reclaimed: 3600, open: 9000 } })).toContain(
      'saving a year: USD 3,600 reclaimed, USD 9,000 open',
    )
    expect(lines({ tasks: { waiting: 5, givenUp: 1 } }).at(-1)).toBe(
      '1 chat message could not be delivered and will not be tried again',
    )
    expect(lines({ tasks: { waiting: 5, givenUp: 0 } }).join()).not.toContain('delivered')
  })
})
