import type { CandidateId } from './ids.ts'
import type { Note, Reason } from './note.ts'

/**
 * All that can happen to a candidate. A pair that is not listed is refused.
 * The state diagram in ARCHITECTURE.md and the buttons in chat are drawn from this table.
 */
export const LIFECYCLE = {
  proposed: {
    endorse: 'proposed',
    approve: 'approved',
    skip: 'skipped',
    expire: 'expired',
    withdraw: 'withdrawn',
  },
  approved: {
    begin: 'reclaiming',
    wait: 'approved',
    undo: 'proposed',
    withdraw: 'withdrawn',
    rehearse: 'rehearsed',
    found_done: 'reclaimed',
  },
  reclaiming: { done: 'reclaimed', refused: 'failed', lose_track: 'verifying' },
  verifying: { found_done: 'reclaimed', found_undone: 'approved', give_up: 'failed' },
  failed: {
    retry: 'approved',
    skip: 'skipped',
    expire: 'expired',
    withdraw: 'withdrawn',
    found_done: 'reclaimed',
  },
  reclaimed: {},
  skipped: {},
  expired: {},
  withdrawn: {},
  rehearsed: {},
} as const satisfies Record<string, Record<string, string>>

export type State = keyof typeof LIFECYCLE
type EventsOf<S extends State> = keyof (typeof LIFECYCLE)[S]
/** What can happen to a candidate that exists. */
export type Happening = { [S in State]: EventsOf<S> }[State]
/** Every word in the history: `propose` opens it. */
export type EventName = 'propose' | Happening
/** What a person does with a button. */
export type PersonEvent = 'approve' | 'skip' | 'undo' | 'retry'

/** States in which an account must not be proposed a second time. */
export const OPEN_STATES = [
  'proposed',
  'approved',
  'reclaiming',
  'verifying',
  'failed',
] as const satisfies State[]

/** How often a write may be sent again after a read proved that it had not happened, per approval. */
export const MAX_FOUND_UNDONE = 3

/**
 * How long after losing track of a write the account is read again, by reads that found it undone before.
 * ServiceNow cancels a REST transaction after 60 s (ServiceNow docs, Default quota rules), so nothing is read sooner.
 */
export const VERIFY_AFTER_MS = [90_000, 5 * 60_000, 15 * 60_000] as const

/** One row of the history. */
export type LogEntry = {
  readonly seq: number
  readonly candidateId: CandidateId
  readonly event: EventName
  readonly from: State | null
  readonly to: State
  readonly actor: string
  readonly note: Note
  readonly at: number
}

/** The part of a candidate that its history determines. */
export type Standing = {
  readonly state: State
  readonly version: number
  readonly round: number
  readonly approvalSeq: number | null
  readonly approvedBy: string | null
  /** The first of the two people, where two have to approve. */
  readonly endorsedBy: string | null
  /** When a write may first have left; `null` = none has. */
  readonly begunAt: number | null
  readonly foundUndone: number
  readonly waitingFor: Reason | null
}

/** A task that a transition asks for. */
export type FollowUp = { readonly kind: 'write' | 'verify'; readonly afterMs: number }

export type Decision =
  | { readonly kind: 'accepted'; readonly to: State; readonly followUps: readonly FollowUp[] }
  | { readonly kind: 'refused' }

/** What is about to happen, and through whom. */
export type Deed = { readonly event: Happening; readonly actor: string; readonly why?: Reason | undefined }

/** What the settings say about approvals. */
export type ApprovalRules = {
  /** How long an approval can be undone before the write. */
  readonly graceMs: number
  /** How many different people have to approve. */
  readonly approvalsRequired: 1 | 2
}

/** Whether something may happen to a candidate now, and what has to follow. Pure: the one place where it is decided. */
export function decide(now: Standing, deed: Deed, rules: ApprovalRules): Decision {
  const row: Partial<Record<Happening, State>> = LIFECYCLE[now.state]
  const to = row[deed.event]
  if (to === undefined || !guards(now, deed, rules)) return { kind: 'refused' }
  return { kind: 'accepted', to, followUps: followUps(now, deed.event, rules.graceMs) }
}

