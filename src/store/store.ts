import { randomBytes } from 'node:crypto'
import type { ShellRequest } from '../reclaim/control.ts'
import type { Ids, Platform } from '../reclaim/ports.ts'
import type { Reports } from '../reclaim/reports.ts'
import type { Store } from '../reclaim/storage.ts'
import { endAbsence } from './absence.ts'
import { createAddresses } from './addresses.ts'
import { createBreaker } from './breaker.ts'
import { createCandidateTable } from './candidate-table.ts'
import { createCandidates } from './candidates.ts'
import { type Control, createControl, createControlVerbs } from './control.ts'
import { type Db, openDatabase, openForReading, takeOwnership } from './database.ts'
import { createEventLog, type EventLog } from './events.ts'
import { createForgetting } from './forget.ts'
import { createGrace } from './grace.ts'
import { createMessages } from './messages.ts'
import { createNotices, type Notices } from './notices.ts'
import { createOutbox, createTasks, type Outbox } from './outbox.ts'
import { createParticulars } from './particulars.ts'
import { createPeople } from './people.ts'
import { createReports } from './reports.ts'
import { createRuns } from './runs.ts'
import { createSeal } from './seal.ts'
import { createShown } from './shown.ts'
import { createSnapshots } from './snapshots.ts'
import { verbs } from './transaction.ts'
import { createWitness } from './witness.ts'

export type StoreOptions = {
  /** Chats that every run is posted to. */
  readonly platforms: readonly Platform[]
  /** How long an approval can be undone. */
  readonly graceMs: number
  /** How many different people have to approve; left out = one. */
  readonly approvalsRequired?: 1 | 2
  /** Snapshots of accounts are sealed with it; left out or `null` = they are kept readable. */
  readonly snapshotKey?: string | null
  readonly ids?: Ids
  /** UTC ms; left out = the computer's clock. */
  readonly now?: () => number
  /** Called after each commit that may have left something to do. */
  readonly onCommit?: () => void
}

/** Unguessable, and without look-alikes when read aloud: 128 random bits in hexadecimal. */
export const randomIds: Ids = { next: () => randomBytes(16).toString('hex') }

/** A shell command holds the lock for a moment to learn whether a bot runs. */
const PATIENCE_MS = 500

/**
 * The store on SQLite, for the one process that may write to it. One that is behind what was last seen of it, as after
 * a backup was put back, is marked as restored: it writes nothing to ServiceNow until it was reconciled.
 * @throws Error (one readable sentence) when another bot owns the file, or the file is not one of ours.
 */
export function openStore(path: string, options: StoreOptions): Store {
  const release = takeOwnership(path, PATIENCE_MS)
  if (!release)
    throw new Error(`Another bot is running on ${path}. Stop it first, or give this one its own store.path.`)
  let db: Db | null = null
  try {
    db = openDatabase(path)
    const opened = db
    const witness = createWitness(path, db)
    const isRestored = witness.contradicts()
    const store = createStore(db, {
      ...options,
      isRestored,
      onCommit: () => {
        witness.writeSoon()
        options.onCommit?.()
      },
    })
    witness.begin()
    return {
      ...store,
      close: async () => {
        try {
          witness.stop()
        } finally {
          opened.close()
          release()
        }
      },
    }
  } catch (error) {
    db?.close()
    release()
    throw error
  }
}

/** The port's verbs over an open database; separate from {@link openStore} for tests that end a process in mid-air. */
export function createStore(
  db: Db,
  options: StoreOptions & { readonly isRestored?: boolean },
): Omit<Store, 'close'> {
  const { platforms, graceMs, approvalsRequired = 1, ids = randomIds, now = Date.now } = options
  const { onCommit = () => {} } = options
  const verb = verbs(db, onCommit)
  const particulars = createParticulars(db, ids)
  const events = createEventLog(db, particulars)
  const outbox = createOutbox(db)
  const control = createControl(db)
  const notices = createNotices(db, outbox, platforms, ids)
  const breaker = createBreaker(control, events, notices)
  const snapshots = createSnapshots(db, createSeal(options.snapshotKey ?? null))
  const shown = createShown(db, events)
  const table = createCandidateTable(db, events, outbox, ids, { graceMs, approvalsRequired })
  const grace = createGrace(outbox, table)
  if (options.isRestored) markRestored(db, { control, outbox, notices, events }, now())
  else endAbsence(db, { control, grace, notices }, now(), graceMs)
  return {
    ...createCandidates(db, verb, table, events, control, breaker, snapshots, shown),
    ...createRuns(db, verb, table, events, outbox, platforms),
    ...createTasks(db, verb, outbox, control.halts),
    ...createMessages(db, verb, table, events, outbox),
    ...createAddresses(db, verb),
    ...createPeople(db, verb),
    ...createForgetting(db, verb, { table, particulars, snapshots, outbox }),
    ...createControlVerbs(db, verb, control, breaker, events, notices, grace),
    ...createReports(db, verb, control, events, snapshots, shown),
  }
}

function markRestored(
  db: Db,
  {
    control,
    outbox,
    notices,
    events,
  }: {
    control: Control
    outbox: Outbox
    notices: Notices
    events: EventLog
  },
  at: number,
): void {
  db.transaction(() => {
    control.markRestored(at, events.head().seq)
    // What was still to be posted then may stand in the chats since.
    outbox.lookFirst()
    outbox.refreshAll(at)
    notices.post({ kind: 'restored' }, at)
  }).immediate()
}

/**
 * The reports alone, for shell commands beside a running bot.
 * @param snapshotKey what snapshots were sealed with; only they need it.
 */
export function openReports(path: string, snapshotKey: string | null = null): Reports & { close(): void } {
  const db = openForReading(path)
  const events = createEventLog(db, createParticulars(db, randomIds))
  const reports = createReports(
    db,
    verbs(db, () => {}),
    createControl(db),
    events,
    createSnapshots(db, createSeal(snapshotKey)),
    createShown(db, events),
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
  const { kind, actor, subject } = request
  db.prepare('INSERT INTO requests (id, kind, actor, subject, at) VALUES (?, ?, ?, ?, ?)').run(
    ...[id, kind, actor, subject, at],
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
