import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { RunId } from '../../src/reclaim/ids.ts'
import type { Store } from '../../src/reclaim/storage.ts'
import { openDatabase, openForReading } from '../../src/store/database.ts'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { openReports, openStore } from '../../src/store/store.ts'
import { aPerson, NOW } from '../domain/examples.ts'
import { GRACE_MS, live, proposeOne, show } from './contract/scene.ts'
import { aFolder } from './folder.ts'
import { asVersion } from './older.ts'

const OPTIONS = { platforms: ['slack'], graceMs: GRACE_MS, now: () => NOW } as const
const rightsOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe('a store on disk', () => {
  test('keeps everything when it is closed and opened again', async () => {
    const path = join(aFolder(), 'reclaim.db')
    const store = openStore(path, OPTIONS)
    const candidate = await live(store, await proposeOne(store, 'anna'), ['approve', 'undo'])
    const history = await store.history({})
    await store.close()
    const later = openStore(path, OPTIONS)
    expect(await later.candidate(candidate.id)).toEqual(candidate)
    expect(await later.history({})).toEqual(history)
    await later.close()
  })

  test('of the first version is brought up to date, and nothing of it is lost', async () => {
    const path = join(aFolder(), 'reclaim.db')
    const store = openStore(path, OPTIONS)
    const [anna] = (await show(store, ['anna', 'ben'])).candidates
    if (!anna) throw new Error('not proposed')
    const approved = await live(store, anna, ['approve'], { actor: 'slack:U_nora' })
    await store.rememberPerson(aPerson('nora'))
    await store.pause('slack:U_nora', NOW)
    const kept = async (of: Store) => [
      ...[await of.candidate(anna.id), await of.history({}), await of.verifyChain()],
      ...[await of.placement(anna.id, 'slack'), await of.summary(NOW), await of.names(['slack:U_nora'])],
    ]
    const before = await kept(store)
    await store.close()

    const old = asVersion(path, 1)
    const later = openStore(old, OPTIONS)
    expect(await kept(later)).toEqual(before)
    expect(await later.takeTask('servicenow', NOW + GRACE_MS)).toBeNull()
    await later.resume('slack:U_nora', NOW, 0)
    expect(await later.takeTask('servicenow', NOW)).toMatchObject({ kind: 'write', candidateId: approved.id })
    expect(await later.keepAddress('teams', 'channel', 'here', NOW)).toBe(true)
    await later.close()
  })

  test('that was being reconciled by the version before is read again from the beginning', async () => {
    const path = join(aFolder(), 'reclaim.db')
    await openStore(path, OPTIONS).close()
    const old = asVersion(path, 3)
    const db = new Database(old)
    db.prepare("INSERT INTO control (name, value) VALUES ('restored', ?)").run(
      JSON.stringify({ at: NOW, seq: 7 }),
    )
    db.exec("DELETE FROM control WHERE name = 'witnessed'")
    db.close()
    const store = openStore(old, OPTIONS)
    expect((await store.halts()).restored).toEqual({ at: NOW, seq: 7, unread: null })
    await store.close()
  })

  test('is for nobody else to read, with all that SQLite keeps beside it', async () => {
    const folder = join(aFolder(), 'data')
    const path = join(folder, 'reclaim.db')
    const store = openStore(path, OPTIONS)
    await proposeOne(store, 'anna')
    expect(rightsOf(folder)).toBe('700')
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['reclaim.db', 'reclaim.db-shm', 'reclaim.db-wal']),
    )
    for (const file of ['', '-shm', '-wal']) expect([file, rightsOf(path + file)]).toEqual([file, '600'])
    await store.close()
  })

  test('that others could read is closed to them', async () => {
    const path = join(aFolder(), 'reclaim.db')
    await openStore(path, OPTIONS).close()
    chmodSync(path, 0o644)
    await openStore(path, OPTIONS).close()
    expect(rightsOf(path)).toBe('600')
  })
})

