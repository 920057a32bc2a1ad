import type { Db } from './database.ts'

/** Makes a verb of the port from a synchronous body. */
export type Verb = <Args extends unknown[], Result>(
  body: (...args: Args) => Result,
) => (...args: Args) => Promise<Result>

/**
 * The two kinds of verbs, each one transaction: `reading` sees one state of the store, whoever writes beside it;
 * `writing` is all or nothing, and the right to write is taken first.
 * @param committed called after each commit, as it may have left something to do.
 */
export function verbs(db: Db, committed: () => void): { reading: Verb; writing: Verb } {
  return {
    reading: body => {
      const transaction = db.transaction(body)
      return async (...args) => transaction(...args)
    },
    writing: body => {
      const transaction = db.transaction(body)
      return async (...args) => {
        const result = transaction.immediate(...args)
        committed()
        return result
      }
    },
  }
}
