import { describe, expect, test } from 'vitest'
import type { Happening } from '../../src/reclaim/lifecycle.ts'
import { reconcile } from '../../src/reclaim/reconcile.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createStore } from '../../src/store/store.ts'
import { live, proposeOne } from '../store/contract/scene.ts'
import { anIdleAccount, NOW } from './examples.ts'
import { createSurroundings } from './surroundings.ts'

/* A store that was put back from a backup, and what becomes of each candidate in it. */

type Life = [name: string, events: readonly Happening[]]

const restoredWith = (...lives: Life[]) => restored(2, lives)

async function restored(approvalsRequired: 1 | 2, lives: readonly Life[]) {
  const options = { platforms: ['slack'], graceMs: 0, approvalsRequired } as const
  const db = openDatabase(':memory:')
  const before = { ...createStore(db, options), close: async () => {} }
  const surroundings = createSurroundings()
  for (const [name, events] of lives) {
    surroundings.hire(anIdleAccount(name))
    const candidate = await proposeOne(before, name)
    for (const event of events)
      await live(before, candidate, [event], { actor: event === 'endorse' ? 'slack:U_dana' : 'slack:U_nora' })
  }
  const store = {
    ...createStore(db, { ...options, isRestored: true, now: () => NOW }),
    close: async () => {},
  }
  const logged: [fields: object, words: string][] = []
  const note = (fields: object, words: string) => void logged.push([fields, words])
  const log = { debug() {}, info: note, warn: note, error() {} }
  return {
    ...surroundings,
    ...{ store, logged },
    reconcile: () =>
      reconcile({ store, log, sources: { licences: surroundings.licences, clock: { now: () => NOW } } }),
    async happens(name: string, event: Happening, actor: string) {
      const [candidate] = await store.candidatesOf(name)
      if (!candidate) throw new Error(`${name} was never proposed.`)
      await store.record({ candidateId: candidate.id, event, actor, note: {}, at: NOW })
    },
    async end(name: string) {
      const [candidate] = await store.candidatesOf(name)
      const last = candidate && (await store.timeline(candidate.id)).at(-1)
      return [last?.event, candidate?.state, last?.note.why]
    },
    async history(name: string) {
      const [candidate] = await store.candidatesOf(name)
      return candidate ? store.timeline(candidate.id) : []
    },
    /** Whose accounts are still to be read, those to begin with first. */
    async unread() {
      const ids = (await store.halts()).restored?.unread ?? []
      const candidates = await Promise.all(ids.map(id => store.candidate(id)))
      return candidates.map(candidate => candidate?.facts.userName)
    },
    isHalted: async () => (await store.halts()).restored !== null,
  }
}

