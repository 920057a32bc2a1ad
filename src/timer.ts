import { Cron } from 'croner'
import { schedule as startTask } from 'node-cron'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Computes the slots of a schedule, for any past or future instant (node-cron only knows the next run from the real
 * present). A slot is a minute on the clock on the wall of `timeZone`, and each comes exactly once:
 * - in an hour that is skipped in spring, at the instant the clocks jump; several skipped slots fall together there;
 * - in an hour that is repeated in autumn, the first time and not the second, also with `*` in the hour field.
 * croner alone would lose or double such slots of patterns with lists, ranges or `*`: it is asked about the plain
 * sequence of wall-clock times only.
 * @returns the first slot after an instant, both in UTC epoch ms; it throws when the pattern names no day that ever
 * comes, such as 30 February.
 */
export function nextSlotOf(cron: string, timeZone: string): (after: number) => number {
  const pattern = new Cron(cron, { timezone: 'UTC', mode: '5-part' })
  const offsetAt = offsetsOf(timeZone)
  return after => {
    let wall: Date | null = new Date(after + offsetAt(after))
    for (;;) {
      wall = pattern.nextRun(wall)
      if (wall === null) throw new Error(`The schedule “${cron}” never comes; correct schedule.cron.`)
      const slot = instantOf(wall.getTime(), offsetAt)
      if (slot > after) return slot
    }
  }
}

/**
 * Calls `tick` at each slot. A mere wake-up, which may come late or not at all: whoever must not miss a slot looks
 * every minute, too.
 * @param tick must not reject.
 */
export function wakeUp(cron: string, timeZone: string, tick: () => Promise<void>): { stop(): void } {
  // Its warning of a missed slot is no JSON line as logs are, and such a slot is run late in any case.
  const task = startTask(cron, tick, { timezone: timeZone, suppressMissedWarning: true })
  return { stop: () => void task.destroy() }
}

type OffsetAt = (instant: number) => number

/** How far the clocks of a zone are ahead of UTC at an instant, in ms. */
function offsetsOf(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return instant => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
    const wall = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    )
    return wall - Math.floor(instant / 1000) * 1000
  }
}

/** The first instant at which the clocks show a time, given as if it were UTC; where they skip it, when they jump. */
function instantOf(wall: number, offsetAt: OffsetAt): number {
  const [before, after] = [offsetAt(wall - DAY_MS), offsetAt(wall + DAY_MS)]
  const [early, late] = [wall - Math.max(before, after), wall - Math.min(before, after)]
  const shown = [early, late].find(instant => instant + offsetAt(instant) === wall)
  return shown ?? firstWithOffset(after, early, late, offsetAt)
}

function firstWithOffset(offset: number, early: number, late: number, offsetAt: OffsetAt): number {
  let [outside, inside] = [early, late]
  while (inside - outside > 1) {
    const middle = Math.floor((outside + inside) / 2)
    if (offsetAt(middle) === offset) inside = middle
    else outside = middle
  }
  return inside
}
