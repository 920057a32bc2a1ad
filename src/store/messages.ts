import type { CandidateId, MessageId, RunId, TaskId } from '../reclaim/ids.ts'
import type { LogEntry } from '../reclaim/lifecycle.ts'
import type { MessageContent, MessageRef, Platform } from '../reclaim/ports.ts'
import type { RunReport } from '../reclaim/run.ts'
import type { Message, MessagePlan, Messages } from '../reclaim/storage.ts'
import { OPEN } from './candidate-row.ts'
import type { CandidateTable } from './candidate-table.ts'
import type { Db } from './database.ts'
import type { EventLog, EventRow } from './events.ts'
import type { Outbox } from './outbox.ts'
import type { Verb } from './transaction.ts'

type MessageRow = {
  id: string
  platform: string
  kind: 'header' | 'list' | 'notice'
  run_id: string | null
  approver: string | null
  part: number
  parts: number
  without_manager: number
  from_earlier_runs: number
  notice: string | null
  announced_seq: number
  report: string | null
}

/** Of a placement `p`: its message was given up, and nobody knows that it stands anywhere. */
const LOST = `EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = p.message_id AND o.kind = 'post' AND o.ended = 'given_up')
  AND NOT EXISTS (SELECT 1 FROM postings s WHERE s.message_id = p.message_id)`

