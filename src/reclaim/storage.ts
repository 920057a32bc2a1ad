import type { Candidate, Proposal, RosterStatus } from './candidate.ts'
import type { Addresses, Control, Forgetting, People } from './control.ts'
import type { CandidateId, MessageId, RunId, SysId, TaskId } from './ids.ts'
import type { Happening, LogEntry } from './lifecycle.ts'
import type { Note } from './note.ts'
import type { MessageContent, MessageRef, Platform, Snapshot } from './ports.ts'
import type { Reports } from './reports.ts'
import type { RunReport } from './run.ts'

/**
 * Where everything is kept. Each verb is whole or not at all, and on disk when it resolves; no transaction is held open
 * across an `await`, and a verb that throws has changed nothing.
 */
export type Store = Candidates &
  Runs &
  Tasks &
  Messages &
  Addresses &
  People &
  Forgetting &
  Control &
  Reports & { close(): Promise<void> }

/** What becomes of the task on whose behalf something is recorded; in the same transaction. */
export type TaskEnd = { readonly id: TaskId; readonly ends: 'settled' | { readonly dueAt: number } }

export type Recording = {
  readonly candidateId: CandidateId
  readonly event: Happening
  readonly actor: string
  readonly note: Note
  readonly at: number
  /** The version that the decision was taken on. When it is no longer the present one, nothing is recorded. */
  readonly version?: number
  readonly task?: TaskEnd
}

export type Recorded =
  | { readonly kind: 'recorded'; readonly candidate: Candidate; readonly entry: LogEntry }
  /** The lifecycle or another, faster writer stood in the way. The task's end, if any, is kept all the same. */
  | { readonly kind: 'refused'; readonly candidate: Candidate; readonly last: LogEntry }

/** What keeps a write from beginning; asked inside the transaction that records `begin`. */
export type Limits = {
  readonly maxPerDay: number
  /** Of one person, also where they approve in two chats under the same address. */
  readonly maxPerApproverPerDay: number
  readonly dayStart: number
}

export type Begun =
  | { readonly kind: 'begun'; readonly candidate: Candidate }
  | { readonly kind: 'refused' }
  | { readonly kind: 'halted' }
  /** Somebody paused and resumed during the last look: the time to undo runs once more. */
  | { readonly kind: 'not_due' }
  /** The candidate's row is not what its history says: its facts, or who approved. */
  | { readonly kind: 'tampered' }
  | { readonly kind: 'capped'; readonly why: 'over_daily_cap' | 'over_approver_cap' }

export type Candidates = {
  candidate(id: CandidateId): Promise<Candidate | null>
  /** The candidate that a button belongs to, and whether the button is of its present round. */
  candidateByToken(token: string): Promise<{ candidate: Candidate; current: boolean } | null>
  /** By id, user name or e-mail (without case): newest first. */
  candidatesOf(user: string): Promise<Candidate[]>
  /** Applies the lifecycle: new state, event row, follow-up tasks and announcements. */
  record(recording: Recording): Promise<Recorded>
  /** Records the intent to write, with what the account looks like before, unless writes are halted or a cap is reached. */
  begin(candidate: Candidate, snapshot: Snapshot, at: number, limits: Limits): Promise<Begun>
  timeline(id: CandidateId): Promise<LogEntry[]>
  /** Candidates whose time to be decided is over: proposed and posted, or failed, before `before`. */
  overdue(before: number): Promise<Candidate[]>
}

export type RunStart = {
  readonly id: RunId
  /** The schedule's slot; `null` = asked for by a person. */
  readonly slot: number | null
  readonly actor: string
  readonly at: number
}

/** An account that a person skipped. */
export type Skip = { readonly at: number; readonly dryRun: boolean; readonly rosterStatus: RosterStatus }

/** What earlier runs left behind, as a new run needs it. */
export type Standings = {
  readonly open: ReadonlyMap<SysId, Candidate>
  /** The skips of each account. All of them: one made in a dry run must not make a live one forgotten. */
  readonly skips: ReadonlyMap<SysId, readonly Skip[]>
  /** How often each account's proposal expired. */
  readonly expiries: ReadonlyMap<SysId, number>
  /** Reports of the last runs that were not held, newest first. */
  readonly recentRuns: readonly RunReport[]
}

/** An open candidate that a scan ends: withdrawn, or found deleted by us after all. */
export type Closing = {
  readonly candidate: Candidate
  readonly event: 'withdraw' | 'found_done'
  readonly note: Note
}

export type RunResult = {
  readonly report: Omit<RunReport, 'head'>
  readonly closings: readonly Closing[]
  readonly proposals: readonly (Proposal & { readonly askedBefore: number })[]
}

