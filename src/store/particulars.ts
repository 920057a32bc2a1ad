import { createHash } from 'node:crypto'
import type { CandidateId } from '../reclaim/ids.ts'
import type { Note } from '../reclaim/note.ts'
import type { Ids } from '../reclaim/ports.ts'
import type { Db } from './database.ts'

/** What an event's row holds: words of the machine alone, and the fingerprint of what is kept apart. */
type KeptNote = Note & { readonly particulars?: string }
/** What may speak of a person: ServiceNow's own words, and the values that changed. */
type Particulars = Pick<Note, 'detail' | 'changes'>

/**
 * Keeps what may speak of a person apart from the history, in rows that can be erased: the event holds a salted hash of
 * them, so that they can be proven while they are there and the chain still holds when they are gone.
 */
export function createParticulars(db: Db, ids: Ids) {
  const insert = db.prepare('INSERT INTO particulars (seq, candidate_id, salt, body) VALUES (?, ?, ?, ?)')
  const one = db.prepare<[number], { salt: string; body: string }>(
    'SELECT salt, body FROM particulars WHERE seq = ?',
  )
  const erased = db.prepare<[string]>('SELECT 1 FROM candidates WHERE id = ? AND erased_at IS NOT NULL')
  const erase = db.prepare('DELETE FROM particulars WHERE candidate_id = ?')

  return {
    /** Splits a note; `keep` is called once the event has its row. */
    split(note: Note): { kept: KeptNote; keep: (seq: number, candidate: CandidateId) => void } {
      const { detail, changes, ...machine } = note
      // Beside a status the detail is ServiceNow's own words; without one it is a word of the machine.
      const isWords = note.status !== undefined && detail !== undefined
      const apart: Particulars = { ...(isWords && { detail }), ...(changes && { changes }) }
      if (!isWords && !changes) return { kept: note, keep: () => {} }
      const [salt, body] = [ids.next(), JSON.stringify(apart)]
      const kept = {
        ...machine,
        ...(!isWords && detail !== undefined && { detail }),
        ...(changes && { changes: changes.map(({ field }) => ({ field })) }),
        particulars: hashOf(salt, body),
      }
      return { kept, keep: (seq, candidate) => void insert.run(seq, candidate, salt, body) }
    },
    /** A row's note, whole again as far as nothing was erased. */
    join(seq: number, text: string): Note {
      const { particulars, ...note }: KeptNote = JSON.parse(text)
      const row = particulars === undefined ? undefined : one.get(seq)
      return row ? { ...note, ...(JSON.parse(row.body) as Particulars) } : note
    },
    /** What is wrong with the particulars of a row; `null` = nothing. */
    fault(seq: number, candidate: string, text: string): string | null {
      const { particulars }: KeptNote = JSON.parse(text)
      if (particulars === undefined) return null
      const row = one.get(seq)
      if (row)
        return hashOf(row.salt, row.body) === particulars ? null : 'its particulars are not what was written'
      return erased.get(candidate) ? null : 'its particulars are missing, and nobody asked to erase them'
    },
    erase: (candidate: CandidateId) => {
      erase.run(candidate)
    },
  }
}

export type AllParticulars = ReturnType<typeof createParticulars>

const hashOf = (salt: string, body: string) => createHash('sha256').update(salt).update(body).digest('hex')
