import type { Action, Candidate, Facts } from './candidate.ts'
import type { Note } from './note.ts'
import { changes, operationsFor, sameOperations } from './plan.ts'
import type { Licences } from './ports.ts'
import type { Verdict } from './rules.ts'

/** Whether a candidate would still be proposed against the same instance with the same requests. */
export function sameAsConfigured(
  candidate: Candidate,
  settings: { action: Action },
  licences: Licences,
): boolean {
  return (
    candidate.instance === licences.instance &&
    candidate.action === settings.action &&
    sameOperations(candidate.operations, operationsFor(settings.action, candidate.sysId))
  )
}

/** Why a candidate must be withdrawn in view of a fresh verdict on its account; `null` = nothing against it. */
export function objection(candidate: Candidate, verdict: Verdict): Note | null {
  switch (verdict.kind) {
    case 'unknown':
      return verdict.reason === 'roster' ? difference(candidate, verdict.facts) : null
    case 'excluded':
      return { why: 'excluded', detail: verdict.reason }
    case 'fine':
      return { why: 'no_longer_qualifies', detail: verdict.reason }
    case 'candidate':
      return difference(candidate, verdict.facts)
  }
}

function difference(candidate: Candidate, now: Facts): Note | null {
  const different = changes(candidate.facts, now)
  return different.length > 0 ? { why: 'facts_changed', changes: different } : null
}
