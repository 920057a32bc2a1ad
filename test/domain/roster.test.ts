import { describe, expect, test } from 'vitest'
import type { Account, RosterStatus } from '../../src/reclaim/candidate.ts'
import type { RosterEntry } from '../../src/reclaim/ports.ts'
import { indexRoster, rosterStatus } from '../../src/reclaim/roster.ts'
import { anAccount, aRosterEntry, DAY_MS, NOW } from './examples.ts'

const INACTIVE = ['Terminated', 'Left']
const anna = (differences: Partial<RosterEntry> = {}) => aRosterEntry('anna', differences)

function statusOf(entries: readonly RosterEntry[], account: Partial<Account> = {}): RosterStatus {
  return rosterStatus(indexRoster(entries, INACTIVE), anAccount('anna', account), NOW)
}

describe('what the HR roster says of an account', () => {
  test.each<[string, Partial<RosterEntry>, RosterStatus]>([
    ['a status that does not mean "left"', { status: 'Employed' }, 'active'],
    ['no status', { status: '' }, 'active'],
    ['a status that means "left"', { status: 'Terminated' }, 'inactive'],
    ['the same in another case and with blanks', { status: ' terminated ' }, 'inactive'],
    ['an end date in the past, whatever the status', { status: 'Employed', endsAt: NOW - 1 }, 'inactive'],
    ['an end date this very instant', { status: 'Left', endsAt: NOW }, 'active'],
    ['an end date in the future, whatever the status', { status: 'Left', endsAt: NOW + DAY_MS }, 'active'],
    ['an end date that is no date', { status: 'Left', endsAt: 'unreadable' }, 'unknown'],
  ])('%s', (_, entry, status) => {
    expect(statusOf([anna(entry)])).toBe(status)
  })
})

describe('which row is about which account', () => {
  const left = anna({ status: 'Left' })

  test('found by e-mail and employee number, without case and blanks', () => {
    expect(statusOf([left], { email: ' ANNA@Example.com ', employeeNumber: ' e-anna' })).toBe('inactive')
  })

  test('found by e-mail alone, where either side has no number', () => {
    expect(statusOf([anna({ status: 'Left', employeeNumber: '' })])).toBe('inactive')
    expect(statusOf([left], { employeeNumber: '' })).toBe('inactive')
  })

  test('found by number alone, where either side has no e-mail', () => {
    expect(statusOf([anna({ status: 'Left', email: '' })])).toBe('inactive')
    expect(statusOf([left], { email: '' })).toBe('inactive')
  })

  test('an e-mail or a number that is missing on both sides connects nobody', () => {
    const others = [
      aRosterEntry('ben', { status: 'Employed', email: '' }),
      aRosterEntry('carl', { status: 'Employed', employeeNumber: '' }),
    ]
    expect(statusOf([...others, left], { email: '' })).toBe('inactive')
    expect(statusOf(others, { email: '' })).toBe('missing')
    expect(statusOf([...others, left], { employeeNumber: '' })).toBe('inactive')
    expect(statusOf(others, { employeeNumber: '' })).toBe('missing')
  })

  test('nobody of this name is missing, not inactive', () => {
    expect(statusOf([aRosterEntry('ben', { status: 'Left' })])).toBe('missing')
  })

  test('an account with nothing to look it up by is unknown, though rows without anything exist', () => {
    const nameless = aRosterEntry('', { email: ' ', employeeNumber: '', status: 'Left' })
    expect(statusOf([nameless], { email: '', employeeNumber: ' ' })).toBe('unknown')
    expect(statusOf([nameless], { email: undefined, employeeNumber: undefined })).toBe('unknown')
    expect(statusOf([nameless])).toBe('missing')
  })
})

describe('whoever cannot be told for certain is no leaver', () => {
  test('two rows that contradict each other', () => {
    expect(statusOf([anna({ status: 'Left' }), anna({ status: 'Employed' })])).toBe('unknown')
  })

  test('two rows that say the same, each in its way', () => {
    expect(statusOf([anna({ status: 'Left' }), anna({ endsAt: NOW - DAY_MS })])).toBe('inactive')
  })

  test('one row that is clear and one that cannot be read', () => {
    expect(statusOf([anna({ status: 'Left' }), anna({ endsAt: 'unreadable' })])).toBe('unknown')
  })

  test('the e-mail address of one person with the number of another', () => {
    expect(statusOf([anna({ status: 'Left', employeeNumber: 'E-ben' })])).toBe('unknown')
    expect(statusOf([anna({ status: 'Left', email: 'ben@example.com' })])).toBe('unknown')
  })

  test('two people of whom one has the e-mail address and the other the number', () => {
    const byEmail = anna({ status: 'Left', employeeNumber: 'E-1' })
    const byNumber = anna({ status: 'Left', email: 'other@example.com' })
    expect(statusOf([byEmail, byNumber])).toBe('unknown')
  })
})
