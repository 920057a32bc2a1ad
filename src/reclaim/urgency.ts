import type { Proposal, RuleName } from './candidate.ts'

const URGENCY: readonly RuleName[] = ['inactiveInRoster', 'neverLoggedIn', 'inactive']

/** Leavers first, then who never logged in, then the longest idle; ties by saving, then by sys_id. */
export function byUrgency(a: Proposal, b: Proposal): number {
  const rank = (p: Proposal) => URGENCY.findIndex(rule => p.rules.includes(rule))
  return (
    rank(a) - rank(b) ||
    (b.daysIdle ?? 0) - (a.daysIdle ?? 0) ||
    b.yearlySaving - a.yearlySaving ||
    (a.sysId < b.sysId ? -1 : 1)
  )
}
