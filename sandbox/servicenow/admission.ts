import { fromDateTime } from './dates.ts'
import type { Dictionary, TableName } from './dictionary.ts'
import type { Operator, Order, Query, Term } from './query.ts'
import type { QueryVerdict, Settings } from './settings.ts'
import { resolvePath } from './walk.ts'

const MATCH_OPERATORS: readonly Operator[] = [
  '=',
  '!=',
  'IN',
  'NOT IN',
  'ISEMPTY',
  'ISNOTEMPTY',
  'EMPTYSTRING',
  'ANYTHING',
]

/** What becomes of a query: run (perhaps without some of its parts), refused, or answered with no rows. */
export type Admission = { readonly query: Query } | 'forbidden' | 'no_rows'

/**
 * Decides what the instance makes of a query. The deadly default: a part that is invalid is left out without a
 * word and the rest is run, so a mistyped filter returns the whole table ("the instance ignores the invalid
 * part", ServiceNow docs, Table API: sysparm_query); a range condition the caller may not use can go the same
 * way (ServiceNow KB3088826).
 * @param hidden whether the caller may not read this column
 */
export function admitQuery(
  dictionary: Dictionary,
  settings: Settings,
  table: TableName,
  query: Query,
  hidden: (table: TableName, column: string) => boolean,
): Admission {
  const verdictOn = (field: string, ranged: boolean, valid: boolean): QueryVerdict | undefined => {
    const end = resolvePath(dictionary, table, field)
    if (!end || !valid || hidden(end.table, end.name)) return settings.invalidQuery
    const denied = settings.rangeDenied
    const covered = denied?.columns?.includes(`${end.table}.${end.name}`) ?? true
    return ranged && denied && covered ? denied.verdict : undefined
  }
  const ofTerm = (term: Term) =>
    'broken' in term
      ? settings.invalidQuery
      : verdictOn(
          term.field,
          !MATCH_OPERATORS.includes(term.operator),
          readable(dictionary, table, term.field, term.operator, term.value),
        )
  const ofOrder = (order: Order) => verdictOn(order.field, true, true)

  const verdicts = [...query.groups.flat(2).map(ofTerm), ...query.orders.map(ofOrder)]
  if (verdicts.includes('forbid')) return 'forbidden'
  if (verdicts.includes('no_rows')) return 'no_rows'
  return {
    query: {
      groups: query.groups.map(group =>
        group
          .map(either => either.filter(term => ofTerm(term) === undefined))
          .filter(either => either.length > 0),
      ),
      orders: query.orders.filter(order => ofOrder(order) === undefined),
    },
  }
}

/** A value that cannot be one of its column makes the condition invalid; so does code, which is not run here. */
function readable(
  dictionary: Dictionary,
  table: TableName,
  field: string,
  operator: Operator,
  value: string,
): boolean {
  if (value.startsWith('javascript:')) return false
  const bounds = operator === 'BETWEEN' ? value.split('@') : [value]
  if (operator === 'BETWEEN' && bounds.length !== 2) return false
  if (!['>', '>=', '<', '<=', 'BETWEEN'].includes(operator)) return true
  const column = resolvePath(dictionary, table, field)?.column
  if (column === 'date' || column === 'date-time') {
    return bounds.every(bound => fromDateTime(bound) !== undefined)
  }
  if (column === 'integer') return bounds.every(bound => /^-?\d+$/.test(bound))
  return bounds.every(bound => bound !== '')
}
