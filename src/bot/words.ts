import type { Candidate, Facts, RuleName } from '../reclaim/candidate.ts'
import type { Change, LogEntry, Note, Reason, State } from '../reclaim/lifecycle.ts'
import { OPEN_STATES } from '../reclaim/lifecycle.ts'
import type { Exclusion, Uncertainty } from '../reclaim/rules.ts'
import type { HistoryRow, Summary } from '../reclaim/storage.ts'

/* Plain words for what the machine knows. The same in every chat and on the shell. */

export const RULE_WORDS: Readonly<Record<RuleName, string>> = {
  inactiveInRoster: 'not active in the HR roster',
  neverLoggedIn: 'never logged in',
  inactive: 'inactive',
}

export const EXCLUSION_WORDS: Readonly<Record<Exclusion, string>> = {
  ownAccount: "the bot's own account",
  systemUser: 'a system account',
  noUserName: 'without a user name',
  notPlainUser: 'not a plain user (contact or consumer)',
  notHuman: 'not a human identity',
  webServiceAccess: 'web service access only',
  integrationUser: 'an integration user',
  protectedRole: 'an administrator',
  users: 'excluded by name',
  roles: 'holds an excluded role',
  groups: 'in an excluded group',
  departments: 'in an excluded department',
  vip: 'VIP',
}

export const UNCERTAINTY_WORDS: Readonly<Record<Uncertainty, string>> = {
  identity: 'identity fields could not be read',
  flags: 'a protecting flag could not be read',
  created: 'creation date could not be read',
  lastLogin: 'last login could not be read',
  department: 'department could not be read',
  roster: 'the HR roster is not clear about the person',
}

const REASON_WORDS: Readonly<Record<Reason, string>> = {
  facts_changed: 'it is not what was shown any more',
  no_longer_qualifies: 'the account no longer qualifies',
  excluded: 'the account is protected now',
  already_gone: 'already gone, not by us',
  settings_changed: 'settings changed',
  rehearsal_over: 'rehearsal over',
  approver_not_entitled: 'whoever approved may not decide about it any more',
  over_daily_cap: "today's limit of deletions is reached; it goes on tomorrow",
  over_approver_cap: "today's limit of deletions for this approver is reached; it goes on tomorrow",
  roster_unreadable: 'waits: the HR roster cannot be read or is out of date',
  account_unreadable: 'waits: the account cannot be read in ServiceNow',
  approver_unreadable: 'waits: it cannot be checked whether the approver may still decide',
  interrupted: 'the bot was interrupted while it was deleting',
  not_confirmed: 'the deletion is not confirmed',
  still_there: 'the account is still there',
}

const FIELD_WORDS: Readonly<Record<keyof Facts, string>> = {
  userName: 'the user name changed',
  email: 'the e-mail address changed',
  employeeNumber: 'the employee number changed',
  createdAt: 'the account was created anew',
  lastLoginAt: 'the last login changed',
  roles: 'the roles changed',
  rosterStatus: 'the HR roster changed',
}

/** An instant as people read it, in their zone: `23 Nov 2026, 10:46 CET`. */
export function instant(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(at)
}

/** A day as people read it: `23 Nov 2026`. */
export function day(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium' }).format(at)
}

/** An amount a year; nothing where there is no cost to speak of. */
export function money(amount: number, currency: string): string {
  const format = { style: 'currency', currency, currencyDisplay: 'code', maximumFractionDigits: 0 } as const
  return new Intl.NumberFormat('en-GB', format).format(amount).replace(' ', ' ')
}

/** `1 account`, `2 accounts`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`
}

/** Counts by reason: `2 VIP, 1 administrator`; empty when there are none. */
export function breakdown<Name extends string>(
  counts: Readonly<Partial<Record<Name, number>>>,
  words: Readonly<Record<Name, string>>,
): string {
  return (Object.keys(words) as Name[])
    .filter(name => counts[name])
    .map(name => `${counts[name]} ${words[name]}`)
    .join(', ')
}

/** Why the account was proposed, one phrase a rule, evidence included. */
export function grounds(candidate: Candidate, timeZone: string): string {
  const { facts, daysIdle, rules } = candidate
  const phrases = rules.filter(rule => rule !== 'inactive').map(rule => RULE_WORDS[rule])
  if (facts.lastLoginAt !== null && daysIdle !== null)
    phrases.push(`last login ${day(facts.lastLoginAt, timeZone)}, ${count(daysIdle, 'day')} ago`)
  if (rules.includes('neverLoggedIn')) phrases.push(`account created ${day(facts.createdAt, timeZone)}`)
  return capitalise(phrases.join(' · '))
}

