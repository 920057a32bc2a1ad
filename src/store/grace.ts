import type { CandidateTable } from './candidate-table.ts'
import type { Outbox } from './outbox.ts'

/** The time to undo, begun anew inside a transaction of somebody else. */
export function createGrace(outbox: Outbox, table: CandidateTable) {
  return {
    /**
     * Approved writes that have not begun are due a full grace time from now, and each thread hears until when.
     * @param actor through whom
     * @param dueBy only those that are due by then; left out = all
     * @returns how many
     */
    again(at: number, graceMs: number, actor: string, dueBy?: number): number {
      const candidates = outbox.rearm(at + graceMs, dueBy)
      const note = { why: 'time_to_undo_again' } as const
      if (graceMs > 0)
        for (const candidateId of candidates) table.record({ candidateId, event: 'wait', actor, note, at })
      return candidates.length
    },
  }
}

export type Grace = ReturnType<typeof createGrace>
