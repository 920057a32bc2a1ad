import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { HistoryHead } from '../reclaim/reports.ts'
import type { Db } from './database.ts'

/** Behind the store by at most this long: a restored backup is older. */
const WRITE_AFTER_MS = 1000

/** What the file says; the first version of it named no store. */
type Seen = HistoryHead & { readonly store?: string | undefined }

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
  const file = fileOf(path)
  const newest = db.prepare<[], HistoryHead>('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1')
  const hashAt = db.prepare<[number], string>('SELECT hash FROM events WHERE seq = ?').pluck()
  const head = (): HistoryHead => newest.get() ?? { seq: 0, hash: '' }
  const nameOf = db.prepare<[], string>("SELECT value ->> '$' FROM control WHERE name = 'witnessed'").pluck()
  const name = db.prepare("INSERT OR IGNORE INTO control (name, value) VALUES ('witnessed', json_quote(?))")
  let timer: NodeJS.Timeout | undefined
  let store = nameOf.get()
  const write = () => {
    timer = undefined
    writeWhole(file, { store, ...head() })
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
      if (seen === null) return store !== undefined
      // Every history begins empty: only its name tells whether it was this one that did.
      if (seen.seq === 0) return head().seq > 0 && (store === undefined || seen.store !== store)
      return hashAt.get(seen.seq) !== seen.hash
    },
    begin() {
      store ??= randomUUID()
      write()
      // Not before: a store with a name and without a witness is taken for restored.
      name.run(store)
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

/** Leaves a witness that no store comes to: the bot takes the one at `path` for restored when it starts. */
export function distrust(path: string): void {
  writeWhole(fileOf(path), { seq: 1, hash: 'restored' })
}

const fileOf = (path: string) => `${path}.head`

/** Whole or not at all: what a death or a full disk left of it would be taken for another store's. */
function writeWhole(file: string, seen: Seen): void {
  writeFileSync(`${file}.new`, JSON.stringify(seen), { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
}

/** @throws Error (one readable sentence) when it is there, but cannot be read. */
function read(file: string): Seen | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new Error(
      `${file}, by which the bot notices a restored store, cannot be read. Give this user the right to read it, or say so with restored: the bot then takes the store for one, and reads every open account again.`,
    )
  }
}
