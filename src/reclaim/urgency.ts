import type { Proposal, RuleName } from './candidate.ts'

const URGENCY: readonly RuleName[] = ['inactiveInRoster', 'neverLoggedIn', 'inactive']

/** Leavers first, then who never logged in, then the longest idle; ties by saving, then by sys_id. */
export function byUrgency(a: Proposal, b: Proposal): number {
  const rank = (p: Proposal) => URGENCY.findIndex(rule => p.rules.includes(rule))
  // Two who never logged in are alike: the difference of their infinities is no number, which counts as none.
  const idle = (p: Proposal) => p.daysIdle ?? Number.POSITIVE_INFINITY
  return (
    rank(a) - rank(b) || idle(b) - idle(a) || b.yearlySaving - a.yearlySaving || (a.sysId < b.sysId ? -1 : 1)
  )
}
