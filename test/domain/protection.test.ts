import { describe, expect, test } from 'vitest'
import type { Account } from '../../src/reclaim/candidate.ts'
import { type Exclusion, judge, type Policy, type Uncertainty } from '../../src/reclaim/rules.ts'
import { anIdleAccount, aPolicy, idOf, NOTHING_EXCLUDED, NOW } from './examples.ts'

/** Everybody here has long been idle and left the company: only protection keeps them. */
const verdict = (account: Partial<Account>, exclude: Partial<Policy['exclude']> = {}) =>
  judge(
    anIdleAccount('anna', account),
    'inactive',
    aPolicy({ exclude: { ...NOTHING_EXCLUDED, ...exclude } }),
    NOW,
  )

test('without protection the account of these tests is a candidate', () => {
  expect(verdict({}).kind).toBe('candidate')
})

describe('always protected, whatever the settings exclude', () => {
  test.each<[string, Partial<Account>, Exclusion]>([
    ["the bot's own account", { userName: 'Reclaim.Bot' }, 'ownAccount'],
    ['admin', { userName: 'admin' }, 'systemUser'],
    ['guest', { userName: 'Guest' }, 'systemUser'],
    ['system', { userName: 'SYSTEM' }, 'systemUser'],
    ['soap.guest', { userName: 'soap.guest' }, 'systemUser'],
    ['an empty user name', { userName: '' }, 'noUserName'],
    ['a blank user name', { userName: '  ' }, 'noUserName'],
    ['another class than sys_user', { className: 'ldap_user' }, 'notPlainUser'],
    ['an identity that is not human', { identityType: 'machine' }, 'notHuman'],
    ['web service access only', { webServiceAccessOnly: true }, 'webServiceAccess'],
    ['an internal integration user', { internalIntegrationUser: true }, 'integrationUser'],
    ['the role admin', { roles: ['itil', 'admin'] }, 'protectedRole'],
    ['the role security_admin', { roles: ['security_admin', 'itil'] }, 'protectedRole'],
  ])('%s', (_, account, reason) => {
    expect(verdict(account)).toEqual({ kind: 'excluded', reason })
  })

  test.each([
    ['a human identity', { identityType: 'Human' }],
    ['no identity type, as on older instances', { identityType: '' }],
    ['a user name that only resembles a protected one', { userName: 'administrator' }],
    ['a role that only resembles a protected one', { roles: ['itil', 'admin_delegate'] }],
  ])('not protected: %s', (_, account) => {
    expect(verdict(account).kind).toBe('candidate')
  })
})

describe('excluded by the settings', () => {
  test.each<[string, Partial<Account>, Partial<Policy['exclude']>, Exclusion]>([
    ['a user by user name', {}, { users: ['ANNA'] }, 'users'],
    ['a user whose name is written otherwise', { userName: 'Anna' }, { users: ['anna'] }, 'users'],
    ['a user by e-mail', { email: 'Anna@Example.com' }, { users: ['anna@EXAMPLE.com'] }, 'users'],
    ['a user by sys_id', {}, { users: [idOf('anna').toUpperCase()] }, 'users'],
    ['a role', { roles: ['itil', 'soap'] }, { roles: ['mid_server', 'soap'] }, 'roles'],
    ['a group', { groups: ['On call'] }, { groups: ['On call'] }, 'groups'],
    ['a department', { department: 'Board' }, { departments: ['Board'] }, 'departments'],
    ['a VIP', { vip: true }, { vip: true }, 'vip'],
  ])('%s', (_, account, exclude, reason) => {
    expect(verdict(account, exclude)).toEqual({ kind: 'excluded', reason })
  })

  test('a VIP is not excluded where the settings say so', () => {
    expect(verdict({ vip: true }, { vip: false }).kind).toBe('candidate')
  })

  test('an empty entry excludes nobody', () => {
    expect(verdict({ email: '' }, { users: [''], departments: [''] }).kind).toBe('candidate')
  })
})

describe('what could not be read makes an account unknown', () => {
  test.each<[Partial<Account>, Uncertainty]>([
    [{ userName: undefined }, 'identity'],
    [{ email: undefined }, 'identity'],
    [{ employeeNumber: undefined }, 'identity'],
    [{ className: undefined }, 'identity'],
    [{ active: undefined }, 'flags'],
    [{ webServiceAccessOnly: undefined }, 'flags'],
    [{ internalIntegrationUser: undefined }, 'flags'],
    [{ createdAt: undefined }, 'created'],
    [{ lastLoginAt: undefined }, 'lastLogin'],
  ])('%o: %s', (account, reason) => {
    expect(verdict(account)).toEqual({ kind: 'unknown', reason })
  })

  test('the VIP flag and the department, where the settings need them', () => {
    expect(verdict({ vip: undefined }, { vip: true })).toEqual({ kind: 'unknown', reason: 'flags' })
    expect(verdict({ vip: undefined }).kind).toBe('candidate')
    const exclude = { departments: ['Board'] }
    expect(verdict({ department: undefined }, exclude)).toEqual({ kind: 'unknown', reason: 'department' })
    expect(verdict({ department: undefined }).kind).toBe('candidate')
  })

  test('not what only decorates the message', () => {
    expect(verdict({ name: undefined, manager: undefined }).kind).toBe('candidate')
  })

  test('protection comes before doubt', () => {
    const account = { roles: ['itil', 'admin'], lastLoginAt: undefined, active: undefined }
    expect(verdict(account)).toEqual({ kind: 'excluded', reason: 'protectedRole' })
  })
})
