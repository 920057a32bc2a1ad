import type { Client } from './client.ts'
import { readFew } from './keyset.ts'
import { batches } from './query.ts'

/** Names that must exist on the instance: a misspelt exclusion would protect nobody. */
export type RequiredNames = {
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly departments: readonly string[]
}

const TABLES = [
  { kind: 'roles', one: 'role', table: 'sys_user_role' },
  { kind: 'groups', one: 'group', table: 'sys_user_group' },
  { kind: 'departments', one: 'department', table: 'cmn_department' },
] as const

/** @throws Error naming every role, group and department that does not exist or cannot be seen, in one sentence. */
export async function checkNames(client: Client, required: RequiredNames): Promise<void> {
  const missing: string[] = []
  for (const { kind, one, table } of TABLES) {
    const found = new Set((await namedRows(client, table, required[kind])).map(({ name }) => name))
    missing.push(...required[kind].filter(name => !found.has(name)).map(name => `${one} “${name}”`))
  }
  if (missing.length > 0)
    throw new Error(
      `ServiceNow does not have, or does not show to the ${client.label.name}: ${missing.join(', ')}. ` +
        'So nobody would be excluded by them and the run stops; correct the names in reclaim.yml (exclude), letter by letter.',
    )
}

/** The departments of these names by sys_id; several may bear one name. @throws Error when one of them is hidden */
export async function departmentsNamed(
  client: Client,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await namedRows(client, 'cmn_department', names)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

async function namedRows(
  client: Client,
  table: string,
  names: readonly string[],
): Promise<{ id: string; name: string }[]> {
  const found: { id: string; name: string }[] = []
  for (const values of batches(names)) {
    const { rows, hidden } = await readFew(client, {
      table,
      conditions: [{ field: 'name', values }],
      fields: [],
    })
    if (hidden > 0 || rows.some(({ doubtful }) => doubtful))
      throw new Error(
        `ServiceNow hides rows of ${table}, or their names, from the ${client.label.name}, so exclusions cannot be relied on. Give it a role that may read ${table}.`,
      )
    found.push(...rows.map(({ row }) => ({ id: row.sys_id, name: row.name ?? '' })))
  }
  return found
}
