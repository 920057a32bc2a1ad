import type { Proposal } from '../reclaim/candidate.ts'
import { factsHash } from '../reclaim/evidence.ts'
import type { CandidateId } from '../reclaim/ids.ts'
import { evolve, type Standing } from '../reclaim/lifecycle.ts'
import { OPEN } from './candidate-row.ts'
import type { Db } from './database.ts'
import type { EventLog } from './events.ts'

type FactsRow = { seq: number; shown: string; salt: string; proposal: string }

/** All that makes an approval. */
type Claim = Pick<Standing, 'state' | 'round' | 'approvalSeq' | 'approvedBy' | 'endorsedBy'>
type ClaimRow = Claim & { id: CandidateId }

/**
 * Whether a candidate is what was shown and approved: the history holds the fingerprint of its facts in the proposal and
 * in each approval, and who approved, and cannot be changed unnoticed; the candidate's own row could be.
 */
export function createShown(db: Db, events: EventLog) {
  // Nothing that could still be deleted was erased, whatever its row says.
  const facts = `SELECT e.seq, e.note ->> '$.facts' AS shown, c.salt, c.proposal
    FROM events e JOIN candidates c ON c.id = e.candidate_id
    WHERE e.note ->> '$.facts' IS NOT NULL AND (c.erased_at IS NULL OR c.state IN (${OPEN}))`
  const factsOf = db.prepare<[string], FactsRow>(`${facts} AND c.id = ? ORDER BY e.seq`)
  const allFacts = db.prepare<[], FactsRow>(`${facts} ORDER BY e.seq`)
  const claims =
    'SELECT id, state, round, approval_seq AS approvalSeq, approved_by AS approvedBy, endorsed_by AS endorsedBy FROM candidates'
  const claimOf = db.prepare<[string], ClaimRow>(`${claims} WHERE id = ?`)
  const allClaims = db.prepare<[], ClaimRow>(claims)

  const isForged = ({ shown, salt, proposal }: FactsRow) =>
    factsHash(salt, (JSON.parse(proposal) as Proposal).facts) !== shown
  const isClaimed = ({ id, ...claim }: ClaimRow) => {
    const told = events.timeline(id).reduce<Standing | null>(evolve, null)
    return (Object.keys(claim) as (keyof Claim)[]).every(field => claim[field] === told?.[field])
  }

  return {
    isAsShown(id: CandidateId): boolean {
      const claim = claimOf.get(id)
      return claim !== undefined && isClaimed(claim) && !factsOf.all(id).some(isForged)
    },
    /** The first event that speaks of facts that its candidate does not have, or the last of one whose row says something else; `null` = none. */
    firstForged(): { readonly seq: number; readonly reason: string } | null {
      for (const row of allFacts.iterate())
        if (isForged(row))
          return { seq: row.seq, reason: 'the facts of its candidate are not those that were shown' }
      for (const claim of allClaims.all())
        if (!isClaimed(claim))
          return {
            seq: events.timeline(claim.id).at(-1)?.seq ?? 0,
            reason: 'its candidate is not what the history leads to',
          }
      return null
    },
  }
}

export type Shown = ReturnType<typeof createShown>
