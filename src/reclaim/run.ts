import type { Action, RuleName } from './candidate.ts'
import type { RunId } from './ids.ts'
import type { Exclusion, Uncertainty } from './rules.ts'

/** What a run found and did: the header message, the status and the history are drawn from it. */
export type RunReport = {
  readonly id: RunId
  readonly startedAt: number
  readonly finishedAt: number
  /** `schedule`, or the person who asked: `slack:U…`, `cli:…`. */
  readonly actor: string
  readonly dryRun: boolean
  readonly action: Action
  readonly instance: string
  readonly currency: string
  /** Licensed accounts judged; all of them, before exclusions. */
  readonly licensed: number
  /** Rows that ServiceNow counted but did not show to the scanning account. */
  readonly hidden: number
  /** Accounts that qualify now, whether or not they were proposed. */
  readonly found: number
  readonly proposed: number
  /** Qualify, but wait for a later run because of `maxPerRun`. */
  readonly postponed: number
  /** Were proposed by an earlier run and still wait for a person. */
  readonly stillOpen: number
  /** Were skipped by a person not long ago. */
  readonly skippedBefore: number
  readonly withdrawn: number
  readonly byRule: Readonly<Partial<Record<RuleName, number>>>
  readonly excluded: Readonly<Partial<Record<Exclusion, number>>>
  readonly unknown: Readonly<Partial<Record<Uncertainty, number>>>
  /** Of the proposed candidates, per year, in `currency`. */
  readonly yearlySaving: number
  /** Set when the run was held: nothing was proposed because too large a share of the licensed accounts qualifies. */
  readonly held: { readonly sharePercent: number; readonly maxSharePercent: number } | null
}

/** The share belt counts from this many candidates on: in a small company one leaver may be ten percent. */
const SHARE_COUNTS_FROM = 20

/**
 * Whether a run finds suspiciously many candidates, as happens when a rule or a roster is wrong.
 * @returns the share in percent when it is over the limit, else `null`.
 */
export function excessiveShare(found: number, licensed: number, maxSharePercent: number): number | null {
  if (found < SHARE_COUNTS_FROM) return null
  const percent = (100 * found) / licensed
  return percent > maxSharePercent ? percent : null
}
