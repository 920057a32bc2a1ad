import type { SysId } from '../ids.ts'
import type { Inspection } from '../ports.ts'
import { accountFields, toAccount } from './account-row.ts'
import type { PolicyNames } from './accounts.ts'
import { addGroup, addRole, type Belongings, groupsRead, noBelongings, rolesRead } from './belongings.ts'
import type { Client, Row } from './client.ts'
import { type Read, type ReadRow, readFew } from './keyset.ts'
import { readManagers } from './managers.ts'
import { batches } from './query.ts'

/**
 * Looks at one account, exactly and uncached.
 * @param departments names of the excluded departments by sys_id
 * @throws Error with a readable sentence, also where the instance counts the account, or rows that concern it, but hides them
 */
export async function inspectAccount(
  client: Client,
  id: SysId,
  names: PolicyNames,
  departments: ReadonlyMap<string, string>,
): Promise<Inspection> {
  const row = await readAccount(client, id, accountFields(''))
  if (row === undefined) return { kind: 'gone' }

  const roles = noBelongings()
  for (const part of batches([...names.licensedRoles, ...names.otherRoles]))
    await collect(client, rolesRead(part, id), found => addRole(roles, id, found))
  const groups = noBelongings()
  for (const part of batches(names.groups))
    await collect(client, groupsRead(part, id), found => addGroup(groups, id, found))

  const held = (of: Belongings) => of.names.get(id) ?? []
  const doubtful = roles.doubtful.has(id) || groups.doubtful.has(id)
  const account = toAccount(id, row, '', { roles: held(roles), groups: held(groups), departments, doubtful })
  const managers = account.manager ? await readManagers(client, [account.manager]) : undefined
  return { kind: 'found', account, manager: (account.manager && managers?.get(account.manager)) ?? null }
}

/**
 * The row of one account. An instance counts rows before it hides them (ServiceNow docs, Table API: X-Total-Count): that tells hidden from gone.
 * @returns `undefined` only if the list counts no such row, and a look at the record itself finds none either
 * @throws Error with a readable sentence, also where the account exists but is hidden
 */
export async function readAccount(
  client: Client,
  id: SysId,
  fields: readonly string[],
): Promise<Row | undefined> {
  const { rows, hidden } = await readFew(client, {
    table: 'sys_user',
    conditions: [{ field: 'sys_id', values: [id] }],
    fields,
  })
  const [found] = rows
  if (found) return found.row
  if (hidden > 0)
    throw new Error(
      `The account still exists in ServiceNow, but the ${client.label.name} may not see it. Give it a role that may read sys_user.`,
    )
  if (await client.exists('sys_user', id))
    throw new Error(
      'ServiceNow contradicts itself: a list does not have the account, a look at the record finds it. The bot looks again later.',
    )
  return undefined
}

async function collect(client: Client, read: Read, each: (row: ReadRow) => void): Promise<void> {
  const { rows, hidden } = await readFew(client, read)
  refuseHidden(client, read.table, hidden)
  rows.forEach(each)
}

/** @throws Error when rows that concern an account were counted, but not shown */
export function refuseHidden(client: Client, table: string, hidden: number): void {
  if (hidden === 0) return
  throw new Error(
    `ServiceNow hides rows of ${table} that concern this account from the ${client.label.name}, so it can neither be judged nor kept whole. Give it a role that may read all of ${table}.`,
  )
}
