import { describe, expect, test } from 'vitest'
import { NOW } from '../../domain/examples.ts'
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
  show,
  take,
  waiting,
} from './scene.ts'

/** Telling a message's thread what has happened: all of it, in order, and nothing that was told before. */
export function announcementsContract(open: Open): void {
  const shown = async (...names: string[]) => {
    const { store } = await open()
    const { candidates, messageId } = await show(store, names)
    const [first, second = first] = candidates
    if (!first || !second) throw new Error('not proposed')
    const untold = async () => (await store.message(messageId))?.unannounced ?? []
    return { store, messageId, first, second, untold }
  }

  describe('what a thread has not been told yet', () => {
    test('is every transition since the message was laid out, oldest first, of its own candidates', async () => {
      const { store, first, second, untold } = await shown('anna', 'ben')
      await record(store, await proposeOne(store, 'carl'), 'skip')
      expect(await untold()).toEqual([])
      await record(store, first, 'approve')
      await record(store, second, 'skip')
      await record(store, first, 'undo')
      const [approve, undo] = (await store.timeline(first.id)).slice(1)
      expect(await untold()).toEqual([approve, (await store.timeline(second.id)).at(-1), undo])
    })

    test('is not what had happened before it was laid out: the message itself says it', async () => {
      const { store } = await open()
      const candidate = await live(store, await proposeOne(store, 'anna'), ['approve', 'undo'])
      const list = aList([candidate])
      await layOut(store, [list])
      expect((await store.message(list.id))?.unannounced).toEqual([])
    })

    test('is not what it was told, even if the message itself could not be brought up to date', async () => {
      const { store, messageId, first, untold } = await shown('anna')
      await live(store, first, ['approve', 'undo'])
      const [one, two] = await untold()
      if (!one || !two) throw new Error('too few transitions')
      await take(store, 'slack')
      const before = await waiting(store)
      await store.told(messageId, one.seq)
      expect(await untold()).toEqual([two])
      await store.told(messageId, two.seq)
      await store.told(messageId, one.seq)
      expect(await untold()).toEqual([])
      expect(await waiting(store), 'the task goes on').toBe(before)
    })

    test('is not what it was told, and the cursor never goes back', async () => {
      const { store, messageId, first, untold } = await shown('anna')
      await live(store, first, ['approve', 'undo', 'approve'])
      const [one, two, three] = await untold()
      if (!one || !two || !three) throw new Error('too few transitions')
      await store.announced((await take(store, 'slack')).id, messageId, two.seq, NOW)
      expect(await untold()).toEqual([three])
      await store.announced((await take(store, 'slack')).id, messageId, one.seq, NOW)
      expect(await untold()).toEqual([three])
    })
  })

  describe('an announcement', () => {
    test('is asked for by every transition of a shown candidate', async () => {
      const { store, messageId, first } = await shown('anna')
      await record(store, first, 'approve')
      expect(await store.takeTask('slack', NOW)).toMatchObject({ kind: 'announce', messageId })
    })

    test('is not asked for by a candidate that nobody was shown', async () => {
      const { store } = await open()
      await record(store, await proposeOne(store, 'anna'), 'skip')
      expect(await drain(store, 'slack')).toEqual(['digest'])
    })

    test('goes to every platform that shows the candidate', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      const anna = await proposeOne(store, 'anna')
      const messages = { slack: aList([anna]), teams: aList([anna]) }
      for (const platform of ['slack', 'teams'] as const) {
        await layOut(store, [messages[platform]], { platform })
        await drain(store, platform)
      }
      await record(store, anna, 'approve')
      for (const platform of ['slack', 'teams'] as const)
        expect(await take(store, platform)).toMatchObject({
          kind: 'announce',
          messageId: messages[platform].id,
        })
    })

    test('that waits tells everything that happens until it starts', async () => {
      const { store, first, second } = await shown('anna', 'ben')
      await record(store, first, 'approve')
      await record(store, second, 'approve')
      await record(store, first, 'undo')
      expect(await drain(store, 'slack')).toEqual(['announce'])
    })

    test('that failed and waits for its next attempt does so too', async () => {
      const { store, first } = await shown('anna')
      await record(store, first, 'approve')
      await store.postpone((await take(store, 'slack')).id, NOW, 'ratelimited')
      await record(store, first, 'undo')
      expect(await drain(store, 'slack')).toEqual(['announce'])
    })

    test('looks first what was told, when an earlier one was given up', async () => {
      const { store, first } = await shown('anna')
      await drain(store, 'slack')
      await record(store, first, 'approve')
      await store.giveUp((await take(store, 'slack')).id, 'too many attempts')
      await record(store, first, 'undo')
      expect(await take(store, 'slack')).toMatchObject({ kind: 'announce', attempts: 2 })
    })

    test('that is under way is followed by another one', async () => {
      const { store, first } = await shown('anna')
      await record(store, first, 'approve')
      const underWay = await take(store, 'slack')
      await record(store, first, 'undo')
      await store.settle(underWay.id)
      expect(await drain(store, 'slack')).toEqual(['announce'])
    })

    test('ends when it has told everything', async () => {
      const { store, messageId, first, untold } = await shown('anna')
      await record(store, first, 'approve')
      const task = await take(store, 'slack')
      await store.announced(task.id, messageId, (await untold()).at(-1)?.seq ?? 0, NOW)
      expect(await untold()).toEqual([])
      expect(await waiting(store)).toBe(1)
      expect(await store.takeTask('servicenow', NOW + GRACE_MS)).toMatchObject({ kind: 'write' })
    })

    test('asks for another one when it could not tell everything', async () => {
      const { store, messageId, first, untold } = await shown('anna')
      await live(store, first, ['approve', 'undo', 'skip'])
      const task = await take(store, 'slack')
      const [told] = await untold()
      await store.announced(task.id, messageId, told?.seq ?? 0, NOW)
      expect((await untold()).map(({ event }) => event)).toEqual(['undo', 'skip'])
      expect(await drain(store, 'slack')).toEqual(['announce'])
    })

    test('when more happened while it was under way, asks for only one more', async () => {
      const { store, messageId, first, second, untold } = await shown('anna', 'ben')
      await record(store, first, 'approve')
      const task = await take(store, 'slack')
      const told = (await untold()).at(-1)?.seq ?? 0
      await record(store, second, 'approve')
      await record(store, first, 'undo')
      await store.announced(task.id, messageId, told, NOW)
      expect(await drain(store, 'slack')).toEqual(['announce'])
    })

    test('keeps the order of its lane: posts that were asked for before it come before it', async () => {
      const { store } = await open()
      const [anna, ben] = await propose(store, ['anna', 'ben'])
      if (!anna || !ben) throw new Error('not proposed')
      await layOut(store, [aList([anna]), aList([ben])])
      await record(store, anna, 'skip')
      expect(await drain(store, 'slack')).toEqual(['post', 'post', 'announce'])
    })
  })
}
