import { isTripped, OUTCOMES, tripReason } from '../reclaim/breaker.ts'
import type { LogEntry } from '../reclaim/lifecycle.ts'
import type { Control } from './control.ts'
import type { EventLog } from './events.ts'
import type { Notices } from './notices.ts'

/** Watches what comes of writes, inside the transaction that records it. */
export function createBreaker(control: Control, events: EventLog, notices: Notices) {
  const open = (reason: string, at: number) => {
    if (control.openBreaker(reason, at)) notices.post({ kind: 'breaker_opened', reason }, at)
  }
  return {
    open,
    heed({ event, at }: LogEntry) {
      if (!OUTCOMES.some(outcome => outcome === event)) return
      if (control.halts().breaker) return
      const outcomes = events.outcomesSince(control.forgiven())
      if (isTripped(outcomes)) open(tripReason(outcomes), at)
    },
  }
}

export type Breaker = ReturnType<typeof createBreaker>
