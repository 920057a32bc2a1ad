import { createHash } from 'node:crypto'
import type { CandidateId } from '../reclaim/ids.ts'
import type { EventName, LogEntry, State } from '../reclaim/lifecycle.ts'
import type { ChainCheck } from '../reclaim/reports.ts'
import type { Db } from './database.ts'

type EventRow = {
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
export function createEventLog(db: Db) {
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

  return {
    append(entry: Omit<LogEntry, 'seq'>): LogEntry {
      const last = newest.get()
      const row = {
        seq: (last?.seq ?? 0) + 1,
        candidate_id: entry.candidateId,
        event: entry.event,
        from_state: entry.from,
        to_state: entry.to,
        actor: entry.actor,
        note: JSON.stringify(entry.note),
        at: entry.at,
        prev_hash: last?.hash ?? GENESIS,
      }
      insert.run({ ...row, hash: hashOf(row) })
      return { ...entry, seq: row.seq }
    },
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

/** A row of the history as the domain knows it, without its place in the chain. */
export function entryOf(row: Omit<EventRow, 'prev_hash' | 'hash'>): LogEntry {
  return {
    seq: row.seq,
    candidateId: row.candidate_id as CandidateId,
    event: row.event as EventName,
    from: row.from_state as State | null,
    to: row.to_state as State,
    actor: row.actor,
    note: JSON.parse(row.note),
    at: row.at,
  }
}
