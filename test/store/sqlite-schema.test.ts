import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { type Db, openDatabase } from '../../src/store/database.ts'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { aFolder } from './folder.ts'

const GOLDEN = new URL('../golden/schema.sql', import.meta.url)

function schemaOf(db: Db): string {
  const parts = db
    .prepare<[], { sql: string }>(
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid`,
    )
    .all()
  return `${parts.map(({ sql }) => `${sql};`).join('\n\n')}\n`
}

describe('the schema', () => {
  test('is the golden one (UPDATE_GOLDEN=1 writes it anew)', () => {
    const schema = schemaOf(openDatabase(':memory:'))
    if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, schema)
    expect(schema).toBe(readFileSync(GOLDEN, 'utf8'))
  })

  test.each(MIGRATIONS.map((_, version) => version))('comes out the same from version %i on', version => {
    const path = join(aFolder(), 'reclaim.db')
    const old = new Database(path)
    for (const step of MIGRATIONS.slice(0, version)) old.exec(step)
    old.pragma(`user_version = ${version}`)
    old.close()
    const db = openDatabase(path)
    expect(schemaOf(db)).toBe(readFileSync(GOLDEN, 'utf8'))
    expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
    db.close()
  })

  test('every table is STRICT: a text is never kept as a number, nor a number as a text', () => {
    const db = openDatabase(':memory:')
    const tables = db.prepare<[], { name: string; strict: number }>(
      `SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'`,
    )
    expect(tables.all().length).toBeGreaterThan(8)
    expect(tables.all().filter(table => table.strict !== 1)).toEqual([])
  })

  test('what is committed survives a power failure, and references hold', () => {
    const path = join(aFolder(), 'reclaim.db')
    const db = openDatabase(path)
    const pragma = (name: string) => db.pragma(name, { simple: true })
    // SQLite docs, PRAGMA synchronous: 2 is FULL.
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual(['wal', 2, 1])
    db.close()
  })
})
