import { createHash } from 'node:crypto'
import { OUTCOMES, TRIPS_AFTER } from '../reclaim/breaker.ts'
import type { CandidateId } from '../reclaim/ids.ts'
import type { EventName, LogEntry, State } from '../reclaim/lifecycle.ts'
import type { ChainCheck, HistoryHead } from '../reclaim/reports.ts'
import type { Db } from './database.ts'
import type { AllParticulars } from './particulars.ts'

export type EventRow = {
  seq: number
  candidate_id: string
  event: string
  from_state: string | null
  to_state: string
  actor: string
  note: string
  at: number
  prev_hash: string
  hash: string
}

const GENESIS = '0'.repeat(64)

/** The append-only history. `append` is the only writer of the table; each row carries the hash of the one before. */
export function createEventLog(db: Db, particulars: AllParticulars) {
  const newest = db.prepare<[], EventRow>('SELECT * FROM events ORDER BY seq DESC LIMIT 1')
  const insert = db.prepare<EventRow>(
    `INSERT INTO events (seq, candidate_id, event, from_state, to_state, actor, note, at, prev_hash, hash)
     VALUES (:seq, :candidate_id, :event, :from_state, :to_state, :actor, :note, :at, :prev_hash, :hash)`,
  )
  const all = db.prepare<[], EventRow>('SELECT * FROM events ORDER BY seq')
  const ofCandidate = db.prepare<[string], EventRow>(
    'SELECT * FROM events WHERE candidate_id = ? ORDER BY seq',
  )
  const lastOfCandidate = db.prepare<[string], EventRow>(
    'SELECT * FROM events WHERE candidate_id = ? ORDER BY seq DESC LIMIT 1',
  )

  const rowOf = db.prepare<[string], { seq: number }>('SELECT seq FROM events WHERE hash = ?')
  const outcomes = db.prepare<[number], EventRow>(
    `SELECT * FROM events WHERE seq > ? AND event IN (${OUTCOMES.map(event => `'${event}'`).join(', ')})
       AND coalesce(note ->> '$.why', '') NOT IN ('interrupted', 'not_sent', 'never_sent') AND coalesce(note ->> '$.status', 0) <> 429 ORDER BY seq DESC LIMIT ${TRIPS_AFTER}`,
  )

  /** A row of the history as the domain knows it, without its place in the chain. */
  const entryOf = (row: Omit<EventRow, 'prev_hash' | 'hash'>): LogEntry => ({
    seq: row.seq,
    candidateId: row.candidate_id as CandidateId,
    event: row.event as EventName,
    from: row.from_state as State | null,
    to: row.to_state as State,
    actor: row.actor,
    note: particulars.join(row.seq, row.note),
    at: row.at,
  })

  return {
    entryOf,
    append(entry: Omit<LogEntry, 'seq'>): LogEntry {
      const last = newest.get()
      const { kept, keep } = particulars.split(entry.note)
      const row = {
        seq: (last?.seq ?? 0) + 1,
        candidate_id: entry.candidateId,
        event: entry.event,
        from_state: entry.from,
        to_state: entry.to,
        actor: entry.actor,
        note: JSON.stringify(kept),
        at: entry.at,
        prev_hash: last?.hash ?? GENESIS,
      }
      insert.run({ ...row, hash: hashOf(row) })
      keep(row.seq, entry.candidateId)
      return { ...entry, seq: row.seq }
    },
    /** The newest row: how far the history goes, and its fingerprint. */
    head(): HistoryHead {
      const row = newest.get()
      return { seq: row?.seq ?? 0, hash: row?.hash ?? GENESIS }
    },
    rowOf: (hash: string): number | null => rowOf.get(hash)?.seq ?? null,
    /** What came of the latest writes, oldest first, where ServiceNow had a chance to answer. */
    outcomesSince: (seq: number): LogEntry[] => outcomes.all(seq).map(entryOf).reverse(),
    timeline: (id: CandidateId): LogEntry[] => ofCandidate.all(id).map(entryOf),
    last(id: CandidateId): LogEntry {
      const row = lastOfCandidate.get(id)
      if (!row) throw new Error(`Candidate ${id} has no history.`)
      return entryOf(row)
    },
    /** Walks the chain from the first row; stops at the first that does not hold. */
    verify(): ChainCheck {
      let [seq, head] = [0, GENESIS]
      for (const row of all.iterate()) {
        const broken = (reason: string): ChainCheck => ({ kind: 'broken', seq: row.seq, reason })
        if (row.seq !== seq + 1) return broken(`row ${seq + 1} is missing`)
        if (row.prev_hash !== head) return broken('it does not follow the row before it')
        if (row.hash !== hashOf(row)) return broken('its content is not what was written')
        const fault = particulars.fault(row.seq, row.candidate_id, row.note)
        if (fault) return broken(fault)
        ;[seq, head] = [row.seq, row.hash]
      }
      return { kind: 'intact', rows: seq, head }
    },
  }
}

export type EventLog = ReturnType<typeof createEventLog>

function hashOf(row: Omit<EventRow, 'hash'>): string {
  const content = [
    row.seq,
    row.candidate_id,
    row.event,
    row.from_state,
    row.to_state,
    row.actor,
    row.note,
    row.at,
  ]
  return createHash('sha256').update(row.prev_hash).update(JSON.stringify(content)).digest('hex')
}
