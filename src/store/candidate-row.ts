import type { Action, Candidate, Proposal } from '../reclaim/candidate.ts'
import type { CandidateId, RunId, SysId } from '../reclaim/ids.ts'
import { OPEN_STATES, type Standing, type State } from '../reclaim/lifecycle.ts'
import type { Reason } from '../reclaim/note.ts'

/** Candidates as {@link CandidateRow}s. */
export const SELECT = `SELECT c.*, r.token FROM candidates c JOIN rounds r ON r.candidate_id = c.id AND r.round = c.round`

/** The open states as a list in SQL. */
export const OPEN = OPEN_STATES.map(state => `'${state}'`).join(', ')

/** A row of `candidates` with the token of its present round. */
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
}

/** The part of a candidate that its history determines; what a transition writes. */
export function standingOf(c: Standing): Standing {
  const { state, version, round, approvalSeq, approvedBy, endorsedBy, begunAt, foundUndone, waitingFor } = c
  return { state, version, round, approvalSeq, approvedBy, endorsedBy, begunAt, foundUndone, waitingFor }
}

/** A row as the domain knows it, but for its operations, which have a table of their own. */
export function candidateOf(row: CandidateRow): Omit<Candidate, 'operations'> {
  const proposal: Omit<Proposal, 'operations'> = JSON.parse(row.proposal)
  return {
    ...proposal,
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
