import type { Proposal } from '../reclaim/candidate.ts'
import { factsHash } from '../reclaim/evidence.ts'
import type { CandidateId } from '../reclaim/ids.ts'
import type { Db } from './database.ts'

type Row = { seq: number; shown: string; salt: string; proposal: string }

/**
 * Whether the facts that stand with a candidate are those that were shown and approved: the history holds their
 * fingerprint in the proposal and in each approval, and cannot be changed unnoticed; the candidate's own row could be.
 */
export function createShown(db: Db) {
  const select = `SELECT e.seq, e.note ->> '$.facts' AS shown, c.salt, c.proposal
    FROM events e JOIN candidates c ON c.id = e.candidate_id
    WHERE e.note ->> '$.facts' IS NOT NULL AND c.erased_at IS NULL`
  const ofCandidate = db.prepare<[string], Row>(`${select} AND c.id = ? ORDER BY e.seq`)
  const all = db.prepare<[], Row>(`${select} ORDER BY e.seq`)
  const isForged = ({ shown, salt, proposal }: Row) =>
    factsHash(salt, (JSON.parse(proposal) as Proposal).facts) !== shown
  return {
    isAsShown: (id: CandidateId): boolean => !ofCandidate.all(id).some(isForged),
    /** The first event whose candidate does not have the facts any more that the event speaks of; `null` = none. */
    firstForged(): number | null {
      for (const row of all.iterate()) if (isForged(row)) return row.seq
      return null
    },
  }
}

export type Shown = ReturnType<typeof createShown>