describe('a file that is no store of this program', () => {
  const files: [string, (path: string) => void, RegExp][] = [
    [
      'of a newer version',
      path => {
        const db = openDatabase(path)
        db.pragma(`user_version = ${MIGRATIONS.length + 1}`)
        db.close()
      },
      new RegExp(
        `written by a newer version of the bot \\(${MIGRATIONS.length + 1}, this one knows ${MIGRATIONS.length}\\)\\. Install that version, or point store\\.path elsewhere`,
      ),
    ],
    [
      'that is no database',
      path => writeFileSync(path, 'Dear diary, '.repeat(500)),
      /is not a store of this bot \(file is not a database\)\. Point store\.path elsewhere, or restore a backup/,
    ],
    [
      'of another program',
      path => {
        const db = new Database(path)
        db.exec('CREATE TABLE recipes (name TEXT)')
        db.close()
      },
      /is not a store of this bot \(another program's tables are in it\)\. Point store\.path elsewhere/,
    ],
  ]

  test.each(files)('%s: is refused in one sentence, and left as it was', (_, write, sentence) => {
    const path = join(aFolder(), 'reclaim.db')
    write(path)
    chmodSync(path, 0o640)
    const before = readFileSync(path)
    expect(() => openStore(path, OPTIONS)).toThrow(sentence)
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(rightsOf(path)).toBe('640')
    expect(() => openForReading(path)).toThrow(path)
  })

  test('is not owned afterwards: once it is put right, the bot can start', async () => {
    const path = join(aFolder(), 'reclaim.db')
    writeFileSync(path, 'Dear diary, '.repeat(500))
    expect(() => openStore(path, OPTIONS)).toThrow('is not a store')
    writeFileSync(path, '')
    await openStore(path, OPTIONS).close()
  })

  test('a folder: says so too', () => {
    expect(() => openStore(aFolder(), OPTIONS)).toThrow(
      /cannot be opened .* Check store\.path and the rights on its folder/,
    )
  })
})

describe('looking into a store beside the bot that owns it', () => {
  test('shows what was committed a moment ago, and what comes after', async () => {
    const path = join(aFolder(), 'reclaim.db')
    const store = openStore(path, OPTIONS)
    const anna = await proposeOne(store, 'anna')
    const reports = openReports(path)
    expect(await reports.history({})).toHaveLength(1)
    await live(store, anna, ['approve'])
    await store.pause('slack:U_nora', NOW)
    expect((await reports.history({})).map(({ event }) => event)).toEqual(['propose', 'approve'])
    expect(await reports.summary(NOW)).toMatchObject({
      byState: { approved: 1 },
      paused: { by: 'slack:U_nora', at: NOW },
    })
    expect(await reports.verifyChain()).toMatchObject({ kind: 'intact', rows: 2 })
    reports.close()
    await store.close()
  })

  test('neither disturbs nor frees what is under way', async () => {
    const path = join(aFolder(), 'reclaim.db')
    const store = openStore(path, OPTIONS)
    await proposeOne(store, 'anna')
    await store.takeTask('slack', NOW)
    await store.startRun({ id: 'run' as RunId, slot: null, actor: 'schedule', at: NOW })
    openReports(path).close()
    expect(await store.takeTask('slack', NOW)).toBeNull()
    expect((await store.summary(NOW)).running).not.toBeNull()
    await store.close()
  })

  test('cannot change it', async () => {
    const path = join(aFolder(), 'reclaim.db')
    const store = openStore(path, OPTIONS)
    await proposeOne(store, 'anna')
    const db = openForReading(path)
    expect(() => db.exec(`UPDATE candidates SET state = 'approved'`)).toThrow('readonly')
    db.close()
    await store.close()
  })

  test('works without a bot, once there has been one', async () => {
    const path = join(aFolder(), 'reclaim.db')
    const store = openStore(path, OPTIONS)
    await proposeOne(store, 'anna')
    await store.close()
    const reports = openReports(path)
    expect(await reports.history({})).toHaveLength(1)
    reports.close()
  })

  test('says so when there is none yet, and makes none', () => {
    const path = join(aFolder(), 'reclaim.db')
    expect(() => openReports(path)).toThrow(`The store ${path} cannot be opened`)
    expect(existsSync(path)).toBe(false)
  })

  test('says what to do when it has another version', () => {
    const path = join(aFolder(), 'reclaim.db')
    const db = openDatabase(path)
    db.pragma('user_version = 1')
    db.close()
    const sentence = `has version 1, this program needs ${MIGRATIONS.length}. Start the bot of this version once`
    expect(() => openReports(path)).toThrow(sentence)
  })
})
