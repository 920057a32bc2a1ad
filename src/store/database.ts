import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { MIGRATIONS } from './migrations.ts'

export type Db = Database.Database

/**
 * Opens the store for its one owner: creates it, or brings an older one up to date.
 * @param path `:memory:` for tests that need no file.
 * @throws Error (one readable sentence) when the file is newer than this program, or no store.
 */
export function openDatabase(path: string): Db {
  const isFile = path !== ':memory:'
  if (isFile) mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const db = open(path, {})
  try {
    refuseWhatIsNotOurs(db, path)
    // Before the first write: the journals that SQLite keeps beside a file get the rights that it has then. Those of a
    // store that was put back with wider rights exist already.
    if (isFile) for (const part of ['', '-wal', '-shm']) restrict(path + part)
    refuseDamage(db, path)
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('secure_delete = ON')
    db.pragma('busy_timeout = 5000')
    migrate(db, path)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Opens the store to look into it while a bot may be writing.
 * @throws Error when there is none yet, or when it has another version than this program.
 */
export function openForReading(path: string): Db {
  const db = open(path, { readonly: true, fileMustExist: true })
  try {
    db.pragma('busy_timeout = 5000')
    const version = versionOf(db, path)
    if (version === MIGRATIONS.length) return db
    if (version === 0)
      throw new Error(
        `The store ${path} is empty. If it is a copy, it was made without ${path}-wal: make it again while the bot is stopped.`,
      )
    throw new Error(
      `The store ${path} has version ${version}, this program needs ${MIGRATIONS.length}. Start the bot of this version once; it brings the store up to date.`,
    )
  } catch (error) {
    db.close()
    throw error
  }
}

function restrict(path: string): void {
  if (existsSync(path)) chmodSync(path, 0o600)
}

function open(path: string, options: Database.Options): Db {
  try {
    return new Database(path, options)
  } catch (error) {
    throw new Error(
      `The store ${path} cannot be opened (${reason(error)}). Check store.path and the rights on its folder.`,
    )
  }
}

function refuseWhatIsNotOurs(db: Db, path: string): void {
  const version = versionOf(db, path)
  if (version > MIGRATIONS.length)
    throw new Error(
      `The store ${path} was written by a newer version of the bot (${version}, this one knows ${MIGRATIONS.length}). Install that version, or point store.path elsewhere.`,
    )
  if (version === 0 && db.prepare('SELECT 1 FROM sqlite_schema').get())
    throw new Error(
      `${path} is not a store of this bot (another program's tables are in it). Point store.path elsewhere, or restore a backup.`,
    )
}

function refuseDamage(db: Db, path: string): void {
  const found = soundness(db)
  if (found !== 'ok')
    throw new Error(
      `The store ${path} is damaged (${found}). Keep the file, and go on from the latest backup that verifies.`,
    )
}

/** `ok`, or what SQLite finds wrong first. */
function soundness(db: Db): string {
  try {
    return String(db.pragma('quick_check(1)', { simple: true })).replace(/\s+/g, ' ')
  } catch (error) {
    return reason(error)
  }
}

function migrate(db: Db, path: string): void {
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(versionOf(db, path))) db.exec(step)
    db.pragma(`user_version = ${MIGRATIONS.length}`)
  }).exclusive()
}

function versionOf(db: Db, path: string): number {
  try {
    return Number(db.pragma('user_version', { simple: true }))
  } catch (error) {
    throw new Error(
      `${path} is not a store of this bot (${reason(error)}). Point store.path elsewhere, or restore a backup.`,
    )
  }
}

/** A database that nobody refers to any more is closed by the garbage collector, and its lock would be free. */
const held = new Set<Db>()

/**
 * Takes the right to write: an exclusive transaction held open on a second file, which the kernel frees the moment
 * this process ends, however it ends.
 * @param patienceMs how long to wait for somebody who only tries whether it is free.
 * @returns a function that gives it back, or `null` when another process holds it.
 */
export function takeOwnership(path: string, patienceMs = 0): (() => void) | null {
  if (path === ':memory:') return () => {}
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // For nobody else: whoever holds the lock keeps the bot from starting.
  closeSync(openSync(`${path}.lock`, 'a', 0o600))
  const lock = open(`${path}.lock`, { timeout: patienceMs })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    held.add(lock)
    return () => {
      held.delete(lock)
      lock.close()
    }
  } catch (error) {
    lock.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null
    throw error
  }
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))
