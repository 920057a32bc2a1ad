import { describe, expect, test } from 'vitest'
import type { Account, RosterStatus, RuleName } from '../../src/reclaim/candidate.ts'
import { judge, type Policy } from '../../src/reclaim/rules.ts'
import { ALL_RULES, anAccount, anIdleAccount, aPolicy, DAY_MS, daysAgo, HOUR_MS, NOW } from './examples.ts'

type Given = { account?: Partial<Account>; roster?: RosterStatus; rules?: Policy['rules'] }

function verdict({ account = {}, roster = 'active', rules = ALL_RULES }: Given) {
  return judge(anAccount('anna', account), roster, aPolicy({ rules }), NOW)
}

function rulesOf(given: Given): readonly RuleName[] {
  const judged = verdict(given)
  return judged.kind === 'candidate' ? judged.rules : []
}

describe('inactiveInRoster', () => {
  test.each<[RosterStatus, RuleName[]]>([
    ['inactive', ['inactiveInRoster']],
    ['active', []],
    ['missing', []],
    ['unknown', []],
  ])('%s in the roster: %j', (roster, rules) => {
    expect(rulesOf({ roster })).toEqual(rules)
  })

  test('missing counts as inactive only where the operator said so', () => {
    const rules = { inactiveInRoster: { missingCountsAsInactive: true } }
    expect(rulesOf({ roster: 'missing', rules })).toEqual(['inactiveInRoster'])
    expect(rulesOf({ roster: 'unknown', rules })).toEqual([])
  })

  test('whom the roster leaves in doubt is unknown, unless another rule speaks', () => {
    expect(verdict({ roster: 'unknown' })).toMatchObject({ kind: 'unknown', reason: 'roster' })
    expect(rulesOf({ roster: 'unknown', account: { lastLoginAt: daysAgo(200) } })).toEqual(['inactive'])
  })
})

describe('neverLoggedIn', () => {
  const never = (createdAt: number) => rulesOf({ account: { lastLoginAt: null, createdAt } })

  test('counts from the creation, from the last moment of the last day on', () => {
    expect(never(daysAgo(30))).toEqual(['neverLoggedIn'])
    expect(never(daysAgo(30) + 1)).toEqual([])
  })

  test('says nothing of whoever did log in', () => {
    expect(rulesOf({ account: { lastLoginAt: daysAgo(1), createdAt: daysAgo(1000) } })).toEqual([])
  })
})

describe('inactive', () => {
  const idleSince = (lastLoginAt: number) => rulesOf({ account: { lastLoginAt } })

  test('counts from the last login, to the millisecond', () => {
    expect(idleSince(daysAgo(90))).toEqual(['inactive'])
    expect(idleSince(daysAgo(90) + 1)).toEqual([])
  })

  test('says nothing of whoever never logged in', () => {
    const rules = { inactive: { afterDays: 90 } }
    expect(rulesOf({ account: { lastLoginAt: null }, rules })).toEqual([])
  })
})

describe('rules that are left out are off', () => {
  test.each<[RuleName, Given]>([
    ['inactiveInRoster', { roster: 'inactive' }],
    ['neverLoggedIn', { account: { lastLoginAt: null } }],
    ['inactive', { account: { lastLoginAt: daysAgo(200) } }],
  ])('%s', (rule, given) => {
    expect(rulesOf(given)).toEqual([rule])
    expect(rulesOf({ ...given, rules: { ...ALL_RULES, [rule]: undefined } })).toEqual([])
  })

  test('without inactiveInRoster a doubtful roster makes nobody unknown', () => {
    const rules = { inactive: { afterDays: 90 } }
    expect(verdict({ roster: 'unknown', rules })).toEqual({ kind: 'fine', reason: 'in_use' })
  })
})

describe('what is told about a candidate', () => {
  test('all rules that match, and the facts that they rest on', () => {
    const account = { lastLoginAt: daysAgo(200), roles: ['itil_admin', 'itil'] }
    expect(verdict({ account, roster: 'inactive' })).toEqual({
      kind: 'candidate',
      rules: ['inactiveInRoster', 'inactive'],
      facts: {
        userName: 'anna',
        email: 'anna@example.com',
        employeeNumber: 'E-anna',
        createdAt: daysAgo(1000),
        lastLoginAt: daysAgo(200),
        roles: ['itil', 'itil_admin'],
        rosterStatus: 'inactive',
      },
      daysIdle: 200,
      licenses: ['ITSM Fulfiller'],
      yearlySaving: 1200,
    })
  })

  test.each([
    [daysAgo(200), 200],
    [daysAgo(200) - 23 * HOUR_MS, 200],
    [null, null],
    // A login date without a time of day counts to the end of its day, which may still lie ahead.
    [NOW + DAY_MS / 2, 0],
  ])('a last login at %j makes %j whole days idle', (lastLoginAt, daysIdle) => {
    expect(verdict({ account: { lastLoginAt }, roster: 'inactive' })).toMatchObject({ daysIdle })
  })
})

describe('which licence an account takes up', () => {
  const licenses = [
    { name: 'Fulfiller', roles: ['itil', 'itil_admin'], yearlyCost: 1200 },
    { name: 'Stakeholder', roles: ['business_stakeholder', 'itil'], yearlyCost: 300 },
  ]
  const licensed = (roles: string[], choice: Policy['licenses'] = licenses) =>
    judge(anIdleAccount('anna', { roles }), 'active', aPolicy({ licenses: choice }), NOW)

  test.each([
    [['itil'], 'Fulfiller', 1200],
    [['business_stakeholder'], 'Stakeholder', 300],
    // The order of the settings decides, not that of the roles.
    [['business_stakeholder', 'itil_admin'], 'Fulfiller', 1200],
  ])('%j: %s, the first in the settings that lists one of its roles', (roles, license, yearlySaving) => {
    expect(licensed(roles)).toMatchObject({ kind: 'candidate', licenses: [license], yearlySaving })
  })

  test.each([[[]], [['approver_user']], [['ITIL']], [['itil_']]])('%j: none', roles => {
    expect(licensed(roles)).toEqual({ kind: 'fine', reason: 'not_licensed' })
  })

  test('without configured licences every account counts, and nothing is claimed to be saved', () => {
    expect(licensed([], [])).toMatchObject({ kind: 'candidate', licenses: [], yearlySaving: 0 })
  })
})

describe('who needs no judgement', () => {
  test('an inactive account, whatever else it is', () => {
    const account = { active: false, lastLoginAt: daysAgo(200), roles: ['itil', 'admin'] }
    expect(verdict({ account })).toEqual({ kind: 'fine', reason: 'inactive_account' })
  })

  test('an account in use', () => {
    expect(verdict({})).toEqual({ kind: 'fine', reason: 'in_use' })
  })
})
