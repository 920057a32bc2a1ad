/** What changed in the workspace. */
export type Change = 'messages' | 'whispers' | 'views'

/** Tells listeners of changes as they happen; `count` grows with each. */
export interface Changes {
  count(): number
  announce(change: Change): void
  onChange(listener: (change: Change) => void): () => void
}

/** No listeners yet. */
export function createChanges(): Changes {
  const listeners = new Set<(change: Change) => void>()
  let count = 0
  return {
    count: () => count,
    announce(change) {
      count += 1
      for (const listener of listeners) listener(change)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