export type Runs = {
  startRun(
    run: RunStart,
  ): Promise<
    | { readonly kind: 'started' }
    | { readonly kind: 'busy'; readonly since: number; readonly actor: string }
    | { readonly kind: 'slot_done' }
  >
  standings(): Promise<Standings>
  /**
   * Promotes a complete scan: what it ends, new candidates, the report, and the tasks that tell the chats.
   * @returns the report as it was kept, with the fingerprint of the history.
   */
  finishRun(result: RunResult): Promise<RunReport>
  /** A run that found nothing out: its slot is free again. */
  abandonRun(id: RunId, reason: string, at: number): Promise<void>
  run(id: RunId): Promise<RunReport | null>
}

export type Lane = 'servicenow' | Platform

/**
 * Something that still has to be done to the outside world. `attempts` counts this one: a task taken for the second
 * time was interrupted, or failed, and may have had its effect.
 */
type TaskOf<Lanes, Kinds, Subject> = {
  readonly id: TaskId
  readonly lane: Lanes
  readonly kind: Kinds
  readonly attempts: number
} & Readonly<Subject>
export type WriteTask = TaskOf<
  'servicenow',
  'write' | 'verify',
  { candidateId: CandidateId; askedBy: number }
>
export type DigestTask = TaskOf<Platform, 'digest', { runId: RunId }>
export type MessageTask = TaskOf<Platform, 'post' | 'announce', { messageId: MessageId }>
export type Task = WriteTask | DigestTask | MessageTask

export type Tasks = {
  /**
   * The next task of a lane that is due, now leased. In a chat's lane strictly the oldest, but that a digest which waits
   * holds up later digests only; at ServiceNow never two of one candidate at a time.
   */
  takeTask(lane: Lane, now: number): Promise<Task | null>
  settle(id: TaskId): Promise<void>
  postpone(id: TaskId, dueAt: number, reason: string): Promise<void>
  /** The same for an attempt that certainly had no effect: it does not count. */
  putBack(id: TaskId, dueAt: number, reason: string): Promise<void>
  /** Ends a task that cannot succeed; it is kept, counted and shown. */
  giveUp(id: TaskId, reason: string): Promise<void>
}

export type MessagePlan = {
  readonly id: MessageId
  readonly kind: 'header' | 'list'
  readonly approver: string | null
  readonly part: number
  readonly parts: number
  readonly candidateIds: readonly CandidateId[]
  /** Header only: candidates that go to the named approvers because their manager cannot be asked. */
  readonly withoutManager: number
  /** Header only: candidates of earlier runs, which could not be shown until now. */
  readonly fromEarlierRuns: number
}

export type Message = {
  readonly id: MessageId
  readonly platform: Platform
  readonly content: MessageContent
  /** Where it stands; more than one place after a post whose outcome was unknown. */
  readonly refs: readonly MessageRef[]
  /** Transitions that its thread has not been told yet, oldest first. */
  readonly unannounced: readonly LogEntry[]
}

export type Messages = {
  /**
   * Whom a run's messages have to show on a platform: its open candidates, and those of earlier runs (in a dry run of dry
   * runs, else of live ones) that no message there shows.
   */
  unplaced(runId: RunId, platform: Platform): Promise<Candidate[]>
  /** Fixes a run's messages and approvers on a platform and asks for them to be posted; ends the digest task. */
  layOut(
    task: TaskId,
    runId: RunId,
    platform: Platform,
    plan: readonly MessagePlan[],
    at: number,
  ): Promise<void>
  /** Lists of open candidates that were given up before anybody knew that they stand on the platform. */
  lost(platform: Platform): Promise<MessageId[]>
  /** A lost list was looked for in vain: whom it shows is still to be shown. One that is known to stand stays as it is. */
  unplace(id: MessageId): Promise<void>
  message(id: MessageId): Promise<Message | null>
  /** The message is known to stand at `ref`. Told twice, or of a place where another message stands, it changes nothing. */
  posted(id: MessageId, ref: MessageRef, at: number): Promise<void>
  /** The thread was told everything up to `seq`; the message itself may still have to be brought up to date. */
  told(id: MessageId, seq: number): Promise<void>
  /** Thread and message are up to date up to `seq`. Ends the task; asks for another where more has happened. */
  announced(task: TaskId, id: MessageId, seq: number, at: number): Promise<void>
  /** Somebody saw something out of date at `ref`: whatever message stands there is brought up to date. */
  refresh(platform: Platform, ref: MessageRef, at: number): Promise<void>
  /** Where a candidate is shown on a platform, and to whom it was assigned there. */
  placement(
    id: CandidateId,
    platform: Platform,
  ): Promise<{ messageId: MessageId; approver: string | null } | null>
}
