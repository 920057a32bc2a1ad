import type { MessageId } from '../reclaim/ids.ts'
import type { Ids, Notice, Platform } from '../reclaim/ports.ts'
import type { Db } from './database.ts'
import type { Outbox } from './outbox.ts'

/** Words to the channels, written inside a transaction of somebody else: what happened and that it is told are one. */
export function createNotices(db: Db, outbox: Outbox, platforms: readonly Platform[], ids: Ids) {
  const insert = db.prepare(
    `INSERT INTO messages (id, platform, kind, part, parts, without_manager, notice, announced_seq, at)
     VALUES (?, ?, 'notice', 1, 1, 0, ?, 0, ?)`,
  )
  return {
    post(notice: Notice, at: number) {
      for (const platform of platforms) {
        const id = ids.next() as MessageId
        insert.run(id, platform, JSON.stringify(notice), at)
        outbox.askPost(platform, id, at)
      }
    },
  }
}

export type Notices = ReturnType<typeof createNotices>
