import type { CandidateId, RunId, SysId } from './ids.ts'
import type { Standing } from './lifecycle.ts'

/** An account as ServiceNow showed it. `undefined` = could not be read (unknown); `null` or `''` = read, and empty. */
export type Account = {
  readonly sysId: SysId
  readonly userName: string | undefined
  readonly name: string | undefined
  readonly email: string | undefined
  readonly employeeNumber: string | undefined
  readonly active: boolean | undefined
  readonly webServiceAccessOnly: boolean | undefined
  readonly internalIntegrationUser: boolean | undefined
  readonly vip: boolean | undefined
  /** `''` where the instance has no such column (before the Australia release) or leaves it empty. */
  readonly identityType: string
  readonly className: string | undefined
  readonly createdAt: number | undefined
  /** The later of `last_login_time` and `last_login`; `null` = never logged in. */
  readonly lastLoginAt: number | null | undefined
  /** Name of the excluded department that it belongs to; `''` = none of those. */
  readonly department: string | undefined
  readonly manager: SysId | null | undefined
  /** Names of the roles it holds, among those that the policy names (licensed, excluded, always protected). */
  readonly roles: readonly string[]
  /** Names of the excluded groups that it is a member of. */
  readonly groups: readonly string[]
}

/** The person whom ServiceNow names as an account's manager. */
export type Manager = {
  readonly sysId: SysId
  readonly name: string
  readonly email: string
  readonly employeeNumber: string
  readonly active: boolean
}

/** The keys of `rules` in the settings. */
export type RuleName = 'inactiveInRoster' | 'neverLoggedIn' | 'inactive'

export type RosterStatus = 'active' | 'inactive' | 'missing' | 'unknown'

/** What may be done to an account. Only what is built is listed. */
export const ACTIONS = ['delete-account'] as const
export type Action = (typeof ACTIONS)[number]

/** One request to the Table API, exactly as it will be sent. */
export type Operation = {
  readonly method: 'DELETE'
  readonly table: 'sys_user'
  readonly sysId: SysId
  readonly body: null
}

/**
 * What a manager was shown and an approval is bound to; compared field by field at the last look.
 * Nothing that changes by itself (days idle, display name, department) belongs here.
 */
export type Facts = {
  readonly userName: string
  readonly email: string
  readonly employeeNumber: string
  readonly createdAt: number
  readonly lastLoginAt: number | null
  readonly roles: readonly string[]
  readonly rosterStatus: RosterStatus
}

/** Why an account is a candidate, as proposed: the facts, and what was derived from them on the day. */
export type Proposal = {
  readonly sysId: SysId
  readonly name: string
  readonly manager: Manager | null
  readonly rules: readonly RuleName[]
  readonly facts: Facts
  readonly daysIdle: number | null
  readonly licenses: readonly string[]
  readonly yearlySaving: number
  readonly operations: readonly Operation[]
}

/** An account that the bot proposed to reclaim, with where it stands now. */
export type Candidate = Proposal &
  Standing & {
    readonly id: CandidateId
    readonly runId: RunId
    /** The random value of this round's buttons; those of an older round change nothing. */
    readonly token: string
    readonly instance: string
    readonly action: Action
    readonly dryRun: boolean
    readonly proposedAt: number
    /** How often this account was proposed before and nobody decided. */
    readonly askedBefore: number
  }
