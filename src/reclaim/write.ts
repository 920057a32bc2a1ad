import type { Caps } from './approval.ts'
import { startOfDay, startOfNextDay } from './calendar.ts'
import type { Candidate, Operation } from './candidate.ts'
import { asError, type LookContext, lastLook } from './last-look.ts'
import { type Happening, MAX_FOUND_UNDONE, VERIFY_AFTER_MS } from './lifecycle.ts'
import type { Note, Reason } from './note.ts'
import { Later, type Licences, type Log, NotSent, type Snapshot, type WriteAnswer } from './ports.ts'
import type { Store, WriteTask } from './storage.ts'

/** What the two tasks at ServiceNow need. */
export type WriteContext = LookContext & {
  readonly store: Store
  readonly settings: Caps & { readonly timeZone: string }
  readonly log: Log
}

const WAIT_MS = 5 * 60 * 1000

/**
 * Carries out an approval: last look, intent on disk, one request, read-back. Safe to run again after a death at any
 * point: a task that finds the candidate already `reclaiming` was interrupted, and sends nothing.
 */
export async function write(task: WriteTask, context: WriteContext): Promise<void> {
  const { store, settings, sources } = context
  const candidate = await store.candidate(task.candidateId)
  if (!candidate || candidate.approvalSeq !== task.askedBy) return store.settle(task.id)
  if (candidate.state === 'reclaiming')
    return conclude(task, candidate, context, 'lose_track', { why: 'interrupted' })
  if (candidate.state !== 'approved') return store.settle(task.id)

  // Before the last look, which is to be the last thing that happens before the write.
  const snapshot = await snapshotOf(candidate, sources.licences)
  const look = await lastLook(candidate, context)
  if (look.kind === 'stop') return conclude(task, candidate, context, look.event, look.note)
  if (look.kind === 'wait')
    return wait(task, context, look.why, sources.clock.now() + atLeast(WAIT_MS, look.error), look.error)
  const now = sources.clock.now()
  if (snapshot instanceof Error)
    return wait(task, context, 'snapshot_unreadable', now + atLeast(WAIT_MS, snapshot), snapshot)
  // Only now: a rehearsal waits for whatever a deletion would wait for.
  if (candidate.dryRun || settings.dryRun) return conclude(task, candidate, context, 'rehearse', {})
  const dayStart = startOfDay(now, settings.timeZone)
  const begun = await store.begin(candidate, snapshot, now, { ...settings, dayStart })
  switch (begun.kind) {
    case 'begun':
      return sendAndProve(task, begun.candidate, candidate.begunAt === null, context)
    case 'capped':
      return wait(task, context, begun.why, startOfNextDay(now, settings.timeZone))
    case 'tampered':
      return conclude(task, candidate, context, 'withdraw', { why: 'not_what_was_shown' })
    case 'halted':
    case 'not_due':
    case 'refused':
      return store.postpone(task.id, now, begun.kind)
  }
}

/** Reads the account again after a write whose outcome is not known, and only then decides whether to write again. */
export async function verify(task: WriteTask, context: WriteContext): Promise<void> {
  const { store, sources } = context
  const candidate = await store.candidate(task.candidateId)
  if (candidate?.state !== 'verifying') return store.settle(task.id)
  const seen = await sources.licences.inspect(candidate.sysId).catch(asError)
  if (seen instanceof Error) {
    warnUnread(candidate, seen, context)
    const pauseMs = VERIFY_AFTER_MS[Math.min(task.attempts, VERIFY_AFTER_MS.length - 1)] ?? WAIT_MS
    return store.postpone(task.id, sources.clock.now() + atLeast(pauseMs, seen), seen.message)
  }
  if (seen.kind === 'gone') return conclude(task, candidate, context, 'found_done', {})
  if (candidate.foundUndone < MAX_FOUND_UNDONE)
    return conclude(task, candidate, context, 'found_undone', { why: 'still_there' })
  return conclude(task, candidate, context, 'give_up', { why: 'still_there' })
}

/** As long as planned, or as ServiceNow asked for, whichever is longer. */
const atLeast = (pauseMs: number, error: unknown) =>
  error instanceof Later ? Math.max(pauseMs, error.retryAfterMs) : pauseMs

