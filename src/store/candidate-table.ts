import type { Action, Candidate, Proposal } from '../reclaim/candidate.ts'
import { factsHash } from '../reclaim/evidence.ts'
import type { CandidateId, RunId } from '../reclaim/ids.ts'
import { type ApprovalRules, decide, evolve, type FollowUp, type State } from '../reclaim/lifecycle.ts'
import type { Ids } from '../reclaim/ports.ts'
import type { Recorded, Recording } from '../reclaim/storage.ts'
import { type CandidateRow, candidateOf, SELECT } from './candidate-row.ts'
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
  const select = db.prepare<[string], CandidateRow>(`${SELECT} WHERE c.id = ?`)
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

  const get = (id: CandidateId): Candidate | null => {
    const row = select.get(id)
    return row ? candidateOf(row) : null
  }
  const needRow = (id: CandidateId): CandidateRow => {
    const row = select.get(id)
    if (!row) throw new Error(`There is no candidate ${id}.`)
    return row
  }
  const need = (id: CandidateId): Candidate => candidateOf(needRow(id))

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
    salt: string,
    recording: Recording,
    to: State,
    followUps: readonly FollowUp[],
  ): Recorded => {
    const { candidateId, event, actor, at } = recording
    const isBound = event === 'approve' || event === 'retry' || event === 'endorse'
    const note = isBound ? { ...recording.note, facts: factsHash(salt, before.facts) } : recording.note
    const entry = events.append({ candidateId, event, from: before.state, to, actor, note, at })
    const after = evolve(before, entry)
    const { changes } = update.standing.run({ ...after, id: candidateId, at })
    if (changes !== 1)
      throw new Error(`Candidate ${candidateId} changed under a transaction; nothing was recorded.`)
    const isNewRound = after.round !== before.round
    const token = isNewRound ? ids.next() : before.token
    if (isNewRound) insert.round.run(token, candidateId, after.round)
    if (event === 'done' || event === 'found_done') update.operations.run(event, at, candidateId)
    for (const task of followUps) outbox.askWrite(task.kind, candidateId, entry.seq, at + task.afterMs)
    outbox.askAnnouncements(candidateId, at)
    return { kind: 'recorded', candidate: { ...before, ...after, token }, entry }
  }

  const record = (recording: Recording): Recorded => {
    const row = needRow(recording.candidateId)
    const before = candidateOf(row)
    const stale = recording.version !== undefined && recording.version !== before.version
    const { event, actor, note } = recording
    const decision = decide(before, { event, actor, why: note.why }, approvals)
    // The approval may stand all the same, as where its time to undo began anew: what was seen is looked at again then.
    const isOpen = stale && before.state === 'approved'
    if (recording.task)
      outbox.end(isOpen ? { id: recording.task.id, ends: { dueAt: recording.at } } : recording.task)
    if (stale || decision.kind === 'refused')
      return { kind: 'refused', candidate: before, last: events.last(before.id) }
    return apply(before, row.salt, recording, decision.to, decision.followUps)
  }

  return { get, need, create, record }
}

export type CandidateTable = ReturnType<typeof createCandidateTable>
