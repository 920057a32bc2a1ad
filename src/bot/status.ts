import { LIFECYCLE, OPEN_STATES, type State } from '../reclaim/lifecycle.ts'
import type { Summary } from '../reclaim/reports.ts'
import { count, instant, money } from './words.ts'

/** What a status needs besides the store. */
export type StatusFacts = {
  readonly dryRun: boolean
  readonly maxPerDay: number
  readonly timeZone: string
  readonly currency: string
}

const CLOSED_STATES = (Object.keys(LIFECYCLE) as State[]).filter(state => !OPEN_STATES.some(s => s === state))

/** Those with the most to decide; the others are counted together. */
export const APPROVERS_SHOWN = 20

/**
 * `status`, line by line: what stops or softens the bot first, then the open candidates, the caps, the runs, the saving.
 * @param approverName how to call those who are asked.
 */
export function statusLines(
  summary: Summary,
  facts: StatusFacts,
  now: number,
  approverName: (open: Summary['byApprover'][number]) => string,
): string[] {
  const { timeZone, currency } = facts
  const open = OPEN_STATES.reduce((sum, state) => sum + (summary.byState[state] ?? 0), 0)
  const counted = (states: readonly State[]) =>
    states.flatMap(state => (summary.byState[state] ? `${state} ${summary.byState[state]}` : []))
  const closed = counted(CLOSED_STATES)
  const lines = [
    facts.dryRun ? 'dry run: approvals are rehearsed, nothing is deleted' : 'live: approvals delete accounts',
    summary.paused
      ? `paused since ${instant(summary.paused.at, timeZone)}: no deletion begins until a named approver resumes it`
      : 'not paused',
    summary.breaker
      ? `breaker open since ${instant(summary.breaker.at, timeZone)}: no deletion begins until a named approver resumes. ${summary.breaker.reason}`
      : 'breaker closed',
    ...(summary.restored ? [restoredLine(summary.restored, timeZone)] : []),
    open === 0 ? 'no open candidates' : count(open, 'open candidate'),
    ...counted(OPEN_STATES),
    ...summary.byApprover
      .slice(0, APPROVERS_SHOWN)
      .map(waiting => `open for ${approverName(waiting)}: ${waiting.open}`),
  ]
  const others = summary.byApprover.slice(APPROVERS_SHOWN)
  if (others.length > 0)
    lines.push(`open for ${others.length} others: ${others.reduce((sum, other) => sum + other.open, 0)}`)
  if (summary.oldestWaiting)
    lines.push(
      `oldest waiting since ${instant(summary.oldestWaiting.since, timeZone)} (${ago(now - summary.oldestWaiting.since)})`,
    )
  if (closed.length > 0) lines.push(`closed: ${closed.join(', ')}`)
  lines.push(`writes today ${summary.writesToday} of ${facts.maxPerDay}`)
  if (summary.running) lines.push(`a run is under way since ${instant(summary.running.since, timeZone)}`)
  lines.push(summary.lastRun ? lastRun(summary.lastRun, timeZone) : 'last run: none yet')
  lines.push(
    summary.nextRunAt ? `next run: ${instant(summary.nextRunAt, timeZone)}` : 'next run: not scheduled yet',
  )
  lines.push(
    `saving a year: ${money(summary.saving.reclaimed, currency)} reclaimed, ${money(summary.saving.open, currency)} open`,
  )
  if (summary.tasks.givenUp > 0)
    lines.push(
      `${count(summary.tasks.givenUp, 'chat message')} could not be delivered and will not be tried again`,
    )
  return lines
}

/** Everybody may read a status: how many accounts are waited for, not whose. */
function restoredLine({ at, unread }: NonNullable<Summary['restored']>, timeZone: string): string {
  const line = `store restored, noticed ${instant(at, timeZone)}: no deletion begins until every open account was read again`
  if (unread === null) return line
  return `${line}. Left: ${count(unread.length, 'account')}, tried every minute; the bot's log says why. One that is skipped is not waited for`
}

function lastRun(run: NonNullable<Summary['lastRun']>, timeZone: string): string {
  const outcome =
    run.held.length > 0
      ? `held: ${run.found} of ${run.licensed} qualify`
      : `${run.proposed} proposed of ${run.found} found`
  return `last run: ${instant(run.finishedAt, timeZone)}, ${outcome}${run.dryRun ? ' (dry run)' : ''}`
}

/** How long ago, in the largest unit that still says something; never in the future. */
export function ago(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 120) return `${count(minutes, 'minute')} ago`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${count(hours, 'hour')} ago` : `${count(Math.floor(hours / 24), 'day')} ago`
}