function guards(now: Standing, { event, actor, why }: Deed, { approvalsRequired }: ApprovalRules): boolean {
  switch (event) {
    case 'endorse':
      return approvalsRequired === 2 && now.endorsedBy === null
    case 'approve':
      return approvalsRequired === 1 || (now.endorsedBy !== null && now.endorsedBy !== actor)
    case 'found_done':
      return now.begunAt !== null
    case 'found_undone':
      return now.foundUndone < MAX_FOUND_UNDONE
    case 'wait':
      // The same wait is told once, but each new time to undo.
      return why !== undefined && (now.waitingFor !== why || why === 'time_to_undo_again')
    default:
      return true
  }
}

function followUps(now: Standing, event: Happening, graceMs: number): FollowUp[] {
  switch (event) {
    case 'approve':
    case 'retry':
      return [{ kind: 'write', afterMs: graceMs }]
    case 'found_undone':
      return [{ kind: 'write', afterMs: 0 }]
    case 'lose_track':
      return [
        {
          kind: 'verify',
          afterMs: VERIFY_AFTER_MS[Math.min(now.foundUndone, VERIFY_AFTER_MS.length - 1)] ?? 0,
        },
      ]
    default:
      return []
  }
}

/**
 * A candidate's standing after one more row of its history. Folding it over the whole history, from `null`,
 * gives the standing that the store must hold.
 */
export function evolve(before: Standing | null, entry: LogEntry): Standing {
  const start = before ?? {
    version: 0,
    round: 1,
    approvalSeq: null,
    approvedBy: null,
    endorsedBy: null,
    begunAt: null,
    foundUndone: 0,
  }
  const enters = entry.to === 'approved' && entry.from !== 'approved'
  const approves = entry.event === 'approve' || entry.event === 'retry'
  return {
    state: entry.to,
    version: start.version + 1,
    round: start.round + (entry.event === 'undo' || entry.event === 'retry' ? 1 : 0),
    approvalSeq: enters ? entry.seq : start.approvalSeq,
    approvedBy: approves ? entry.actor : start.approvedBy,
    endorsedBy: endorser(start, entry),
    begunAt: begun(start, entry),
    foundUndone: approves ? 0 : start.foundUndone + (entry.event === 'found_undone' ? 1 : 0),
    waitingFor: entry.event === 'wait' ? (entry.note.why ?? null) : null,
  }
}

/** What could not be sent has not begun, unless something was sent before. */
function begun({ begunAt }: Pick<Standing, 'begunAt'>, { event, note, at }: LogEntry): number | null {
  if (event === 'begin') return begunAt ?? at
  return note.why === 'never_sent' ? null : begunAt
}

/** Who stands for the approval beside whoever approves: still somebody else when the first of the two tries again. */
function endorser(
  { endorsedBy, approvedBy }: Pick<Standing, 'endorsedBy' | 'approvedBy'>,
  { event, actor }: LogEntry,
): string | null {
  switch (event) {
    case 'endorse':
      return actor
    case 'undo':
      return null
    case 'retry':
      return endorsedBy === actor ? approvedBy : endorsedBy
    default:
      return endorsedBy
  }
}

/** Whether an account that is gone is taken for our doing: a write has begun. After an undo it may be anybody's. */
export function isOursIfGone({ state, begunAt }: Pick<Standing, 'state' | 'begunAt'>): boolean {
  return begunAt !== null && state !== 'proposed'
}

/** The buttons that make sense in a state, in the order in which they are shown. */
export function buttonsIn(state: State): PersonEvent[] {
  const row: Partial<Record<Happening, State>> = LIFECYCLE[state]
  return (['approve', 'retry', 'skip', 'undo'] as const).filter(event => row[event] !== undefined)
}
