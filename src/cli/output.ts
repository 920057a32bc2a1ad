/* What the commands print. stdout is for the result, stderr for everything else. */

/** Would let a name from ServiceNow move the cursor, hide text or turn its direction round in a terminal. */
const NOT_TEXT = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** Prints lines for people. */
export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map(line => `${line.replace(NOT_TEXT, ' ')}\n`).join(''))
}

/** Prints a value for scripts. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Says what went wrong: the message and nothing else. */
export function complain(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
}

/** Rows of cells as lines of aligned columns; the first row is the header. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => width(row[column] ?? ''))))
  return rows.map(row =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd(),
  )
}

/** Letters as people count them, not UTF-16 units. */
const width = (text: string) => [...new Intl.Segmenter().segment(text)].length
