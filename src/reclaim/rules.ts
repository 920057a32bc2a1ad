import type { Account, Facts, RosterStatus, RuleName } from './candidate.ts'

/** What the operator decided in `reclaim.yml`; everything that {@link judge} needs besides the account itself. */
export type Policy = {
  readonly rules: {
    readonly inactiveInRoster?: { readonly missingCountsAsInactive: boolean } | undefined
    readonly neverLoggedIn?: { readonly afterDays: number } | undefined
    readonly inactive?: { readonly afterDays: number } | undefined
  }
  /** First match counts. Empty = every active account takes a licence. */
  readonly licenses: readonly {
    readonly name: string
    readonly roles: readonly string[]
    readonly yearlyCost: number
  }[]
  readonly exclude: {
    /** `user_name`, e-mail or sys_id. */
    readonly users: readonly string[]
    readonly roles: readonly string[]
    readonly groups: readonly string[]
    readonly departments: readonly string[]
    readonly vip: boolean
  }
  /** User names of the bot's own ServiceNow accounts. */
  readonly ownUserNames: readonly string[]
}

/** Why an account is left alone whatever it looks like. Those of the operator are the keys of `exclude`. */
export type Exclusion =
  | 'ownAccount'
  | 'systemUser'
  | 'noUserName'
  | 'notPlainUser'
  | 'notHuman'
  | 'webServiceAccess'
  | 'integrationUser'
  | 'protectedRole'
  | 'users'
  | 'roles'
  | 'groups'
  | 'departments'
  | 'vip'

/** What could not be read or made sense of. */
export type Uncertainty = 'identity' | 'flags' | 'created' | 'lastLogin' | 'department' | 'roster'

export type Verdict =
  | {
      readonly kind: 'candidate'
      readonly rules: readonly RuleName[]
      readonly facts: Facts
      readonly daysIdle: number | null
      readonly licenses: readonly string[]
      readonly yearlySaving: number
    }
  | { readonly kind: 'excluded'; readonly reason: Exclusion }
  | { readonly kind: 'unknown'; readonly reason: Exclude<Uncertainty, 'roster'> }
  /** All is known of the account, but HR does not say for certain whether the person left. */
  | { readonly kind: 'unknown'; readonly reason: 'roster'; readonly facts: Facts }
  | { readonly kind: 'fine'; readonly reason: 'in_use' | 'inactive_account' | 'not_licensed' }

/** Nobody can take these out of protection: losing one of them may lock everybody out. */
export const PROTECTED_ROLES = ['admin', 'security_admin'] as const
const SYSTEM_USERS = ['admin', 'guest', 'system', 'soap.guest']
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Judges one account. The scan and the last look before a write both ask this one function.
 * Protection comes before doubt, and doubt before any rule: what cannot be judged is never proposed.
 */
export function judge(account: Account, roster: RosterStatus, policy: Policy, now: number): Verdict {
  if (account.active === false) return { kind: 'fine', reason: 'inactive_account' }
  const license = licenseOf(account, policy)
  if (license === undefined) return { kind: 'fine', reason: 'not_licensed' }
  const reason = exclusion(account, policy)
  if (reason) return { kind: 'excluded', reason }

  const readable = known(account, policy)
  if (readable.kind === 'unknown') return readable
  const { kind: _, ...read } = readable
  const facts: Facts = { ...read, roles: [...account.roles].sort(), rosterStatus: roster }
  const rules = matchingRules(readable, roster, policy, now)
  if (rules.length === 0) {
    const undecided = policy.rules.inactiveInRoster && roster === 'unknown'
    return undecided ? { kind: 'unknown', reason: 'roster', facts } : { kind: 'fine', reason: 'in_use' }
  }
  return {
    kind: 'candidate',
    rules,
    facts,
    daysIdle: facts.lastLoginAt === null ? null : wholeDays(now - facts.lastLoginAt),
    licenses: license === 'any' ? [] : [license.name],
    yearlySaving: license === 'any' ? 0 : license.yearlyCost,
  }
}

