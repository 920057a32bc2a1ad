import { setTimeout as pause } from 'node:timers/promises'

const QUIET_MS = 100
const LONGEST_MS = 1000

/** The time of this machine, which no change of its clock touches. */
const REAL = { now: () => performance.now(), pause: (ms: number): Promise<void> => pause(ms) }

/**
 * Tells when nobody is clicking. Slack waits three seconds for the receipt of a click and shows a failure after that
 * (Slack docs, Handling user interaction: acknowledgment), so what is said about clicks gives way to the next ones.
 */
export function createCalm({ now, pause } = REAL) {
  let clickedAt = Number.NEGATIVE_INFINITY
  return {
    clicked(): void {
      clickedAt = now()
    },
    /** Resolves once there was no click for a moment that nobody notices; in a long rush, after a second. */
    async settled(): Promise<void> {
      const latest = now() + LONGEST_MS
      const leftMs = () => Math.min(clickedAt + QUIET_MS, latest) - now()
      while (leftMs() > 0) await pause(leftMs())
    },
  }
}
