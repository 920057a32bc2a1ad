import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Account, RosterStatus } from '../../src/reclaim/candidate.ts'
import { judge, type Policy } from '../../src/reclaim/rules.ts'
import { anAccount, anIdleAccount, DAY_MS, idOf, NOW } from './examples.ts'

const POLICY: Policy = {
  rules: {
    inactiveInRoster: { missingCountsAsInactive: true },
    neverLoggedIn: { afterDays: 30 },
    inactive: { afterDays: 90 },
  },
  licenses: [{ name: 'Fulfiller', roles: ['itil'], yearlyCost: 1200 }],
  exclude: {
    users: ['kept', 'Kept@Example.com', idOf('kept')],
    roles: ['soap'],
    groups: ['On call'],
    departments: ['Board'],
    vip: true,
  },
  ownUserNames: ['reclaim.bot'],
}

/** How an account of each kind differs from one that nothing protects. */
const PROTECTED: readonly Partial<Account>[] = [
  { userName: 'reclaim.bot' },
  { userName: 'admin' },
  { userName: 'guest' },
  { userName: 'system' },
  { userName: 'soap.guest' },
  { userName: '' },
  { userName: 'kept' },
  { email: 'kept@example.com' },
  { sysId: idOf('kept') },
  { className: 'ldap_user' },
  { className: '' },
  { identityType: 'machine' },
  { identityType: 'ai_agent' },
  { webServiceAccessOnly: true },
  { internalIntegrationUser: true },
  { roles: ['itil', 'admin'] },
  { roles: ['itil', 'security_admin'] },
  { roles: ['itil', 'soap'] },
  { groups: ['On call'] },
  { department: 'Board' },
  { vip: true },
]

const NEEDED = [
  'userName',
  'email',
  'employeeNumber',
  'active',
  'webServiceAccessOnly',
  'internalIntegrationUser',
  'vip',
  'className',
  'createdAt',
  'lastLoginAt',
  'department',
] as const satisfies (keyof Account)[]

const past = fc.integer({ min: NOW - 4000 * DAY_MS, max: NOW })
/** Accounts of all kinds that nothing protects and everything is known of; many of them qualify. */
const ordinary: fc.Arbitrary<Account> = fc.record({
  ...Object.fromEntries(Object.entries(anAccount('anna')).map(([key, value]) => [key, fc.constant(value)])),
  createdAt: past,
  lastLoginAt: fc.option(past),
  identityType: fc.constantFrom('', 'human', 'Human'),
  manager: fc.constantFrom(null, undefined, idOf('mia')),
  name: fc.option(fc.string(), { nil: undefined }),
}) as fc.Arbitrary<Account>
const roster = fc.constantFrom<RosterStatus>('active', 'inactive', 'missing', 'unknown')

/** The text with some of its letters in the other case. */
const inAnyCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map(upper => [...text].map((c, at) => (upper[at] ? c.toUpperCase() : c.toLowerCase())).join(''))

describe('whatever else is true of an account', () => {
  test('it is never a candidate when anything protects it', () => {
    const trait = fc.constantFrom(...PROTECTED)
    fc.assert(
      fc.property(ordinary, trait, roster, (account, protection, status) => {
        expect(judge({ ...account, ...protection }, status, POLICY, NOW).kind).not.toBe('candidate')
      }),
      { numRuns: 2000 },
    )
  })

  test.each(PROTECTED)('and %j is what protects it: without, the same account is a candidate', protection => {
    const bare = anIdleAccount('anna')
    expect(judge(bare, 'inactive', POLICY, NOW).kind).toBe('candidate')
    expect(judge({ ...bare, ...protection }, 'inactive', POLICY, NOW).kind).toBe('excluded')
  })

  test('no spelling of a protected name gets around it', () => {
    const name = fc.constantFrom('admin', 'soap.guest', 'reclaim.bot', 'kept').chain(inAnyCase)
    const email = inAnyCase('kept@example.com')
    fc.assert(
      fc.property(name, email, (userName, address) => {
        expect(judge(anIdleAccount('anna', { userName }), 'inactive', POLICY, NOW).kind).toBe('excluded')
        const byEmail = anIdleAccount('anna', { email: address })
        expect(judge(byEmail, 'inactive', POLICY, NOW)).toEqual({ kind: 'excluded', reason: 'users' })
      }),
    )
  })

  test('it is never a candidate when anything needed could not be read', () => {
    const unread = fc.subarray([...NEEDED], { minLength: 1 })
    fc.assert(
      fc.property(ordinary, unread, roster, (account, fields, status) => {
        const blind = Object.fromEntries(fields.map(field => [field, undefined]))
        expect(judge({ ...account, ...blind }, status, POLICY, NOW).kind).not.toBe('candidate')
      }),
      { numRuns: 2000 },
    )
  })

  test.each(NEEDED)('and %s alone is enough to leave it in doubt', field => {
    const account = { ...anIdleAccount('anna'), [field]: undefined }
    expect(judge(account, 'inactive', POLICY, NOW).kind).toBe('unknown')
  })

  test('a candidate is licensed, active and matches a rule', () => {
    let candidates = 0
    fc.assert(
      fc.property(ordinary, roster, (account, status) => {
        const verdict = judge(account, status, POLICY, NOW)
        if (verdict.kind !== 'candidate') return
        candidates++
        const idle = account.lastLoginAt !== null && (account.lastLoginAt ?? NOW) <= NOW - 90 * DAY_MS
        const never = account.lastLoginAt === null && (account.createdAt ?? NOW) <= NOW - 30 * DAY_MS
        const left = status === 'inactive' || status === 'missing'
        expect([verdict.rules.length > 0, idle || never || left]).toEqual([true, true])
      }),
      { numRuns: 500 },
    )
    expect(candidates).toBeGreaterThan(100)
  })
})
