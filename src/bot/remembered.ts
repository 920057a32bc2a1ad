import type { Clock } from '../reclaim/ports.ts'

/** Whoever decides is checked against an answer of the platform at most this old. */
const FRESH_MS = 5 * 60 * 1000

/** Keeps an answer for as long as it may be trusted; a failure is never kept. */
export function remembered<Value>(clock: Clock, ask: (key: string) => Promise<Value>) {
  const known = new Map<string, { value: Value; at: number }>()
  return {
    async get(key: string): Promise<Value> {
      const entry = known.get(key)
      if (entry && Math.abs(clock.now() - entry.at) < FRESH_MS) return entry.value
      const value = await ask(key)
      known.set(key, { value, at: clock.now() })
      return value
    },
  }
}
