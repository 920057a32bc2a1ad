import { readFile, stat } from 'node:fs/promises'
import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import type { Roster, RosterEntry } from '../ports.ts'

/** Header names by meaning; compared trimmed and without case. What is left out is empty in every entry. */
export type RosterColumns = {
  readonly email?: string | undefined
  readonly employeeNumber?: string | undefined
  readonly status?: string | undefined
  readonly endDate?: string | undefined
}

export type CsvRosterOptions = {
  readonly path: string
  readonly columns: RosterColumns
  readonly maxAgeHours: number
}

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
const END_DATE =
  /^(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * A roster in a CSV file: UTF-8, with a header, separated by commas or semicolons. The file is read whole or not at
 * all: half a roster would make leavers of everybody in the other half.
 */
export function createCsvRoster(options: CsvRosterOptions): Roster {
  const { path, columns, maxAgeHours } = options
  return {
    async load(now) {
      const { text, ageHours } = await readRoster(path, now)
      if (ageHours > maxAgeHours)
        throw new Error(
          `The roster ${path} is ${Math.floor(ageHours)} hours old, more than the ${maxAgeHours} allowed (roster.maxAgeHours), so it may miss whoever came or left since; export it anew.`,
        )
      const [header = [], ...rows] = parseRows(path, text)
      if (rows.length === 0)
        throw new Error(
          `The roster ${path} has no rows, so everybody would seem to have left; export it anew.`,
        )
      const cellOf = readColumns(path, columns, header)
      return rows.map(row => toEntry(column => cellOf(row, column)))
    },
  }
}

async function readRoster(path: string, now: number): Promise<{ text: string; ageHours: number }> {
  let bytes: Uint8Array
  let writtenAt: number
  try {
    writtenAt = (await stat(path)).mtimeMs
    bytes = await readFile(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown reason'})`
    throw new Error(`The roster ${path} ${reason}; check roster.path in reclaim.yml.`)
  }
  try {
    // Takes the byte order mark off, too.
    return {
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
      ageHours: (now - writtenAt) / HOUR_MS,
    }
  } catch {
    throw new Error(`The roster ${path} is not UTF-8 text; export it as “CSV UTF-8”.`)
  }
}

function parseRows(path: string, text: string): string[][] {
  const delimiter = headerLength(text, ';') > headerLength(text, ',') ? ';' : ','
  try {
    return parse(text, { delimiter, trim: true, skip_empty_lines: true })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = 'lines' in error ? ` near line ${error.lines}` : ''
    const what =
      error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH'
        ? `has a row of more or fewer cells than its header${line}`
        : `is no readable CSV${line} (${error.code})`
    throw new Error(`The roster ${path} ${what}, so nothing of it is used; export it anew.`)
  }
}

/** How many columns the header has by a delimiter; none where it cannot be read so, as with quotes in the wrong places. */
function headerLength(text: string, delimiter: string): number {
  try {
    return parse(text, { delimiter, to: 1, skip_empty_lines: true })[0]?.length ?? 0
  } catch {
    return 0
  }
}

type Cell = (row: readonly string[], column: keyof RosterColumns) => string

function readColumns(path: string, columns: RosterColumns, header: readonly string[]): Cell {
  const key = (name: string) => name.trim().toLowerCase()
  const found = header.map(key)
  const wanted = [columns.email, columns.employeeNumber, columns.status, columns.endDate].filter(
    name => name !== undefined,
  )
  const missing = wanted.filter(name => !found.includes(key(name)))
  if (missing.length > 0)
    throw new Error(
      `The roster ${path} has no column ${list(missing)}; its columns are ${list(header)}. Correct roster.columns in reclaim.yml, or the export.`,
    )
  const twice = wanted.filter(name => found.indexOf(key(name)) !== found.lastIndexOf(key(name)))
  if (twice.length > 0)
    throw new Error(`The roster ${path} has the column ${list(twice)} more than once; correct the export.`)
  return (row, column) => {
    const name = columns[column]
    return name === undefined ? '' : (row[found.indexOf(key(name))] ?? '')
  }
}

function list(names: readonly string[]): string {
  return names.map(name => `“${name}”`).join(', ')
}

function toEntry(cell: (column: keyof RosterColumns) => string): RosterEntry {
  return {
    email: cell('email'),
    employeeNumber: cell('employeeNumber'),
    status: cell('status'),
    endsAt: endOfDay(cell('endDate')),
  }
}

function endOfDay(text: string): RosterEntry['endsAt'] {
  if (text === '') return null
  const day = END_DATE.exec(text)?.[1]
  const start = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00.000Z`)
  // Date.parse takes 30 February for 2 March.
  const exists = !Number.isNaN(start) && new Date(start).toISOString().startsWith(day ?? '')
  return exists ? start + DAY_MS - 1 : 'unreadable'
}
