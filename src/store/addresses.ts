import type { Addresses } from '../reclaim/control.ts'
import type { Platform } from '../reclaim/ports.ts'
import type { Db } from './database.ts'
import type { Verb } from './transaction.ts'

/** The addresses' verbs of the port. */
export function createAddresses(db: Db, { reading, writing }: { reading: Verb; writing: Verb }): Addresses {
  const read = db.prepare<[string, string], { address: string }>(
    'SELECT address FROM addresses WHERE platform = ? AND name = ?',
  )
  const keep = db.prepare(
    `INSERT INTO addresses (platform, name, address, at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET address = excluded.address, at = excluded.at WHERE address <> excluded.address`,
  )
  const drop = db.prepare('DELETE FROM addresses WHERE platform = ? AND name = ?')
  return {
    address: reading((platform: Platform, name: string) => read.get(platform, name)?.address ?? null),
    keepAddress: writing((platform: Platform, name: string, address: string, at: number) => {
      const isNew = read.get(platform, name) === undefined
      keep.run(platform, name, address, at)
      return isNew
    }),
    dropAddress: writing((platform: Platform, name: string) => {
      drop.run(platform, name)
    }),
  }
}
