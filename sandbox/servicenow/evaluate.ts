import type { Database } from './database.ts'
import type { Column, Dictionary, Row, TableName } from './dictionary.ts'
import type { Operator, Order, Query, Term } from './query.ts'
import { displayValue, readPath, resolvePath } from './walk.ts'

/**
 * Whether a row matches a query whose broken terms have already been dealt with. Empty values match `!=`,
 * `NOT IN` and `NOT LIKE` and never `<`, `>` or `BETWEEN` (ServiceNow docs, Operators available for filters and
 * queries: "is not" includes empty values; SQL comparison with NULL).
 */
export function matches(
  dictionary: Dictionary,
  database: Database,
  table: TableName,
  query: Query,
  row: Row,
): boolean {
  const holds = (term: Term) =>
    !('broken' in term) &&
    compare(
      term.operator,
      readPath(dictionary, database, table, row, term.field),
      term.value,
      resolvePath(dictionary, table, term.field)?.column ?? 'text',
    )
  return query.groups.some(group => group.every(either => either.some(holds)))
}

function compare(operator: Operator, actual: string, wanted: string, column: Column): boolean {
  const order = () => compareValues(actual, wanted, column)
  switch (operator) {
    case '=':
      return actual === wanted
    case '!=':
      return actual !== wanted
    case 'IN':
      return wanted.split(',').includes(actual)
    case 'NOT IN':
      return !wanted.split(',').includes(actual)
    case 'ISEMPTY':
    case 'EMPTYSTRING':
      return actual === ''
    case 'ISNOTEMPTY':
      return actual !== ''
    case 'ANYTHING':
      return true
    case 'NOT LIKE':
      return !actual.includes(wanted)
    default:
      return actual !== '' && compareRange(operator, actual, wanted, column, order())
  }
}

function compareRange(
  operator: Operator,
  actual: string,
  wanted: string,
  column: Column,
  order: number,
): boolean {
  const [low = '', high = ''] = wanted.split('@')
  switch (operator) {
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case 'LIKE':
      return actual.includes(wanted)
    case 'STARTSWITH':
      return actual.startsWith(wanted)
    case 'ENDSWITH':
      return actual.endsWith(wanted)
    default:
      return compareValues(actual, low, column) >= 0 && compareValues(actual, high, column) <= 0
  }
}

function compareValues(a: string, b: string, column: Column): number {
  if (column === 'integer' && a !== '' && b !== '') return Number(a) - Number(b)
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Rows in the order asked for. Rows that the order does not tell apart, all of them if there is none, come in an
 * order that differs from request to request: ServiceNow promises none, so a client that pages by a column that
 * is not unique sees rows twice or never. References are ordered by what a person sees.
 * @param shuffle any number; the same number gives the same order of ties
 */
export function sortRows(
  dictionary: Dictionary,
  database: Database,
  table: TableName,
  orders: readonly Order[],
  rows: readonly Row[],
  shuffle: number,
): Row[] {
  const key = (row: Row, field: string, column: Column) =>
    displayValue(dictionary, database, column, readPath(dictionary, database, table, row, field))
  const ranked = rows.map(row => ({
    row,
    rank: rank(row.sys_id, shuffle),
    keys: orders.map(({ field, descending }) => {
      const column = resolvePath(dictionary, table, field)?.column ?? 'text'
      return { value: key(row, field, column), column, sign: descending ? -1 : 1 }
    }),
  }))
  ranked.sort((a, b) => {
    for (const [index, { value, column, sign }] of a.keys.entries()) {
      const order = compareValues(value, b.keys[index]?.value ?? '', column) * sign
      if (order !== 0) return order
    }
    return a.rank - b.rank
  })
  return ranked.map(({ row }) => row)
}

function rank(sysId: string, shuffle: number): number {
  let hash = (2166136261 ^ Math.imul(shuffle, 2654435761)) >>> 0
  for (let at = 0; at < sysId.length; at += 1) {
    hash = Math.imul(hash ^ sysId.charCodeAt(at), 16777619) >>> 0
  }
  return Math.imul(hash ^ (hash >>> 15), 2246822519) >>> 0
}
