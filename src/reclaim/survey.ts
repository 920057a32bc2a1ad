import type { Account, Action, Proposal } from './candidate.ts'
import type { SysId } from './ids.ts'
import { operationsFor } from './plan.ts'
import type { Clock, Licences, Roster } from './ports.ts'
import { indexRoster, type RosterIndex, rosterStatus } from './roster.ts'
import { type Exclusion, judge, type Policy, type Uncertainty, type Verdict } from './rules.ts'
import { byUrgency } from './urgency.ts'

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
  /** Lines of the HR roster; `null` where there is none. */
  readonly rosterSize: number | null
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
    rosterSize: index?.size ?? null,
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

/** The roster, ready to be asked; `null` where none is configured. @throws Error as {@link Roster} does. */
export async function loadRoster(
  roster: Roster | null,
  settings: ScanSettings,
  now: number,
): Promise<RosterIndex | null> {
  return roster && indexRoster(await roster.load(now), settings.inactiveValues)
}

function isLicensed(verdict: Verdict): boolean {
  return verdict.kind !== 'fine' || verdict.reason === 'in_use'
}

/** How often each name comes. */
export function tally<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
