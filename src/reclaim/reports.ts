import type { Action } from './candidate.ts'
import type { CandidateId } from './ids.ts'
import type { LogEntry, State } from './lifecycle.ts'
import type { Platform } from './ports.ts'
import type { RunReport } from './run.ts'

export type Summary = {
  readonly paused: { readonly by: string; readonly at: number } | null
  readonly byState: Readonly<Partial<Record<State, number>>>
  /** Of open candidates, on each platform where they are shown; `approver` is an actor, `null` = the named approvers. */
  readonly byApprover: readonly {
    readonly platform: Platform
    readonly approver: string | null
    readonly open: number
  }[]
  readonly oldestWaiting: { readonly candidateId: CandidateId; readonly since: number } | null
  readonly writesToday: number
  readonly lastRun: RunReport | null
  readonly running: { readonly since: number; readonly actor: string } | null
  readonly nextRunAt: number | null
  /** Yearly saving of what was reclaimed, and of what is still open. */
  readonly saving: { readonly reclaimed: number; readonly open: number }
  readonly tasks: { readonly waiting: number; readonly givenUp: number }
}

/** A row of the history with the names that are still known. */
export type HistoryRow = LogEntry & {
  readonly userName: string
  readonly name: string
  readonly actorName: string | null
  readonly action: Action
}

export type ChainCheck =
  | { readonly kind: 'intact'; readonly rows: number; readonly head: string }
  | { readonly kind: 'broken'; readonly seq: number; readonly reason: string }

export type Reports = {
  summary(dayStart: number): Promise<Summary>
  /** Newest last. */
  history(filter: { readonly user?: string; readonly limit?: number }): Promise<HistoryRow[]>
  verifyChain(): Promise<ChainCheck>
}
