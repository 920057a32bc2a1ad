import { holdsOf } from './belts.ts'
import type { Candidate, Proposal, RuleName } from './candidate.ts'
import type { RunId, SysId } from './ids.ts'
import { isOursIfGone } from './lifecycle.ts'
import type { Note } from './note.ts'
import { objection, sameAsConfigured } from './objection.ts'
import type { RunReport } from './run.ts'
import type { Closing, RunResult, Skip, Standings, Store } from './storage.ts'
import { judgeNow, type ScanSettings, type ScanSources, type Survey, survey, tally } from './survey.ts'

/** The run as a whole: one at a time, never half. */
export type RunOutcome =
  | { readonly kind: 'finished'; readonly report: RunReport }
  | { readonly kind: 'busy'; readonly since: number; readonly actor: string }
  | { readonly kind: 'slot_done' }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Scans, and promotes what was found in one transaction; a scan that could not be finished leaves nothing behind.
 * @param slot the schedule's slot, or `null` for a run that a person asked for.
 */
export async function performRun(
  store: Store,
  settings: ScanSettings,
  sources: ScanSources,
  asked: { id: RunId; slot: number | null; actor: string; release: number | null },
): Promise<RunOutcome> {
  const startedAt = sources.clock.now()
  const start = await store.startRun({ id: asked.id, slot: asked.slot, actor: asked.actor, at: startedAt })
  if (start.kind !== 'started') return start
  try {
    const opened = (await store.standings()).open
    const seen = await survey(settings, sources)
    const before = await store.standings()
    // Whoever was reclaimed or skipped while the scan read may still stand in it, and must not be proposed once more.
    const candidates = seen.candidates.filter(({ sysId: id }) => !opened.has(id) || before.open.has(id))
    const result = await planRun({ ...seen, candidates }, before, settings, sources, { ...asked, startedAt })
    return { kind: 'finished', report: await store.finishRun(result) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    await store.abandonRun(asked.id, reason, sources.clock.now()).catch(() => {})
    return { kind: 'failed', reason }
  }
}

/**
 * Turns a survey into what the run will do: whom to propose, whose proposal to withdraw, and the report.
 * @param release the count that a named approver typed to let a held run through; `null` = none.
 */
async function planRun(
  seen: Survey,
  before: Standings,
  settings: ScanSettings,
  sources: ScanSources,
  run: { id: RunId; actor: string; startedAt: number; release: number | null },
): Promise<RunResult> {
  const { licences, clock } = sources
  const now = clock.now()
  const found = seen.candidates.length
  const released = run.release === found
  const holds = released ? [] : holdsOf({ ...seen, found }, before.recentRuns, settings.maxSharePercent)
  const held = holds.length > 0
  const closings = held ? [] : await closingsOf(seen, before, settings, sources)
  const closed = new Set(closings.map(({ candidate }) => candidate.sysId))
  const isOpen = (id: SysId) => before.open.has(id) && !closed.has(id)
  const free = seen.candidates.filter(({ sysId }) => !isOpen(sysId))
  const fresh = free.filter(
    candidate => !before.skips.get(candidate.sysId)?.some(skip => binds(skip, candidate, settings, now)),
  )
  const proposals = held ? [] : fresh.slice(0, settings.maxPerRun)
  return {
    closings,
    proposals: proposals.map(proposal => ({
      ...proposal,
      askedBefore: before.expiries.get(proposal.sysId) ?? 0,
    })),
    report: {
      id: run.id,
      startedAt: run.startedAt,
      finishedAt: now,
      actor: run.actor,
      dryRun: settings.dryRun,
      action: settings.action,
      instance: licences.instance,
      currency: settings.currency,
      licensed: seen.licensed,
      hidden: seen.hidden,
      found,
      proposed: proposals.length,
      postponed: held ? 0 : fresh.length - proposals.length,
      stillOpen: before.open.size - closed.size,
      skippedBefore: free.length - fresh.length,
      withdrawn: closings.length,
      byRule: tally<RuleName>(proposals.flatMap(proposal => proposal.rules)),
      excluded: seen.excluded,
      unknown: seen.unknown,
      yearlySaving: proposals.reduce((sum, proposal) => sum + proposal.yearlySaving, 0),
      rosterSize: seen.rosterSize,
      held: holds,
    },
  }
}

/** Open candidates that must not stay as they are. What could not be judged stays open. */
async function closingsOf(
  seen: Survey,
  before: Standings,
  settings: ScanSettings,
  sources: ScanSources,
): Promise<Closing[]> {
  const closings: Closing[] = []
  for (const candidate of before.open.values()) {
    if (candidate.state === 'reclaiming' || candidate.state === 'verifying') continue
    const closing = await closingOf(candidate, seen, settings, sources)
    if (closing) closings.push({ candidate, ...closing })
  }
  return closings
}

async function closingOf(
  candidate: Candidate,
  seen: Survey,
  settings: ScanSettings,
  sources: ScanSources,
): Promise<Omit<Closing, 'candidate'> | null> {
  const withdraw = (note: Note) => ({ event: 'withdraw', note }) as const
  if (candidate.dryRun && !settings.dryRun) return withdraw({ why: 'rehearsal_over' })
  if (!sameAsConfigured(candidate, settings, sources.licences)) return withdraw({ why: 'settings_changed' })
  const verdict = seen.verdicts.get(candidate.sysId) ?? (await verdictOfUnseen(candidate, settings, sources))
  if (verdict === 'unreadable') return null
  if (verdict === 'gone') {
    if (isOursIfGone(candidate)) return { event: 'found_done', note: {} }
    return withdraw({ why: candidate.begunAt === null ? 'already_gone' : 'gone_after_undo' })
  }
  const note = objection(candidate, verdict)
  return note && withdraw(note)
}

/**
 * An account that no longer turns up among the licensed ones was deactivated, lost its role, or is gone. One that has
 * since been hidden from the bot must not keep everybody else's run from being finished.
 */
async function verdictOfUnseen(candidate: Candidate, settings: ScanSettings, sources: ScanSources) {
  const now = await sources.licences.inspect(candidate.sysId).catch(() => null)
  if (now === null) return 'unreadable'
  return now.kind === 'gone' ? 'gone' : judgeNow(now.account, settings, sources)
}

/** A skip binds for a while, unless HR has since said that the person left; one made in a dry run binds dry runs only. */
function binds(skip: Skip, candidate: Proposal, settings: ScanSettings, now: number): boolean {
  if (skip.dryRun && !settings.dryRun) return false
  const leftSince = candidate.facts.rosterStatus === 'inactive' && skip.rosterStatus !== 'inactive'
  return now < skip.at + settings.skipForMs && !leftSince
}
