import type { Action } from '../reclaim/candidate.ts'
import type { CandidateId } from '../reclaim/ids.ts'
import type { State } from '../reclaim/lifecycle.ts'
import type { Platform } from '../reclaim/ports.ts'
import type { ChainCheck, HistoryRow, Reports, Summary } from '../reclaim/reports.ts'
import type { RunReport } from '../reclaim/run.ts'
import { OPEN } from './candidate-row.ts'
import type { Control } from './control.ts'
import type { Db } from './database.ts'
import type { EventLog, EventRow } from './events.ts'
import type { Shown } from './shown.ts'
import type { Snapshots } from './snapshots.ts'
import type { Verb } from './transaction.ts'

type HistoryRowOfTable = EventRow & {
  user_name: string
  name: string
  actor_name: string | null
  action: string
}

/** What people ask to see. Reads only, so that a shell command may use it beside a running bot. */
export function createReports(
  db: Db,
  { reading }: { reading: Verb },
  control: Control,
  events: EventLog,
  snapshots: Snapshots,
  shown: Shown,
): Reports {
  const byState = db.prepare<[], { state: State; n: number }>(
    'SELECT state, count(*) AS n FROM candidates GROUP BY state',
  )
  const byApprover = db.prepare<[], { platform: Platform; approver: string | null; open: number }>(
    `SELECT m.platform, CASE WHEN m.approver IS NULL THEN NULL ELSE m.platform || ':' || m.approver END AS approver, count(*) AS open
     FROM candidates c JOIN placements p ON p.candidate_id = c.id JOIN messages m ON m.id = p.message_id
     WHERE c.state IN (${OPEN}) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
  )
  const oldest = db.prepare<[], { candidateId: CandidateId; since: number }>(
    `SELECT id AS candidateId, coalesce(posted_at, proposed_at) AS since FROM candidates
     WHERE state = 'proposed' ORDER BY since, rowid LIMIT 1`,
  )
  const writesSince = db.prepare<[number], { n: number }>(
    "SELECT count(DISTINCT candidate_id) AS n FROM events WHERE event = 'begin' AND at >= ?",
  )
  const lastRun = db.prepare<[], { report: string }>(
    `SELECT report FROM runs WHERE status = 'finished' ORDER BY finished_at DESC, rowid DESC LIMIT 1`,
  )
  const running = db.prepare<[], { since: number; actor: string }>(
    `SELECT started_at AS since, actor FROM runs WHERE status = 'running'`,
  )
  const saving = db.prepare<[], { reclaimed: number; open: number }>(
    `SELECT coalesce(sum(json_extract(proposal, '$.yearlySaving')) FILTER (WHERE state = 'reclaimed'), 0) AS reclaimed,
       coalesce(sum(json_extract(proposal, '$.yearlySaving')) FILTER (WHERE state IN (${OPEN})), 0) AS open
     FROM candidates`,
  )
  const tasks = db.prepare<[], { waiting: number; givenUp: number }>(
    `SELECT count(*) FILTER (WHERE ended IS NULL) AS waiting, count(*) FILTER (WHERE ended = 'given_up') AS givenUp FROM outbox`,
  )
  const history = db.prepare<{ user: string | null; limit: number }, HistoryRowOfTable>(
    `SELECT * FROM (
       SELECT e.*, c.user_name, json_extract(c.proposal, '$.name') AS name, c.action, p.name AS actor_name
       FROM events e JOIN candidates c ON c.id = e.candidate_id LEFT JOIN people p ON p.actor = e.actor
       WHERE :user IS NULL OR c.id = :user OR c.user_name = :user COLLATE NOCASE OR c.email = :user COLLATE NOCASE
         OR c.user_sys_id = :user
       ORDER BY e.seq DESC LIMIT :limit) ORDER BY seq`,
  )

  return {
    summary: reading((dayStart: number): Summary => {
      const last = lastRun.get()?.report
      return {
        ...control.halts(),
        byState: Object.fromEntries(byState.all().map(({ state, n }) => [state, n])),
        byApprover: byApprover.all(),
        oldestWaiting: oldest.get() ?? null,
        writesToday: writesSince.get(dayStart)?.n ?? 0,
        lastRun: last ? (JSON.parse(last) as RunReport) : null,
        running: running.get() ?? null,
        nextRunAt: control.job()?.nextDueAt ?? null,
        saving: saving.get() ?? { reclaimed: 0, open: 0 },
        tasks: tasks.get() ?? { waiting: 0, givenUp: 0 },
      }
    }),
    history: reading((filter: { user?: string; limit?: number }): HistoryRow[] =>
      history.all({ user: filter.user ?? null, limit: filter.limit ?? -1 }).map(row => ({
        ...events.entryOf(row),
        userName: row.user_name,
        name: row.name,
        actorName: row.actor_name,
        action: row.action as Action,
      })),
    ),
    verifyChain: reading((): ChainCheck => {
      const chain = events.verify()
      const forged = chain.kind === 'intact' ? shown.firstForged() : null
      return forged === null ? chain : { kind: 'broken', ...forged }
    }),
    rowOf: reading(events.rowOf),
    snapshots: reading(snapshots.of),
  }
}
