import { describe, expect, test } from 'vitest'
import type { Store } from '../../../src/reclaim/storage.ts'
import { MINUTE_MS, NOW } from '../../domain/examples.ts'
import { drain, GRACE_MS, live, type Open, propose, proposeOne, take } from './scene.ts'

const DUE = NOW + GRACE_MS

/** What a bot makes good for when there was none for a while. */
export function absenceContract(open: Open): void {
  const away = async (decide: (store: Store) => Promise<unknown>, until: number, graceMs = GRACE_MS) => {
    const { store, succeed } = await open({ graceMs })
    await store.alive(NOW)
    await decide(store)
    await drain(store, 'slack')
    return succeed({ graceMs, now: () => until })
  }
  const approve = async (store: Store) => live(store, await proposeOne(store, 'anna'), ['approve'])

  /** The notice that was posted, if any. */
  const notice = async (store: Store) => {
    const post = await store.takeTask('slack', DUE * 2)
    const message = post?.kind === 'post' ? await store.message(post.messageId) : null
    if (post) await store.settle(post.id)
    return message?.content.kind === 'notice' ? message.content.notice : null
  }

  describe('after an absence', () => {
    test('a write whose time to undo ended meanwhile gets a full one, and the channel is told', async () => {
      const store = await away(approve, DUE)
      expect(await store.takeTask('servicenow', DUE + GRACE_MS - 1)).toBeNull()
      expect(await notice(store)).toEqual({ kind: 'was_away', since: NOW, until: DUE, waiting: 1 })
      const [anna] = await store.candidatesOf('anna')
      expect(anna).toMatchObject({ state: 'approved', waitingFor: 'time_to_undo_again' })
      await take(store, 'servicenow', DUE + GRACE_MS)
    })

    test('a time to undo that has not ended runs on', async () => {
      const store = await away(approve, DUE - 1)
      expect(await store.candidatesOf('anna')).toMatchObject([{ waitingFor: null }])
      await take(store, 'servicenow', DUE)
    })

    test('what had begun, and what is read back, is looked after at once', async () => {
      const begun = async (store: Store) => {
        const [anna, ben] = await propose(store, ['anna', 'ben'])
        if (!anna || !ben) throw new Error('not proposed')
        await live(store, anna, ['approve', 'begin'])
        await live(store, ben, ['approve', 'begin', 'lose_track'])
      }
      const store = await away(begun, DUE)
      expect((await take(store, 'servicenow', DUE)).kind).toBe('verify')
      expect((await take(store, 'servicenow', DUE)).kind).toBe('write')
    })

    test('an approval that was undone is nothing to wait for', async () => {
      const undone = async (store: Store) => live(store, await proposeOne(store, 'anna'), ['approve', 'undo'])
      expect(await notice(await away(undone, NOW + MINUTE_MS))).toBeNull()
    })

    test('while nothing may begin no time is given, however often the bot is started: a resume gives it', async () => {
      const paused = async (store: Store) => {
        await approve(store)
        await store.pause('slack:U_nora', NOW)
      }
      const store = await away(paused, DUE)
      expect(await notice(store)).toMatchObject({ waiting: 0 })
      const [anna] = await store.candidatesOf('anna')
      expect(anna).toMatchObject({ state: 'approved', waitingFor: null })
    })

    test('for a moment, the threads alone are told', async () => {
      const { store, succeed } = await open()
      await approve(store)
      await drain(store, 'slack')
      await store.alive(DUE - 1)
      const next = await succeed({ now: () => DUE })
      expect(await next.candidatesOf('anna')).toMatchObject([{ waitingFor: 'time_to_undo_again' }])
      expect(await notice(next)).toBeNull()
    })

    test('without a time to undo, none is given', async () => {
      const store = await away(approve, NOW + MINUTE_MS, 0)
      await take(store, 'servicenow', NOW + MINUTE_MS)
      expect(await notice(store)).toBeNull()
    })

    test('of more than ten minutes the channel is told, where somebody may have pressed a button', async () => {
      const until = NOW + 10 * MINUTE_MS
      const proposed = (store: Store) => propose(store, ['anna'])
      expect(await notice(await away(proposed, until))).toBeNull()
      expect(await notice(await away(proposed, until + 1))).toMatchObject({ kind: 'was_away', waiting: 0 })
      const skipped = async (store: Store) => live(store, await proposeOne(store, 'anna'), ['skip'])
      expect(await notice(await away(skipped, until + 1))).toBeNull()
    })

    test('it is told once', async () => {
      const { store, succeed } = await open()
      await store.alive(NOW)
      await approve(store)
      await drain(store, 'slack')
      const next = await succeed({ now: () => DUE })
      expect(await notice(next)).not.toBeNull()
      expect(await notice(await succeed({ now: () => DUE + MINUTE_MS }))).toBeNull()
    })
  })
}
