import type { Hold, RunReport } from './run.ts'

/** What a run found, as far as it shows that a rule, a roster or an instance is wrong. */
export type Findings = {
  readonly found: number
  readonly licensed: number
  /** Lines of the HR roster; `null` where there is none. */
  readonly rosterSize: number | null
}

/** The share belt counts from this many candidates on: in a small company one leaver may be ten percent. */
const SHARE_COUNTS_FROM = 20
/** As few as these are looked at one by one anyway, however few there were before. */
const TRIPLED_COUNTS_FROM = 10
const TRIPLED = 3
const ROSTER_MAY_SHRINK_TO = 0.8

/**
 * Why a run must not propose anybody before a person has looked: too large a share of the licensed accounts
 * qualifies, the HR roster lost more than 20 percent of its people since the last run, or three times as many
 * qualify as in the median of the last runs. Empty = nothing speaks against it.
 * @param before reports of the last runs that were not held, newest first
 */
export function holdsOf(now: Findings, before: readonly RunReport[], maxSharePercent: number): Hold[] {
  const percent = (100 * now.found) / now.licensed
  const rosterBefore = before.find(run => run.rosterSize !== null)?.rosterSize ?? null
  const usual = median(before.map(run => run.found))
  const holds: Hold[] = []
  if (now.found >= SHARE_COUNTS_FROM && percent > maxSharePercent)
    holds.push({ why: 'share', percent, limit: maxSharePercent })
  if (
    rosterBefore !== null &&
    now.rosterSize !== null &&
    now.rosterSize < rosterBefore * ROSTER_MAY_SHRINK_TO
  )
    holds.push({ why: 'roster_shrunk', from: rosterBefore, to: now.rosterSize })
  if (usual !== null && now.found >= TRIPLED_COUNTS_FROM && now.found >= usual * TRIPLED)
    holds.push({ why: 'tripled', usual })
  return holds
}

function median(numbers: readonly number[]): number | null {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
