import { isSysId, type SysId } from '../ids.ts'
import type { Row } from './client.ts'
import type { Read, ReadRow } from './keyset.ts'
import type { Condition } from './query.ts'

/** What accounts hold, roles or memberships: names by account, and whose rows could not be read for certain. */
export type Belongings = {
  readonly names: Map<SysId, Set<string>>
  readonly doubtful: Set<SysId>
}

/** To be filled by {@link addRole} or {@link addGroup}. */
export function noBelongings(): Belongings {
  return { names: new Map(), doubtful: new Set() }
}

const ACTIVE_USER: Condition = { field: 'user.active', values: ['true'] }

/**
 * Rows of `sys_user_has_role`, inherited roles among them (ServiceNow docs, Assign a role to a user).
 * @param of one account; left out = all active accounts
 * @param more further fields of each row
 */
export function rolesRead(names: readonly string[], of?: SysId, more: readonly string[] = []): Read {
  return {
    table: 'sys_user_has_role',
    conditions: [{ field: 'role.name', values: names }, of ? one(of) : ACTIVE_USER],
    fields: ['user', 'state', ...more],
  }
}

/** Rows of `sys_user_grmember`. @param of one account; left out = everybody */
export function groupsRead(names: readonly string[], of?: SysId): Read {
  return {
    table: 'sys_user_grmember',
    conditions: [{ field: 'group.name', values: names }, ...(of ? [one(of)] : [])],
    fields: ['user'],
  }
}

const one = (id: SysId): Condition => ({ field: 'user', values: [id] })

/** Adds one row to what its holder has; a role that is requested or pending only is not held. */
export function addRole(to: Belongings, holder: SysId, { row, doubtful }: ReadRow): void {
  const { state } = row
  if (doubtful || state === undefined) to.doubtful.add(holder)
  if (state === undefined || state === '' || state === 'active') addName(to, holder, row['role.name'])
}

/** Adds one membership to what its holder has. */
export function addGroup(to: Belongings, holder: SysId, { row, doubtful }: ReadRow): void {
  if (doubtful) to.doubtful.add(holder)
  addName(to, holder, row['group.name'])
}

function addName({ names }: Belongings, holder: SysId, name: string | undefined): void {
  const held = names.get(holder) ?? new Set()
  if (name !== undefined) held.add(name)
  names.set(holder, held)
}

/**
 * Whose row it is.
 * @throws Error when that cannot be read: a role or a membership that belongs to nobody knows whom may protect anybody
 */
export function holderOf(table: string, row: Row): SysId {
  const { user } = row
  if (user === undefined || !isSysId(user))
    throw new Error(
      `ServiceNow did not say whose rows of ${table} these are (field user); nothing of it is used. Give the account the right to read this field.`,
    )
  return user
}
