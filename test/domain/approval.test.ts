import { describe, expect, test } from 'vitest'
import { capReached, managerCanDecide, mayDecide, samePerson } from '../../src/reclaim/approval.ts'
import type { Manager } from '../../src/reclaim/candidate.ts'
import { aCandidate, aManager, aPerson, factsOf, idOf } from './examples.ts'

describe('who may decide about a candidate', () => {
  const candidate = aCandidate('anna')
  const manager = aPerson('mia')

  test('its manager, as fixed when it was posted', () => {
    expect(mayDecide(manager, candidate, 'U_mia')).toEqual({ allowed: true, as: 'manager' })
  })

  test('a named approver, whoever the manager is', () => {
    const named = aPerson('nora', { named: true })
    expect(mayDecide(named, candidate, 'U_mia')).toEqual({ allowed: true, as: 'named' })
    expect(mayDecide(named, candidate, null)).toEqual({ allowed: true, as: 'named' })
  })

  test('nobody else', () => {
    expect(mayDecide(aPerson('sam'), candidate, 'U_mia')).toEqual({ allowed: false, why: 'not_the_approver' })
    expect(mayDecide(aPerson('sam'), candidate, null)).toEqual({ allowed: false, why: 'not_the_approver' })
  })

  test('not the person whose account it is, not even when named or fixed as its manager', () => {
    const holder = aPerson('anna', { named: true, email: ' Anna@Example.com' })
    expect(mayDecide(holder, candidate, 'U_anna')).toEqual({ allowed: false, why: 'own_account' })
  })

  test.each([
    ['a guest', { fullMember: false }, 'not_a_full_member'],
    ['somebody without an e-mail address', { email: null }, 'no_email'],
    ['somebody with an empty e-mail address', { email: '' }, 'no_email'],
  ] as const)('%s may not, even when named and fixed as the manager', (_, differences, why) => {
    const person = aPerson('nora', { named: true, ...differences })
    expect(mayDecide(person, candidate, 'U_nora')).toEqual({ allowed: false, why })
  })

  test('whoever the platform does not know may not', () => {
    expect(mayDecide(null, candidate, 'U_mia')).toEqual({ allowed: false, why: 'unknown_person' })
  })

  test('an account without an address is compared by name: nobody decides about what may be their own', () => {
    const shared = aCandidate('shared', { facts: factsOf('shared', { email: '' }) })
    expect(mayDecide(aPerson('nora', { named: true }), shared, null)).toMatchObject({ allowed: true })
    const namesake = aPerson('nora', { named: true, name: shared.name.toUpperCase() })
    expect(mayDecide(namesake, shared, null)).toEqual({ allowed: false, why: 'own_account' })
  })
})

describe('whether the manager can be asked at all', () => {
  const candidate = aCandidate('anna')
  const asked = (manager: Manager | null) => managerCanDecide({ ...candidate, manager })

  test('yes, when active and somebody else', () => {
    expect(asked(aManager('mia'))).toBe(true)
  })

  test.each([
    ['there is none', null],
    ['inactive', aManager('mia', { active: false })],
    ['without an e-mail address to find them by', aManager('mia', { email: '' })],
    ['the same account', aManager('mia', { sysId: idOf('anna') })],
    ['the same e-mail address, in another case', aManager('mia', { email: 'ANNA@example.com' })],
    ['the same employee number', aManager('mia', { employeeNumber: 'e-ANNA ' })],
  ])('no: %s', (_, manager) => {
    expect(asked(manager)).toBe(false)
  })

  test('two empty employee numbers are not the same person', () => {
    const facts = factsOf('anna', { employeeNumber: '' })
    const manager = aManager('mia', { employeeNumber: '' })
    expect(managerCanDecide({ ...candidate, facts, manager })).toBe(true)
  })
})

describe('caps', () => {
  const caps = { maxPerDay: 10, maxPerApproverPerDay: 3 }

  test.each([
    [{ total: 9, byApprover: 2 }, null],
    [{ total: 10, byApprover: 0 }, 'over_daily_cap'],
    [{ total: 11, byApprover: 0 }, 'over_daily_cap'],
    [{ total: 3, byApprover: 3 }, 'over_approver_cap'],
    [{ total: 10, byApprover: 3 }, 'over_daily_cap'],
  ] as const)('after %o: %s', (begun, cap) => {
    expect(capReached(begun, caps)).toBe(cap)
  })
})

describe('whether two approvals come from one person', () => {
  const dana = { actor: 'slack:U_dana', email: 'dana@example.com' }
  test.each([
    ['the same account in the same chat', { ...dana, email: null }, true],
    ['the same address in another chat', { actor: 'teams:1', email: 'Dana@Example.com' }, true],
    ['the same address with blanks around it', { actor: 'teams:1', email: ' dana@example.com ' }, true],
    ['another address', { actor: 'teams:2', email: 'nora@example.com' }, false],
    ['an address that is not known any more, in another chat', { actor: 'teams:3', email: null }, true],
    ['the same, but in the same chat', { actor: 'slack:U_nora', email: null }, false],
  ])('%s', (_, other, same) => {
    expect(samePerson(dana, other)).toBe(same)
    expect(samePerson(other, dana)).toBe(same)
  })

  test('no two without an address are taken for one', () => {
    expect(samePerson({ actor: 'slack:U_1', email: null }, { actor: 'slack:U_2', email: null })).toBe(false)
  })
})
