import type { Action } from './candidate.ts'
import type { Halts } from './control.ts'
import type { CandidateId } from './ids.ts'
import type { LogEntry, State } from './lifecycle.ts'
import type { Platform, Snapshot } from './ports.ts'
import type { RunReport } from './run.ts'

export type Summary = Halts & {
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

/** How far the history goes; `hash` is the fingerprint of all of it up to row `seq`. */
export type HistoryHead = { readonly seq: number; readonly hash: string }

/** What an account looked like right before it was written to. */
export type KeptSnapshot = {
  readonly candidateId: CandidateId
  readonly at: number
  readonly snapshot: Snapshot
}

export type ChainCheck =
  | { readonly kind: 'intact'; readonly rows: number; readonly head: string }
  | { readonly kind: 'broken'; readonly seq: number; readonly reason: string }

export type Reports = {
  summary(dayStart: number): Promise<Summary>
  /** Newest last. */
  history(filter: { readonly user?: string; readonly limit?: number }): Promise<HistoryRow[]>
  verifyChain(): Promise<ChainCheck>
  /** The row that has this fingerprint, if the history ever came to it. */
  rowOf(hash: string): Promise<number | null>
  /** Oldest first. @throws Error (one readable sentence) when they were sealed with another key. */
  snapshots(user: string): Promise<KeptSnapshot[]>
}
