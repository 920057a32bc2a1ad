import { createHash } from 'node:crypto'
import type { Account, Candidate, Facts, Manager, Proposal } from '../../src/reclaim/candidate.ts'
import type { CandidateId, RunId } from '../../src/reclaim/ids.ts'
import { type SysId, sysId } from '../../src/reclaim/ids.ts'
import type { State } from '../../src/reclaim/lifecycle.ts'
import { operationsFor } from '../../src/reclaim/plan.ts'
import type { Person, RosterEntry, Snapshot } from '../../src/reclaim/ports.ts'
import type { Policy } from '../../src/reclaim/rules.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
/** A Monday morning. */
export const NOW = Date.UTC(2026, 10, 23, 9)
export const daysAgo = (days: number) => NOW - days * DAY_MS

/** The sys_id of whoever is called so. */
export const idOf = (name: string): SysId => sysId(createHash('md5').update(name).digest('hex'))

/** What is kept of an account before it is written to. */
export function aSnapshot(differences: Partial<Snapshot> = {}): Snapshot {
  return {
    account: { user_name: 'anna', name: 'Anna Example' },
    roles: [{ 'role.name': 'itil', inherited: 'false' }],
    groups: [],
    ...differences,
  }
}

/** An ordinary licensed account in daily use: nothing protects it, everything could be read. */
export function anAccount(name: string, differences: Partial<Account> = {}): Account {
  return {
    sysId: idOf(name),
    userName: name,
    name: `${name} Example`,
    email: `${name}@example.com`,
    employeeNumber: `E-${name}`,
    active: true,
    webServiceAccessOnly: false,
    internalIntegrationUser: false,
    vip: false,
    identityType: '',
    className: 'sys_user',
    createdAt: daysAgo(1000),
    lastLoginAt: daysAgo(1),
    department: '',
    manager: null,
    roles: ['itil'],
    groups: [],
    ...differences,
  }
}

/** An account that nobody has used for the better part of a year. */
export function anIdleAccount(name: string, differences: Partial<Account> = {}): Account {
  return anAccount(name, { lastLoginAt: daysAgo(200), ...differences })
}

export const ALL_RULES: Policy['rules'] = {
  inactiveInRoster: { missingCountsAsInactive: false },
  neverLoggedIn: { afterDays: 30 },
  inactive: { afterDays: 90 },
}

export const NOTHING_EXCLUDED: Policy['exclude'] = {
  users: [],
  roles: [],
  groups: [],
  departments: [],
  vip: false,
}

export function aPolicy(differences: Partial<Policy> = {}): Policy {
  return {
    rules: ALL_RULES,
    licenses: [{ name: 'ITSM Fulfiller', roles: ['itil', 'itil_admin'], yearlyCost: 1200 }],
    exclude: NOTHING_EXCLUDED,
    ownUserNames: ['reclaim.bot'],
    ...differences,
  }
}

export function aManager(name: string, differences: Partial<Manager> = {}): Manager {
  return {
    sysId: idOf(name),
    name: `${name} Example`,
    email: `${name}@example.com`,
    employeeNumber: `E-${name}`,
    active: true,
    ...differences,
  }
}

/** A full member of the workspace, not named in the settings. */
export function aPerson(name: string, differences: Partial<Person> = {}): Person {
  return {
    platform: 'slack',
    id: `U_${name}`,
    name: `${name} Example`,
    email: `${name}@example.com`,
    fullMember: true,
    named: false,
    ...differences,
  }
}

export function aRosterEntry(name: string, differences: Partial<RosterEntry> = {}): RosterEntry {
  return {
    email: `${name}@example.com`,
    employeeNumber: `E-${name}`,
    status: 'Employed',
    endsAt: null,
    ...differences,
  }
}

export function factsOf(name: string, differences: Partial<Facts> = {}): Facts {
  return {
    userName: name,
    email: `${name}@example.com`,
    employeeNumber: `E-${name}`,
    createdAt: daysAgo(1000),
    lastLoginAt: daysAgo(200),
    roles: ['itil'],
    rosterStatus: 'active',
    ...differences,
  }
}

export function aProposal(name: string, differences: Partial<Proposal> = {}): Proposal {
  return {
    sysId: idOf(name),
    name: `${name} Example`,
    manager: aManager('mia'),
    rules: ['inactive'],
    facts: factsOf(name),
    daysIdle: 200,
    licenses: ['ITSM Fulfiller'],
    yearlySaving: 1200,
    operations: operationsFor('delete-account', idOf(name)),
    ...differences,
  }
}

export function aCandidate(
  name: string,
  differences: Partial<Candidate> & { state?: State } = {},
): Candidate {
  return {
    ...aProposal(name),
    id: `candidate of ${name}` as CandidateId,
    runId: 'run 1' as RunId,
    token: `token of ${name}`,
    instance: 'https://example.service-now.com',
    action: 'delete-account',
    dryRun: false,
    proposedAt: NOW,
    askedBefore: 0,
    state: 'proposed',
    version: 1,
    round: 1,
    approvalSeq: null,
    approvedBy: null,
    endorsedBy: null,
    begunAt: null,
    foundUndone: 0,
    waitingFor: null,
    ...differences,
  }
}
