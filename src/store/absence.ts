import { isHalted } from '../reclaim/control.ts'
import type { Control } from './control.ts'
import type { Db } from './database.ts'
import type { Grace } from './grace.ts'
import type { Notices } from './notices.ts'

/** Longer than a restart takes, and than whoever saw a button fail keeps trying. */
const LONG_MS = 10 * 60 * 1000

/**
 * What it means that no bot ran for a while: a button that was pressed did nothing, and no chat delivers the press
 * again; nor could anybody undo what became due. A new owner of the store makes good for both, and says so.
 * @param at UTC ms, now
 * @param graceMs how long an approval can be undone
 */
export function endAbsence(
  db: Db,
  { control, grace, notices }: { control: Control; grace: Grace; notices: Notices },
  at: number,
  graceMs: number,
): void {
  const waitsForPeople = db.prepare<[], object>(
    "SELECT 1 FROM candidates WHERE state IN ('proposed', 'approved', 'failed') LIMIT 1",
  )
  db.transaction(() => {
    const since = control.lastAlive()
    // While writes are halted nothing begins, and whoever resumes gives the time anew.
    const waiting = graceMs === 0 || isHalted(control.halts()) ? 0 : grace.again(at, graceMs, 'clock', at)
    const wasLong = since !== null && at - since > LONG_MS
    if (wasLong && waitsForPeople.get()) notices.post({ kind: 'was_away', since, until: at, waiting }, at)
    control.alive(at)
  }).immediate()
}