/** What a reason and its details come to, for the thread and the history. */
export function because(note: Note, timeZone: string): string {
  const parts: string[] = []
  if (note.changes) parts.push(...note.changes.map(change => changed(change, timeZone)))
  else if (note.why) parts.push(REASON_WORDS[note.why])
  if (note.status !== undefined) parts.push(answered(note))
  return parts.join('; ')
}

function changed({ field, from, to }: Change, timeZone: string): string {
  if (field === 'lastLoginAt' && typeof to === 'number') {
    const before = typeof from === 'number' ? `was ${instant(from, timeZone)}` : 'had never logged in'
    return `logged in on ${instant(to, timeZone)} (${before})`
  }
  if (field === 'roles') return `the roles changed from ${from || 'none'} to ${to || 'none'}`
  return FIELD_WORDS[field]
}

function answered({ status, detail }: Note): string {
  if (status === null) return `ServiceNow gave no answer${detail ? ` (${detail})` : ''}`
  return `ServiceNow answered ${status}${detail ? ` (${detail})` : ''}`
}

/** The state of a candidate with what it means, for a status line. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
  proposed: 'proposed, waiting for a decision',
  approved: 'approved, waiting for the grace time to pass',
  reclaiming: 'reclaiming, the deletion is under way',
  verifying: 'verifying, it is being checked whether the deletion happened',
  reclaimed: 'reclaimed, the account is gone (read back)',
  failed: 'failed, the account is still there',
  skipped: 'skipped, the account stays',
  expired: 'expired, nobody decided in time; the account stays',
  withdrawn: 'withdrawn, nothing is deleted',
  rehearsed: 'rehearsed, nothing was sent (dry run)',
}

/** What an entry of the history says in words, without the names. */
export function happened(entry: LogEntry, timeZone: string): string {
  const reason = because(entry.note, timeZone)
  const step = entry.from === null ? entry.to : `${entry.from} → ${entry.to}`
  return `${step} (${entry.event.replaceAll('_', ' ')})${reason ? `: ${reason}` : ''}`
}

/** One line of `history` on the shell and in chat. */
export function historyLine(row: HistoryRow, timeZone: string): string {
  const who = row.actorName ?? row.actor
  return `${instant(row.at, timeZone)}  ${row.name} (${row.userName})  ${happened(row, timeZone)}  by ${who}`
}

/** What a status needs besides the store. */
export type StatusFacts = {
  readonly dryRun: boolean
  readonly maxPerDay: number
  readonly timeZone: string
  readonly currency: string
}

/**
 * `status`, line by line: what stops or softens the bot first, then the open candidates, the caps, the runs, the saving.
 * @param approverNames how to call an approver, `platform:id`; `null` = the named approvers.
 */
export function statusLines(
  summary: Summary,
  facts: StatusFacts,
  now: number,
  approverName: (approver: string | null) => string = approver => approver ?? 'named approvers',
): string[] {
  const { timeZone, currency } = facts
  const open = OPEN_STATES.reduce((sum, state) => sum + (summary.byState[state] ?? 0), 0)
  const states = (Object.keys(STATE_WORDS) as State[]).filter(state => summary.byState[state])
  const lines = [
    facts.dryRun ? 'dry run: approvals are rehearsed, nothing is deleted' : 'live: approvals delete accounts',
    summary.paused
      ? `paused since ${instant(summary.paused.at, timeZone)}: nothing begins; /reclaim resume goes on`
      : 'not paused',
    open === 0 ? 'no open candidates' : `${count(open, 'open candidate')}`,
    ...states.map(state => `${state} ${summary.byState[state]}`),
    ...summary.byApprover.map(({ approver, open: n }) => `open for ${approverName(approver)}: ${n}`),
  ]
  if (summary.oldestWaiting)
    lines.push(
      `oldest waiting since ${instant(summary.oldestWaiting.since, timeZone)} (${ago(now - summary.oldestWaiting.since)})`,
    )
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

function lastRun(run: NonNullable<Summary['lastRun']>, timeZone: string): string {
  const outcome = run.held
    ? `held: ${run.found} of ${run.licensed} qualify`
    : `${run.proposed} proposed of ${run.found} found`
  return `last run: ${instant(run.finishedAt, timeZone)}, ${outcome}${run.dryRun ? ' (dry run)' : ''}`
}

function ago(ms: number): string {
  const hours = Math.floor(ms / 3_600_000)
  return hours < 48 ? `${count(hours, 'hour')} ago` : `${count(Math.floor(hours / 24), 'day')} ago`
}

export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
