import type { Database } from './database.ts'
import type { Dictionary, Row, TableName } from './dictionary.ts'
import { displayValue, type PathEnd, readPath, resolvePath } from './walk.ts'

/** How the caller wants rows to look. */
export type RecordStyle = {
  /** `sysparm_fields`; null = every column, `user_password` included. */
  readonly fields: readonly string[] | null
  readonly displayValue: 'false' | 'true' | 'all'
  readonly excludeReferenceLink: boolean
  /** `https://…/api/now[/v1|/v2]/table`: links keep the version that was called. */
  readonly tableUrl: string
  readonly hidden: (table: TableName, column: string) => boolean
}

type Sent = string | Readonly<Record<string, string>>

/**
 * A row as the Table API sends it: strings only, NULL is `""`, dot-walked fields stand flat beside the others,
 * unknown fields are passed over, fields that the caller may not read are left out (ServiceNow docs, Table API;
 * shapes of recorded responses).
 */
export function renderRecord(
  dictionary: Dictionary,
  database: Database,
  table: TableName,
  row: Row,
  style: RecordStyle,
): Record<string, Sent> {
  const sent: Record<string, Sent> = {}
  for (const path of style.fields ?? dictionary.columns(table)) {
    const end = resolvePath(dictionary, table, path)
    if (!end || style.hidden(end.table, end.name)) continue
    const value = readPath(dictionary, database, table, row, path)
    sent[path] = renderValue(end, value, displayValue(dictionary, database, end.column, value), style)
  }
  return sent
}

function renderValue({ column }: PathEnd, value: string, display: string, style: RecordStyle): Sent {
  const linked = typeof column === 'object' && value !== '' && !style.excludeReferenceLink
  const link = linked ? { link: `${style.tableUrl}/${column.reference}/${value}` } : {}
  if (style.displayValue === 'all') return { display_value: display, value, ...link }
  if (style.displayValue === 'true') return linked ? { display_value: display, ...link } : display
  return linked ? { ...link, value } : value
}
