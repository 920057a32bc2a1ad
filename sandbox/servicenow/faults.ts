import type { JournalEntry } from './journal.ts'
import { isMeant, type Matcher } from './matcher.ts'
import { type FaultKind, isGatewayFault, suits } from './misbehaviour.ts'

/** A fault to switch on: which, for which requests, how often. */
export type FaultOptions = Matcher & {
  readonly kind: FaultKind
  /** How many requests it hits; left out = until removed. */
  readonly times?: number
  /** `rate_limit_429`: the header `Retry-After`, in seconds, default 30. */
  readonly retryAfterSeconds?: number
  /** `hang_then_commit`, `…commit_later`: released by itself after this time, in ms of the real clock. */
  readonly afterMs?: number
}

/** A fault that was switched on. */
type Fault = {
  /** `hang_then_commit`: lets the requests go on. `…commit_later`: commits what was answered, or cut off, before. */
  release(): void
  /** Switches this fault off; what it already holds stays held until released. */
  remove(): void
}

/** A fault that has struck a request. */
export type Strike = {
  readonly options: FaultOptions
  /** Resolves when the fault is released. */
  readonly released: Promise<void>
}

export type Faults = {
  add(options: FaultOptions): Fault
  /** Switches all faults off. */
  clear(): void
}

/**
 * The faults that are switched on, in the order of their adding; the first that suits a request strikes.
 */
export function createFaults(): Faults & {
  strike(stage: 'gateway' | 'api', entry: JournalEntry): Strike | undefined
} {
  const active = new Map<Fault, Strike & { left: number }>()
  return {
    add(options) {
      const release = Promise.withResolvers<void>()
      const fault: Fault = { release: () => release.resolve(), remove: () => active.delete(fault) }
      const left = options.times ?? Number.POSITIVE_INFINITY
      active.set(fault, { options, released: release.promise, left })
      return fault
    },
    clear: () => active.clear(),
    strike(stage, entry) {
      for (const [fault, strike] of active) {
        const { kind } = strike.options
        const due = isGatewayFault(kind) === (stage === 'gateway') && suits(kind, entry)
        if (!due || !isMeant(strike.options, entry)) continue
        strike.left -= 1
        if (strike.left === 0) active.delete(fault)
        return strike
      }
      return undefined
    },
  }
}
