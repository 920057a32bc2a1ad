import type { Candidate, Facts, RuleName } from '../reclaim/candidate.ts'
import type { LogEntry } from '../reclaim/lifecycle.ts'
import type { Change, Note, Reason } from '../reclaim/note.ts'
import type { HistoryRow } from '../reclaim/reports.ts'
import type { Exclusion, Uncertainty, Verdict } from '../reclaim/rules.ts'
import type { Hold } from '../reclaim/run.ts'

/* Plain words for what the machine knows. The same in every chat and on the shell. */

/** Why an account was proposed. The only thing ever said about the roster: never its value, never a date. */
export const RULE_WORDS: Readonly<Record<RuleName, string>> = {
  inactiveInRoster: 'not active in the HR roster',
  neverLoggedIn: 'never logged in',
  inactive: 'no login for a long time',
}

/** These, and the next, read well after any count: `1 with …`, `12 with …`. */
export const EXCLUSION_WORDS: Readonly<Record<Exclusion, string>> = {
  ownAccount: 'used by the bot itself',
  systemUser: 'built into ServiceNow',
  noUserName: 'without a user name',
  notPlainUser: 'of another kind (contact or consumer)',
  notHuman: 'not human',
  webServiceAccess: 'for web services only',
  integrationUser: 'for an integration',
  protectedRole: 'with administrator rights',
  users: 'excluded by name',
  roles: 'with an excluded role',
  groups: 'in an excluded group',
  departments: 'in an excluded department',
  vip: 'VIP',
}

/** What kept an account from being judged; continues a count. */
export const UNCERTAINTY_WORDS: Readonly<Record<Uncertainty, string>> = {
  identity: 'with an unreadable name or number',
  flags: 'with unreadable flags',
  created: 'with an unreadable creation date',
  lastLogin: 'with an unreadable last login',
  department: 'with an unreadable department',
  roster: 'not clear in the HR roster',
}

const FINE_WORDS: Readonly<Record<Extract<Verdict, { kind: 'fine' }>['reason'], string>> = {
  in_use: 'it is in use',
  inactive_account: 'it was deactivated',
  not_licensed: 'it holds no licence any more',
}

const REASON_WORDS: Readonly<Record<Reason, string>> = {
  facts_changed: 'it is not what was shown any more',
  no_longer_qualifies: 'the account no longer qualifies',
  excluded: 'the account is protected now',
  already_gone: 'already gone, not by us',
  gone_after_undo: 'already gone; whether the bot deleted it before the approval was undone is not known',
  settings_changed: 'settings changed',
  rehearsal_over: 'rehearsal over',
  approver_not_entitled: 'whoever approved may not decide about it any more',
  over_daily_cap: "today's limit of deletions is reached; it goes on tomorrow",
  over_approver_cap: "today's limit of deletions for this approver is reached; it goes on tomorrow",
  roster_unreadable: 'the HR roster cannot be read or is out of date; the bot keeps trying',
  account_unreadable: 'the account cannot be read in ServiceNow; the bot keeps trying',
  approver_unreadable: 'it cannot be checked whether the approver may still decide; the bot keeps trying',
  interrupted: 'the bot was interrupted while it was deleting',
  not_confirmed: 'the deletion is not confirmed',
  still_there: 'the account is still there',
  snapshot_unreadable:
    "the account, its roles and groups could not be kept before the deletion (the bot's log says why); the bot keeps trying",
  store_restored:
    'the store of the bot was restored from an older backup, so what was approved before may be out of date',
  gone_since_restore:
    'already gone; whether the bot deleted it is not known, since its store was restored from an older backup',
  unread_since_restore:
    'the store of the bot was restored from an older backup, so what was approved before may be out of date; whether the account is still there could not be read yet',
  time_to_undo_again: 'the time to undo runs once more',
  not_what_was_shown: 'what the store holds of it is not what its history says was shown and approved',
  not_sent: 'the deletion could not be sent this time',
  never_sent: 'the deletion could not be sent, so the bot deleted nothing',
  person_erased: 'the records about this person were erased',
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
  let format = INSTANTS.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
    })
    INSTANTS.set(timeZone, format)
  }
  return format.format(at)
}

