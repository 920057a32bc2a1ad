import { randomBytes } from 'node:crypto'
import { toDateTime } from './dates.ts'
import { type Dictionary, type Row, TABLE_NAMES, type TableName } from './dictionary.ts'

type Fields = Readonly<Record<string, string>>

/** Rows by table, as a seed gives them. */
export type SeedTables = Partial<Record<TableName, readonly Row[]>>

export type RowChange = {
  readonly kind: 'insert' | 'update' | 'delete'
  readonly table: TableName
  readonly sysId: string
}

export type Database = {
  rows(table: TableName): readonly Row[]
  find(table: TableName, sysId: string): Row | undefined
  insert(table: TableName, fields: Fields, by: string): Row
  /** Changes the given columns; an update that changes nothing leaves the row as it is. */
  update(table: TableName, sysId: string, fields: Fields, by: string): Row | undefined
  /** Changes columns without a trace in `sys_updated_*`, as a login does. */
  touch(table: TableName, sysId: string, fields: Fields): void
  /** Deletes a row and follows the delete rules of all references to it; false if there was none. */
  remove(table: TableName, sysId: string): boolean
  /** The first reference to this row among the columns named (`table.column`). */
  referredToBy(columns: readonly string[], table: TableName, sysId: string): string | undefined
}

/**
 * The instance's data, in memory.
 * @param now epoch milliseconds, for `sys_created_on` and `sys_updated_on`
 * @param changed called after each row that was inserted, updated or deleted
 * @throws if a seeded row has no valid sys_id or a sys_id occurs twice
 */
export function createDatabase(
  dictionary: Dictionary,
  seed: SeedTables,
  now: () => number,
  changed: (change: RowChange) => void,
): Database {
  const tables = new Map(TABLE_NAMES.map(table => [table, load(dictionary, table, seed[table] ?? [])]))
  const rowsOf = (table: TableName) => tables.get(table) ?? new Map<string, Row>()

  const put = (table: TableName, row: Row, kind: 'insert' | 'update') => {
    rowsOf(table).set(row.sys_id, row)
    changed({ kind, table, sysId: row.sys_id })
    return row
  }

  const database: Database = {
    rows: table => [...rowsOf(table).values()],
    find: (table, sysId) => rowsOf(table).get(sysId),
    insert(table, fields, by) {
      const at = toDateTime(now())
      const stamp = { sys_created_on: at, sys_created_by: by, sys_updated_on: at, sys_updated_by: by }
      const row = complete(dictionary, table, {
        sys_id: randomBytes(16).toString('hex'),
        sys_mod_count: '0',
        ...stamp,
        ...fields,
      })
      return put(table, row, 'insert')
    },
    update(table, sysId, fields, by) {
      const row = rowsOf(table).get(sysId)
      const wanted = { ...fields, ...(row && lockOut(table, row, fields)) }
      const changes = row && Object.entries(wanted).some(([name, value]) => row[name] !== value)
      return changes ? put(table, { ...row, ...wanted, ...updateStamp(row, by, now()) }, 'update') : row
    },
    touch(table, sysId, fields) {
      const row = rowsOf(table).get(sysId)
      if (row) put(table, { ...row, ...fields }, 'update')
    },
    remove(table, sysId) {
      const row = rowsOf(table).get(sysId)
      if (!row) return false
      rowsOf(table).delete(sysId)
      changed({ kind: 'delete', table, sysId })
      settleReferences(database, dictionary, table, sysId)
      if (table === 'sys_user_grmember') takeGroupRoles(database, row)
      return true
    },
    referredToBy: (columns, table, sysId) => findReferrer(database, dictionary, columns, table, sysId),
  }
  return database
}

function load(dictionary: Dictionary, table: TableName, seeded: readonly Row[]): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const row of seeded) {
    if (!/^[0-9a-f]{32}$/.test(row.sys_id)) {
      throw new Error(`The seed has a ${table} row whose sys_id is not 32 hex digits: "${row.sys_id}".`)
    }
    if (rows.has(row.sys_id)) throw new Error(`The seed has two ${table} rows with sys_id ${row.sys_id}.`)
    rows.set(row.sys_id, complete(dictionary, table, row))
  }
  return rows
}

function complete(dictionary: Dictionary, table: TableName, fields: Row): Row {
  const columns = dictionary.columns(table)
  return { ...Object.fromEntries(columns.map(name => [name, fields[name] ?? ''])), sys_id: fields.sys_id }
}

function updateStamp(row: Row, by: string, now: number): Fields {
  const sys_mod_count = String(Number(row.sys_mod_count) + 1)
  return { sys_updated_on: toDateTime(now), sys_updated_by: by, sys_mod_count }
}

// The business rule "Lock Out Inactive Users" (ServiceNow docs, Create a user).
function lockOut(table: TableName, row: Row, fields: Fields): Fields {
  const leaves = table === 'sys_user' && row.active === 'true' && fields.active === 'false'
  return leaves ? { locked_out: 'true' } : {}
}

function findReferrer(
  database: Database,
  dictionary: Dictionary,
  columns: readonly string[],
  table: TableName,
  sysId: string,
): string | undefined {
  const referrers = dictionary.referrers(table).filter(ref => columns.includes(`${ref.table}.${ref.column}`))
  const found = referrers.find(ref => database.rows(ref.table).some(row => row[ref.column] === sysId))
  return found && `${found.table}.${found.column}`
}

function settleReferences(database: Database, dictionary: Dictionary, table: TableName, sysId: string): void {
  for (const { table: from, column, onDelete } of dictionary.referrers(table)) {
    for (const row of database.rows(from).filter(candidate => candidate[column] === sysId)) {
      if (onDelete === 'delete') database.remove(from, row.sys_id)
      else database.update(from, row.sys_id, { [column]: '' }, 'system')
    }
  }
}

// Who leaves a group loses the roles that came from it ("You must remove the user from the group",
// ServiceNow docs, Assign a role to a user).
function takeGroupRoles(database: Database, membership: Row): void {
  for (const row of database.rows('sys_user_has_role')) {
    const fromGroup = row.inherited === 'true' && row.granted_by === membership.group
    if (fromGroup && row.user === membership.user) database.remove('sys_user_has_role', row.sys_id)
  }
}
