import type { Account } from '../candidate.ts'
import type { SysId } from '../ids.ts'
import type { AccountScan } from '../ports.ts'
import { accountFields, toAccount } from './account-row.ts'
import {
  addGroup,
  addRole,
  type Belongings,
  groupsRead,
  holderOf,
  noBelongings,
  rolesRead,
} from './belongings.ts'
import type { Client, Row } from './client.ts'
import { type Read, type ReadRow, readAll } from './keyset.ts'
import { batches } from './query.ts'

/** Names as ServiceNow stores them. */
export type PolicyNames = {
  /** Roles that take up a licence; none = every active account does. */
  readonly licensedRoles: readonly string[]
  /** Excluded and always protected roles. */
  readonly otherRoles: readonly string[]
  readonly groups: readonly string[]
  readonly departments: readonly string[]
}

/**
 * Reads all licensed, active accounts. An account of whose rows a part could not be read is returned with
 * `active: undefined`, licensed or not, so that it counts as unknown.
 * @param departments names of the excluded departments by sys_id
 * @throws Error with a readable sentence; never returns a part
 */
export async function scanAccounts(
  client: Client,
  names: PolicyNames,
  departments: ReadonlyMap<string, string>,
  pageSize: number,
): Promise<AccountScan> {
  let hidden = 0
  const readRows = async (read: Read, each: (row: ReadRow) => void) => {
    hidden += await readAll(client, read, pageSize, each)
  }
  const roles = noBelongings()
  const groups = noBelongings()
  const people = await (names.licensedRoles.length > 0
    ? readHolders(names, roles, readRows)
    : readEverybody(names, roles, readRows))
  for (const part of batches(names.groups)) {
    const read = groupsRead(part)
    await readRows(read, found => {
      // A membership whose user was deleted is left behind with an empty reference.
      if (found.row.user !== '') addGroup(groups, holderOf(read.table, found.row), found)
    })
  }

  const accounts: Account[] = []
  for (const [id, { row, prefix, doubtful: ofRow }] of people) {
    const held = roles.names.get(id) ?? new Set()
    const doubtful = ofRow || roles.doubtful.has(id) || groups.doubtful.has(id)
    const licensed = names.licensedRoles.length === 0 || names.licensedRoles.some(role => held.has(role))
    if (!licensed && !doubtful) continue
    const around = { roles: held, groups: groups.names.get(id) ?? [], departments, doubtful }
    accounts.push(toAccount(id, row, prefix, around))
  }
  return { accounts, hidden }
}

type Person = { readonly row: Row; readonly prefix: '' | 'user.'; readonly doubtful: boolean }
type People = Map<SysId, Person>
type ReadRows = (read: Read, each: (row: ReadRow) => void) => Promise<void>

/** The accounts that hold a role of the policy, by way of the rows that give them the role. */
async function readHolders(names: PolicyNames, roles: Belongings, readRows: ReadRows): Promise<People> {
  const people: People = new Map()
  for (const part of batches([...names.licensedRoles, ...names.otherRoles])) {
    const read = rolesRead(part, undefined, accountFields('user.'))
    await readRows(read, found => {
      const id = holderOf(read.table, found.row)
      people.set(id, { row: found.row, prefix: 'user.', doubtful: false })
      addRole(roles, id, found)
    })
  }
  if (people.size === 0) throw nobodyShown('sys_user_has_role')
  return people
}

/** All active accounts, and the roles of the policy that some of them hold. */
async function readEverybody(names: PolicyNames, roles: Belongings, readRows: ReadRows): Promise<People> {
  const people: People = new Map()
  const everybody: Read = {
    table: 'sys_user',
    conditions: [{ field: 'active', values: ['true'] }],
    fields: accountFields(''),
  }
  await readRows(everybody, ({ row, doubtful }) => people.set(row.sys_id, { row, prefix: '', doubtful }))
  if (people.size === 0) throw nobodyShown('sys_user')
  for (const part of batches(names.otherRoles)) {
    const read = rolesRead(part)
    await readRows(read, found => addRole(roles, holderOf(read.table, found.row), found))
  }
  return people
}

// Every instance has an administrator, whose role is among those asked for, and the scanning account is active.
function nobodyShown(table: string): Error {
  return new Error(
    `ServiceNow showed not one active account (${table}), not even an administrator, so the scanning account cannot see what it must. Give it a role that may read and query ${table}.`,
  )
}
