import type { Db } from './database.ts'

/** Makes a verb of the port from a synchronous body. */
export type Verb = <Args extends unknown[], Result>(
  body: (...args: Args) => Result,
) => (...args: Args) => Promise<Result>

/** A verb that waits for the next commit. */
type Write = {
  /** Does its part, whole or not at all. @returns whether it did. @throws what undid all parts of the commit. */
  attempt(): boolean
  /** It is on disk, or was refused by itself: whoever called is told. */
  tell(): void
  /** The commit failed, and nothing of it was kept. */
  fail(error: unknown): void
}

/**
 * The two kinds of verbs: `reading` sees one state of the store, whoever writes beside it; `writing` is all or nothing,
 * and resolves once it is on disk. Writes that are asked for in one turn of the event loop share one commit, each in a
 * savepoint of its own: most of what a click costs is the wait for the disk.
 * @param committed called after each commit, as it may have left something to do.
 */
export function verbs(db: Db, committed: () => void): { reading: Verb; writing: Verb } {
  let queue: Write[] = []
  const carryOut = db.transaction((batch: readonly Write[]) => batch.map(write => write.attempt()))
  const commit = () => {
    const batch = queue
    queue = []
    try {
      const done = carryOut.immediate(batch)
      for (const write of batch) write.tell()
      if (done.includes(true)) committed()
    } catch (error) {
      for (const write of batch) write.fail(error)
    }
  }
  return {
    reading: body => {
      const transaction = db.transaction(body)
      return async (...args) => transaction(...args)
    },
    writing: body => {
      // Inside another transaction, better-sqlite3 makes a savepoint of it.
      const part = db.transaction(body)
      return (...args) =>
        new Promise((resolve, reject) => {
          let tell = () => {}
          const attempt = () => {
            try {
              const result = part(...args)
              tell = () => resolve(result)
              return true
            } catch (error) {
              // A full disk, for one, makes SQLite roll back everything, and with it those who came before.
              if (!db.inTransaction) throw error
              tell = () => reject(error)
              return false
            }
          }
          if (queue.push({ attempt, tell: () => tell(), fail: reject }) === 1) setImmediate(commit)
        })
    },
  }
}
