import { capReached } from '../reclaim/approval.ts'
import type { Candidate } from '../reclaim/candidate.ts'
import { isHalted } from '../reclaim/control.ts'
import type { CandidateId } from '../reclaim/ids.ts'
import { requestLine } from '../reclaim/plan.ts'
import type { Snapshot } from '../reclaim/ports.ts'
import type { Begun, Candidates, Limits, Recording } from '../reclaim/storage.ts'
import type { Breaker } from './breaker.ts'
import { type CandidateRow, candidateOf, SELECT } from './candidate-row.ts'
import type { CandidateTable } from './candidate-table.ts'
import type { Control } from './control.ts'
import type { Db } from './database.ts'
import type { EventLog } from './events.ts'
import type { Shown } from './shown.ts'
import type { Snapshots } from './snapshots.ts'
import type { Verb } from './transaction.ts'

/** The candidates' verbs of the port. */
export function createCandidates(
  db: Db,
  { reading, writing }: { reading: Verb; writing: Verb },
  table: CandidateTable,
  events: EventLog,
  control: Control,
  breaker: Breaker,
  snapshots: Snapshots,
  shown: Shown,
): Candidates {
  const byToken = db.prepare<[string], { candidate_id: string; round: number }>(
    'SELECT candidate_id, round FROM rounds WHERE token = ?',
  )
  const ofUser = db.prepare<{ user: string }, CandidateRow>(
    `${SELECT} WHERE c.id = :user OR c.user_name = :user COLLATE NOCASE OR c.email = :user COLLATE NOCASE
       OR c.user_sys_id = :user ORDER BY c.proposed_at DESC, c.rowid DESC`,
  )
  const overdue = db.prepare<{ before: number }, CandidateRow>(
    `${SELECT} WHERE (c.state = 'proposed' AND coalesce(c.posted_at, c.proposed_at) < :before)
       OR (c.state = 'failed' AND c.state_since < :before)`,
  )
  // By the history: a candidate that began on another day and was tried again begins on this one, too. Who approves in two
  // chats under one address is one person.
  const othersBegun = db.prepare<
    { since: number; by: string | null; id: string },
    { total: number; byApprover: number }
  >(
    `SELECT count(*) AS total, count(*) FILTER (WHERE approved_by = :by OR approved_by IN (
         SELECT p.actor FROM people me JOIN people p ON p.email = me.email COLLATE NOCASE WHERE me.actor = :by)) AS byApprover
       FROM candidates
       WHERE id <> :id
         AND id IN (SELECT candidate_id FROM events WHERE event = 'begin' AND at >= :since)`,
  )
  const notDue = db.prepare<{ id: string; approvalSeq: number | null; at: number }>(
    `SELECT 1 FROM outbox WHERE candidate_id = :id AND kind = 'write' AND asked_by = :approvalSeq AND ended IS NULL AND due_at > :at`,
  )

  return {
    candidate: reading(table.get),
    candidateByToken: reading((token: string) => {
      const row = byToken.get(token)
      if (!row) return null
      const candidate = table.need(row.candidate_id as CandidateId)
      return { candidate, current: candidate.round === row.round }
    }),
    candidatesOf: reading((user: string) => ofUser.all({ user }).map(candidateOf)),
    record: writing((recording: Recording) => {
      const recorded = table.record(recording)
      if (recorded.kind === 'recorded') breaker.heed(recorded.entry)
      return recorded
    }),
    begin: writing((candidate: Candidate, snapshot: Snapshot, at: number, limits: Limits): Begun => {
      if (isHalted(control.halts())) return { kind: 'halted' }
      const { id, version, approvedBy, approvalSeq } = candidate
      if (notDue.get({ id, approvalSeq, at })) return { kind: 'not_due' }
      if (!shown.isAsShown(id)) return { kind: 'tampered' }
      const begun = othersBegun.get({ since: limits.dayStart, by: approvedBy, id })
      const why = capReached(begun ?? { total: 0, byApprover: 0 }, limits)
      if (why) return { kind: 'capped', why }
      const recorded = table.record({
        candidateId: id,
        event: 'begin',
        actor: 'worker',
        note: { requests: candidate.operations.map(requestLine) },
        at,
        version,
      })
      if (recorded.kind === 'refused') return { kind: 'refused' }
      snapshots.keep(id, snapshot, at)
      return { kind: 'begun', candidate: recorded.candidate }
    }),
    timeline: reading(events.timeline),
    overdue: reading((before: number) => overdue.all({ before }).map(candidateOf)),
  }
}
