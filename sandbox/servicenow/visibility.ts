import type { ApiAccount } from './accounts.ts'
import type { Database } from './database.ts'
import type { Dictionary, Row, TableName } from './dictionary.ts'
import { matches } from './evaluate.ts'
import { parseQuery, type Query } from './query.ts'
import { resolvePath } from './walk.ts'

/** What an account's access rules hide from it. */
export type Visibility = {
  hidesColumn(table: TableName, column: string): boolean
  /** @throws if the account's `hiddenRows` for the table is no valid query */
  hidesRow(table: TableName, row: Row): boolean
}

/** Reads an account's access rules anew for each request, so that they may change between two. */
export function visibilityOf(dictionary: Dictionary, database: Database, account: ApiAccount): Visibility {
  const parsed = new Map<TableName, Query>()
  const hiddenRows = (table: TableName, encoded: string) => {
    const query = parsed.get(table) ?? parseStrictly(dictionary, table, encoded)
    parsed.set(table, query)
    return query
  }
  return {
    hidesColumn: (table, column) => account.hiddenFields?.[table]?.includes(column) ?? false,
    hidesRow(table, row) {
      const encoded = account.hiddenRows?.[table]
      return encoded !== undefined && matches(dictionary, database, table, hiddenRows(table, encoded), row)
    },
  }
}

// A typing error in a test's own set-up must not hide everything or nothing without a word.
function parseStrictly(dictionary: Dictionary, table: TableName, encoded: string): Query {
  const query = parseQuery(encoded)
  for (const term of query.groups.flat(2)) {
    if ('broken' in term || !resolvePath(dictionary, table, term.field)) {
      throw new Error(`hiddenRows of ${table} is no valid query: "${encoded}".`)
    }
  }
  return query
}
