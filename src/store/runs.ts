import type { RosterStatus } from '../reclaim/candidate.ts'
import type { CandidateId, RunId, SysId } from '../reclaim/ids.ts'
import type { Platform } from '../reclaim/ports.ts'
import type { RunReport } from '../reclaim/run.ts'
import type { RunResult, RunStart, Runs, Skip, Standings } from '../reclaim/storage.ts'
import { OPEN } from './candidate-row.ts'
import type { CandidateTable } from './candidate-table.ts'
import type { Db } from './database.ts'
import type { EventLog } from './events.ts'
import type { Outbox } from './outbox.ts'
import type { Verb } from './transaction.ts'

/** The median of so many runs says what is usual: two months of weekly ones. */
const RUNS_REMEMBERED = 8

type SkipRow = { sysId: string; at: number; dryRun: number; rosterStatus: string }

/** The runs' verbs of the port. A new owner abandons the run that its predecessor died in; the schedule tries it again. */
export function createRuns(
  db: Db,
  { reading, writing }: { reading: Verb; writing: Verb },
  table: CandidateTable,
  events: EventLog,
  outbox: Outbox,
  platforms: readonly Platform[],
): Runs {
  db.prepare(`UPDATE runs SET status = 'abandoned', reason = 'interrupted' WHERE status = 'running'`).run()
  const running = db.prepare<[], { id: string; started_at: number; actor: string }>(
    `SELECT id, started_at, actor FROM runs WHERE status = 'running'`,
  )
  // A run whose end could not be written, on a full disk say, must not keep all later ones waiting.
  let active: RunId | null = null
  const slotDone = db.prepare<[number | null]>(`SELECT 1 FROM runs WHERE slot = ? AND status = 'finished'`)
  const start = db.prepare(
    `INSERT INTO runs (id, slot, actor, started_at, status) VALUES (?, ?, ?, ?, 'running')`,
  )
  const finish = db.prepare(`UPDATE runs SET status = 'finished', finished_at = ?, report = ? WHERE id = ?`)
  const abandon = db.prepare(`UPDATE runs SET status = 'abandoned', finished_at = ?, reason = ? WHERE id = ?`)
  const report = db.prepare<[string], { report: string | null }>('SELECT report FROM runs WHERE id = ?')
  const openIds = db.prepare<[], { id: string }>(
    `SELECT id FROM candidates WHERE state IN (${OPEN}) ORDER BY rowid`,
  )
  const skips = db.prepare<[], SkipRow>(
    `SELECT user_sys_id AS sysId, state_since AS at, dry_run AS dryRun,
       -- The skip of somebody who was erased since binds whatever HR says of them.
       CASE WHEN erased_at IS NULL THEN json_extract(proposal, '$.facts.rosterStatus') ELSE 'inactive' END AS rosterStatus
     FROM candidates WHERE state = 'skipped' ORDER BY state_since`,
  )
  const recent = db.prepare<[], { report: string }>(
    `SELECT report FROM runs WHERE status = 'finished' AND json_array_length(report, '$.held') = 0
     ORDER BY finished_at DESC, rowid DESC LIMIT ${RUNS_REMEMBERED}`,
  )
  const expiries = db.prepare<[], { sysId: string; times: number }>(
    `SELECT user_sys_id AS sysId, count(*) AS times FROM candidates WHERE state = 'expired' GROUP BY user_sys_id`,
  )

  return {
    startRun: writing((run: RunStart) => {
      const other = running.get()
      if (other && other.id === active)
        return { kind: 'busy', since: other.started_at, actor: other.actor } as const
      if (other) abandon.run(run.at, 'its end could not be written', other.id)
      if (run.slot !== null && slotDone.get(run.slot)) return { kind: 'slot_done' } as const
      start.run(run.id, run.slot, run.actor, run.at)
      active = run.id
      return { kind: 'started' } as const
    }),
    standings: reading((): Standings => {
      const open = openIds.all().map(row => table.need(row.id as CandidateId))
      return {
        open: new Map(open.map(candidate => [candidate.sysId, candidate])),
        skips: groupSkips(skips.all()),
        recentRuns: recent.all().map(({ report }): RunReport => JSON.parse(report)),
        expiries: new Map(expiries.all().map(e => [e.sysId as SysId, e.times])),
      }
    }),
    finishRun: writing((result: RunResult): RunReport => {
      const { id: runId, finishedAt: at, instance, action, dryRun } = result.report
      const busy = new Set<SysId>()
      for (const { candidate, event, note } of result.closings) {
        const done = table.record({ candidateId: candidate.id, event, actor: 'scan', note, at })
        if (done.kind === 'refused' && done.candidate.state !== 'withdrawn') busy.add(candidate.sysId)
      }
      for (const { askedBefore, ...proposal } of result.proposals)
        if (!busy.has(proposal.sysId))
          table.create({ proposal, askedBefore, runId, instance, action, dryRun, at })
      const report: RunReport = { ...result.report, head: events.head() }
      finish.run(at, JSON.stringify(report), runId)
      for (const platform of platforms) outbox.askDigest(platform, runId, at)
      return report
    }),
    abandonRun: writing((id: RunId, reason: string, at: number) => {
      active = null
      abandon.run(at, reason, id)
    }),
    run: reading((id: RunId): RunReport | null => {
      const text = report.get(id)?.report
      return text ? JSON.parse(text) : null
    }),
  }
}

function groupSkips(rows: readonly SkipRow[]): Standings['skips'] {
  const skips = new Map<SysId, Skip[]>()
  for (const { sysId, at, dryRun, rosterStatus } of rows) {
    const skip: Skip = { at, dryRun: dryRun === 1, rosterStatus: rosterStatus as RosterStatus }
    skips.set(sysId as SysId, [...(skips.get(sysId as SysId) ?? []), skip])
  }
  return skips
}