/** What the account looks like, whole: for whoever has to explain or restore it later. */
async function snapshotOf({ sysId, facts }: Candidate, licences: Licences): Promise<Snapshot | Error> {
  const snapshot = await licences.snapshot(sysId).catch(asError)
  if (snapshot instanceof Error) return snapshot
  return facts.roles.length > 0 && snapshot.roles.length === 0
    ? new Error(
        'ServiceNow shows no roles of an account that was proposed for its roles, so it could not be kept whole. Check that the scanning account may read all of sys_user_has_role.',
      )
    : snapshot
}

async function sendAndProve(
  task: WriteTask,
  candidate: Candidate,
  isFirst: boolean,
  context: WriteContext,
): Promise<void> {
  const { licences } = context.sources
  const [operation] = candidate.operations
  if (!operation) throw new Error(`Candidate ${candidate.id} has no operation.`)
  const answer = await send(operation, licences)
  // Nothing left: whoever deleted the account meanwhile, it was not this write.
  if (answer.kind === 'not_sent')
    return conclude(task, candidate, context, 'refused', {
      why: isFirst ? 'never_sent' : 'not_sent',
      detail: answer.detail,
    })
  const seen = await licences.inspect(candidate.sysId).catch(asError)
  const proof = seen instanceof Error ? 'unreadable' : seen.kind
  if (seen instanceof Error) warnUnread(candidate, seen, context)
  const { event, note } = outcome(answer, proof)
  await conclude(task, candidate, context, event, note)
}

type AnswerToSent = Exclude<WriteAnswer, { kind: 'not_sent' }>

/**
 * What a write that was sent came to. Only a read proves it: an account that is gone was deleted whatever the answer
 * said, and one that is still there after anything but a clear no may yet go.
 */
function outcome(
  answer: AnswerToSent,
  proof: 'gone' | 'found' | 'unreadable',
): { event: 'done' | 'refused' | 'lose_track'; note: Note } {
  const said = wordsOf(answer)
  if (proof === 'gone') return { event: 'done', note: said }
  if (proof === 'found' && answer.kind === 'refused') return { event: 'refused', note: said }
  return { event: 'lose_track', note: { ...said, why: 'not_confirmed' } }
}

function wordsOf(answer: AnswerToSent): Note {
  const { kind, status } = answer
  return kind === 'accepted' ? { status } : { status, detail: answer.detail }
}

function warnUnread({ id }: Candidate, { message }: Error, { log }: WriteContext): void {
  log.warn({ candidate: id, reason: message }, 'the deletion could not be read back')
}

/** Once the intent is on disk an error is an unknown outcome, unless it certainly left nothing behind. */
async function send(operation: Operation, licences: Licences): Promise<WriteAnswer> {
  return licences.send(operation).catch((error: unknown) => {
    const detail = asError(error).message
    return error instanceof NotSent ? { kind: 'not_sent', detail } : { kind: 'unknown', status: null, detail }
  })
}

/** Records what came of a task and ends it. What people did with the candidate in the meantime stands. */
async function conclude(
  task: WriteTask,
  { id: candidateId, version }: Candidate,
  context: WriteContext,
  event: Happening,
  note: Note,
): Promise<void> {
  const { store, sources, log } = context
  const end = { id: task.id, ends: 'settled' } as const
  const at = sources.clock.now()
  const recorded = await store.record({ candidateId, version, event, actor: 'worker', note, at, task: end })
  if (recorded.kind === 'recorded')
    log.info({ candidate: candidateId, event, why: note.why, status: note.status }, 'transition')
}

/** Tries again later; the thread is told why, once. */
async function wait(
  task: WriteTask,
  context: WriteContext,
  why: Reason,
  dueAt: number,
  error?: unknown,
): Promise<void> {
  const { store, sources, log } = context
  log.warn(
    { candidate: task.candidateId, why, reason: error instanceof Error ? error.message : undefined },
    'the write waits',
  )
  await store.record({
    candidateId: task.candidateId,
    event: 'wait',
    actor: 'worker',
    note: { why },
    at: sources.clock.now(),
    task: { id: task.id, ends: { dueAt } },
  })
}
