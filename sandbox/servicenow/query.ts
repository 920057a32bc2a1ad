/** Longest first, so that `ISEMPTY` is not read as something shorter. */
const OPERATORS = [
  'ISNOTEMPTY',
  'EMPTYSTRING',
  'STARTSWITH',
  'ENDSWITH',
  'NOT LIKE',
  'ANYTHING',
  'BETWEEN',
  'ISEMPTY',
  'NOT IN',
  'LIKE',
  'IN',
  '!=',
  '>=',
  '<=',
  '=',
  '>',
  '<',
] as const

export type Operator = (typeof OPERATORS)[number]

/** One condition, `field`, `operator`, `value`; text that is no condition at all is `broken`. */
export type Term =
  | { readonly field: string; readonly operator: Operator; readonly value: string }
  | { readonly broken: string }

/** Conditions joined by `^OR`. */
type Either = readonly Term[]
/** Everything between two `^NQ`: alternatives joined by `^`. */
type Group = readonly Either[]
export type Order = { readonly field: string; readonly descending: boolean }

export type Query = {
  /** A row matches if it matches one group; each group at least one entry long, `[[]]` matches all. */
  readonly groups: readonly Group[]
  readonly orders: readonly Order[]
}

/**
 * Reads an encoded query. `^` is AND, `^OR` binds to the condition before it, `^NQ` starts an alternative to
 * everything before it, `^ORDERBY`/`^ORDERBYDESC` may stand anywhere, `^EQ` ends a query copied out of a list,
 * `^^` is a literal `^` (ServiceNow docs, Encoded query strings; Operators available for filters and queries;
 * GlideStringUtil.escapeQueryTermSeparator). Never fails: what it cannot read comes back as a broken term.
 */
export function parseQuery(encoded: string): Query {
  const groups: Term[][][] = [[]]
  const orders: Order[] = []
  for (const part of split(encoded)) {
    const group = groups.at(-1) ?? []
    if (part.text === '' || part.text === 'EQ') continue
    const order = /^ORDERBY(DESC)?(.*)$/.exec(part.text)
    if (order) orders.push({ field: order[2] ?? '', descending: order[1] !== undefined })
    else if (part.joined && part.text.startsWith('NQ')) groups.push([[readTerm(part.text.slice(2))]])
    else if (part.joined && part.text.startsWith('OR') && group.length > 0) {
      group.at(-1)?.push(readTerm(part.text.slice(2)))
    } else group.push([readTerm(part.text)])
  }
  return { groups, orders }
}

function split(encoded: string): { text: string; joined: boolean }[] {
  const parts = [{ text: '', joined: false }]
  for (let at = 0; at < encoded.length; at += 1) {
    const last = parts.at(-1)
    const character = encoded.charAt(at)
    if (character !== '^') {
      if (last) last.text += character
    } else if (encoded.charAt(at + 1) === '^') {
      if (last) last.text += '^'
      at += 1
    } else parts.push({ text: '', joined: true })
  }
  return parts
}

// Column names are lower case and case-sensitive (ServiceNow docs, Table API: sysparm_query), operators upper case.
function readTerm(text: string): Term {
  const field = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*/.exec(text)?.[0]
  const rest = field === undefined ? '' : text.slice(field.length)
  const operator = OPERATORS.find(candidate => rest.startsWith(candidate))
  if (field === undefined || operator === undefined) return { broken: text }
  return { field, operator, value: rest.slice(operator.length) }
}
