import { admitQuery } from './admission.ts'
import { json, noRecord, queryRefusal } from './answers.ts'
import type { Row } from './dictionary.ts'
import { matches, sortRows } from './evaluate.ts'
import type { Call, Instance, Result } from './instance.ts'
import { linkHeader, readWindow } from './paging.ts'
import { type Order, parseQuery } from './query.ts'
import { type RecordStyle, renderRecord } from './record.ts'
import { visibilityOf } from './visibility.ts'

/**
 * `GET /api/now/table/{table}`. Filter, order, offset and limit come first, the caller's access rules after them:
 * a page may be short or empty while more rows follow, and `X-Total-Count` counts the hidden ones too
 * (ServiceNow docs, Table API: sysparm_limit; KB0546297).
 */
export function listRecords(instance: Instance, call: Call): Result {
  const found = select(instance, call)
  if (found === 'forbidden') return { answer: queryRefusal(), committed: false }
  const { params } = call.request
  const window = readWindow(params)
  const sorted = sortRows(
    instance.dictionary,
    instance.database,
    call.table,
    found.orders,
    found.rows,
    instance.nextShuffle(),
  )
  const visibility = visibilityOf(instance.dictionary, instance.database, call.caller.account)
  const page = sorted
    .slice(window.offset, window.offset + window.limit)
    .filter(row => !visibility.hidesRow(call.table, row))
  // Version 1 has no empty list (ServiceNow docs, Table API).
  if (page.length === 0 && call.version === '/v1') return { answer: noRecord(), committed: false }

  const style = recordStyle(instance, call)
  const result = page.map(row => renderRecord(instance.dictionary, instance.database, call.table, row, style))
  return { answer: json(200, { result }, countHeaders(instance, call, found.rows.length)), committed: false }
}

function countHeaders(instance: Instance, call: Call, total: number): Record<string, string> {
  const { params, path } = call.request
  if (params.get('sysparm_no_count') === 'true') return {}
  const suppressed = params.get('sysparm_suppress_pagination_header') === 'true'
  const link = suppressed
    ? undefined
    : linkHeader(`${instance.url}${path}`, params, readWindow(params), total)
  return { ...(link !== undefined && { Link: link }), 'X-Total-Count': String(total) }
}

/**
 * `GET /api/now/stats/{table}?sysparm_count=true`. The count is text and, like `X-Total-Count`, knows nothing of
 * hidden rows.
 */
export function countRecords(instance: Instance, call: Call): Result {
  const found = select(instance, call)
  if (found === 'forbidden') return { answer: queryRefusal(), committed: false }
  const counted = call.request.params.get('sysparm_count') === 'true'
  const stats = counted ? { count: String(found.rows.length) } : {}
  return { answer: json(200, { result: { stats } }), committed: false }
}

type Selection = { readonly rows: readonly Row[]; readonly orders: readonly Order[] }

function select(instance: Instance, call: Call): Selection | 'forbidden' {
  const { dictionary, database, settings } = instance
  const visibility = visibilityOf(dictionary, database, call.caller.account)
  const query = parseQuery(encodedQuery(call.request.params))
  const admission = admitQuery(dictionary, settings, call.table, query, visibility.hidesColumn)
  if (admission === 'forbidden') return 'forbidden'
  if (admission === 'no_rows') return { rows: [], orders: [] }
  const rows = database
    .rows(call.table)
    .filter(row => matches(dictionary, database, call.table, admission.query, row))
  return { rows, orders: admission.query.orders }
}

// Without sysparm_query every parameter that is none of the API's own is a condition `field=value`.
function encodedQuery(params: URLSearchParams): string {
  const pairs = [...params].filter(([name]) => !name.startsWith('sysparm_'))
  return (
    params.get('sysparm_query') ??
    pairs.map(([name, value]) => `${name}=${value.replaceAll('^', '^^')}`).join('^')
  )
}

/** How a call wants its rows, from its parameters. */
export function recordStyle(instance: Instance, call: Call): RecordStyle {
  const { params } = call.request
  const fields = params.get('sysparm_fields')
  const displayed = params.get('sysparm_display_value')
  return {
    fields: fields ? fields.split(',').map(field => field.trim()) : null,
    displayValue: displayed === 'true' || displayed === 'all' ? displayed : 'false',
    excludeReferenceLink: params.get('sysparm_exclude_reference_link') === 'true',
    tableUrl: `${instance.url}/api/now${call.version}/table`,
    hidden: visibilityOf(instance.dictionary, instance.database, call.caller.account).hidesColumn,
  }
}
