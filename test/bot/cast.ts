import type { ViewSettings } from '../../src/bot/view.ts'
import type { Candidate, Facts, RuleName } from '../../src/reclaim/candidate.ts'
import type { CandidateId, RunId } from '../../src/reclaim/ids.ts'
import { decide, evolve, type Happening, type LogEntry, type Standing } from '../../src/reclaim/lifecycle.ts'
import type { Note } from '../../src/reclaim/note.ts'
import type { MessageItem, ThreadLine } from '../../src/reclaim/ports.ts'
import type { RunReport } from '../../src/reclaim/run.ts'
import {
  aCandidate,
  aManager,
  DAY_MS,
  daysAgo,
  factsOf,
  HOUR_MS,
  idOf,
  MINUTE_MS,
  NOW,
} from '../domain/examples.ts'

/* The people of a believable company, on a Monday morning in November. */

export const VIEWS: ViewSettings = {
  command: '/reclaim',
  graceMs: 15 * MINUTE_MS,
  approvalsRequired: 1,
  expireAfterMs: 14 * DAY_MS,
  timeZone: 'Europe/Berlin',
}

/** Those who decide, by their Slack ids. */
export const PEOPLE: Readonly<Record<string, string>> = {
  U0DANA: 'Dana Whitfield',
  U0PRIYA: 'Priya Raman',
  U0TOMAS: 'Tomás Herrera',
  U0NORA: 'Nora Lindqvist',
}
export const [DANA, PRIYA, NORA] = ['slack:U0DANA', 'slack:U0PRIYA', 'slack:U0NORA'] as const
/** Nora at her other screen, in Teams. */
export const NORA_IN_TEAMS = 'teams:6f2d8a34-0b1c-4c6e-9d0f-3a5b7c9e1f20'
/** What the store knows them by. */
export const NAMES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(PEOPLE).map(([id, name]) => [`slack:${id}`, name] as const),
  [NORA_IN_TEAMS, 'Nora Lindqvist'],
])

type Part = {
  readonly name: string
  readonly rules: readonly RuleName[]
  /** Days since the last login; `null` = never. */
  readonly idle: number | null
  readonly stakeholder?: true
}

/** Those about whom is decided. */
const CAST: Readonly<Record<string, Part>> = {
  'bob.marsh': { name: 'Bob Marsh', rules: ['inactiveInRoster'], idle: 48 },
  'lena.vogel': { name: 'Lena Vogel', rules: ['inactiveInRoster', 'inactive'], idle: 210 },
  'ruth.adeyemi': { name: 'Ruth Adeyemi', rules: ['inactiveInRoster'], idle: null, stakeholder: true },
  'kai.sorensen': { name: 'Kai Sørensen', rules: ['neverLoggedIn'], idle: null },
  'omar.haddad': { name: 'Omar Haddad', rules: ['neverLoggedIn'], idle: null, stakeholder: true },
  'greta.lund': { name: 'Greta Lund', rules: ['inactive'], idle: 412 },
  'ines.duarte': { name: 'Inês Duarte', rules: ['inactive'], idle: 301 },
  'jonas.keller': { name: 'Jonas Keller', rules: ['inactive'], idle: 122, stakeholder: true },
  'hugo.martin': { name: 'Hugo Martin', rules: ['inactive'], idle: 91 },
}

/** What happened next, how long after the event before. */
export type Step = {
  readonly event: Happening
  readonly by?: string
  readonly afterMs?: number
  readonly note?: Note
}

export const step = (event: Happening, by?: string, note?: Note, afterMs = 20 * MINUTE_MS): Step => ({
  event,
  afterMs,
  ...(by && { by }),
  ...(note && { note }),
})

/** A candidate with its whole history; no step that the lifecycle would refuse. */
export type Biography = MessageItem & { readonly timeline: readonly LogEntry[] }

export function biography(
  userName: string,
  steps: readonly Step[] = [],
  differences: Partial<Candidate> = {},
): Biography {
  const candidate = { ...proposed(userName), ...differences }
  const entry = (seq: number, rest: Omit<LogEntry, 'seq' | 'candidateId'>): LogEntry => ({
    seq,
    candidateId: candidate.id,
    ...rest,
  })
  const timeline = [
    entry(1, { event: 'propose', from: null, to: 'proposed', actor: 'schedule', note: {}, at: NOW }),
  ]
  let standing: Standing = evolve(null, timeline[0] as LogEntry)
  let last = timeline[0] as LogEntry
  for (const { event, by = 'worker', afterMs = 0, note = {} } of steps) {
    const decision = decide(standing, { event, actor: by, why: note.why }, VIEWS)
    if (decision.kind === 'refused') throw new Error(`${event} cannot happen to ${standing.state}.`)
    last = entry(timeline.length + 1, {
      ...{ event, from: standing.state, to: decision.to, actor: by, note, at: last.at + afterMs },
    })
    standing = evolve(standing, last)
    timeline.push(last)
  }
  return { candidate: { ...candidate, ...standing }, last, timeline }
}

/** The last thing that happened, as the thread is told. */
export function lastLine(userName: string, ...steps: readonly Step[]): ThreadLine {
  const { candidate, last } = biography(userName, steps)
  return { candidate, entry: last }
}

function proposed(userName: string): Candidate {
  const part = CAST[userName]
  if (!part) throw new Error(`Nobody in the cast is called ${userName}.`)
  const { name, rules, idle, stakeholder } = part
  return aCandidate(userName, {
    id: `0190-${userName}` as CandidateId,
    runId: 'run of 23 November' as RunId,
    name,
    rules,
    daysIdle: idle,
    facts: factsIn(userName, part),
    manager: aManager('dana', { name: 'Dana Whitfield', email: 'dana.whitfield@example.com' }),
    licenses: [stakeholder ? 'Business Stakeholder' : 'ITSM Fulfiller'],
    yearlySaving: stakeholder ? 300 : 1200,
    instance: 'https://northwind.service-now.com',
  })
}

function factsIn(userName: string, { rules, idle, stakeholder }: Part): Facts {
  return factsOf(userName, {
    employeeNumber: idOf(userName).slice(0, 5),
    createdAt: daysAgo(idle === null ? 240 : 1400),
    lastLoginAt: idle === null ? null : daysAgo(idle) - HOUR_MS,
    roles: [stakeholder ? 'business_stakeholder' : 'itil'],
    rosterStatus: rules.includes('inactiveInRoster') ? 'inactive' : 'active',
  })
}

/** A run as the schedule starts it every Monday. */
export function report(differences: Partial<RunReport> = {}): RunReport {
  return {
    id: 'run of 23 November' as RunId,
    startedAt: NOW - 40_000,
    finishedAt: NOW,
    actor: 'schedule',
    dryRun: false,
    action: 'delete-account',
    instance: 'https://northwind.service-now.com',
    currency: 'USD',
    licensed: 1284,
    hidden: 0,
    found: 12,
    proposed: 12,
    postponed: 0,
    stillOpen: 0,
    skippedBefore: 0,
    withdrawn: 0,
    byRule: { inactiveInRoster: 3, neverLoggedIn: 3, inactive: 6 },
    excluded: { protectedRole: 2, vip: 1 },
    unknown: {},
    yearlySaving: 12_300,
    rosterSize: null,
    held: [],
    head: { seq: 41, hash: '9f2c'.repeat(16) },
    ...differences,
  }
}
