import type { Client, Page, Row } from './client.ts'
import { type Condition, encode, recheck, withConditionFields } from './query.ts'

export type Read = {
  readonly table: string
  readonly conditions: readonly Condition[]
  readonly fields: readonly string[]
}

/** `doubtful`: a field of a condition could not be read, so it is not certain that the row was meant. */
export type ReadRow = { readonly row: Row; readonly doubtful: boolean }

/** Above this share of rows hidden from the account, what is seen does not stand for the whole. */
const MAX_HIDDEN_SHARE = 0.2
const FEW = 1000

/**
 * Reads all rows that match, page by page behind the last `sys_id` seen, and hands each to `each` once.
 * The limit is applied before access rules (ServiceNow docs, Table API: sysparm_limit), so a short page is not the
 * last one and only an empty page ends the read; what the instance counts (`X-Total-Count`, before access rules)
 * tells how many rows were hidden. Nothing that `each` collected may be used if this throws.
 * @returns how many rows were hidden
 * @throws Error when the rows are not those asked for, when the order or the end cannot be trusted, or when too many
 * are hidden
 */
export async function readAll(
  client: Client,
  read: Read,
  pageSize: number,
  each: (row: ReadRow) => void,
): Promise<number> {
  const { table } = read
  let last = ''
  let shown = 0
  let hidden = 0
  let before: Page | undefined
  for (;;) {
    const page = await client.list({
      table,
      query: [
        encode(read.conditions),
        ...(last === '' ? [] : [`sys_id>${last}`]),
        // Without an order none is promised; sys_id is unique, so no row can fall between two pages.
        'ORDERBYsys_id',
      ].join('^'),
      fields: withConditionFields(read.fields, read.conditions),
      limit: pageSize,
    })
    hidden += hiddenBetween(before, page)
    if (page.rows.length === 0) {
      // All that is left fits into this page, and all of it is hidden: the end, unless there is more behind it.
      hidden += page.total ?? 0
      refuseMissing(client, read, page, before, pageSize)
      refuseHidden(client, table, hidden, shown)
      if (!before) await refuseUnsortable(client, read)
      return hidden
    }
    for (const row of page.rows) {
      if (row.sys_id <= last)
        throw new Error(
          `ServiceNow did not sort ${table} by sys_id as asked, so rows could be missed; nothing of it is used. Give the ${client.label.name} the right to sort and to compare this field (operation query_range).`,
        )
      last = row.sys_id
      const match = recheck(table, read.conditions, row)
      if (match !== 'near') each({ row, doubtful: match === 'unknown' })
    }
    shown += page.rows.length
    before = page
  }
}

/** Both counts begin behind the cursor, so their difference is what lay between the two cursors. */
function hiddenBetween(before: Page | undefined, page: Page): number {
  if (before?.total === undefined || page.total === undefined) return 0
  return Math.max(0, before.total - page.total - before.rows.length)
}

/** An empty page is the end only if nothing was counted beyond what the pages could show. */
function refuseMissing(
  client: Client,
  { table }: Read,
  end: Page,
  before: Page | undefined,
  pageSize: number,
): void {
  if ((end.total ?? 0) > pageSize) throw tooManyHidden(client, table)
  const expected = (before?.total ?? 0) - pageSize
  if (expected > 0)
    throw new Error(
      `ServiceNow counted ${expected} more rows in ${table} and then showed none of them; nothing of it is used. The bot tries again later.`,
    )
}

/** An instance may answer with no rows where the account may not sort (ServiceNow KB3088826): so ask without. */
async function refuseUnsortable(client: Client, read: Read): Promise<void> {
  const { table } = read
  const probe = await client.list({
    table,
    query: encode(read.conditions),
    fields: withConditionFields([], read.conditions),
    limit: 1,
  })
  if (probe.rows.length > 0 || (probe.total ?? 0) > 0)
    throw new Error(
      `ServiceNow shows no rows of ${table} as soon as they are to be sorted; nothing of it is used. Give the ${client.label.name} the right to sort (operation query_range on sys_id).`,
    )
}

function refuseHidden(client: Client, table: string, hidden: number, shown: number): void {
  if (hidden > (hidden + shown) * MAX_HIDDEN_SHARE) throw tooManyHidden(client, table)
}

function tooManyHidden(client: Client, table: string): Error {
  return new Error(
    `ServiceNow hides rows of ${table} from the ${client.label.name}, too many to judge anybody by the rest. Give it a role that may read all of ${table}.`,
  )
}

/**
 * Reads a few rows in one request, without sorting, and without a cursor.
 * @returns the rows, and how many more the instance counted but did not show
 * @throws Error when the rows are not those asked for or do not fit into one page
 */
export async function readFew(
  client: Client,
  read: Read,
): Promise<{ rows: readonly ReadRow[]; hidden: number }> {
  const page = await readOnePage(client, read, FEW)
  if (page === null)
    throw new Error(
      `ServiceNow has ${FEW} rows or more of ${read.table} where a few were expected; nothing of it is used.`,
    )
  return page
}

/**
 * The same where there may be many.
 * @param limit rows in the one request
 * @returns `null` when there are as many, or more
 * @throws Error when the rows are not those asked for
 */
export async function readOnePage(
  client: Client,
  read: Read,
  limit: number,
): Promise<{ rows: readonly ReadRow[]; hidden: number } | null> {
  const page = await client.list({
    table: read.table,
    query: encode(read.conditions),
    fields: withConditionFields(read.fields, read.conditions),
    limit,
  })
  const rows = page.rows.flatMap(row => {
    const match = recheck(read.table, read.conditions, row)
    return match === 'near' ? [] : [{ row, doubtful: match === 'unknown' }]
  })
  const total = page.total ?? page.rows.length
  if (total > limit || page.rows.length === limit) return null
  return { rows, hidden: Math.max(0, total - page.rows.length) }
}