/** The messages' verbs of the port. */
export function createMessages(
  db: Db,
  { reading, writing }: { reading: Verb; writing: Verb },
  table: CandidateTable,
  events: EventLog,
  outbox: Outbox,
): Messages {
  const one = db.prepare<[string], MessageRow>(
    'SELECT m.*, r.report FROM messages m LEFT JOIN runs r ON r.id = m.run_id WHERE m.id = ?',
  )
  const placed = db.prepare<[string], { candidate_id: string }>(
    'SELECT candidate_id FROM placements WHERE message_id = ? ORDER BY position',
  )
  const refs = db.prepare<[string], MessageRef>(
    'SELECT conversation, ref AS id FROM postings WHERE message_id = ? ORDER BY at, rowid',
  )
  const unannounced = db.prepare<[string, number], EventRow>(
    `SELECT e.* FROM events e JOIN placements p ON p.candidate_id = e.candidate_id
     WHERE p.message_id = ? AND e.seq > ? AND e.event <> 'propose' ORDER BY e.seq`,
  )
  const unplaced = db.prepare<{ run: string; platform: string }, { id: string }>(
    `SELECT id FROM candidates c WHERE state IN (${OPEN})
       AND dry_run = (SELECT report ->> '$.dryRun' FROM runs WHERE id = :run)
       AND NOT EXISTS (SELECT 1 FROM placements p WHERE p.candidate_id = c.id AND p.platform = :platform)
       -- Another run that is still to be laid out shows its own.
       AND (run_id = :run OR NOT EXISTS (SELECT 1 FROM outbox o
         WHERE o.lane = :platform AND o.kind = 'digest' AND o.ended IS NULL AND o.run_id = c.run_id))
     ORDER BY rowid`,
  )
  const lost = db.prepare<[string], { id: string }>(
    `SELECT DISTINCT p.message_id AS id FROM candidates c JOIN placements p ON p.candidate_id = c.id
     WHERE c.state IN (${OPEN}) AND p.platform = ? AND ${LOST} ORDER BY c.rowid`,
  )
  const unplace = db.prepare(`DELETE FROM placements AS p WHERE p.message_id = ? AND ${LOST}`)
  const insertMessage = db.prepare(
    `INSERT INTO messages (id, platform, kind, run_id, approver, part, parts, without_manager, from_earlier_runs,
       announced_seq, at)
     VALUES (:id, :platform, :kind, :run_id, :approver, :part, :parts, :without_manager, :from_earlier_runs,
       coalesce((SELECT max(seq) FROM events), 0), :at)`,
  )
  const insertPlacement = db.prepare(
    'INSERT INTO placements (candidate_id, platform, message_id, position) VALUES (?, ?, ?, ?)',
  )
  const knownPosting = db.prepare<[string, string, string]>(
    'SELECT 1 FROM postings WHERE message_id = ? AND conversation = ? AND ref = ?',
  )
  const insertPosting = db.prepare<{ id: string; conversation: string; ref: string; at: number }>(
    `INSERT OR IGNORE INTO postings (message_id, conversation, ref, at)
     SELECT :id, :conversation, :ref, :at WHERE NOT EXISTS (
       SELECT 1 FROM postings WHERE conversation = :conversation AND ref = :ref AND message_id <> :id)`,
  )
  const markPosted = db.prepare(
    `UPDATE candidates SET posted_at = ? WHERE posted_at IS NULL
       AND id IN (SELECT candidate_id FROM placements WHERE message_id = ?)`,
  )
  const markAnnounced = db.prepare('UPDATE messages SET announced_seq = max(announced_seq, ?) WHERE id = ?')
  const placement = db.prepare<[string, string], { messageId: string; approver: string | null }>(
    `SELECT id AS messageId, approver FROM messages
     WHERE id = (SELECT message_id FROM placements WHERE candidate_id = ? AND platform = ?)`,
  )

  const contentOf = (row: MessageRow): MessageContent => {
    if (row.kind === 'notice') return { kind: 'notice', notice: JSON.parse(row.notice ?? 'null') }
    const run: RunReport = JSON.parse(row.report ?? 'null')
    if (row.kind === 'header') {
      const { without_manager: withoutManager, from_earlier_runs: fromEarlierRuns } = row
      return { kind: 'header', run, withoutManager, fromEarlierRuns }
    }
    const items = placed.all(row.id).map(({ candidate_id }) => {
      const id = candidate_id as CandidateId
      return { candidate: table.need(id), last: events.last(id) }
    })
    const asked = row.approver === null ? null : `${row.platform}:${row.approver}`
    return { kind: 'list', run, asked, part: row.part, parts: row.parts, items }
  }

  return {
    unplaced: reading((run: RunId, platform: Platform) =>
      unplaced.all({ run, platform }).map(({ id }) => table.need(id as CandidateId)),
    ),
    layOut: writing(
      (task: TaskId, runId: RunId, platform: Platform, plan: readonly MessagePlan[], at: number) => {
        for (const m of plan) {
          insertMessage.run({
            id: m.id,
            platform,
            kind: m.kind,
            run_id: runId,
            approver: m.approver,
            part: m.part,
            parts: m.parts,
            without_manager: m.withoutManager,
            from_earlier_runs: m.fromEarlierRuns,
            at,
          })
          for (const [position, candidate] of m.candidateIds.entries())
            insertPlacement.run(candidate, platform, m.id, position)
          outbox.askPost(platform, m.id, at)
        }
        outbox.settle(task)
      },
    ),
    lost: reading((platform: Platform) => lost.all(platform).map(({ id }) => id as MessageId)),
    unplace: writing((id: MessageId) => {
      unplace.run(id)
    }),
    message: reading((id: MessageId): Message | null => {
      const row = one.get(id)
      if (!row) return null
      return {
        id,
        platform: row.platform as Platform,
        content: contentOf(row),
        refs: refs.all(id),
        unannounced: unannounced.all(id, row.announced_seq).map((e): LogEntry => events.entryOf(e)),
      }
    }),
    posted: writing((id: MessageId, ref: MessageRef, at: number) => {
      if (knownPosting.get(id, ref.conversation, ref.id)) return
      const { changes } = insertPosting.run({ id, conversation: ref.conversation, ref: ref.id, at })
      markPosted.run(at, id)
      const row = one.get(id)
      // What happened before this place was known has not been told there.
      const isBehind = row && (refs.all(id).length > 1 || unannounced.all(id, row.announced_seq).length > 0)
      if (changes > 0 && isBehind) outbox.askRefresh(row.platform as Platform, ref, at)
    }),
    told: writing((id: MessageId, seq: number) => {
      markAnnounced.run(seq, id)
    }),
    announced: writing((task: TaskId, id: MessageId, seq: number, at: number) => {
      markAnnounced.run(seq, id)
      outbox.settle(task)
      const [more] = unannounced.all(id, one.get(id)?.announced_seq ?? 0)
      if (more) outbox.askAnnouncements(more.candidate_id as CandidateId, at)
    }),
    refresh: writing(outbox.askRefresh),
    placement: reading((id: CandidateId, platform: Platform) => {
      const row = placement.get(id, platform)
      return row ? { messageId: row.messageId as MessageId, approver: row.approver } : null
    }),
  }
}
