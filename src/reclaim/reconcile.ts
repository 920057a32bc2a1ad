import type { Candidate } from './candidate.ts'
import type { CandidateId } from './ids.ts'
import { asError } from './last-look.ts'
import { type Happening, OPEN_STATES } from './lifecycle.ts'
import type { Note } from './note.ts'
import type { Inspection, Log } from './ports.ts'
import type { Store } from './storage.ts'
import type { ScanSources } from './survey.ts'

export type ReconcileContext = {
  readonly store: Store
  readonly sources: Pick<ScanSources, 'licences' | 'clock'>
  readonly log: Log
}

/**
 * After an older copy of the store was put back: reads every open account again, and only then lets writes begin. An
 * approval in that copy may have been undone or carried out since, and nobody can tell any more: it is withdrawn. One
 * that was given since the copy was put back stands, unless it completes an older one.
 * Nothing is written to ServiceNow here. Does nothing where the store was not restored.
 */
export async function reconcile({ store, sources, log }: ReconcileContext): Promise<void> {
  const { restored } = await store.halts()
  if (restored === null) return
  const { open } = await store.standings()
  for (const { id, sysId } of open.values()) {
    const seen = await sources.licences.inspect(sysId).catch(asError)
    const isSettled = seen instanceof Error ? seen : await settle(id, seen, restored.seq, { store, sources })
    if (isSettled === true) continue
    const reason = isSettled instanceof Error ? isSettled.message : 'somebody decided meanwhile'
    return log.warn({ candidate: id, reason }, 'the restored store is not reconciled yet')
  }
  await store.reconciled()
  log.info({ candidates: open.size }, 'the restored store was reconciled')
}

/** @returns whether all that was to be recorded was; `false` = somebody was faster, and it is to be looked at again. */
async function settle(
  candidateId: CandidateId,
  seen: Inspection,
  restoredSeq: number,
  { store, sources }: Pick<ReconcileContext, 'store' | 'sources'>,
): Promise<boolean> {
  const candidate = await store.candidate(candidateId)
  if (!candidate) return true
  let { version } = candidate
  for (const [event, note] of await verdict(candidate, seen, restoredSeq, store)) {
    const at = sources.clock.now()
    const recorded = await store.record({ candidateId, version, event, note, actor: 'worker', at })
    if (recorded.kind === 'refused') return false
    version = recorded.candidate.version
  }
  return true
}

async function verdict(
  candidate: Candidate,
  seen: Inspection,
  restoredSeq: number,
  store: Store,
): Promise<[Happening, Note][]> {
  const { state, begunAt } = candidate
  if (!OPEN_STATES.some(open => open === state)) return []
  // A write that the copy believes to be under way ended long ago.
  const ended: [Happening, Note][] = state === 'reclaiming' ? [['lose_track', { why: 'interrupted' }]] : []
  const underWay = state === 'reclaiming' || state === 'verifying'
  if (seen.kind === 'gone')
    return [...ended, begunAt === null ? ['withdraw', { why: 'gone_since_restore' }] : ['found_done', {}]]
  if (underWay) return [...ended, ['give_up', { why: 'store_restored' }]]
  if (state === 'failed' || !(await hasOldApproval(candidate, restoredSeq, store))) return []
  return [['withdraw', { why: 'store_restored' }]]
}

/** A retry rests on the approval before it. */
const APPROVALS: readonly string[] = ['endorse', 'approve']

/** Whether anything that the present approval rests on is of before the copy was put back. */
async function hasOldApproval({ id }: Candidate, restoredSeq: number, store: Store): Promise<boolean> {
  const timeline = await store.timeline(id)
  const undone = timeline.findLastIndex(({ event }) => event === 'undo')
  return timeline.slice(undone + 1).some(({ event, seq }) => APPROVALS.includes(event) && seq <= restoredSeq)
}
