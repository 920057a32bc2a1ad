import { setTimeout as pause } from 'node:timers/promises'

/** Too short to be noticed by whoever waits for a word, and longer than from one click of a rush to the next. */
const QUIET_MS = 100
/** What is said a second later still reads as an answer. */
const LONGEST_MS = 1000
/** So many words are under way at once that a click never queues behind more. */
const LANES = 10
/** As long as the bot waits for other requests when it stops. */
const FINISH_WITHIN_MS = 3000

/** The time of this machine, which no change of its clock touches. */
const REAL = { now: () => performance.now(), pause: (ms: number): Promise<void> => pause(ms) }

/** Says things to one person alone; never rejects. */
type Aside = () => Promise<void>

/**
 * What is said to people about their clicks gives way to the next clicks: Slack waits three seconds for the receipt
 * of a click and shows a failure after that (Slack docs, Handling user interaction: acknowledgment).
 */
export function createAsides({ now, pause: wait } = REAL) {
  let clickedAt = Number.NEGATIVE_INFINITY
  let stopping = false
  const lanes = Array.from({ length: LANES }, () => Promise.resolve())
  const calm = async (latest: number) => {
    const leftMs = () => (stopping ? 0 : Math.min(clickedAt + QUIET_MS, latest) - now())
    while (leftMs() > 0) await wait(leftMs())
  }
  return {
    /** Somebody clicked, or was given a receipt: the quiet begins anew. */
    clicked(): void {
      clickedAt = now()
    },
    /** Says it once nobody has clicked for a moment; in a long rush, after a second. One person hears all in order. */
    say(person: string, aside: Aside): void {
      const latest = now() + LONGEST_MS
      const lane = [...person].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % LANES
      lanes[lane] = (lanes[lane] ?? Promise.resolve()).then(() => calm(latest)).then(aside)
    },
    /** Says at once what is still to be said. Resolves when that is done, or took too long. */
    async stop(): Promise<void> {
      stopping = true
      await Promise.race([Promise.all(lanes), pause(FINISH_WITHIN_MS, undefined, { ref: false })])
    },
  }
}
