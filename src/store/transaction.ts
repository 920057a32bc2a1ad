import type { Db } from './database.ts'

/**
 * Makes a verb of the port from a synchronous body: one immediate transaction, all or nothing.
 * @param committed called after each commit that may have left something to do.
 */
export type Verb = <Args extends unknown[], Result>(
  body: (...args: Args) => Result,
) => (...args: Args) => Promise<Result>

export function verbs(db: Db, committed: () => void): { reading: Verb; writing: Verb } {
  return {
    reading:
      body =>
      async (...args) =>
        body(...args),
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
