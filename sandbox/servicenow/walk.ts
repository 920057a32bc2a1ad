import type { Database } from './database.ts'
import type { Column, Dictionary, Row, TableName } from './dictionary.ts'

/** Where a dotted path such as `user.manager.email` ends. */
export type PathEnd = { readonly table: TableName; readonly name: string; readonly column: Column }

/**
 * Finds the column at the end of a dotted path; `undefined` if a step is no column or no reference to a table
 * that is simulated. Paths may be of any depth ("dot-walking", ServiceNow docs, Table API).
 */
export function resolvePath(dictionary: Dictionary, table: TableName, path: string): PathEnd | undefined {
  const [name = '', ...rest] = path.split('.')
  const column = dictionary.column(table, name)
  if (!column) return undefined
  if (rest.length === 0) return { table, name, column }
  if (typeof column !== 'object' || !dictionary.isTable(column.reference)) return undefined
  return resolvePath(dictionary, column.reference, rest.join('.'))
}

/**
 * The value at the end of a dotted path; `''` where the path does not exist or leads through an empty or
 * dangling reference.
 */
export function readPath(
  dictionary: Dictionary,
  database: Database,
  table: TableName,
  row: Row,
  path: string,
): string {
  const dot = path.indexOf('.')
  if (dot < 0) return row[path] ?? ''
  const name = path.slice(0, dot)
  const column = dictionary.column(table, name)
  if (typeof column !== 'object' || !dictionary.isTable(column.reference)) return ''
  const next = database.find(column.reference, row[name] ?? '')
  return next ? readPath(dictionary, database, column.reference, next, path.slice(dot + 1)) : ''
}

/**
 * What a person sees instead of a value: the name of the row that a reference points to, else the value itself.
 */
export function displayValue(
  dictionary: Dictionary,
  database: Database,
  column: Column,
  value: string,
): string {
  if (typeof column !== 'object' || !dictionary.isTable(column.reference)) return value
  const target = database.find(column.reference, value)
  return target?.[dictionary.displayColumn(column.reference)] ?? value
}
