import type { Candidate } from './candidate.ts'
import { asError } from './last-look.ts'
import type { Happening, Note } from './lifecycle.ts'
import type { Licences, Log } from './ports.ts'
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
 * that was given since the copy was put back stands.
 * Nothing is written to ServiceNow here. Does nothing where the store was not restored.
 */
export async function reconcile({ store, sources, log }: ReconcileContext): Promise<void> {
  const { restored } = await store.halts()
  if (restored === null) return
  const { open } = await store.standings()
  for (const candidate of open.values()) {
    const seen = await sources.licences.inspect(candidate.sysId).catch(asError)
    if (seen instanceof Error) {
      log.warn({ candidate: candidate.id, reason: seen.message }, 'the restored store is not reconciled yet')
      return
    }
    const approval = (await store.timeline(candidate.id)).findLast(({ event }) => APPROVALS.includes(event))
    const isStale = approval !== undefined && approval.at < restored.at
    await settle({ ...candidate, isStale }, seen, { store, sources })
  }
  await store.reconciled()
  log.info({ candidates: open.size }, 'the restored store was reconciled')
}

const APPROVALS: readonly string[] = ['endorse', 'approve', 'retry']

async function settle(
  candidate: Candidate & { readonly isStale: boolean },
  seen: Awaited<ReturnType<Licences['inspect']>>,
  { store, sources }: Pick<ReconcileContext, 'store' | 'sources'>,
): Promise<void> {
  const { id: candidateId } = candidate
  const record = (event: Happening, note: Note) =>
    store.record({ candidateId, event, note, actor: 'worker', at: sources.clock.now() })
  // A write that the copy believes to be under way ended long ago.
  if (candidate.state === 'reclaiming') await record('lose_track', { why: 'interrupted' })
  const isGone = seen.kind === 'gone'
  const underWay = candidate.state === 'reclaiming' || candidate.state === 'verifying'
  if (isGone && candidate.begunAt !== null) await record('found_done', {})
  else if (isGone) await record('withdraw', { why: 'already_gone' })
  else if (underWay) await record('give_up', { why: 'store_restored' })
  else if (candidate.isStale && (candidate.state === 'approved' || candidate.endorsedBy !== null))
    await record('withdraw', { why: 'store_restored' })
}
