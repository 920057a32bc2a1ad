import type { Manager } from '../candidate.ts'
import type { SysId } from '../ids.ts'
import type { Client, Row } from './client.ts'
import { readFew } from './keyset.ts'
import { batches } from './query.ts'
import { flag } from './values.ts'

/** The people with these ids; who is gone, hidden, or cannot be read in full is left out: nobody is asked on a guess. */
export async function readManagers(
  client: Client,
  ids: readonly SysId[],
): Promise<ReadonlyMap<SysId, Manager>> {
  const managers = new Map<SysId, Manager>()
  for (const values of batches(ids)) {
    const { rows } = await readFew(client, {
      table: 'sys_user',
      conditions: [{ field: 'sys_id', values }],
      fields: ['name', 'email', 'employee_number', 'active'],
    })
    for (const { row } of rows) {
      const manager = toManager(row)
      if (manager) managers.set(row.sys_id, manager)
    }
  }
  return managers
}

function toManager(row: Row): Manager | undefined {
  const { name, email, employee_number: employeeNumber } = row
  const active = flag(row.active)
  if (name === undefined || email === undefined || employeeNumber === undefined || active === undefined)
    return undefined
  return { sysId: row.sys_id, name, email, employeeNumber, active }
}
