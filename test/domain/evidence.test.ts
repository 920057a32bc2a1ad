import { describe, expect, test } from 'vitest'
import { factsHash } from '../../src/reclaim/evidence.ts'
import { factsOf, NOW } from './examples.ts'

describe('the fingerprint of what a manager was shown', () => {
  const hash = factsHash('salt', factsOf('anna'))

  test('is a SHA-256 that does not depend on the order of the facts', () => {
    const reversed = Object.fromEntries(Object.entries(factsOf('anna')).reverse()) as ReturnType<
      typeof factsOf
    >
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(factsHash('salt', reversed)).toBe(hash)
  })

  test.each([
    { userName: 'x' },
    { email: 'x' },
    { employeeNumber: 'x' },
    { createdAt: NOW },
    { lastLoginAt: null },
    { roles: [] },
    { rosterStatus: 'missing' as const },
  ])('is another one when %j', difference => {
    expect(factsHash('salt', factsOf('anna', difference))).not.toBe(hash)
  })

  test('is another one for each salt, so that likely facts cannot be tried out', () => {
    expect(factsHash('other salt', factsOf('anna'))).not.toBe(hash)
  })
})
