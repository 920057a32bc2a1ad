/** Faults that wait for what they hit; `times` (default 1) may be `Infinity`. */
export interface FaultList<Fault extends { times?: number }, Target> {
  add(fault: Fault): void
  clear(): void
  /** The first fault that waits for this target, used up once. */
  take(target: Target): Fault | undefined
}

/** An empty list. @param hits whether a fault waits for a target. */
export function createFaultList<Fault extends { times?: number }, Target>(
  hits: (fault: Fault, target: Target) => boolean,
): FaultList<Fault, Target> {
  let waiting: { fault: Fault; left: number }[] = []
  return {
    add: fault => {
      waiting.push({ fault, left: fault.times ?? 1 })
    },
    clear: () => {
      waiting = []
    },
    take(target) {
      const found = waiting.find(({ fault }) => hits(fault, target))
      if (found === undefined) return undefined
      found.left -= 1
      waiting = waiting.filter(({ left }) => left > 0)
      return found.fault
    },
  }
}
