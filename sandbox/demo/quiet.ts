import { openForReading } from '../../src/store/database.ts'
import type { Stage } from '../stage.ts'

const GIVE_UP_AFTER_MS = 15_000
const LOOK_EVERY_MS = 20

/**
 * Waits until the bot has nothing left to do at the stage's present time: all tasks are done, or wait for later.
 * @throws Error, naming what is left, after 15 seconds.
 */
export async function untilQuiet(stage: Stage): Promise<void> {
  const db = openForReading(stage.settings.store.path)
  const due = db.prepare<[number], { kind: string; reason: string | null }>(
    'SELECT kind, reason FROM outbox WHERE ended IS NULL AND (due_at <= ? OR leased = 1)',
  )
  try {
    await until(
      () => due.all(stage.clock.now()).length === 0,
      () => {
        const left = due
          .all(stage.clock.now())
          .map(({ kind, reason }) => (reason ? `${kind} (${reason})` : kind))
        return `the bot still had to do after ${GIVE_UP_AFTER_MS / 1000} seconds: ${left.join(', ')}`
      },
    )
  } finally {
    db.close()
  }
}

/** Looks again and again until a condition holds. @throws Error, saying `problem()`, after 15 seconds. */
export async function until(holds: () => boolean, problem: () => string): Promise<void> {
  const end = performance.now() + GIVE_UP_AFTER_MS
  while (!holds()) {
    if (performance.now() > end) throw new Error(problem())
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
