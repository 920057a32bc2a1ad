import { capReached } from '../reclaim/approval.ts'
import type { Action, Candidate, Operation, Proposal } from '../reclaim/candidate.ts'
import { factsHash } from '../reclaim/evidence.ts'
import type { CandidateId, RunId } from '../reclaim/ids.ts'
import { decide, evolve, type FollowUp, type LogEntry, type State } from '../reclaim/lifecycle.ts'
import type { Ids } from '../reclaim/ports.ts'
import type { Begun, Candidates, Limits, Recorded, Recording } from '../reclaim/storage.ts'
import { type CandidateRow, candidateOf, standingOf } from './candidate-row.ts'
import type { Control } from './control.ts'
import type { Db } from './database.ts'
import type { EventLog } from './events.ts'
import type { Outbox } from './outbox.ts'
import type { Verb } from './transaction.ts'

/** What a proposal needs besides itself to become a candidate. */
export type NewCandidate = {
  readonly proposal: Proposal
  readonly askedBefore: number
  readonly runId: RunId
  readonly instance: string
  readonly action: Action
  readonly dryRun: boolean
  readonly at: number
}

const SELECT = `SELECT c.*, r.token FROM candidates c JOIN rounds r ON r.candidate_id = c.id AND r.round = c.round`

/** Reading and writing candidates inside a transaction of somebody else; {@link createCandidates} makes verbs of it. */
export function createCandidateTable(db: Db, events: EventLog, outbox: Outbox, ids: Ids, graceMs: number) {
  const select = {
    one: db.prepare<[string], CandidateRow>(`${SELECT} WHERE c.id = ?`),
    operations: db.prepare<[string], { method: string; table: string; sys_id: string; body: string | null }>(
      'SELECT method, "table", sys_id, body FROM operations WHERE candidate_id = ? ORDER BY position',
    ),
  }
  const insert = {
    candidate: db.prepare(
      `INSERT INTO candidates (id, run_id, user_sys_id, user_name, email, proposal, salt, instance, action, dry_run,
         proposed_at, asked_before, state, state_since, version, round, found_undone)
       VALUES (:id, :run_id, :user_sys_id, :user_name, :email, :proposal, :salt, :instance, :action, :dry_run,
         :proposed_at, :asked_before, 'proposed', :proposed_at, 1, 1, 0)`,
    ),
    round: db.prepare('INSERT INTO rounds (token, candidate_id, round) VALUES (?, ?, ?)'),
    operation: db.prepare(
      'INSERT INTO operations (candidate_id, position, method, "table", sys_id, body) VALUES (?, ?, ?, ?, ?, ?)',
    ),
  }
  const update = {
    standing: db.prepare(
      `UPDATE candidates SET state = :state, version = :version, round = :round, approval_seq = :approvalSeq,
         approved_by = :approvedBy, begun_at = :begunAt, found_undone = :foundUndone, waiting_for = :waitingFor,
         state_since = CASE WHEN state = :state THEN state_since ELSE :at END
       WHERE id = :id AND version = :version - 1`,
    ),
    operations: db.prepare('UPDATE operations SET outcome = ?, at = ? WHERE candidate_id = ?'),
  }

  const hydrate = (row: CandidateRow): Candidate => {
    const operations = select.operations
      .all(row.id)
      .map(o => ({ method: o.method, table: o.table, sysId: o.sys_id, body: null }) as Operation)
    return { ...candidateOf(row), operations }
  }
  const get = (id: CandidateId): Candidate | null => {
    const row = select.one.get(id)
    return row ? hydrate(row) : null
  }
  const need = (id: CandidateId): Candidate => {
    const candidate = get(id)
    if (!candidate) throw new Error(`There is no candidate ${id}.`)
    return candidate
  }
  const saltOf = (id: CandidateId) => select.one.get(id)?.salt ?? ''

  const create = (next: NewCandidate): Candidate => {
    const { proposal } = next
    const id = ids.next() as CandidateId
    const salt = ids.next()
    insert.candidate.run({
      id,
      run_id: next.runId,
      user_sys_id: proposal.sysId,
      user_name: proposal.facts.userName,
      email: proposal.facts.email,
      proposal: JSON.stringify({ ...proposal, operations: undefined }),
      salt,
      instance: next.instance,
      action: next.action,
      dry_run: next.dryRun ? 1 : 0,
      proposed_at: next.at,
      asked_before: next.askedBefore,
    })
    insert.round.run(ids.next(), id, 1)
    for (const [position, o] of proposal.operations.entries())
      insert.operation.run(id, position, o.method, o.table, o.sysId, o.body)
    const note = { facts: factsHash(salt, proposal.facts) }
    events.append({
      candidateId: id,
      event: 'propose',
      from: null,
      to: 'proposed',
      actor: 'scan',
      note,
      at: next.at,
    })
    return need(id)
  }

  const apply = (
    before: Candidate,
    recording: Recording,
    to: State,
    followUps: readonly FollowUp[],
  ): LogEntry => {
    const { candidateId, event, actor, at } = recording
    const approves = event === 'approve' || event === 'retry'
    const note = approves
      ? { ...recording.note, facts: factsHash(saltOf(candidateId), before.facts) }
      : recording.note
    const entry = events.append({ candidateId, event, from: before.state, to, actor, note, at })
    const after = evolve(before, entry)
    const { changes } = update.standing.run({ ...standingOf(after), id: candidateId, at })
    if (changes !== 1)
      throw new Error(`Candidate ${candidateId} changed under a transaction; nothing was recorded.`)
    if (after.round !== before.round) insert.round.run(ids.next(), candidateId, after.round)
    if (event === 'done' || event === 'found_done') update.operations.run(event, at, candidateId)
    for (const task of followUps) outbox.askWrite(task.kind, candidateId, entry.seq, at + task.afterMs)
    outbox.askAnnouncements(candidateId, at)
    return entry
  }

  const record = (recording: Recording): Recorded => {
    const before = need(recording.candidateId)
    const stale = recording.version !== undefined && recording.version !== before.version
    const decision = decide(before, recording.event, recording.note.why, graceMs)
    if (recording.task) outbox.end(recording.task)
    if (stale || decision.kind === 'refused')
      return { kind: 'refused', candidate: before, last: events.last(before.id) }
    const entry = apply(before, recording, decision.to, decision.followUps)
    return { kind: 'recorded', candidate: need(before.id), entry }
  }

  return { get, need, hydrate, create, record }
}

