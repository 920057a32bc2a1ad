import { describe, expect, test } from 'vitest'
import type { CandidateId, MessageId, RunId } from '../../../src/reclaim/ids.ts'
import type { Happening } from '../../../src/reclaim/lifecycle.ts'
import type { Platform } from '../../../src/reclaim/ports.ts'
import type { Store } from '../../../src/reclaim/storage.ts'
import { DAY_MS, NOW } from '../../domain/examples.ts'
import {
  again,
  aList,
  drain,
  headOf,
  layOut,
  live,
  nextMessageId,
  nextRunId,
  type Open,
  propose,
  proposeOne,
  record,
  reportOf,
  show,
  take,
} from './scene.ts'

/** Messages: which there are, who is asked in them, where they stand, and how long they have waited. */
export function messagesContract(open: Open): void {
  describe('what is still to be shown', () => {
    const toShow = async (store: Store, runId: RunId, platform: Platform = 'slack') =>
      (await store.unplaced(runId, platform)).map(({ facts }) => facts.userName)
    /** Proposes somebody in a list whose post is given up. */
    const loseList = async (store: Store, name: string, promotion: Parameters<typeof propose>[2] = {}) => {
      const candidate = await proposeOne(store, name, promotion)
      const list = aList([candidate], { approver: 'U_mia' })
      await layOut(store, [list])
      await store.giveUp((await take(store, 'slack')).id, 'too many attempts')
      return { candidate, listId: list.id }
    }

    test('are the open candidates of this run, in their order, for each platform by itself', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      const runId = nextRunId()
      const [anna, ben, carl] = await propose(store, ['anna', 'ben', 'carl'], { runId })
      if (!anna || !ben || !carl) throw new Error('not proposed')
      await record(store, ben, 'skip')
      expect(await toShow(store, runId)).toEqual(['anna', 'carl'])
      await layOut(store, [aList([anna])])
      expect(await toShow(store, runId)).toEqual(['carl'])
      expect(await toShow(store, runId, 'teams')).toEqual(['anna', 'carl'])
    })

    test('includes whoever was decided on the other platform meanwhile, and leaves out who is closed', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      const runId = nextRunId()
      const lives: [string, Happening[]][] = [
        ['approved', ['approve']],
        ['reclaiming', ['approve', 'begin']],
        ['verifying', ['approve', 'begin', 'lose_track']],
        ['failed', ['approve', 'begin', 'refused']],
        ['undone', ['approve', 'undo']],
        ['skipped', ['skip']],
        ['expired', ['expire']],
        ['withdrawn', ['withdraw']],
        ['reclaimed', ['approve', 'begin', 'done']],
      ]
      const names = lives.map(([name]) => name)
      const candidates = await propose(store, names, { runId })
      await layOut(store, [aList(candidates)])
      for (const [index, candidate] of candidates.entries())
        await live(store, candidate, lives[index]?.[1] ?? [])
      expect(await store.unplaced(runId, 'slack')).toEqual([])
      const later = await store.unplaced(runId, 'teams')
      expect(later.map(({ facts }) => facts.userName)).toEqual(names.slice(0, 5))
      expect(later.map(({ state }) => state)).toEqual([...names.slice(0, 4), 'proposed'])
    })

    test('includes whom an earlier run proposed and this chat never showed: it may be new here', async () => {
      const before = await open({ platforms: ['slack'] })
      await show(before.store, ['anna'])
      const runId = nextRunId()
      await propose(before.store, ['ben'], { runId })
      expect(await toShow(before.store, runId, 'slack')).toEqual(['ben'])
      expect(await toShow(before.store, runId, 'teams')).toEqual(['anna', 'ben'])
    })

    test('leaves out whose own run is still to be laid out here', async () => {
      const { store } = await open()
      const [first, second] = [nextRunId(), nextRunId()]
      await propose(store, ['anna'], { runId: first })
      await propose(store, ['ben'], { runId: second })
      expect(await toShow(store, first)).toEqual(['anna'])
      await store.settle((await take(store, 'slack')).id)
      expect(await toShow(store, second)).toEqual(['anna', 'ben'])
    })

    test.each([true, false])(
      'leaves out rehearsals where it is meant, and the other way round (dry run: %s)',
      async dryRun => {
        const { store } = await open()
        await proposeOne(store, 'anna', { dryRun })
        await drain(store, 'slack')
        const [other, same] = [nextRunId(), nextRunId()]
        await propose(store, [], { runId: other, dryRun: !dryRun })
        await drain(store, 'slack')
        await propose(store, [], { runId: same, dryRun })
        expect([await toShow(store, other), await toShow(store, same)]).toEqual([[], ['anna']])
      },
    )

    test('are, of a list that was given up, those who are open once it is known not to stand there', async () => {
      const { store } = await open()
      const { candidate, listId } = await loseList(store, 'anna')
      const runId = nextRunId()
      await propose(store, [], { runId })
      expect([await store.lost('slack'), await store.lost('teams')]).toEqual([[listId], []])
      // Until then it may have arrived after all, and whoever is asked in it may decide.
      expect(await toShow(store, runId)).toEqual([])
      expect(await store.placement(candidate.id, 'slack')).toMatchObject({ approver: 'U_mia' })

      await store.unplace(listId)
      expect(await store.lost('slack')).toEqual([])
      expect(await toShow(store, runId)).toEqual(['anna'])
      const anew = aList([candidate])
      await layOut(store, [anew])
      expect(await toShow(store, runId)).toEqual([])
      await store.posted(anew.id, { conversation: 'C1', id: '2.0' }, NOW + DAY_MS)
      expect(await store.overdue(NOW + DAY_MS)).toEqual([])
    })

    test('are not those of a list that is found to stand there, or is still to be posted', async () => {
      const { store } = await open()
      const { messageId } = await show(store, ['carl'])
      const { listId } = await loseList(store, 'anna')
      await store.posted(listId, { conversation: 'C1', id: '2.0' }, NOW)
      const list = aList([await proposeOne(store, 'ben')])
      await layOut(store, [list])
      expect(await store.lost('slack')).toEqual([])
      for (const id of [listId, list.id, messageId]) await store.unplace(id)
      const runId = nextRunId()
      await propose(store, [], { runId })
      expect(await toShow(store, runId)).toEqual([])
    })

    test('are not those who were decided meanwhile: nobody has to look for their list', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      const { candidate } = await loseList(store, 'anna')
      await live(store, candidate, ['approve'], { actor: 'teams:mia' })
      expect(await store.lost('slack')).toHaveLength(1)
      await live(store, candidate, ['undo', 'skip'], { actor: 'teams:mia' })
      expect(await store.lost('slack')).toEqual([])
    })
  })

  describe('laying out a run', () => {
    test('fixes its messages, asks for them to be posted in this order, and ends the digest', async () => {
      const { store } = await open()
      const runId = nextRunId()
      const [anna, ben, carl] = await propose(store, ['anna', 'ben', 'carl'], { runId })
      if (!anna || !ben || !carl) throw new Error('not proposed')
      const header = aList([], { kind: 'header', withoutManager: 1, fromEarlierRuns: 2 })
      const lists = [
        aList([ben, anna], { approver: 'U_mia', part: 1, parts: 2 }),
        aList([carl], { approver: null, part: 2, parts: 2 }),
      ]
      await layOut(store, [header, ...lists])
      const posts: unknown[] = []
      for (let task = await store.takeTask('slack', NOW); task; task = await store.takeTask('slack', NOW)) {
        posts.push(task.kind, 'messageId' in task ? task.messageId : null)
        await store.settle(task.id)
      }
      expect(posts).toEqual([header, ...lists].flatMap(({ id }) => ['post', id]))

      const run = { ...reportOf(runId), head: await headOf(store) }
      expect(await store.message(header.id)).toEqual({
        id: header.id,
        platform: 'slack',
        content: { kind: 'header', run, withoutManager: 1, fromEarlierRuns: 2 },
        refs: [],
        unannounced: [],
      })
      const contents = await Promise.all(lists.map(async ({ id }) => (await store.message(id))?.content))
      expect(contents).toMatchObject([
        { kind: 'list', run, asked: 'slack:U_mia', part: 1, parts: 2 },
        { kind: 'list', run, asked: null, part: 2, parts: 2 },
      ])
      const shown = contents.map(content => (content?.kind === 'list' ? content.items : []))
      expect(shown.map(items => items.map(({ candidate }) => candidate))).toEqual([[ben, anna], [carl]])
      expect(shown[0]?.[0]?.last).toMatchObject({ candidateId: ben.id, event: 'propose' })
    })

    test('fixes who is asked about each candidate', async () => {
      const { store } = await open()
      const [anna, ben] = await propose(store, ['anna', 'ben'])
      if (!anna || !ben) throw new Error('not proposed')
      const [hers, theirs] = [aList([anna], { approver: 'U_mia' }), aList([ben])]
      await layOut(store, [hers, theirs])
      expect(await store.placement(anna.id, 'slack')).toEqual({ messageId: hers.id, approver: 'U_mia' })
      expect(await store.placement(ben.id, 'slack')).toEqual({ messageId: theirs.id, approver: null })
      expect(await store.placement(anna.id, 'teams')).toBeNull()
      expect(await store.placement('nobody' as CandidateId, 'slack')).toBeNull()
    })

    test('happens whole or not at all: nobody is shown twice on one platform', async () => {
      const { store } = await open()
      const anna = await proposeOne(store, 'anna')
      const digest = await take(store, 'slack')
      if (digest.kind !== 'digest') throw new Error('no digest')
      const plan = [aList([anna]), aList([anna])]
      await expect(store.layOut(digest.id, digest.runId, 'slack', plan, NOW)).rejects.toThrow()
      expect(await store.placement(anna.id, 'slack')).toBeNull()
      for (const { id } of plan) expect(await store.message(id)).toBeNull()
      await store.postpone(digest.id, NOW, 'again')
      expect(await store.takeTask('slack', NOW)).toMatchObject({ id: digest.id })
    })
  })

  describe('a message', () => {
    test('shows its candidates as they stand now', async () => {
      const { store } = await open()
      const { candidates, messageId } = await show(store, ['anna'])
      const [anna] = candidates
      if (!anna) throw new Error('not proposed')
      await record(store, anna, 'approve', { actor: 'slack:U_mia' })
      const content = (await store.message(messageId))?.content
      expect(content).toMatchObject({
        items: [{ candidate: { state: 'approved' }, last: { event: 'approve', actor: 'slack:U_mia' } }],
      })
      expect(content?.kind === 'list' && content.items[0]?.candidate).toEqual(await again(store, anna))
    })

    test('may stand in more than one place; each is kept once, the first stays the first', async () => {
      const { store } = await open()
      const anna = await proposeOne(store, 'anna')
      const list = aList([anna])
      await layOut(store, [list])
      const [first, second] = ['1.0', '0.5'].map(id => ({ conversation: 'C1', id }))
      if (!first || !second) throw new Error('impossible')
      await store.posted(list.id, first, NOW)
      await store.posted(list.id, second, NOW + 1)
      await store.posted(list.id, first, NOW + 2)
      expect((await store.message(list.id))?.refs).toEqual([first, second])
    })

    test('does not stand where another one stands, whoever says so', async () => {
      const { store } = await open()
      const [hers, theirs] = [
        aList([await proposeOne(store, 'anna')]),
        aList([await proposeOne(store, 'ben')]),
      ]
      await layOut(store, [hers])
      await layOut(store, [theirs])
      const [here, there] = ['1.0', '2.0'].map(id => ({ conversation: 'C1', id }))
      if (!here || !there) throw new Error('impossible')
      await store.posted(hers.id, here, NOW)
      await store.posted(theirs.id, there, NOW)
      await store.posted(hers.id, there, NOW + 1)
      expect((await store.message(hers.id))?.refs).toEqual([here])
      expect((await store.message(theirs.id))?.refs).toEqual([there])
    })

    test('that nobody knows is null, and cannot be posted', async () => {
      const { store } = await open()
      const nobody = 'nobody' as MessageId
      expect(await store.message(nobody)).toBeNull()
      await expect(store.posted(nobody, { conversation: 'C1', id: '1.0' }, NOW)).rejects.toThrow()
    })

    test('of no candidate goes to every platform', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      const notice = { kind: 'run_gave_up' as const, slot: NOW, reason: 'ServiceNow cannot be read.' }
      await store.notify(notice, NOW)
      for (const platform of ['slack', 'teams'] as const) {
        const task = await take(store, platform)
        expect(task.kind).toBe('post')
        if (task.kind !== 'post') return
        const message = await store.message(task.messageId)
        expect(message).toMatchObject({ platform, content: { kind: 'notice', notice }, unannounced: [] })
      }
    })
  })

  describe('whose time to be decided is over', () => {
    const overdue = async (store: Awaited<ReturnType<Open>>['store'], before: number) =>
      (await store.overdue(before)).map(({ facts }) => facts.userName).sort()

    test('proposed: counted from when it was first posted', async () => {
      const { store } = await open()
      const anna = await proposeOne(store, 'anna')
      const list = aList([anna], { id: nextMessageId() })
      await layOut(store, [list])
      await store.posted(list.id, { conversation: 'C1', id: '1.0' }, NOW + DAY_MS)
      await store.posted(list.id, { conversation: 'C1', id: '2.0' }, NOW + 2 * DAY_MS)
      expect(await overdue(store, NOW + DAY_MS)).toEqual([])
      expect(await overdue(store, NOW + DAY_MS + 1)).toEqual(['anna'])
    })

    test('proposed and never posted: counted from its creation', async () => {
      const { store } = await open()
      await proposeOne(store, 'anna')
      expect(await overdue(store, NOW)).toEqual([])
      expect(await overdue(store, NOW + 1)).toEqual(['anna'])
    })

    test('failed: counted from the failure', async () => {
      const { store } = await open()
      const anna = await live(store, await proposeOne(store, 'anna'), ['approve', 'begin'])
      await record(store, anna, 'refused', { at: NOW + DAY_MS })
      expect(await overdue(store, NOW + DAY_MS)).toEqual([])
      expect(await overdue(store, NOW + DAY_MS + 1)).toEqual(['anna'])
    })

    test('nobody else', async () => {
      const { store } = await open()
      const [a, b, c] = await propose(store, ['approved', 'verifying', 'skipped'])
      if (!a || !b || !c) throw new Error('not proposed')
      await live(store, a, ['approve'])
      await live(store, b, ['approve', 'begin', 'lose_track'])
      await live(store, c, ['skip'])
      expect(await overdue(store, NOW + 1e12)).toEqual([])
    })
  })
}
