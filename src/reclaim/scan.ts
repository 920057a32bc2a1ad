import type { Account, Action, Candidate, Proposal, RuleName } from './candidate.ts'
import type { RunId, SysId } from './ids.ts'
import type { Note } from './lifecycle.ts'
import { changes, operationsFor, sameOperations } from './plan.ts'
import type { Clock, Licences, Roster } from './ports.ts'
import { indexRoster, type RosterIndex, rosterStatus } from './roster.ts'
import { type Exclusion, judge, type Policy, type Uncertainty, type Verdict } from './rules.ts'
import { excessiveShare, type RunReport } from './run.ts'
import type { RunResult, Skip, Standings, Store } from './storage.ts'

/** What a run needs to know from the settings. */
export type ScanSettings = {
  readonly action: Action
  readonly dryRun: boolean
  readonly policy: Policy
  readonly currency: string
  readonly maxPerRun: number
  readonly maxSharePercent: number
  readonly skipForMs: number
  /** Empty where there is no roster. */
  readonly inactiveValues: readonly string[]
}

/** The outside world of a run. `roster` is `null` where none is configured. */
export type ScanSources = {
  readonly licences: Licences
  readonly roster: Roster | null
  readonly clock: Clock
}

/** Everything that a scan learned, before anything is made of it. */
export type Survey = {
  readonly candidates: readonly Proposal[]
  readonly verdicts: ReadonlyMap<SysId, Verdict>
  readonly licensed: number
  readonly hidden: number
  readonly excluded: Readonly<Partial<Record<Exclusion, number>>>
  readonly unknown: Readonly<Partial<Record<Uncertainty, number>>>
}

/**
 * Reads the roster and all licensed accounts and judges each of them. Writes nothing.
 * @throws Error (one readable sentence) when anything could not be read whole.
 */
export async function survey(
  settings: ScanSettings,
  { licences, roster, clock }: ScanSources,
): Promise<Survey> {
  const now = clock.now()
  const index = await loadRoster(roster, settings, now)
  const { accounts, hidden } = await licences.scan()
  const judged = accounts.map(account => ({
    account,
    verdict: judge(account, index ? rosterStatus(index, account, now) : 'unknown', settings.policy, now),
  }))
  const found = judged.flatMap(({ account, verdict }) =>
    verdict.kind === 'candidate' ? [{ account, verdict }] : [],
  )
  const managers = await licences.managers([
    ...new Set(found.flatMap(({ account }) => account.manager ?? [])),
  ])
  return {
    candidates: found
      .map(({ account, verdict }): Proposal => {
        const { kind: _, ...judgement } = verdict
        return {
          ...judgement,
          sysId: account.sysId,
          name: account.name || verdict.facts.userName,
          manager: (account.manager && managers.get(account.manager)) || null,
          operations: operationsFor(settings.action, account.sysId),
        }
      })
      .sort(byUrgency),
    verdicts: new Map(judged.map(({ account, verdict }) => [account.sysId, verdict])),
    licensed: judged.filter(({ verdict }) => isLicensed(verdict)).length,
    hidden,
    excluded: tally(judged.flatMap(({ verdict }) => (verdict.kind === 'excluded' ? verdict.reason : []))),
    unknown: tally(judged.flatMap(({ verdict }) => (verdict.kind === 'unknown' ? verdict.reason : []))),
  }
}

/** Judges one account as the scan would; `null` where the roster is not configured. */
export async function judgeNow(
  account: Account,
  settings: ScanSettings,
  { roster, clock }: ScanSources,
): Promise<Verdict> {
  const now = clock.now()
  const index = await loadRoster(roster, settings, now)
  return judge(account, index ? rosterStatus(index, account, now) : 'unknown', settings.policy, now)
}

/**
 * Turns a survey into what the run will do: whom to propose, whose proposal to withdraw, and the report.
 * @param release the count that a named approver typed to let a held run through; `null` = none.
 */
export async function planRun(
  seen: Survey,
  before: Standings,
  settings: ScanSettings,
  sources: ScanSources,
  run: { id: RunId; actor: string; startedAt: number; release: number | null },
): Promise<RunResult> {
  const { licences, clock } = sources
  const now = clock.now()
  const share = excessiveShare(seen.candidates.length, seen.licensed, settings.maxSharePercent)
  const held = share !== null && run.release !== seen.candidates.length
  const withdrawals = await staleCandidates(seen, before, settings, sources)
  const withdrawn = new Set(withdrawals.map(({ candidate }) => candidate.sysId))
  const isOpen = (id: SysId) => before.open.has(id) && !withdrawn.has(id)
  const free = seen.candidates.filter(({ sysId }) => !isOpen(sysId))
  const fresh = free.filter(
    candidate => !before.skips.get(candidate.sysId)?.some(skip => binds(skip, candidate, settings, now)),
  )
  const proposals = held ? [] : fresh.slice(0, settings.maxPerRun)
  return {
    withdrawals,
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
      found: seen.candidates.length,
      proposed: proposals.length,
      postponed: fresh.length - proposals.length,
      stillOpen: before.open.size - withdrawn.size,
      skippedBefore: free.length - fresh.length,
      withdrawn: withdrawals.length,
      byRule: tally<RuleName>(proposals.flatMap(proposal => proposal.rules)),
      excluded: seen.excluded,
      unknown: seen.unknown,
      yearlySaving: proposals.reduce((sum, proposal) => sum + proposal.yearlySaving, 0),
      held: held ? { sharePercent: share, maxSharePercent: settings.maxSharePercent } : null,
    },
  }
}

