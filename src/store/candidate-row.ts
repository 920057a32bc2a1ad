import type { Action, Candidate, Proposal } from '../reclaim/candidate.ts'
import type { CandidateId, RunId, SysId } from '../reclaim/ids.ts'
import { OPEN_STATES, type State } from '../reclaim/lifecycle.ts'
import type { Reason } from '../reclaim/note.ts'

/** Candidates as {@link CandidateRow}s. With a join it takes ten times as long, and every click reads two. */
export const SELECT = `SELECT c.*,
  (SELECT token FROM rounds r WHERE r.candidate_id = c.id AND r.round = c.round) AS token,
  (SELECT json_group_array(json_object('method', method, 'table', "table", 'sysId', sys_id, 'body', body) ORDER BY position)
     FROM operations o WHERE o.candidate_id = c.id) AS operations
  FROM candidates c`

/** The open states as a list in SQL. */
export const OPEN = OPEN_STATES.map(state => `'${state}'`).join(', ')

/** A row of `candidates` with the token of its present round, and its operations in JSON. */
export type CandidateRow = {
  id: string
  run_id: string
  user_sys_id: string
  proposal: string
  salt: string
  instance: string
  action: string
  dry_run: number
  proposed_at: number
  asked_before: number
  state: string
  version: number
  round: number
  approval_seq: number | null
  approved_by: string | null
  endorsed_by: string | null
  begun_at: number | null
  found_undone: number
  waiting_for: string | null
  token: string
  operations: string
}

/** A row as the domain knows it. */
export function candidateOf(row: CandidateRow): Candidate {
  const proposal: Omit<Proposal, 'operations'> = JSON.parse(row.proposal)
  return {
    ...proposal,
    operations: JSON.parse(row.operations),
    id: row.id as CandidateId,
    runId: row.run_id as RunId,
    sysId: row.user_sys_id as SysId,
    token: row.token,
    instance: row.instance,
    action: row.action as Action,
    dryRun: row.dry_run === 1,
    proposedAt: row.proposed_at,
    askedBefore: row.asked_before,
    state: row.state as State,
    version: row.version,
    round: row.round,
    approvalSeq: row.approval_seq,
    approvedBy: row.approved_by,
    endorsedBy: row.endorsed_by,
    begunAt: row.begun_at,
    foundUndone: row.found_undone,
    waitingFor: row.waiting_for as Reason | null,
  }
}