describe('reconciling a restored store', () => {
  test.each<[string, Happening[], 'there' | 'gone', unknown[]]>([
    ['proposed', [], 'there', ['propose', 'proposed', undefined]],
    ['proposed', [], 'gone', ['withdraw', 'withdrawn', 'gone_since_restore']],
    ['endorsed', ['endorse'], 'there', ['withdraw', 'withdrawn', 'store_restored']],
    ['approved', ['endorse', 'approve'], 'there', ['withdraw', 'withdrawn', 'store_restored']],
    ['approved and undone', ['endorse', 'approve', 'undo'], 'there', ['undo', 'proposed', undefined]],
    ['reclaiming', ['endorse', 'approve', 'begin'], 'there', ['give_up', 'failed', 'store_restored']],
    ['reclaiming', ['endorse', 'approve', 'begin'], 'gone', ['found_done', 'reclaimed', undefined]],
    [
      'verifying',
      ['endorse', 'approve', 'begin', 'lose_track'],
      'there',
      ['give_up', 'failed', 'store_restored'],
    ],
    [
      'verifying',
      ['endorse', 'approve', 'begin', 'lose_track'],
      'gone',
      ['found_done', 'reclaimed', undefined],
    ],
    ['failed', ['endorse', 'approve', 'begin', 'refused'], 'there', ['refused', 'failed', undefined]],
    ['failed', ['endorse', 'approve', 'begin', 'refused'], 'gone', ['found_done', 'reclaimed', undefined]],
    [
      'proposed after a write in vain',
      ['endorse', 'approve', 'begin', 'lose_track', 'found_undone', 'undo'],
      'gone',
      ['withdraw', 'withdrawn', 'gone_since_restore'],
    ],
    [
      'approved, never begun',
      ['endorse', 'approve'],
      'gone',
      ['withdraw', 'withdrawn', 'gone_since_restore'],
    ],
    ['skipped', ['skip'], 'gone', ['skip', 'skipped', undefined]],
  ])('%s (%j), the account is %s: %j', async (_, events, account, end) => {
    const restored = await restoredWith(['anna', events])
    if (account === 'gone') restored.remove('anna')
    await restored.reconcile()
    expect(await restored.end('anna')).toEqual(end)
    expect(await restored.isHalted()).toBe(false)
  })

  test('promises an old approval no new time to undo, though somebody resumes before it is over', async () => {
    const restored = await restoredWith(['anna', ['endorse', 'approve']])
    await restored.store.resume('slack:U_nora', NOW, 60_000)
    await restored.reconcile()
    const events = (await restored.history('anna')).map(({ event }) => event)
    expect(events).toEqual(['propose', 'endorse', 'approve', 'withdraw'])
  })

  test('sends nothing, and lets nothing be taken from the writing lane before it is over', async () => {
    const restored = await restoredWith(
      ['anna', ['endorse', 'approve']],
      ['ben', ['endorse', 'approve', 'begin', 'lose_track']],
    )
    expect(await restored.store.takeTask('servicenow', NOW * 2)).toBeNull()
    await restored.reconcile()
    expect(restored.calls.filter(call => call.startsWith('send'))).toEqual([])
  })

  test('an approval given since stands; one that completes an older endorsement does not', async () => {
    const restored = await restoredWith(['anna', []], ['ben', ['endorse']])
    for (const [name, event, actor] of [
      ['anna', 'endorse', 'slack:U_dana'],
      ['anna', 'approve', 'slack:U_nora'],
      ['ben', 'approve', 'slack:U_nora'],
    ] as const)
      await restored.happens(name, event, actor)
    await restored.reconcile()
    expect(await restored.end('anna')).toEqual(['approve', 'approved', undefined])
    expect(await restored.end('ben')).toEqual(['withdraw', 'withdrawn', 'store_restored'])
  })

  test.each<[string, Happening[], unknown[] | 'waits']>([
    ['proposed', [], 'waits'],
    ['endorsed', ['endorse'], ['withdraw', 'withdrawn', 'unread_since_restore']],
    ['approved', ['endorse', 'approve'], ['withdraw', 'withdrawn', 'unread_since_restore']],
    ['approved and undone', ['endorse', 'approve', 'undo'], 'waits'],
    [
      'endorsed after a write in vain',
      ['endorse', 'approve', 'begin', 'lose_track', 'found_undone', 'undo', 'endorse'],
      ['withdraw', 'withdrawn', 'unread_since_restore'],
    ],
    [
      'approved after a write in vain',
      ['endorse', 'approve', 'begin', 'lose_track', 'found_undone'],
      'waits',
    ],
    ['reclaiming', ['endorse', 'approve', 'begin'], 'waits'],
    ['verifying', ['endorse', 'approve', 'begin', 'lose_track'], 'waits'],
    ['failed', ['endorse', 'approve', 'begin', 'refused'], 'waits'],
  ])('%s (%j), the account cannot be read: %j', async (_, events, end) => {
    const restored = await restoredWith(['anna', events])
    restored.breakDown('inspect')
    const before = await restored.end('anna')
    await restored.reconcile()
    expect(await restored.end('anna')).toEqual(end === 'waits' ? before : end)
    expect(await restored.isHalted()).toBe(end === 'waits')
  })

  test('an account that cannot be read keeps no other from being read; it alone is tried again', async () => {
    const restored = await restoredWith(['anna', []], ['ben', ['endorse', 'approve']], ['carl', []])
    restored.failWith('inspect', new Error('The account is hidden.'))
    restored.during('inspect', () => restored.during('inspect', restored.repair))
    await restored.reconcile()
    expect(await restored.end('ben')).toEqual(['withdraw', 'withdrawn', 'store_restored'])
    expect(await restored.unread()).toEqual(['anna'])
    restored.fresh()
    await restored.reconcile()
    expect(restored.calls).toEqual(['inspect anna'])
    expect(await restored.isHalted()).toBe(false)
  })

  test('tells operators which account cannot be read and why, and how many are left', async () => {
    const restored = await restoredWith(['anna', []], ['ben', []])
    restored.failWith('inspect', new Error('The account is hidden.'))
    restored.during('inspect', () => restored.during('inspect', restored.repair))
    await restored.reconcile()
    const [anna] = await restored.store.candidatesOf('anna')
    expect(restored.logged).toEqual([
      [
        { candidate: anna?.id, reason: 'The account is hidden.' },
        'an account of the restored store is still to be read',
      ],
      [{ candidates: 1 }, 'the restored store is not reconciled yet'],
    ])
  })

  test('asks a ServiceNow that is out of reach no more than three times a turn, and goes on with those that it did not try', async () => {
    const names = ['anna', 'ben', 'carl', 'dora', 'eve']
    const restored = await restoredWith(...names.map((name): Life => [name, []]), [
      'finn',
      ['endorse', 'approve'],
    ])
    restored.breakDown('inspect')
    await restored.reconcile()
    expect(restored.calls).toEqual(['inspect anna', 'inspect ben', 'inspect carl'])
    expect(await restored.end('finn')).toEqual(['withdraw', 'withdrawn', 'unread_since_restore'])
    expect(await restored.unread()).toEqual(['dora', 'eve', 'anna', 'ben', 'carl'])
    expect(restored.logged.map(([fields]) => fields)).toEqual([
      ...Array(3).fill(expect.objectContaining({ reason: 'inspect is out of order' })),
      { candidates: 5 },
    ])
    restored.fresh()
    restored.during('inspect', () =>
      restored.during('inspect', () => restored.during('inspect', restored.repair)),
    )
    await restored.reconcile()
    expect(restored.calls.slice(0, 3)).toEqual(['inspect dora', 'inspect eve', 'inspect anna'])
    expect(await restored.unread()).toEqual(['dora', 'eve'])
  })

  test('only failures in a row are a ServiceNow that is out of reach', async () => {
    const names = ['anna', 'ben', 'carl', 'dora', 'eve']
    const restored = await restoredWith(...names.map((name): Life => [name, []]))
    const fail = () => restored.breakDown('inspect')
    restored.breakDown('inspect')
    restored.during('inspect', () =>
      restored.during('inspect', () =>
        restored.during('inspect', () => {
          restored.repair()
          restored.during('inspect', fail)
        }),
      ),
    )
    await restored.reconcile()
    expect(restored.calls).toHaveLength(5)
    expect(await restored.unread()).toEqual(['anna', 'ben', 'dora', 'eve'])
  })

  test('does not wait for an account that somebody skipped', async () => {
    const restored = await restoredWith(['anna', []])
    restored.breakDown('inspect')
    await restored.reconcile()
    await restored.happens('anna', 'skip', 'slack:U_nora')
    restored.fresh()
    await restored.reconcile()
    expect(restored.calls).toEqual([])
    expect(await restored.isHalted()).toBe(false)
  })

  test('goes by what was decided while the account was read', async () => {
    const restored = await restoredWith(['anna', ['endorse', 'approve']])
    restored.during('inspect', () => restored.happens('anna', 'undo', 'slack:U_nora'))
    await restored.reconcile()
    expect(await restored.end('anna')).toEqual(['undo', 'proposed', undefined])
  })

  test('leaves alone whoever was decided about while the account was read, and is over', async () => {
    const restored = await restoredWith(['anna', []])
    restored.remove('anna')
    restored.during('inspect', () => restored.happens('anna', 'skip', 'slack:U_nora'))
    await restored.reconcile()
    expect(await restored.end('anna')).toEqual(['skip', 'skipped', undefined])
    expect(await restored.isHalted()).toBe(false)
  })

  test('says in the history of a write that was under way that the bot was interrupted', async () => {
    const restored = await restoredWith(['anna', ['endorse', 'approve', 'begin']])
    await restored.reconcile()
    expect((await restored.history('anna')).slice(-2)).toMatchObject([
      { event: 'lose_track', note: { why: 'interrupted' }, actor: 'worker' },
      { event: 'give_up', note: { why: 'store_restored' }, actor: 'worker' },
    ])
  })

  test('withdraws an old approval also where one person is enough', async () => {
    const withOne = await restored(1, [['anna', ['approve']]])
    await withOne.reconcile()
    expect(await withOne.end('anna')).toEqual(['withdraw', 'withdrawn', 'store_restored'])
  })

  test('tells operators how many accounts it read', async () => {
    const restored = await restoredWith(['anna', []], ['ben', []])
    await restored.reconcile()
    expect(restored.logged).toEqual([[{ candidates: 2 }, 'the restored store was reconciled']])
  })

  test('does nothing where the store was not restored', async () => {
    const restored = await restoredWith(['anna', []])
    await restored.reconcile()
    restored.calls.length = 0
    await restored.reconcile()
    expect(restored.calls).toEqual([])
  })
})
