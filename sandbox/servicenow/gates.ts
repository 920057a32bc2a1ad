import type { JournalEntry } from './journal.ts'
import { isMeant, type Matcher } from './matcher.ts'

/** Stops requests: before anything is done for them (default), or after the commit and before the answer. */
export type GateOptions = Matcher & { readonly when?: 'before' | 'after' }

export type Gate = {
  /** Resolves with the first request that stands at the gate. */
  readonly arrived: Promise<JournalEntry>
  /** Lets all requests at the gate go on, and takes the gate away. */
  release(): void
}

export type Gates = {
  hold(options: GateOptions): Gate
  /** Resolves when no gate stands in the way of this request. */
  pass(when: 'before' | 'after', entry: JournalEntry): Promise<void>
}

/** Gates for tests that must do something while a request is under way. */
export function createGates(): Gates {
  const standing = new Set<{ options: GateOptions; stop: (entry: JournalEntry) => Promise<void> }>()
  return {
    hold(options) {
      const arrived = Promise.withResolvers<JournalEntry>()
      const opened = Promise.withResolvers<void>()
      const gate = {
        options,
        stop: (entry: JournalEntry) => {
          arrived.resolve(entry)
          return opened.promise
        },
      }
      standing.add(gate)
      const release = () => {
        standing.delete(gate)
        opened.resolve()
      }
      return { arrived: arrived.promise, release }
    },
    async pass(when, entry) {
      for (const gate of [...standing]) {
        if ((gate.options.when ?? 'before') === when && isMeant(gate.options, entry)) await gate.stop(entry)
      }
    },
  }
}
