import type { Database } from './database.ts'
import { toDate, toDateTime } from './dates.ts'
import type { Dictionary, Row, TableName } from './dictionary.ts'

/** The live data, changed as a person in ServiceNow would: no access rules, no faults, no journal. */
export type Tables = {
  rows(table: TableName): readonly Row[]
  find(table: TableName, sysId: string): Row | undefined
  /** @throws if a column is unknown */
  insert(table: TableName, fields: Readonly<Record<string, string>>): Row
  /** @throws if the row or a column is unknown */
  update(table: TableName, sysId: string, fields: Readonly<Record<string, string>>): Row
  /** Deletes with all delete rules of references. @throws if the row is unknown */
  remove(table: TableName, sysId: string): void
  /** An interactive login of a user. @param at epoch milliseconds @throws if the user is unknown */
  login(userSysId: string, at: number): void
}

/** The hands of a person in ServiceNow, for tests and demos. */
export function createTables(dictionary: Dictionary, database: Database): Tables {
  const checkColumns = (table: TableName, fields: object) => {
    const unknown = Object.keys(fields).find(name => dictionary.column(table, name) === undefined)
    if (unknown)
      throw new Error(`The table ${table} has no column "${unknown}": give it to a seeded row first.`)
  }
  const demand = (table: TableName, sysId: string, done: unknown) => {
    if (!done) throw new Error(`The table ${table} has no row ${sysId}.`)
  }
  return {
    rows: database.rows,
    find: database.find,
    insert(table, fields) {
      checkColumns(table, fields)
      return database.insert(table, fields, 'admin')
    },
    update(table, sysId, fields) {
      checkColumns(table, fields)
      const row = database.update(table, sysId, fields, 'admin')
      if (!row) throw new Error(`The table ${table} has no row ${sysId}.`)
      return row
    },
    remove: (table, sysId) => demand(table, sysId, database.remove(table, sysId)),
    login(userSysId, at) {
      demand('sys_user', userSysId, database.find('sys_user', userSysId))
      const fields = { last_login_time: toDateTime(at), last_login: toDate(at), failed_attempts: '0' }
      database.touch('sys_user', userSysId, fields)
    },
  }
}
