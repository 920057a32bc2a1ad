import type { Action, Candidate, Operation, Proposal } from '../reclaim/candidate.ts'
import { factsHash } from '../reclaim/evidence.ts'
import type { CandidateId, RunId } from '../reclaim/ids.ts'
import {
  type ApprovalRules,
  decide,
  evolve,
  type FollowUp,
  type LogEntry,
  type State,
} from '../reclaim/lifecycle.ts'
import type { Ids } from '../reclaim/ports.ts'
import type { Recorded, Recording } from '../reclaim/storage.ts'
import { type CandidateRow, candidateOf, SELECT, standingOf } from './candidate-row.ts'
import type { Db } from './database.ts'
import type { EventLog } from './events.ts'
import type { Outbox } from './outbox.ts'

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

/** Reading and writing candidates inside a transaction of somebody else; {@link createCandidates} makes verbs of it. */
export function createCandidateTable(
  db: Db,
  events: EventLog,
  outbox: Outbox,
  ids: Ids,
  approvals: ApprovalRules,
) {
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
         approved_by = :approvedBy, endorsed_by = :endorsedBy, begun_at = :begunAt, found_undone = :foundUndone, waiting_for = :waitingFor,
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
    const isBound = event === 'approve' || event === 'retry' || event === 'endorse'
    const note = isBound
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
    const { event, actor, note } = recording
    const decision = decide(before, { event, actor, why: note.why }, approvals)
    if (recording.task) outbox.end(recording.task)
    if (stale || decision.kind === 'refused')
      return { kind: 'refused', candidate: before, last: events.last(before.id) }
    const entry = apply(before, recording, decision.to, decision.followUps)
    return { kind: 'recorded', candidate: need(before.id), entry }
  }

  return { get, need, hydrate, create, record }
}

export type CandidateTable = ReturnType<typeof createCandidateTable>
