import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../story/screen.ts'
import { healthOf, refusal } from '../story/second-bot.ts'
import { DAY, MINUTE } from '../story/story.ts'
import {
  type FaultStory,
  faultStory,
  GRACE,
  HOUR,
  NAME,
  requestsOf,
  SENT,
  whenDeleteArrives,
} from './story.ts'

/* The machine's faults and what the bot promises under each. The names of the rows are the list. */

/** A story whose log is read: what the store refuses is said there, and nowhere else. */
async function machineStory() {
  const said: string[] = []
  const error = (fields: object, message: string) =>
    void said.push('lane' in fields ? `${fields.lane}: ${message}` : message)
  const told = await faultStory({ log: { debug() {}, info() {}, warn() {}, error } })
  return {
    ...told,
    /** Waits until the store has refused what the bot wanted to write down after its requests. */
    storeRefused: () =>
      eventually(() => expect(said).toContain('servicenow: the store refused; the lane goes on')),
  }
}

const storeOf = ({ stage }: FaultStory) => stage.settings.store.path

/** Lets every change of the store be refused, as on a disk without room. @returns the way to make room */
function fillDisk(told: FaultStory): () => void {
  const db = new Database(storeOf(told))
  const tables = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all()
  const changes = tables.flatMap(table => ['INSERT', 'UPDATE'].map(change => ({ table, change })))
  for (const { table, change } of changes)
    db.exec(
      `CREATE TRIGGER full_${table}_${change} BEFORE ${change} ON ${table}
       BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`,
    )
  return () => {
    for (const { table, change } of changes) db.exec(`DROP TRIGGER full_${table}_${change}`)
    db.close()
  }
}

/** Another program that writes to the store, and is in no hurry. */
async function holdStore(told: FaultStory, ms: number): Promise<void> {
  const root = join(import.meta.dirname, '../..')
  const script = `
    const db = require('better-sqlite3')(${JSON.stringify(storeOf(told))})
    db.exec('BEGIN IMMEDIATE')
    process.stdout.write('held')
    setTimeout(() => db.exec('COMMIT'), ${ms})`
  const holder = spawn(join(root, 'node_modules/.bin/node'), ['-e', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    holder.kill('SIGKILL')
  })
  await once(holder.stdout, 'data')
}

describe('the disk is full:', () => {
  test('when somebody presses Approve → told that it was not recorded, and nothing is; pressed again with room, it counts', async () => {
    const told = await faultStory()
    const { run, press, path, stage } = told
    await run()
    const makeRoom = fillDisk(told)
    expect(await press('dana', 'approve', NAME)).toMatch(
      /^Your decision could not be recorded, and nothing was changed\./,
    )
    expect(await healthOf(stage.bot())).toMatchObject({ up: true })
    makeRoom()
    expect(await path()).toEqual(['proposed'])
    expect(await press('dana', 'approve', NAME)).toMatch(/^Done/)
    expect(await path()).toEqual(['proposed', 'approved'])
  })

  test('when a run is due → nothing of it is kept; the same slot runs once there is room', async () => {
    const told = await faultStory()
    const { pass, stage, servicenow, history, messages } = told
    const gate = servicenow.hold({ method: 'GET', table: 'sys_user' })
    const slot = stage.pass(7 * DAY)
    await gate.arrived
    const makeRoom = fillDisk(told)
    gate.release()
    await slot
    await stage.pass(5 * MINUTE)
    makeRoom()
    expect(await history()).toEqual([])
    await pass(5 * MINUTE)
    expect(await history()).toHaveLength(12)
    await pass(10 * MINUTE)
    expect(await messages()).toHaveLength(5)
  })

  test('when a deletion is due → nothing is sent without its intent on disk; it goes on by itself once there is room', async () => {
    const told = await machineStory()
    const { approve, stage, pass, path, storeRefused } = told
    await approve()
    const makeRoom = fillDisk(told)
    const asked = await requestsOf(told, async () => {
      await stage.pass(GRACE)
      await storeRefused()
      for (let minutes = 0; minutes < 5; minutes++) await stage.pass(MINUTE)
    })
    expect(asked).toEqual([])
    expect(await path()).toEqual(['proposed', 'approved'])
    makeRoom()
    await pass(10 * MINUTE)
    await told.endsReclaimed({ path: SENT, deletes: 1 })
  })

  test('when the last look has been taken → nothing is sent without its intent on disk; it looks again once there is room', async () => {
    const told = await machineStory()
    const { approve, stage, servicenow, pass, minutes, storeRefused } = told
    await approve()
    const gate = servicenow.hold({ method: 'GET' })
    await stage.pass(GRACE)
    await gate.arrived
    const makeRoom = fillDisk(told)
    gate.release()
    await storeRefused()
    expect(told.deletes()).toBe(0)
    makeRoom()
    await pass(0)
    await minutes(2)
    await told.endsReclaimed({ path: SENT, deletes: 1 })
  })

  test('when a DELETE is under way → nothing is sent again; with room the account is read, and what has happened is told', async () => {
    const told = await machineStory()
    const { approve, stage, minutes, deletes, storeRefused } = told
    await approve()
    let makeRoom = () => {}
    whenDeleteArrives(told, () => {
      makeRoom = fillDisk(told)
    })
    await stage.pass(GRACE)
    await storeRefused()
    expect(deletes()).toBe(1)
    makeRoom()
    await minutes(5)
    await told.endsReclaimed({ path: [...SENT, 'verifying'], deletes: 1 })
  })
})

