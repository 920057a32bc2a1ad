import type { HistoryRow } from '../../src/reclaim/reports.ts'
import { actorName, type NameOf, timeOfDay } from './words.ts'

const HEADINGS = ['seq', 'time', 'account', 'from', 'to', 'event', 'actor']

/** The event history as a table for a terminal, line by line. */
export function historyTable(history: readonly HistoryRow[], timeZone: string, nameOf: NameOf): string[] {
  const rows = history.map(({ seq, at, userName, from, to, event, actor }) => [
    String(seq),
    timeOfDay(at, timeZone),
    userName,
    from ?? '–',
    to,
    event,
    actorName(actor, nameOf),
  ])
  const widths = HEADINGS.map((heading, column) =>
    Math.max(...[heading, ...rows.map(row => row[column] ?? '')].map(cell => cell.length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(HEADINGS), line(widths.map(width => '─'.repeat(width))), ...rows.map(line)]
}
