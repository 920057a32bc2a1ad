import { existsSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import { statusLines } from '../bot/status.ts'
import { historyLine } from '../bot/words.ts'
import { loadSettings } from '../config.ts'
import { startOfDay } from '../reclaim/calendar.ts'
import type { ChainCheck, HistoryRow, Reports, Summary } from '../reclaim/reports.ts'
import { openReports } from '../store/store.ts'
import { complain, print, printJson } from './output.ts'
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

/**
 * Whether the history is what was written, row by row.
 * @param wanted `head`: a fingerprint from a run's first message. Rows that were cut off at the end leave a chain that
 * holds; only somebody who saw how far it once went can tell.
 */
export async function verify({ head }: { head?: string }): Promise<ExitCode> {
  if (head !== undefined && !/^\s*[0-9a-f]{64}\s*$/i.test(head)) {
    complain(
      new Error(
        `“${head.slice(0, 80)}” is no fingerprint: it has 64 digits from 0 to f. Copy it whole from a run's first message.`,
      ),
    )
    return 2
  }
  const { path } = loadSettings().store
  const { check, row } = await reading(path, async reports => ({
    check: await reports.verifyChain(),
    row: head === undefined ? null : await reports.rowOf(head.trim().toLowerCase()),
  }))
  print([verdict(check, path)])
  if (check.kind === 'broken') return 1
  if (head === undefined) return 0
  print([
    row === null
      ? `The history never came to ${head}: rows were cut off at the end, or the store was restored from an older backup. ${afterwards(path)}`
      : `The history came to ${head} with row ${row}.`,
  ])
  return row === null ? 1 : 0
}

function verdict(check: ChainCheck, path: string): string {
  if (check.kind === 'intact')
    return `The history holds: ${check.rows} rows, head ${check.head}. Compare with the first message of the latest run: verify --head HASH.`
  return `The history does not hold: row ${check.seq} is the first that is broken, ${check.reason}. It was changed by something other than the bot. ${afterwards(path)}`
}

const afterwards = (path: string) =>
  `Stop the bot, keep ${path} as evidence, and go on from the latest backup that verifies.`

/** What an account looked like before it was first written to, for whoever has to explain or rebuild it. */
export async function snapshot(user: string): Promise<ExitCode> {
  const { store, snapshotKey } = loadSettings()
  const kept = await reading(store.path, reports => reports.snapshots(user), snapshotKey)
  if (kept.length === 0) {
    complain(
      new Error(`There is no snapshot of “${user}”: nothing of theirs was written to, or it was erased.`),
    )
    return 1
  }
  printJson(kept.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })))
  return 0
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
async function reading<Answer>(
  path: string,
  ask: (reports: Reports) => Promise<Answer>,
  snapshotKey: string | null = null,
): Promise<Answer> {
  if (!existsSync(path))
    throw new Error(
      `There is no store at ${path} yet. The bot creates it: start it with npm start, or correct store.path.`,
    )
  let reports: ReturnType<typeof openReports> | null = null
  try {
    reports = openReports(path, snapshotKey)
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
