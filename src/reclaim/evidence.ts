import { createHash } from 'node:crypto'
import type { Facts } from './candidate.ts'

/**
 * Fingerprint of what a manager was shown. The salt, one per candidate, keeps anybody from guessing an erased
 * person's facts by hashing likely ones.
 */
export function factsHash(salt: string, facts: Facts): string {
  const sorted = Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(salt).update(JSON.stringify(sorted)).digest('hex')
}
