import type { Action, RuleName } from './candidate.ts'
import type { RunId } from './ids.ts'
import type { HistoryHead } from './reports.ts'
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
  /** Lines of the HR roster; `null` where there is none. */
  readonly rosterSize: number | null
  /** Why the run was held: nothing was proposed or withdrawn. Empty = it was not. */
  readonly held: readonly Hold[]
  /** The history when the run had been recorded; told in public, so that a history cut short later shows. */
  readonly head: HistoryHead | null
}

/** Why a run is held until a named approver has looked: see `belts.ts`. */
export type Hold =
  | { readonly why: 'share'; readonly percent: number; readonly limit: number }
  | { readonly why: 'roster_shrunk'; readonly from: number; readonly to: number }
  | { readonly why: 'tripled'; readonly usual: number }
