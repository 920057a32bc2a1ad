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

  test('stays the same in later versions of the bot, as histories of earlier ones hold it', () => {
    const facts = {
      userName: 'anna',
      email: 'anna@example.com',
      employeeNumber: 'E-anna',
      createdAt: Date.UTC(2020, 0, 1),
      lastLoginAt: null,
      roles: ['itil'],
      rosterStatus: 'active',
    } as const
    expect(factsHash('salt', facts)).toBe('d9a36af6d54dbe5c3c9c2ab76545d2d8fc7ac0023269fede5b39e4aa1fdb42d2')
  })

  test('is another one for each salt, so that likely facts cannot be tried out', () => {
    expect(factsHash('other salt', factsOf('anna'))).not.toBe(hash)
  })
})
