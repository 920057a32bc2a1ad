import type { Statement } from 'better-sqlite3'
import { expect, test } from 'vitest'
import { type Db, openDatabase } from '../../src/store/database.ts'
import { createStore } from '../../src/store/store.ts'
import { aSnapshot, NOW } from '../domain/examples.ts'
import { again, GRACE_MS, record, show, take } from './contract/scene.ts'

/* The store grows for years, and what happens at every click and at every step must not grow with it. */

/** Notes which statements run, and with what. */
function watch(db: Db): Map<string, readonly unknown[]> {
  const ran = new Map<string, readonly unknown[]>()
  const prepare = db.prepare.bind(db)
  db.prepare = (source: string) => {
    const statement: Statement = prepare(source)
    for (const way of ['run', 'get', 'all'] as const) {
      const carryOut = statement[way].bind(statement)
      statement[way] = (...values: unknown[]) => {
        ran.set(source, values)
        return carryOut(...values) as never
      }
    }
    return statement as never
  }
  return ran
}

/** Where SQLite goes through a table from end to end; taking its newest row is none. */
function scansIn(db: Db, ran: ReadonlyMap<string, readonly unknown[]>): string[] {
  return [...ran].flatMap(([source, values]) =>
    db
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${source}`)
      .all(...values)
      .filter(({ detail }) => detail.startsWith('SCAN ') && detail !== 'SCAN CONSTANT ROW')
      .filter(() => !source.endsWith(' ORDER BY seq DESC LIMIT 1'))
      .map(({ detail }) => `${detail}: ${source}`),
  )
}

test('a decision, a step of each lane and the beginning of a write go through no table from end to end', async () => {
  const db = openDatabase(':memory:')
  const ran = watch(db)
  const store = { ...createStore(db, { platforms: ['slack'], graceMs: GRACE_MS }), close: async () => {} }
  const { candidates, messageId } = await show(store, ['anna'])
  const token = candidates[0]?.token ?? ''

  ran.clear()
  const button = await store.candidateByToken(token)
  if (!button) throw new Error('The button is not known.')
  await store.placement(button.candidate.id, 'slack')
  const { entry } = await recorded(store, button.candidate, 'approve')
  await store.posted(messageId, { conversation: 'C_LICENCES', id: 'elsewhere' }, NOW)
  await store.refresh('slack', { conversation: 'C_LICENCES', id: 'elsewhere' }, NOW)
  await store.halts()
  await store.announced((await take(store, 'slack')).id, messageId, entry.seq, NOW)
  const { id } = await take(store, 'servicenow', NOW + GRACE_MS)
  const approved = await again(store, button.candidate)
  const limits = { maxPerDay: 100, maxPerApproverPerDay: 100, dayStart: NOW }
  expect(await store.begin(approved, aSnapshot(), NOW + GRACE_MS, limits)).toMatchObject({ kind: 'begun' })
  await store.settle(id)

  expect(ran.size).toBeGreaterThan(20)
  expect(scansIn(db, new Map(ran))).toEqual([])
})

async function recorded(...what: Parameters<typeof record>) {
  const outcome = await record(...what)
  if (outcome.kind === 'refused') throw new Error('It was refused.')
  return outcome
}
