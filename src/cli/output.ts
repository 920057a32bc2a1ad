import { cap, clean } from '../bot/plain-text.ts'

/* What the commands print. stdout is for the result, stderr for everything else. */

/** Longer cells, which only a joker fills, would push all others off the screen. */
const CELL_LETTERS = 60

/** Prints lines for people. No name from ServiceNow moves the cursor, hides text or turns its direction round. */
export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map(line => `${clean(line)}\n`).join(''))
}

/** Prints a value for scripts. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Says what went wrong: the message and nothing else. */
export function complain(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${message.split('\n').map(clean).join('\n')}\n`)
}

/** Rows of cells as lines of aligned columns; the first row is the header. */
export function table(given: readonly (readonly string[])[]): string[] {
  const rows = given.map(row => row.map(cell => cap(clean(cell), CELL_LETTERS)))
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
