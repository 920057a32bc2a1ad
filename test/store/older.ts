import Database from 'better-sqlite3'
import { MIGRATIONS } from '../../src/store/migrations.ts'

/** The first version that had a witness, which knew no store by name. */
const FIRST_WITNESSED = 3

/** A copy of a store, as the bot would have written it when the schema had this version. @returns its path */
export function asVersion(path: string, version: number): string {
  const copy = `${path}.old`
  const db = new Database(copy)
  for (const step of MIGRATIONS.slice(0, version)) db.exec(step)
  db.pragma('foreign_keys = OFF')
  db.prepare('ATTACH ? AS newer').run(path)
  const tables = db.prepare<[], { name: string }>(
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )
  for (const { name } of tables.all()) {
    const columns = db
      .prepare<[string], string>(`SELECT '"' || name || '"' FROM pragma_table_info(?)`)
      .pluck()
      .all(name)
    db.exec(`INSERT INTO main.${name} SELECT ${columns} FROM newer.${name}`)
  }
  db.exec(
    version < FIRST_WITNESSED
      ? "DELETE FROM control WHERE name = 'witnessed'"
      : "UPDATE control SET value = 'true' WHERE name = 'witnessed'",
  )
  db.pragma(`user_version = ${version}`)
  db.close()
  return copy
}
