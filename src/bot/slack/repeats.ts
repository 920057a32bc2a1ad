import type { Clock } from '../../reclaim/ports.ts'

/** Longer than the five minutes either way in which a signed request is taken. */
const REMEMBERED_MS = 15 * 60 * 1000

/**
 * Tells a command that was delivered before: whoever kept a signed one could send it again within minutes, and some do
 * something each time. A click needs no such memory, as it belongs to a round of buttons.
 */
export function createRepeats(clock: Clock) {
  const heard = new Map<string, number>()
  return {
    /** @param id Slack's trigger_id, another one each time that somebody types */
    isRepeat(id: string): boolean {
      const now = clock.now()
      for (const [old, at] of heard) if (now - at > REMEMBERED_MS) heard.delete(old)
      if (heard.has(id)) return true
      heard.set(id, now)
      return false
    },
  }
}
