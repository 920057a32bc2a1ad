import { describe, expect, test } from 'vitest'
import { MINUTE_MS, NOW } from '../../domain/examples.ts'
import {
  aList,
  drain,
  GRACE_MS,
  layOut,
  live,
  type Open,
  propose,
  proposeOne,
  record,
  take,
  waiting,
} from './scene.ts'

const DUE = NOW + GRACE_MS

/** The outbox: lanes, leases, order and endings. */
export function tasksContract(open: Open): void {
  const approved = async (names: string[]) => {
    const { store, succeed } = await open()
    const candidates = await propose(store, names)
    for (const candidate of candidates) await record(store, candidate, 'approve')
    return { store, succeed, candidates }
  }

  describe('a task', () => {
    test('is given when it is due, to the millisecond, and to one only', async () => {
      const { store, candidates } = await approved(['anna'])
      expect(await store.takeTask('servicenow', DUE - 1)).toBeNull()
      const task = await store.takeTask('servicenow', DUE)
      expect(task).toMatchObject({
        lane: 'servicenow',
        kind: 'write',
        attempts: 1,
        candidateId: candidates[0]?.id,
      })
      expect(await store.takeTask('servicenow', DUE)).toBeNull()
    })

    test('that is settled does not come again', async () => {
      const { store } = await approved(['anna'])
      await drain(store, 'slack')
      await store.settle((await take(store, 'servicenow', DUE)).id)
      expect(await waiting(store)).toBe(0)
      expect(await store.takeTask('servicenow', DUE * 2)).toBeNull()
    })

    test('that is postponed comes again when it said, and knows that it was tried', async () => {
      const { store } = await approved(['anna'])
      const { id } = await take(store, 'servicenow', DUE)
      await store.postpone(id, DUE + 1000, 'timeout')
      expect(await store.takeTask('servicenow', DUE + 999)).toBeNull()
      expect(await store.takeTask('servicenow', DUE + 1000)).toMatchObject({ id, attempts: 2 })
    })

    test('that is put back comes again when it said, as if it had not been taken: what came before counts', async () => {
      const { store } = await approved(['anna'])
      const { id } = await take(store, 'servicenow', DUE)
      await store.putBack(id, DUE + 1000, 'not connected')
      expect(await store.takeTask('servicenow', DUE + 999)).toBeNull()
      expect(await store.takeTask('servicenow', DUE + 1000)).toMatchObject({ id, attempts: 1 })
      await store.postpone(id, DUE + 2000, 'timeout')
      await take(store, 'servicenow', DUE + 2000)
      await store.putBack(id, DUE + 3000, 'rate limit')
      expect(await store.takeTask('servicenow', DUE + 3000)).toMatchObject({ id, attempts: 2 })
    })

    test('that is given up does not come again, and is counted', async () => {
      const { store } = await open()
      await propose(store, ['anna'])
      const { id } = await take(store, 'slack')
      await store.giveUp(id, 'channel_not_found')
      expect(await store.takeTask('slack', NOW * 2)).toBeNull()
      expect((await store.summary(NOW)).tasks).toEqual({ waiting: 0, givenUp: 1 })
    })

    test('that its bot died with comes again to the next one, which sees that it was tried', async () => {
      const { store, succeed } = await approved(['anna'])
      const { id } = await take(store, 'servicenow', DUE)
      const next = await succeed()
      expect(await next.takeTask('servicenow', DUE)).toMatchObject({ id, attempts: 2 })
    })

    test('of one lane is nobody else’s', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      await record(store, await proposeOne(store, 'anna'), 'approve')
      for (const lane of ['servicenow', 'slack', 'teams'] as const) {
        expect(await store.takeTask(lane, DUE)).toMatchObject({ lane })
        expect(await store.takeTask(lane, DUE)).toBeNull()
      }
    })
  })

  describe('the lane to ServiceNow', () => {
    test('goes to several candidates side by side, in the order in which they are due', async () => {
      const { store } = await open()
      const [anna, ben, carl] = await propose(store, ['anna', 'ben', 'carl'])
      if (!anna || !ben || !carl) throw new Error('not proposed')
      await record(store, anna, 'approve', { at: NOW + 2000 })
      await record(store, ben, 'approve', { at: NOW })
      await record(store, carl, 'approve', { at: NOW + 1000 })
      const order = [await take(store, 'servicenow', DUE * 2), await take(store, 'servicenow', DUE * 2)]
      order.push(await take(store, 'servicenow', DUE * 2))
      expect(order).toMatchObject([
        { candidateId: ben.id },
        { candidateId: carl.id },
        { candidateId: anna.id },
      ])
    })

    test('is not held up by a task that waits', async () => {
      const { store, candidates } = await approved(['anna', 'ben'])
      const { id } = await take(store, 'servicenow', DUE)
      await store.postpone(id, DUE * 2, 'over the cap')
      expect(await store.takeTask('servicenow', DUE)).toMatchObject({ candidateId: candidates[1]?.id })
    })

    test('never has two tasks of one candidate under way, and keeps their order', async () => {
      const { store } = await open()
      const candidate = await live(store, await proposeOne(store, 'anna'), ['approve', 'undo', 'approve'])
      const first = await take(store, 'servicenow', DUE)
      expect(await store.takeTask('servicenow', DUE)).toBeNull()
      await store.settle(first.id)
      const second = await take(store, 'servicenow', DUE)
      expect(second.id).toBeGreaterThan(first.id)
      // Only the second one belongs to the approval that counts.
      expect(second).toMatchObject({ askedBy: candidate.approvalSeq })
      expect(first).not.toMatchObject({ askedBy: candidate.approvalSeq })
    })

    test('looks after a lost write in its time', async () => {
      const { store } = await open()
      const candidate = await live(store, await proposeOne(store, 'anna'), ['approve', 'begin'])
      const write = await take(store, 'servicenow', DUE)
      const at = DUE + 60_000
      await record(store, candidate, 'lose_track', { at, task: { id: write.id, ends: 'settled' } })
      expect(await store.takeTask('servicenow', at + 90_000 - 1)).toBeNull()
      expect(await store.takeTask('servicenow', at + 90_000)).toMatchObject({
        kind: 'verify',
        candidateId: candidate.id,
      })
    })
  })

  describe('the lane of a chat', () => {
    const twoMessages = async () => {
      const { store } = await open()
      const candidates = await propose(store, ['anna', 'ben'])
      const plan = candidates.map(candidate => aList([candidate]))
      await layOut(store, plan)
      return { store, plan, candidates }
    }

    test('is strictly first in, first out', async () => {
      const { store, plan } = await twoMessages()
      const first = await take(store, 'slack')
      expect(first).toMatchObject({ kind: 'post', messageId: plan[0]?.id })
      expect(await store.takeTask('slack', NOW)).toBeNull()
      await store.settle(first.id)
      expect(await store.takeTask('slack', NOW)).toMatchObject({ kind: 'post', messageId: plan[1]?.id })
    })

    test('waits for its oldest task, even when a younger one is due', async () => {
      const { store, plan } = await twoMessages()
      await store.postpone((await take(store, 'slack')).id, NOW + MINUTE_MS, 'ratelimited')
      expect(await store.takeTask('slack', NOW + MINUTE_MS - 1)).toBeNull()
      expect(await store.takeTask('slack', NOW + MINUTE_MS)).toMatchObject({
        messageId: plan[0]?.id,
        attempts: 2,
      })
    })

    test('goes on behind a task that was given up', async () => {
      const { store, plan } = await twoMessages()
      await store.giveUp((await take(store, 'slack')).id, 'is_archived')
      expect(await store.takeTask('slack', NOW)).toMatchObject({ messageId: plan[1]?.id })
    })

    test('is not held up by a run whose approvers cannot be looked up; only later runs wait for it', async () => {
      const { store } = await open()
      await propose(store, ['anna'])
      const { id } = await take(store, 'slack')
      await store.postpone(id, NOW + MINUTE_MS, 'Slack cannot be reached')
      await propose(store, ['ben'])
      await store.notify({ kind: 'paused', by: 'slack:U_nora' }, NOW)
      expect(await drain(store, 'slack')).toEqual(['post'])
      expect(await store.takeTask('slack', NOW + MINUTE_MS)).toMatchObject({ id, kind: 'digest' })
      expect(await store.takeTask('slack', NOW + MINUTE_MS), 'it is under way').toBeNull()
      await store.settle(id)
      expect(await drain(store, 'slack', NOW + MINUTE_MS)).toEqual(['digest'])
    })

    test('does not hold up another chat', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      await propose(store, ['anna'])
      await store.postpone((await take(store, 'slack')).id, NOW + MINUTE_MS, 'ratelimited')
      expect(await drain(store, 'teams')).toEqual(['digest'])
    })
  })
}
