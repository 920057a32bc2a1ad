import { randomBytes } from 'node:crypto'
import type { Ids, Platform } from '../reclaim/ports.ts'
import type { Reports } from '../reclaim/reports.ts'
import type { ShellRequest, Store } from '../reclaim/storage.ts'
import { createAddresses } from './addresses.ts'
import { createCandidateTable } from './candidate-table.ts'
import { createCandidates } from './candidates.ts'
import { createControl, createControlVerbs } from './control.ts'
import { type Db, openDatabase, openForReading, takeOwnership } from './database.ts'
import { createEventLog } from './events.ts'
import { createMessages } from './messages.ts'
import { createOutbox, createTasks } from './outbox.ts'
import { createReports } from './reports.ts'
import { createRuns } from './runs.ts'
import { verbs } from './transaction.ts'

export type StoreOptions = {
  /** Chats that every run is posted to. */
  readonly platforms: readonly Platform[]
  /** How long an approval can be undone. */
  readonly graceMs: number
  /** How many different people have to approve; left out = one. */
  readonly approvalsRequired?: 1 | 2
  readonly ids?: Ids
  /** Called after each commit that may have left something to do. */
  readonly onCommit?: () => void
}

/** Unguessable, and without look-alikes when read aloud: 128 random bits in hexadecimal. */
export const randomIds: Ids = { next: () => randomBytes(16).toString('hex') }

/** A shell command holds the lock for a moment to learn whether a bot runs. */
const PATIENCE_MS = 500

/**
 * The store on SQLite, for the one process that may write to it.
 * @throws Error (one readable sentence) when another bot owns the file, or the file is not one of ours.
 */
export function openStore(path: string, options: StoreOptions): Store {
  const release = takeOwnership(path, PATIENCE_MS)
  if (!release)
    throw new Error(`Another bot is running on ${path}. Stop it first, or give this one its own store.path.`)
  try {
    const db = openDatabase(path)
    return {
      ...createStore(db, options),
      close: async () => {
        db.close()
        release()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

/** The port's verbs over an open database; separate from {@link openStore} for tests that end a process in mid-air. */
export function createStore(db: Db, options: StoreOptions): Omit<Store, 'close'> {
  const { platforms, graceMs, approvalsRequired = 1, ids = randomIds, onCommit = () => {} } = options
  const verb = verbs(db, onCommit)
  const events = createEventLog(db)
  const outbox = createOutbox(db)
  const control = createControl(db)
  const table = createCandidateTable(db, events, outbox, ids, { graceMs, approvalsRequired })
  return {
    ...createCandidates(db, verb, table, events, control),
    ...createRuns(db, verb, table, outbox, platforms),
    ...createTasks(db, verb, outbox, () => control.paused() !== null),
    ...createMessages(db, verb, table, events, outbox),
    ...createAddresses(db, verb),
    ...createControlVerbs(db, verb, control, outbox, platforms, ids),
    ...createReports(db, verb, control, events),
  }
}

/** The reports alone, for shell commands beside a running bot. */
export function openReports(path: string): Reports & { close(): void } {
  const db = openForReading(path)
  const reports = createReports(
    db,
    verbs(db, () => {}),
    createControl(db),
    createEventLog(db),
  )
  return { ...reports, close: () => db.close() }
}

/** How a shell command finds out whether a bot runs on this store: by trying to become its owner. */
export function isOwned(path: string): boolean {
  const release = takeOwnership(path)
  release?.()
  return release === null
}

/** Leaves a request for the running bot, which takes it up within a second. */
export function leaveRequest(path: string, request: Omit<ShellRequest, 'id'>, at: number) {
  const db = openDatabase(path)
  const id = randomIds.next()
  db.prepare('INSERT INTO requests (id, kind, actor, at) VALUES (?, ?, ?, ?)').run(
    id,
    request.kind,
    request.actor,
    at,
  )
  const read = db.prepare<[string], { answer: string | null; ok: number | null }>(
    'SELECT answer, ok FROM requests WHERE id = ?',
  )
  return {
    /** `null` while there is no answer yet. */
    answer(): { text: string; ok: boolean } | null {
      const row = read.get(id)
      return row?.answer ? { text: row.answer, ok: row.ok === 1 } : null
    },
    close: () => db.close(),
  }
}
