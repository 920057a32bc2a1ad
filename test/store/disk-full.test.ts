import { expect, onTestFinished, test, vi } from 'vitest'
import type { RunId } from '../../src/reclaim/ids.ts'
import type { Store } from '../../src/reclaim/storage.ts'
import { startWorker } from '../../src/reclaim/worker.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createStore, randomIds } from '../../src/store/store.ts'
import { createWorld, START } from '../property/world.ts'

/** A store whose disk is full for a while: `full('runs')` refuses each change of that table, `free()` no more. */
function aStore() {
  const db = openDatabase(':memory:')
  onTestFinished(() => {
    db.close()
  })
  const store: Store = {
    ...createStore(db, { platforms: ['slack'], graceMs: 0 }),
    close: async () => {},
  }
  return {
    store,
    full: (table: string) =>
      db.exec(
        `CREATE TRIGGER full BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`,
      ),
    free: () => db.exec('DROP TRIGGER full'),
    leased: () => db.prepare('SELECT count(*) FROM outbox WHERE leased = 1').pluck().get(),
    ended: () => db.prepare("SELECT ended FROM outbox WHERE kind = 'digest'").pluck().get(),
    askDigest: (run: string) =>
      db.prepare("INSERT INTO outbox (lane, kind, run_id, due_at) VALUES ('slack', 'digest', ?, 0)").run(run),
  }
}

test('a run whose end could not be written does not keep the next one waiting for ever', async () => {
  const { store, full, free } = aStore()
  const run = { id: 'first' as RunId, slot: START, actor: 'schedule', at: START }
  expect(await store.startRun(run)).toEqual({ kind: 'started' })
  full('runs')
  await expect(store.abandonRun(run.id, 'no', START)).rejects.toThrow('full')
  free()
  expect(await store.startRun({ ...run, id: 'second' as RunId })).toEqual({ kind: 'started' })
  expect(await store.startRun({ ...run, id: 'third' as RunId })).toMatchObject({ kind: 'busy' })
})

test('a task that the store could not take back is carried out once the disk has room', async () => {
  const { store, full, free, leased, ended, askDigest } = aStore()
  await store.startRun({ id: 'run' as RunId, slot: null, actor: 'schedule', at: START })
  askDigest('run')
  const world = createWorld(0, [])
  const chat = {
    ...world.chat,
    findApprover: async () => null,
  }
  const refusals: string[] = []
  const started = Promise.withResolvers<void>()
  const context = {
    store: {
      ...store,
      // The disk runs full while the task is under way: neither its end nor its return can be written.
      layOut: async () => {
        full('outbox')
        started.resolve()
        throw new Error('database or disk is full')
      },
    },
    sources: { licences: world.licences, roster: null, clock: world.clock },
    chats: new Map([['slack', chat]] as const),
    ids: randomIds,
    settings: {} as never,
    log: {
      debug() {},
      info() {},
      warn() {},
      error: (_: object, message: string) => {
        refusals.push(message)
      },
    },
  }
  const worker = startWorker(context, 0)
  onTestFinished(() => worker.stop())
  await started.promise
  await vi.waitFor(() => expect(refusals.length).toBeGreaterThan(0))
  expect(leased()).toBe(1)
  context.store = store as typeof context.store
  free()
  await vi.waitFor(
    () => {
      world.advance(60_000)
      worker.wake()
      expect(leased()).toBe(0)
      expect(ended()).toBe('settled')
    },
    { timeout: 10_000 },
  )
})
