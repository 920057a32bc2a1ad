import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { HistoryHead } from '../reclaim/reports.ts'
import type { Db } from './database.ts'

/** Behind the store by at most this long: a restored backup is older. */
const WRITE_AFTER_MS = 1000

type Witness = {
  /** Whether the store is not what it was when it was last seen. */
  contradicts(): boolean
  /** From now on the store is watched. */
  begin(): void
  /** After a commit: not at once, as a click waits for it. */
  writeSoon(): void
  stop(): void
}

/**
 * A file beside the store that says how far its history once went. A store that is put back from a backup, or that
 * lost rows, is behind it. Never ahead of the store, as it is written after the commit; SQLite's own file cannot
 * know, since it is what was put back.
 */
export function createWitness(path: string, db: Db): Witness {
  if (path === ':memory:') return { contradicts: () => false, begin() {}, writeSoon() {}, stop() {} }
  const file = `${path}.head`
  const newest = db.prepare<[], HistoryHead>('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1')
  const hashAt = db.prepare<[number], string>('SELECT hash FROM events WHERE seq = ?').pluck()
  const head = (): HistoryHead => newest.get() ?? { seq: 0, hash: '' }
  const witnessed = db.prepare<[]>("SELECT 1 FROM control WHERE name = 'witnessed'")
  const remember = db.prepare("INSERT OR IGNORE INTO control (name, value) VALUES ('witnessed', 'true')")
  let timer: NodeJS.Timeout | undefined
  const write = () => {
    timer = undefined
    // Whole or not at all: what a death or a full disk left of it would be taken for another store's.
    writeFileSync(`${file}.new`, JSON.stringify(head()), { mode: 0o600, flush: true })
    renameSync(`${file}.new`, file)
  }
  // On a full disk the store refuses by itself; a witness that lags behind is no reason to stop.
  const writeIfPossible = () => {
    try {
      write()
    } catch {}
  }
  return {
    contradicts() {
      const seen = read(file)
      // A store that once had a witness and has none came from elsewhere: a backup of the one file, say.
      if (seen === null) return witnessed.get() !== undefined
      return seen.seq > 0 && hashAt.get(seen.seq) !== seen.hash
    },
    begin() {
      write()
      remember.run()
    },
    writeSoon() {
      timer ??= setTimeout(writeIfPossible, WRITE_AFTER_MS).unref()
    },
    stop() {
      clearTimeout(timer)
      if (db.open) writeIfPossible()
    },
  }
}

/** @throws Error (one readable sentence) when it is there, but cannot be read. */
function read(file: string): HistoryHead | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new Error(
      `${file}, by which the bot notices a restored store, cannot be read. Give this user the right to read it, or remove it: the bot then takes the store for restored, and reads every open account again.`,
    )
  }
}