describe('the store is busy:', () => {
  test('another program writes to it for two seconds → the bot waits, and whoever pressed is answered', async () => {
    const told = await faultStory()
    await told.run()
    await holdStore(told, 1500)
    expect(await told.press('dana', 'approve', NAME)).toMatch(/^Done/)
    expect(await told.path()).toEqual(['proposed', 'approved'])
  })

  test('for longer than the bot waits, when a deletion is due → nothing is lost or sent twice; it goes on by itself', async () => {
    const told = await faultStory()
    await told.approve()
    await holdStore(told, 6500)
    await told.pass(GRACE)
    await told.pass(MINUTE)
    await told.endsReclaimed({ path: SENT, deletes: 1 })
  })

  test('a second bot on the same file → does not start, and says what to do; the first is not disturbed', async () => {
    const told = await faultStory()
    const { approve, stage, pass } = told
    await approve()
    expect(await refusal(stage, { file: { store: { path: './reclaim.db' } } })).toMatch(
      /^Another bot is running on .*reclaim\.db\. Stop it first, or give this one its own store\.path\.$/,
    )
    await pass(GRACE)
    await told.endsReclaimed({ path: SENT, deletes: 1 })
  })
})

describe('the store cannot be used:', () => {
  const rows: { fault: string; spoil(path: string): void; says: RegExp }[] = [
    {
      fault: 'its beginning is garbage',
      spoil: path => writeSync(openSync(path, 'r+'), Buffer.alloc(4096, 'x'), 0, 4096, 0),
      says: /reclaim\.db is not a store of this bot \(file is not a database\)\. Point store\.path elsewhere, or restore a backup\.$/,
    },
    {
      fault: 'it ends too early',
      spoil: path => writeFileSync(path, readFileSync(path).subarray(0, 5000)),
      says: /reclaim\.db/,
    },
    {
      fault: 'its middle is garbage',
      spoil: path => writeSync(openSync(path, 'r+'), Buffer.alloc(4096, 'x'), 0, 4096, 3 * 4096),
      says: /reclaim\.db is damaged \(.*\)\. Keep the file, and go on from the latest backup that verifies\.$/,
    },
    {
      fault: 'it was written by a newer version',
      spoil: path => {
        const db = new Database(path)
        db.pragma(`user_version = ${Number(db.pragma('user_version', { simple: true })) + 1}`)
        db.close()
      },
      says: /was written by a newer version of the bot .*\. Install that version, or point store\.path elsewhere\.$/,
    },
  ]

  test.each(rows)(
    '$fault → the bot does not start, says why and what to do, leaves the file alone and sends nothing',
    async ({ spoil, says }) => {
      const told = await faultStory()
      const { approve, stage, clock, deletes } = told
      await approve()
      await stage.bot().close()
      clock.advance(HOUR)
      spoil(storeOf(told))
      const before = readFileSync(storeOf(told))
      expect(await refusal(stage, { file: { store: { path: './reclaim.db' } } })).toMatch(says)
      expect(readFileSync(storeOf(told)).equals(before)).toBe(true)
      expect(deletes()).toBe(0)
    },
  )
})