export type CandidateTable = ReturnType<typeof createCandidateTable>

/** The candidates' verbs of the port. */
export function createCandidates(
  db: Db,
  { reading, writing }: { reading: Verb; writing: Verb },
  table: CandidateTable,
  events: EventLog,
  control: Control,
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
  // By the history: a candidate that began on another day and was tried again begins on this one, too.
  const othersBegun = db.prepare<
    { since: number; by: string | null; id: string },
    { total: number; byApprover: number }
  >(
    `SELECT count(*) AS total, count(*) FILTER (WHERE approved_by = :by) AS byApprover FROM candidates c
       WHERE c.begun_at IS NOT NULL AND c.id <> :id
         AND EXISTS (SELECT 1 FROM events e WHERE e.candidate_id = c.id AND e.event = 'begin' AND e.at >= :since)`,
  )

  return {
    candidate: reading(table.get),
    candidateByToken: reading((token: string) => {
      const row = byToken.get(token)
      if (!row) return null
      const candidate = table.need(row.candidate_id as CandidateId)
      return { candidate, current: candidate.round === row.round }
    }),
    candidatesOf: reading((user: string) => ofUser.all({ user }).map(table.hydrate)),
    record: writing(table.record),
    begin: writing((candidate: Candidate, at: number, limits: Limits): Begun => {
      if (control.paused()) return { kind: 'paused' }
      const { id, version, approvedBy } = candidate
      const begun = othersBegun.get({ since: limits.dayStart, by: approvedBy, id })
      const why = capReached(begun ?? { total: 0, byApprover: 0 }, limits)
      if (why) return { kind: 'capped', why }
      const recorded = table.record({
        candidateId: id,
        event: 'begin',
        actor: 'worker',
        note: {},
        at,
        version,
      })
      return recorded.kind === 'recorded'
        ? { kind: 'begun', candidate: recorded.candidate }
        : { kind: 'refused' }
    }),
    timeline: reading(events.timeline),
    overdue: reading((before: number) => overdue.all({ before }).map(table.hydrate)),
  }
}
