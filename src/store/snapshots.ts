import type { CandidateId } from '../reclaim/ids.ts'
import type { Snapshot } from '../reclaim/ports.ts'
import type { KeptSnapshot } from '../reclaim/reports.ts'
import type { Db } from './database.ts'
import type { Seal } from './seal.ts'

/** What accounts looked like right before they were written to, sealed where there is a key. */
export function createSnapshots(db: Db, seal: Seal) {
  const insert = db.prepare('INSERT OR IGNORE INTO snapshots (candidate_id, at, body) VALUES (?, ?, ?)')
  const erase = db.prepare('DELETE FROM snapshots WHERE candidate_id = ?')
  const ofUser = db.prepare<{ user: string }, { id: string; at: number; body: string }>(
    `SELECT c.id, s.at, s.body FROM snapshots s JOIN candidates c ON c.id = s.candidate_id
     WHERE c.id = :user OR c.user_name = :user COLLATE NOCASE OR c.email = :user COLLATE NOCASE OR c.user_sys_id = :user
     ORDER BY s.at`,
  )
  return {
    /** The first is kept: what an account looked like before anything was tried. */
    keep: (candidate: CandidateId, snapshot: Snapshot, at: number) => {
      insert.run(candidate, at, seal.seal(JSON.stringify(snapshot), candidate))
    },
    erase: (candidate: CandidateId) => {
      erase.run(candidate)
    },
    /** @throws Error (one readable sentence) when the key is not the one it was sealed with. */
    of: (user: string): KeptSnapshot[] =>
      ofUser.all({ user }).map(({ id, at, body }) => ({
        ...{ candidateId: id as CandidateId, at },
        snapshot: JSON.parse(seal.open(body, id)),
      })),
  }
}

export type Snapshots = ReturnType<typeof createSnapshots>
