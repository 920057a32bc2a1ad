import { describe, expect, test } from 'vitest'
import { aProposal, NOW } from '../../domain/examples.ts'
import {
  again,
  eventsOf,
  GRACE_MS,
  live,
  nextRunId,
  type Open,
  proposeOne,
  record,
  reportOf,
  take,
} from './scene.ts'

/** A verb that throws has changed nothing. */
export function atomicityContract(open: Open): void {
  describe('all or nothing', () => {
    test('a decision that fails half-way has not happened, and its task is still under way', async () => {
      let [fixed, n] = [false, 0]
      const { store } = await open({ ids: { next: () => (fixed ? 'always the same' : `id ${++n}`) } })
      const candidate = await live(store, await proposeOne(store, 'anna'), ['approve'])
      const task = await take(store, 'servicenow', NOW + GRACE_MS)
      fixed = true
      await record(store, candidate, 'undo')
      const approved = await live(store, candidate, ['approve'])
      // The token of this round is one that exists already: the last step of the transaction cannot be done.
      const undo = record(store, approved, 'undo', { task: { id: task.id, ends: 'settled' } })
      await expect(undo).rejects.toThrow()
      expect(await again(store, candidate)).toEqual(approved)
      expect(await eventsOf(store, candidate)).toEqual(['propose', 'approve', 'undo', 'approve'])
      await store.postpone(task.id, NOW + GRACE_MS, 'still there')
      expect(await store.takeTask('servicenow', NOW + GRACE_MS)).toMatchObject({ id: task.id })
      expect(await store.verifyChain()).toMatchObject({ kind: 'intact', rows: 4 })
    })

    test('one open candidate per account: a promotion with a second one has not happened at all', async () => {
      const { store } = await open()
      const anna = await proposeOne(store, 'anna')
      const ben = await proposeOne(store, 'ben')
      const before = await store.history({})
      const runId = nextRunId()
      await store.startRun({ id: runId, slot: null, actor: 'schedule', at: NOW })
      const promotion = store.finishRun({
        report: reportOf(runId),
        closings: [{ candidate: ben, event: 'withdraw', note: { why: 'excluded' } }],
        proposals: ['carl', 'anna'].map(name => ({ ...aProposal(name), askedBefore: 0 })),
      })
      await expect(promotion).rejects.toThrow()
      expect(await store.history({})).toEqual(before)
      expect([...(await store.standings()).open.values()]).toEqual([anna, ben])
      expect(await store.run(runId)).toBeNull()
    })
  })
}