/** The licence that an account takes up: the first that lists one of its roles, `any` where none are configured. */
function licenseOf(account: Account, policy: Policy): Policy['licenses'][number] | 'any' | undefined {
  if (policy.licenses.length === 0) return 'any'
  return policy.licenses.find(license => license.roles.some(role => account.roles.includes(role)))
}

function exclusion(account: Account, policy: Policy): Exclusion | undefined {
  const { exclude } = policy
  const userName = account.userName?.toLowerCase()
  const named = [userName, account.email?.toLowerCase(), account.sysId].filter(Boolean)
  if (includesIgnoringCase(policy.ownUserNames, userName)) return 'ownAccount'
  if (includesIgnoringCase(SYSTEM_USERS, userName)) return 'systemUser'
  if (userName?.trim() === '') return 'noUserName'
  if (account.className !== undefined && account.className !== 'sys_user') return 'notPlainUser'
  if (account.identityType !== '' && account.identityType.toLowerCase() !== 'human') return 'notHuman'
  if (account.webServiceAccessOnly) return 'webServiceAccess'
  if (account.internalIntegrationUser) return 'integrationUser'
  if (PROTECTED_ROLES.some(role => account.roles.includes(role))) return 'protectedRole'
  if (exclude.users.some(user => named.includes(user.toLowerCase()))) return 'users'
  if (exclude.roles.some(role => account.roles.includes(role))) return 'roles'
  if (exclude.groups.some(group => account.groups.includes(group))) return 'groups'
  if (account.department && exclude.departments.includes(account.department)) return 'departments'
  if (exclude.vip && account.vip) return 'vip'
  return undefined
}

type Readable = {
  kind: 'readable'
  userName: string
  email: string
  employeeNumber: string
  createdAt: number
  lastLoginAt: number | null
}

type Unreadable = { readonly kind: 'unknown'; readonly reason: Exclude<Uncertainty, 'roster'> }

function known(account: Account, policy: Policy): Readable | Unreadable {
  const { userName, email, employeeNumber, createdAt, lastLoginAt } = account
  const flags = [account.active, account.webServiceAccessOnly, account.internalIntegrationUser]
  if (userName === undefined || email === undefined || employeeNumber === undefined || !account.className)
    return { kind: 'unknown', reason: 'identity' }
  if (flags.includes(undefined) || (policy.exclude.vip && account.vip === undefined))
    return { kind: 'unknown', reason: 'flags' }
  if (policy.exclude.departments.length > 0 && account.department === undefined)
    return { kind: 'unknown', reason: 'department' }
  if (createdAt === undefined) return { kind: 'unknown', reason: 'created' }
  if (lastLoginAt === undefined) return { kind: 'unknown', reason: 'lastLogin' }
  return { kind: 'readable', userName, email, employeeNumber, createdAt, lastLoginAt }
}

function matchingRules(account: Readable, roster: RosterStatus, policy: Policy, now: number): RuleName[] {
  const { inactiveInRoster, neverLoggedIn, inactive } = policy.rules
  const { createdAt, lastLoginAt } = account
  const matched: RuleName[] = []
  if (inactiveInRoster) {
    const left = roster === 'inactive' || (roster === 'missing' && inactiveInRoster.missingCountsAsInactive)
    if (left) matched.push('inactiveInRoster')
  }
  if (neverLoggedIn && lastLoginAt === null && createdAt <= now - neverLoggedIn.afterDays * DAY_MS)
    matched.push('neverLoggedIn')
  if (inactive && lastLoginAt !== null && lastLoginAt <= now - inactive.afterDays * DAY_MS)
    matched.push('inactive')
  return matched
}

/** Never below 0: a login known by its date alone counts to the end of that day, which may still lie ahead. */
function wholeDays(ms: number): number {
  return Math.max(0, Math.floor(ms / DAY_MS))
}

function includesIgnoringCase(list: readonly string[], value: string | undefined): boolean {
  return value !== undefined && list.some(item => item.toLowerCase() === value)
}
