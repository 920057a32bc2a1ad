import { describe, expect, test } from 'vitest'
import type { Facts } from '../../src/reclaim/candidate.ts'
import { changes, operationsFor, sameOperations } from '../../src/reclaim/plan.ts'
import { factsOf, idOf, NOW } from './examples.ts'

describe('what will be sent', () => {
  test('delete-account is one DELETE of this very account', () => {
    expect(operationsFor('delete-account', idOf('anna'))).toEqual([
      { method: 'DELETE', table: 'sys_user', sysId: idOf('anna'), body: null },
    ])
  })

  test('operations are the same when every part of every request is', () => {
    const [operation] = operationsFor('delete-account', idOf('anna'))
    if (!operation) throw new Error('no operation')
    expect(sameOperations([operation], [{ ...operation }])).toBe(true)
    expect(sameOperations([operation], [])).toBe(false)
    expect(sameOperations([operation], [operation, operation])).toBe(false)
    expect(sameOperations([operation], operationsFor('delete-account', idOf('ben')))).toBe(false)
  })
})

describe('what has changed since it was shown', () => {
  const shown = factsOf('anna')

  test('nothing, when nothing has', () => {
    expect(changes(shown, factsOf('anna'))).toEqual([])
  })

  test.each<[Partial<Facts>, object]>([
    [{ lastLoginAt: NOW }, { field: 'lastLoginAt', from: shown.lastLoginAt, to: NOW }],
    [{ lastLoginAt: null }, { field: 'lastLoginAt', from: shown.lastLoginAt, to: null }],
    [{ createdAt: NOW }, { field: 'createdAt', from: shown.createdAt, to: NOW }],
    [{ roles: ['itil', 'itil_admin'] }, { field: 'roles', from: 'itil', to: 'itil, itil_admin' }],
  ])('%j is told with both values', (difference, change) => {
    expect(changes(shown, { ...shown, ...difference })).toEqual([change])
  })

  test.each<Partial<Facts>>([
    { userName: 'anna.b' },
    { email: 'anna.b@example.com' },
    { employeeNumber: 'E-2' },
    { rosterStatus: 'inactive' },
  ])('%j is told without values: they are not for every reader of the channel', difference => {
    const [field] = Object.keys(difference)
    expect(changes(shown, { ...shown, ...difference })).toEqual([{ field }])
  })

  test('all of it is told', () => {
    const now = factsOf('anna', { email: 'anna.b@example.com', lastLoginAt: NOW })
    expect(changes(shown, now).map(change => change.field)).toEqual(['email', 'lastLoginAt'])
  })

  test('a fact that an older version of the bot did not keep is not compared', () => {
    const { rosterStatus: _, ...old } = shown
    expect(changes(old, factsOf('anna', { rosterStatus: 'inactive' }))).toEqual([])
  })

  test('a fact that an older version kept and this one does not is not compared', () => {
    const old = { ...shown, title: 'Engineer' }
    expect(changes(old, shown)).toEqual([])
  })
})
