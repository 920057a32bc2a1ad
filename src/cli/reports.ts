import { existsSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import { statusLines } from '../bot/status.ts'
import { historyLine } from '../bot/words.ts'
import { loadSettings } from '../config.ts'
import { startOfDay } from '../reclaim/calendar.ts'
import type { ChainCheck, HistoryRow, Reports, Summary } from '../reclaim/reports.ts'
import { openReports } from '../store/store.ts'
import { print, printJson } from './output.ts'
import type { ExitCode } from './program.ts'

/** The same as `/reclaim status`, from the store itself, whether or not a bot runs. */
export async function status({ json }: { json?: true }): Promise<ExitCode> {
  const { store, reclaim, schedule, currency } = loadSettings()
  const { dryRun, maxPerDay } = reclaim
  const now = Date.now()
  const summary = await reading(store.path, reports => reports.summary(startOfDay(now, schedule.timezone)))
  if (json) printJson({ ...summary, dryRun, maxPerDay })
  else print(statusLines(summary, { dryRun, maxPerDay, timeZone: schedule.timezone, currency }, now, inWords))
  return 0
}

/** The shell speaks of all chats, so it says of which. */
const inWords = ({ platform, approver }: Summary['byApprover'][number]) =>
  approver ?? `named approvers (${platform})`

/** Everything that happened, or everything about one account. */
export async function history(wanted: { user?: string; json?: true; csv?: true }): Promise<ExitCode> {
  const { store, schedule } = loadSettings()
  const { user } = wanted
  const rows = await reading(store.path, reports => reports.history(user === undefined ? {} : { user }))
  if (wanted.json) printJson(rows)
  else if (wanted.csv) process.stdout.write(historyCsv(rows))
  else if (rows.length > 0) print(rows.map(row => historyLine(row, schedule.timezone)))
  else
    print([user === undefined ? 'Nothing has happened yet.' : `The history holds nothing about “${user}”.`])
  return 0
}

/** Whether the history is what was written, row by row. */
export async function verify(): Promise<ExitCode> {
  const { store } = loadSettings()
  const check = await reading(store.path, reports => reports.verifyChain())
  print([verdict(check, store.path)])
  return check.kind === 'intact' ? 0 : 1
}

function verdict(check: ChainCheck, path: string): string {
  if (check.kind === 'intact') return `The history holds: ${check.rows} rows, head ${check.head}.`
  return `The history does not hold: row ${check.seq} is the first that is broken, ${check.reason}. It was changed by something other than the bot. Stop the bot, keep ${path} as evidence, and go on from the latest backup that verifies.`
}

/** For spreadsheets: a cell that one would take for a formula is made text by a leading apostrophe. */
function historyCsv(rows: readonly HistoryRow[]): string {
  const cells = rows.map(({ seq, at, userName, name, event, from, to, actor, note }) => ({
    ...{ seq, at: new Date(at).toISOString(), user_name: userName, name },
    ...{ event, from, to, actor, note: JSON.stringify(note) },
  }))
  const columns = ['seq', 'at', 'user_name', 'name', 'event', 'from', 'to', 'actor', 'note']
  return stringify(cells, { header: true, columns, escape_formulas: true })
}

/** @throws Error (one readable sentence) when there is no store, or none that can be read. */
async function reading<Answer>(path: string, ask: (reports: Reports) => Promise<Answer>): Promise<Answer> {
  if (!existsSync(path))
    throw new Error(
      `There is no store at ${path} yet. The bot creates it: start it with npm start, or correct store.path.`,
    )
  let reports: ReturnType<typeof openReports> | null = null
  try {
    reports = openReports(path)
    return await ask(reports)
  } catch (error) {
    // Our own sentences are plain Errors; anything else comes from reading what should not be there.
    if (!(error instanceof Error) || error.name === 'Error') throw error
    throw new Error(
      `The store ${path} is damaged (${error.message}). Stop the bot, keep the file, and go on from the latest backup that verifies.`,
    )
  } finally {
    reports?.close()
  }
}
