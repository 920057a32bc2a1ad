import type { Clock } from './ports.ts'
import type { Store } from './storage.ts'

/** Expires what nobody decided in time. Someone who decides at the same moment may be faster; the store settles it. */
export async function expireOverdue(store: Store, clock: Clock, expireAfterMs: number): Promise<void> {
  const now = clock.now()
  for (const { id, version } of await store.overdue(now - expireAfterMs))
    await store.record({ candidateId: id, event: 'expire', actor: 'clock', note: {}, at: now, version })
}
