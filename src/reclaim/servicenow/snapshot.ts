import type { SysId } from '../ids.ts'
import type { Snapshot } from '../ports.ts'
import { holderOf } from './belongings.ts'
import type { Client, Row } from './client.ts'
import { readAccount, refuseHidden } from './inspect.ts'
import { type Read, type ReadRow, readAll, readOnePage } from './keyset.ts'

/**
 * Columns of `sys_user` that help to make the person again or to see why they were taken for gone (ServiceNow docs,
 * Create a user; columns of a developer instance). Named one by one, so that neither passwords nor pictures can come
 * along; a column that the instance lacks is simply missing.
 */
const ACCOUNT = [
  ...['user_name', 'name', 'first_name', 'middle_name', 'last_name', 'introduction', 'email'],
  ...['employee_number', 'title', 'department', 'manager', 'company', 'cost_center', 'building', 'location'],
  ...['phone', 'home_phone', 'mobile_phone', 'street', 'city', 'state', 'zip', 'country'],
  ...['time_zone', 'time_format', 'date_format', 'preferred_language', 'schedule', 'default_perspective'],
  ...['notification', 'calendar_integration', 'vip', 'active', 'locked_out', 'password_needs_reset'],
  ...['enable_multifactor_authn', 'web_service_access_only', 'internal_integration_user', 'identity_type'],
  ...['source', 'ldap_server', 'sys_class_name', 'sys_domain', 'sys_domain_path', 'last_login'],
  ...['last_login_time', 'sys_created_on', 'sys_created_by', 'sys_updated_on', 'sys_updated_by'],
] as const
const ROLE = ['user', 'role', 'role.name', 'inherited', 'state', 'granted_by'] as const
const MEMBERSHIP = ['user', 'group', 'group.name'] as const

/**
 * Everything about one account that may help to explain or restore it.
 * @param pageSize rows per request; more than that are read page by page, which sorts and compares by `sys_id`
 * @throws Error with a readable sentence where the account or a row of its is gone or hidden, a table is refused, or rows come back
 * that are not this account's
 */
export async function takeSnapshot(client: Client, id: SysId, pageSize: number): Promise<Snapshot> {
  const account = await readAccount(client, id, ACCOUNT)
  if (account === undefined)
    throw new Error('The account is gone from ServiceNow, so nothing of it can be kept.')
  const roles = await rowsOf(client, id, 'sys_user_has_role', ROLE, pageSize)
  const groups = await rowsOf(client, id, 'sys_user_grmember', MEMBERSHIP, pageSize)
  return {
    account: only(ACCOUNT, account),
    roles: roles.map(row => only(ROLE, row)),
    groups: groups.map(row => only(MEMBERSHIP, row)),
  }
}

async function rowsOf(
  client: Client,
  id: SysId,
  table: string,
  fields: readonly string[],
  pageSize: number,
): Promise<readonly Row[]> {
  const read: Read = { table, conditions: [{ field: 'user', values: [id] }], fields }
  const rows: Row[] = []
  const keep = ({ row }: ReadRow) => {
    // A row that does not say whose it is may be anybody's.
    holderOf(table, row)
    rows.push(row)
  }
  // One page needs no sorting, so it may be read where an instance allows no more than that.
  const page = await readOnePage(client, read, pageSize)
  page?.rows.forEach(keep)
  refuseHidden(client, table, page ? page.hidden : await readAll(client, read, pageSize, keep))
  return rows
}

/** What was asked for and nothing else, even of an instance that ignores `sysparm_fields`: it would send the password. */
function only(fields: readonly string[], row: Row): Row {
  const wanted: { sys_id: SysId; [field: string]: string } = { sys_id: row.sys_id }
  for (const field of fields) {
    const value = row[field]
    if (value !== undefined) wanted[field] = value
  }
  return wanted
}
