import type { Row } from './client.ts'

/** `field` holds one of `values`. Conditions are joined by AND; there is nothing else the bot ever asks. */
export type Condition = { readonly field: string; readonly values: readonly string[] }

/** How a row stands to the conditions it was asked for by. */
export type Match = 'meant' | 'unknown' | 'near'

/** Ids and names per query, in encoded characters; with the fields named a URL stays below 2000. */
const VALUES_BUDGET = 1000

/** The encoded query (ServiceNow docs, Encoded query strings). */
export function encode(conditions: readonly Condition[]): string {
  return conditions
    .map(({ field, values }) =>
      values.length === 1 ? `${field}=${values[0]}` : `${field}IN${values.join(',')}`,
    )
    .join('^')
}

/**
 * Whether a row is one that was asked for. An instance leaves out what it does not understand of a query, or what
 * the account may not query, and answers with the rest (ServiceNow docs, Table API: sysparm_query; KB3088826).
 * @returns `unknown` when a field of a condition is missing in the row; `near` when it differs in case only, which is
 * another name but which the database of an instance may take for the same
 * @throws Error when a field holds something else: then the whole answer is worth nothing
 */
export function recheck(table: string, conditions: readonly Condition[], row: Row): Match {
  let match: Match = 'meant'
  for (const { field, values } of conditions) {
    const value = row[field]
    if (value === undefined) match = 'unknown'
    else if (values.includes(value)) continue
    else if (values.some(wanted => wanted.toLowerCase() === value.toLowerCase())) return 'near'
    else
      throw new Error(
        `ServiceNow ignored part of a query (${table}: the condition on ${field}) and returned rows that nobody asked for. Nothing of it is used; give the account the right to query this field (operations query_match and query_range).`,
      )
  }
  return match
}

/** The fields to ask for, those of the conditions included. */
export function withConditionFields(fields: readonly string[], conditions: readonly Condition[]): string[] {
  return [...new Set(['sys_id', ...fields, ...conditions.map(({ field }) => field)])]
}

/** Splits values so that each part fits into one query; no values, no parts. */
export function batches<Value extends string>(values: Iterable<Value>): Value[][] {
  const parts: Value[][] = []
  let left = 0
  for (const value of new Set(values)) {
    const size = encodeURIComponent(`${value},`).length
    const last = parts.at(-1)
    if (last && size <= left) last.push(value)
    else {
      parts.push([value])
      left = VALUES_BUDGET
    }
    left -= size
  }
  return parts
}

/**
 * Names from the settings that will stand in a query.
 * @throws Error naming those that cannot: `^` joins conditions, `,` joins values, `javascript:` is run on the server
 * (ServiceNow docs, Encoded query strings).
 */
export function refuseUnsafeNames(names: Iterable<string>): void {
  const unsafe = [...new Set(names)].filter(
    name => name === '' || /[\^,\r\n]|^javascript:/i.test(name) || name !== name.trim(),
  )
  if (unsafe.length > 0)
    throw new Error(
      `These names of roles, groups or departments cannot be looked up in ServiceNow: ${unsafe.map(name => JSON.stringify(name)).join(', ')}. ` +
        'A name may hold neither ^ nor a comma nor a line break, must not begin with javascript:, begin or end with a space, or be empty; rename it in ServiceNow or leave it out of reclaim.yml.',
    )
}