/** Open candidates that must not stay as they are. What could not be judged stays open. */
async function staleCandidates(
  seen: Survey,
  before: Standings,
  settings: ScanSettings,
  sources: ScanSources,
) {
  const stale: { candidate: Candidate; note: Note }[] = []
  for (const candidate of before.open.values()) {
    if (candidate.state === 'reclaiming' || candidate.state === 'verifying') continue
    const note = await staleness(candidate, seen, settings, sources)
    if (note) stale.push({ candidate, note })
  }
  return stale
}

async function staleness(
  candidate: Candidate,
  seen: Survey,
  settings: ScanSettings,
  sources: ScanSources,
): Promise<Note | null> {
  if (candidate.dryRun && !settings.dryRun) return { why: 'rehearsal_over' }
  if (!sameAsConfigured(candidate, settings, sources.licences)) return { why: 'settings_changed' }
  const verdict = seen.verdicts.get(candidate.sysId) ?? (await verdictOfUnseen(candidate, settings, sources))
  return verdict === 'gone' ? { why: 'already_gone' } : objection(candidate, verdict)
}

/** An account that no longer turns up among the licensed ones was deactivated, lost its role, or is gone. */
async function verdictOfUnseen(candidate: Candidate, settings: ScanSettings, sources: ScanSources) {
  const now = await sources.licences.inspect(candidate.sysId)
  return now.kind === 'gone' ? 'gone' : judgeNow(now.account, settings, sources)
}

/** Whether a candidate would still be proposed against the same instance with the same requests. */
export function sameAsConfigured(
  candidate: Candidate,
  settings: { action: Action },
  licences: Licences,
): boolean {
  return (
    candidate.instance === licences.instance &&
    candidate.action === settings.action &&
    sameOperations(candidate.operations, operationsFor(settings.action, candidate.sysId))
  )
}

/** Why a candidate must be withdrawn in view of a fresh verdict on its account; `null` = nothing against it. */
export function objection(candidate: Candidate, verdict: Verdict): Note | null {
  switch (verdict.kind) {
    case 'unknown':
      return null
    case 'excluded':
      return { why: 'excluded', detail: verdict.reason }
    case 'fine':
      return { why: 'no_longer_qualifies', detail: verdict.reason }
    case 'candidate': {
      const different = changes(candidate.facts, verdict.facts)
      return different.length > 0 ? { why: 'facts_changed', changes: different } : null
    }
  }
}

/** A skip binds for a while, unless HR has since said that the person left; one made in a dry run binds dry runs only. */
function binds(skip: Skip, candidate: Proposal, settings: ScanSettings, now: number): boolean {
  if (skip.dryRun && !settings.dryRun) return false
  const leftSince = candidate.facts.rosterStatus === 'inactive' && skip.rosterStatus !== 'inactive'
  return now < skip.at + settings.skipForMs && !leftSince
}

const URGENCY: readonly RuleName[] = ['inactiveInRoster', 'neverLoggedIn', 'inactive']

/** Leavers first, then who never logged in, then the longest idle; ties by saving, then by sys_id. */
function byUrgency(a: Proposal, b: Proposal): number {
  const rank = (p: Proposal) => URGENCY.findIndex(rule => p.rules.includes(rule))
  return (
    rank(a) - rank(b) ||
    (b.daysIdle ?? 0) - (a.daysIdle ?? 0) ||
    b.yearlySaving - a.yearlySaving ||
    (a.sysId < b.sysId ? -1 : 1)
  )
}

async function loadRoster(
  roster: Roster | null,
  settings: ScanSettings,
  now: number,
): Promise<RosterIndex | null> {
  return roster && indexRoster(await roster.load(now), settings.inactiveValues)
}

function isLicensed(verdict: Verdict): boolean {
  return verdict.kind !== 'fine' || verdict.reason === 'in_use'
}

function tally<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

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
    await store.finishRun(result)
    return { kind: 'finished', report: result.report }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    await store.abandonRun(asked.id, reason, sources.clock.now())
    return { kind: 'failed', reason }
  }
}
