import { type Caps, managerCanDecide, mayDecide, sameText } from './approval.ts'
import { startOfDay, startOfNextDay } from './calendar.ts'
import type { Candidate, Operation } from './candidate.ts'
import { type Happening, MAX_FOUND_UNDONE, type Note, type Reason, VERIFY_AFTER_MS } from './lifecycle.ts'
import { objection, sameAsConfigured } from './objection.ts'
import type { Chat, Inspection, Licences, Log, Platform, WriteAnswer } from './ports.ts'
import type { Store, WriteTask } from './storage.ts'
import { judgeNow, type ScanSettings, type ScanSources } from './survey.ts'

/** What the two tasks at ServiceNow need. */
export type WriteContext = {
  readonly store: Store
  readonly sources: ScanSources
  readonly chats: ReadonlyMap<Platform, Chat>
  readonly settings: ScanSettings & Caps & { readonly timeZone: string }
  readonly log: Log
}

type Look =
  | { readonly kind: 'go' }
  | { readonly kind: 'stop'; readonly event: 'withdraw' | 'found_done'; readonly note: Note }
  | { readonly kind: 'wait'; readonly why: Reason; readonly error?: unknown }

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

  const look = await lastLook(candidate, context)
  if (look.kind === 'stop') return conclude(task, candidate, context, look.event, look.note)
  if (look.kind === 'wait') return wait(task, context, look.why, sources.clock.now() + WAIT_MS, look.error)
  if (candidate.dryRun || settings.dryRun) return conclude(task, candidate, context, 'rehearse', {})

  const now = sources.clock.now()
  const dayStart = startOfDay(now, settings.timeZone)
  const begun = await store.begin(candidate, now, { ...settings, dayStart })
  switch (begun.kind) {
    case 'begun':
      return sendAndProve(task, begun.candidate, context)
    case 'capped':
      return wait(task, context, begun.why, startOfNextDay(now, settings.timeZone))
    case 'paused':
    case 'refused':
      return store.postpone(task.id, now, begun.kind)
  }
}

/** Reads the account again after a write whose outcome is not known, and only then decides whether to write again. */
export async function verify(task: WriteTask, context: WriteContext): Promise<void> {
  const { store, sources } = context
  const candidate = await store.candidate(task.candidateId)
  if (candidate?.state !== 'verifying') return store.settle(task.id)
  const seen = await inspect(candidate.sysId, sources.licences)
  if (seen instanceof Error) {
    warnUnread(candidate, seen, context)
    const pauseMs = VERIFY_AFTER_MS[Math.min(task.attempts, VERIFY_AFTER_MS.length - 1)] ?? WAIT_MS
    return store.postpone(task.id, sources.clock.now() + pauseMs, seen.message)
  }
  if (seen.kind === 'gone') return conclude(task, candidate, context, 'found_done', {})
  if (candidate.foundUndone < MAX_FOUND_UNDONE)
    return conclude(task, candidate, context, 'found_undone', { why: 'still_there' })
  return conclude(task, candidate, context, 'give_up', { why: 'still_there' })
}

/** Looks at the account, the settings and the approver once more, a moment before the write. */
async function lastLook(candidate: Candidate, context: WriteContext): Promise<Look> {
  const { settings, sources } = context
  if (!sameAsConfigured(candidate, settings, sources.licences)) return withdraw({ why: 'settings_changed' })
  const seen = await inspect(candidate.sysId, sources.licences)
  if (seen instanceof Error) return { kind: 'wait', why: 'account_unreadable', error: seen }
  if (seen.kind === 'gone')
    return candidate.begunAt === null
      ? withdraw({ why: 'already_gone' })
      : { kind: 'stop', event: 'found_done', note: {} }

  const verdict = await judgeNow(seen.account, settings, sources).catch((error: Error) => error)
  if (verdict instanceof Error) return { kind: 'wait', why: 'roster_unreadable', error: verdict }
  const note = objection(candidate, verdict)
  if (note) return withdraw(note)
  if (verdict.kind === 'unknown')
    return { kind: 'wait', why: verdict.reason === 'roster' ? 'roster_unreadable' : 'account_unreadable' }
  return approverStillEntitled(candidate, seen, context)
}

async function approverStillEntitled(
  candidate: Candidate,
  { manager }: Extract<Inspection, { kind: 'found' }>,
  { chats }: WriteContext,
): Promise<Look> {
  const [platform, id = ''] = (candidate.approvedBy ?? '').split(':')
  const chat = chats.get(platform as Platform)
  const person = chat ? await chat.person(id).catch((error: Error) => error) : null
  if (person instanceof Error) return { kind: 'wait', why: 'approver_unreadable', error: person }
  const isManager =
    manager !== null &&
    managerCanDecide({ ...candidate, manager }) &&
    sameText(person?.email ?? '', manager.email)
  const entitled = mayDecide(person, candidate, isManager ? id : null).allowed
  return entitled ? { kind: 'go' } : withdraw({ why: 'approver_not_entitled' })
}

async function sendAndProve(task: WriteTask, candidate: Candidate, context: WriteContext): Promise<void> {
  const { licences } = context.sources
  const [operation] = candidate.operations
  if (!operation) throw new Error(`Candidate ${candidate.id} has no operation.`)
  const answer = await send(operation, licences)
  const seen = await inspect(candidate.sysId, licences)
  const proof = seen instanceof Error ? 'unreadable' : seen.kind
  if (seen instanceof Error) warnUnread(candidate, seen, context)
  const { event, note } = outcome(answer, proof)
  await conclude(task, candidate, context, event, note)
}

/**
 * What a write came to. Only a read proves it: an account that is gone was deleted whatever the answer said, and one
 * that is still there after anything but a clear no may yet go.
 */
function outcome(
  answer: WriteAnswer,
  proof: 'gone' | 'found' | 'unreadable',
): { event: 'done' | 'refused' | 'lose_track'; note: Note } {
  const said =
    answer.kind === 'accepted' ? { status: answer.status } : { status: answer.status, detail: answer.detail }
  if (proof === 'gone') return { event: 'done', note: said }
  if (proof === 'found' && answer.kind === 'refused') return { event: 'refused', note: said }
  return { event: 'lose_track', note: { why: 'not_confirmed', ...said } }
}

function warnUnread({ id }: Candidate, { message }: Error, { log }: WriteContext): void {
  log.warn({ candidate: id, reason: message }, 'the deletion could not be read back')
}

/** Once the intent is on disk, an error while sending is an unknown outcome, nothing else. */
async function send(operation: Operation, licences: Licences): Promise<WriteAnswer> {
  try {
    return await licences.send(operation)
  } catch (error) {
    return { kind: 'unknown', status: null, detail: error instanceof Error ? error.message : String(error) }
  }
}

async function inspect(id: Candidate['sysId'], licences: Licences): Promise<Inspection | Error> {
  return licences.inspect(id).catch((error: Error) => error)
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
  if (recorded.kind === 'recorded') log.info({ candidate: candidateId, event, ...note }, 'transition')
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

const withdraw = (note: Note): Look => ({ kind: 'stop', event: 'withdraw', note })