/** By zone. Making one takes longer than all else that it takes to word an answer. */
const INSTANTS = new Map<string, Intl.DateTimeFormat>()

/** A day as people read it: `23 Nov 2026`. */
export function day(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium' }).format(at)
}

/** An amount of money in whole units: `USD 1,200`. */
export function money(amount: number, currency: string): string {
  const format = { style: 'currency', currency, currencyDisplay: 'code', maximumFractionDigits: 0 } as const
  return new Intl.NumberFormat('en-GB', format).format(amount).replace('\u00a0', ' ')
}

/** `1 account`, `2 accounts`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`
}

/** Why a run is held, in a phrase. @param found how many accounts qualify */
export function holdWords(hold: Hold, found: number): string {
  switch (hold.why) {
    case 'share':
      return `that is ${hold.percent.toFixed(1)} percent of the licensed accounts, and the limit is ${hold.limit}`
    case 'roster_shrunk':
      return `the HR roster shrank from ${count(hold.from, 'line')} to ${hold.to.toLocaleString('en-GB')} since the last run`
    case 'tripled':
      return `${found} qualify where ${hold.usual} did in the last runs (median)`
  }
}

/** Counts by reason: `2 VIP, 1 for an integration`; empty when there are none. */
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
  if (facts.userName === '') return 'The records about this person were erased'
  const phrases = rules.includes('inactiveInRoster') ? [RULE_WORDS.inactiveInRoster] : []
  if (facts.lastLoginAt === null)
    phrases.push(`${RULE_WORDS.neverLoggedIn}, account created ${day(facts.createdAt, timeZone)}`)
  else phrases.push(`last login ${day(facts.lastLoginAt, timeZone)}, ${count(daysIdle ?? 0, 'day')} ago`)
  return capitalise(phrases.join(' · '))
}

/** Why something happened, in a phrase; empty when there is no more to say. */
export function because({ why, changes, detail }: Note, timeZone: string): string {
  if (changes) return changes.map(change => changed(change, timeZone)).join('; ')
  if (!why) return ''
  const words: Readonly<Record<string, string>> = { ...EXCLUSION_WORDS, ...FINE_WORDS }
  const more = why === 'excluded' || why === 'no_longer_qualifies' ? words[detail ?? ''] : undefined
  return `${REASON_WORDS[why]}${more ? ` (${more})` : ''}`
}

function changed({ field, from, to }: Change, timeZone: string): string {
  if (field === 'lastLoginAt' && typeof to === 'number') {
    const before =
      typeof from === 'number' ? `before that on ${instant(from, timeZone)}` : 'for the first time'
    return `logged in on ${instant(to, timeZone)} (${before})`
  }
  if (field === 'roles' && to !== undefined)
    return `the roles changed from ${from || 'none'} to ${to || 'none'}`
  return FIELD_WORDS[field]
}

/** What ServiceNow answered, in its own words too; empty when it was not asked. */
export function answered({ status, detail }: Note): string {
  if (status === undefined) return ''
  if (status === null) return `ServiceNow gave no answer${detail ? ` (${detail})` : ''}`
  return `ServiceNow answered ${status}${detail ? ` (${detail})` : ''}`
}

/** What an entry of the history says in words, without the names. */
export function happened(entry: LogEntry, timeZone: string): string {
  const reason = [because(entry.note, timeZone), answered(entry.note)].filter(Boolean).join('; ')
  if (entry.from === null) return entry.to
  const event = entry.event.replaceAll('_', ' ')
  return `${entry.from} → ${entry.to} (${event})${reason ? `: ${reason}` : ''}`
}

/** Actors that are no person. */
const BOT_PARTS = ['scan', 'worker', 'clock', 'schedule']

/** One line of `history` on the shell and in chat. */
export function historyLine(row: HistoryRow, timeZone: string): string {
  const who = row.actorName ?? (BOT_PARTS.includes(row.actor) ? 'the bot' : row.actor)
  return `${instant(row.at, timeZone)}  ${row.name} (${row.userName})  ${happened(row, timeZone)}  by ${who}`
}

/** For the beginning of a sentence. */
export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
