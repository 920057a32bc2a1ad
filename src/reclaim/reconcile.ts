import type { Candidate } from './candidate.ts'
import type { CandidateId } from './ids.ts'
import { asError } from './last-look.ts'
import { type Happening, isOursIfGone, OPEN_STATES } from './lifecycle.ts'
import type { Note } from './note.ts'
import type { Inspection, Log } from './ports.ts'
import type { Store } from './storage.ts'
import type { ScanSources } from './survey.ts'

export type ReconcileContext = {
  readonly store: Store
  readonly sources: Pick<ScanSources, 'licences' | 'clock'>
  readonly log: Log
}

/** After so many accounts in a row that cannot be read it is ServiceNow that cannot, and the others wait for the next turn. */
const TRIES_IN_A_ROW = 3
const NOT_TRIED = new Error('ServiceNow could not be read.')

/**
 * After an older copy of the store was put back: reads every open account again, and only then lets writes begin. An
 * approval in that copy may have been undone or carried out since, and nobody can tell any more: it is withdrawn. One
 * that was given since the copy was put back stands, unless it completes an older one. An account that cannot be read
 * keeps no other from being read; it is tried again at the next turn, after those that were not tried.
 * Nothing is written to ServiceNow here. Does nothing where the store was not restored.
 */
export async function reconcile({ store, sources, log }: ReconcileContext): Promise<void> {
  const { restored } = await store.halts()
  if (restored === null) return
  const waiting = await waitingFor(restored.unread, store)
  const untried: CandidateId[] = []
  const failed: CandidateId[] = []
  let failuresInARow = 0
  for (const { id, sysId } of waiting) {
    const isTried = failuresInARow < TRIES_IN_A_ROW
    const seen = isTried ? await sources.licences.inspect(sysId).catch(asError) : NOT_TRIED
    failuresInARow = seen instanceof Error ? failuresInARow + 1 : 0
    const reason = await settle(id, seen, restored.seq, { store, sources })
    if (reason === null) continue
    ;(isTried ? failed : untried).push(id)
    if (isTried) log.warn({ candidate: id, reason }, 'an account of the restored store is still to be read')
  }
  const unread = [...untried, ...failed]
  await store.reconciled(unread)
  if (unread.length > 0) log.warn({ candidates: unread.length }, 'the restored store is not reconciled yet')
  else log.info({ candidates: waiting.length }, 'the restored store was reconciled')
}

/** @param unread what the turn before left; `null` = there was none, so that all are to be read. */
async function waitingFor(unread: readonly CandidateId[] | null, store: Store): Promise<Candidate[]> {
  const { open } = await store.standings()
  if (unread === null) return [...open.values()]
  const byId = new Map([...open.values()].map(candidate => [candidate.id, candidate]))
  return unread.flatMap(id => byId.get(id) ?? [])
}

/** @returns why it is to be looked at again; `null` = all that was to be recorded was. */
async function settle(
  candidateId: CandidateId,
  seen: Inspection | Error,
  restoredSeq: number,
  { store, sources }: Pick<ReconcileContext, 'store' | 'sources'>,
): Promise<string | null> {
  const candidate = await store.candidate(candidateId)
  if (!candidate) return null
  const verdict = await verdictOn(candidate, seen, restoredSeq, store)
  if (verdict instanceof Error) return verdict.message
  let { version } = candidate
  for (const [event, note] of verdict) {
    const at = sources.clock.now()
    const recorded = await store.record({ candidateId, version, event, note, actor: 'worker', at })
    if (recorded.kind === 'refused') return 'somebody decided meanwhile'
    version = recorded.candidate.version
  }
  return null
}

/** @param seen the account, or why it cannot be read. @returns that again where nothing can be said without a read. */
async function verdictOn(
  candidate: Candidate,
  seen: Inspection | Error,
  restoredSeq: number,
  store: Store,
): Promise<[Happening, Note][] | Error> {
  const { state } = candidate
  if (!OPEN_STATES.some(open => open === state)) return []
  // A write that the copy believes to be under way ended long ago.
  const ended: [Happening, Note][] = state === 'reclaiming' ? [['lose_track', { why: 'interrupted' }]] : []
  const underWay = state === 'reclaiming' || state === 'verifying'
  if (seen instanceof Error) {
    if (isOursIfGone(candidate) || !(await hasOldApproval(candidate, restoredSeq, store))) return seen
    // Gone or not, it would be withdrawn.
    return [['withdraw', { why: 'unread_since_restore' }]]
  }
  if (seen.kind === 'gone')
    return [
      ...ended,
      isOursIfGone(candidate) ? ['found_done', {}] : ['withdraw', { why: 'gone_since_restore' }],
    ]
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
