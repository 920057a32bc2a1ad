import type { Account, RosterStatus } from './candidate.ts'
import type { RosterEntry } from './ports.ts'

/** The roster, ready to be asked about one account after another. */
export type RosterIndex = {
  /** How many lines it has. */
  readonly size: number
  readonly byEmail: ReadonlyMap<string, readonly RosterEntry[]>
  readonly byNumber: ReadonlyMap<string, readonly RosterEntry[]>
  readonly inactiveValues: readonly string[]
}

/** @param inactiveValues values of the status column that mean "left"; compared without case. */
export function indexRoster(entries: readonly RosterEntry[], inactiveValues: readonly string[]): RosterIndex {
  return {
    size: entries.length,
    byEmail: groupBy(entries, entry => key(entry.email)),
    byNumber: groupBy(entries, entry => key(entry.employeeNumber)),
    inactiveValues: inactiveValues.map(key),
  }
}

/**
 * What the roster says of an account. Whoever cannot be told for certain is `unknown`, never a leaver:
 * rows that contradict each other, an employee number that belongs to another e-mail, an end date that is no date,
 * an account with nothing to look it up by.
 */
export function rosterStatus(roster: RosterIndex, account: Account, now: number): RosterStatus {
  const email = key(account.email ?? '')
  const number = key(account.employeeNumber ?? '')
  if (email === '' && number === '') return 'unknown'
  const entries = new Set([...(roster.byEmail.get(email) ?? []), ...(roster.byNumber.get(number) ?? [])])
  if (entries.size === 0) return 'missing'

  const statuses = new Set<RosterStatus>()
  for (const entry of entries) {
    if (differ(key(entry.email), email) || differ(key(entry.employeeNumber), number)) return 'unknown'
    statuses.add(entryStatus(entry, roster.inactiveValues, now))
  }
  const [only] = statuses
  return statuses.size === 1 && only ? only : 'unknown'
}

/** The employee numbers that the roster knows under an e-mail address. */
export function employeeNumbersOf(roster: RosterIndex, email: string): string[] {
  return (roster.byEmail.get(key(email)) ?? []).map(entry => entry.employeeNumber)
}

function entryStatus(entry: RosterEntry, inactiveValues: readonly string[], now: number): RosterStatus {
  if (entry.endsAt === 'unreadable') return 'unknown'
  if (entry.endsAt !== null) return entry.endsAt < now ? 'inactive' : 'active'
  return inactiveValues.includes(key(entry.status)) ? 'inactive' : 'active'
}

const differ = (a: string, b: string) => a !== '' && b !== '' && a !== b
const key = (text: string) => text.trim().toLowerCase()

function groupBy(entries: readonly RosterEntry[], keyOf: (entry: RosterEntry) => string) {
  const groups = new Map<string, RosterEntry[]>()
  for (const entry of entries) {
    const group = keyOf(entry)
    if (group === '') continue
    groups.set(group, [...(groups.get(group) ?? []), entry])
  }
  return groups
}
