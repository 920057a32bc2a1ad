import type { People } from '../reclaim/control.ts'
import type { Person } from '../reclaim/ports.ts'
import type { Db } from './database.ts'
import type { Verb } from './transaction.ts'

/** The people's verbs of the port: names and addresses, apart from the history, so that they can be erased. */
export function createPeople(db: Db, { reading, writing }: { reading: Verb; writing: Verb }): People {
  const remember = db.prepare(
    `INSERT INTO people (actor, name, email) VALUES (?, ?, ?) ON CONFLICT (actor)
     DO UPDATE SET name = excluded.name, email = excluded.email
     WHERE name IS NOT excluded.name OR email IS NOT excluded.email`,
  )
  const named = db.prepare<[string], { actor: string; name: string }>(
    'SELECT actor, name FROM people WHERE actor IN (SELECT value FROM json_each(?))',
  )
  const emailOf = db.prepare<[string], { email: string | null }>('SELECT email FROM people WHERE actor = ?')
  return {
    rememberPerson: writing(({ platform, id, name, email }: Person) => {
      remember.run(`${platform}:${id}`, name, email)
    }),
    names: reading((actors: readonly string[]) => {
      const rows = named.all(JSON.stringify(actors))
      return new Map(rows.map(({ actor, name }) => [actor, name]))
    }),
    emailOf: reading((actor: string) => emailOf.get(actor)?.email ?? null),
  }
}
