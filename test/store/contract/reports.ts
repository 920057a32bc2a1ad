import { describe, expect, test } from 'vitest'
import type { Happening } from '../../../src/reclaim/lifecycle.ts'
import { aPerson, aProposal, idOf, NOW } from '../../domain/examples.ts'
import {
  aList,
  GRACE_MS,
  headOf,
  layOut,
  live,
  nextRunId,
  type Open,
  propose,
  proposeOne,
  record,
  reportOf,
  show,
  take,
} from './scene.ts'

/** What people ask to see, and the small facts that outlive a process. */
export function reportsContract(open: Open): void {
  describe('the summary', () => {
    test('of an empty store', async () => {
      const { store } = await open()
      expect(await store.summary(NOW)).toEqual({
        paused: null,
        breaker: null,
        restored: null,
        byState: {},
        byApprover: [],
        oldestWaiting: null,
        writesToday: 0,
        lastRun: null,
        running: null,
        nextRunAt: null,
        saving: { reclaimed: 0, open: 0 },
        tasks: { waiting: 0, givenUp: 0 },
      })
    })

    test('counts candidates by state, and what they save or would save a year', async () => {
      const { store } = await open()
      const lives: [string, number, Happening[]][] = [
        ['anna', 1200, []],
        ['ben', 300, ['approve', 'begin', 'lose_track']],
        ['carl', 50, ['approve', 'begin', 'done']],
        ['dora', 7, ['approve', 'begin', 'done']],
        ['emil', 1, ['skip']],
      ]
      for (const [name, yearlySaving, events] of lives)
        await live(store, await proposeOne(store, aProposal(name, { yearlySaving })), events)
      expect(await store.summary(NOW)).toMatchObject({
        byState: { proposed: 1, verifying: 1, reclaimed: 2, skipped: 1 },
        saving: { reclaimed: 57, open: 1500 },
        writesToday: 3,
      })
      expect((await store.summary(NOW + 1)).writesToday).toBe(0)
    })

    test('says who is asked about how many open candidates, and which has waited longest', async () => {
      const { store } = await open()
      const candidates = await propose(store, ['anna', 'ben', 'carl', 'dora'])
      const [anna, ben, carl, dora] = candidates
      if (!anna || !ben || !carl || !dora) throw new Error('not proposed')
      const late = aList([anna], { approver: null })
      const early = aList([ben, carl, dora], { approver: 'U_mia' })
      await layOut(store, [late, early])
      await store.posted(early.id, { conversation: 'C1', id: '1.0' }, NOW + 1)
      await store.posted(late.id, { conversation: 'C1', id: '2.0' }, NOW + 2)
      await record(store, dora, 'skip')
      expect(await store.summary(NOW)).toMatchObject({
        byApprover: [
          { platform: 'slack', approver: 'slack:U_mia', open: 2 },
          { platform: 'slack', approver: null, open: 1 },
        ],
        oldestWaiting: { candidateId: ben.id, since: NOW + 1 },
      })
    })

    test('says so for each platform by itself, and by the platform’s own name for whoever is asked', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      const [anna, ben] = await propose(store, ['anna', 'ben'])
      if (!anna || !ben) throw new Error('not proposed')
      await layOut(store, [aList([anna], { approver: 'U_mia' }), aList([ben])])
      await layOut(store, [aList([anna], { approver: 'mia' }), aList([ben])], { platform: 'teams' })
      expect((await store.summary(NOW)).byApprover).toEqual([
        { platform: 'slack', approver: null, open: 1 },
        { platform: 'slack', approver: 'slack:U_mia', open: 1 },
        { platform: 'teams', approver: null, open: 1 },
        { platform: 'teams', approver: 'teams:mia', open: 1 },
      ])
      await record(store, ben, 'skip')
      expect((await store.summary(NOW)).byApprover).toEqual([
        { platform: 'slack', approver: 'slack:U_mia', open: 1 },
        { platform: 'teams', approver: 'teams:mia', open: 1 },
      ])
    })

    test('knows the last finished run, the one that goes on and the next', async () => {
      const { store } = await open()
      const [first, second] = [nextRunId(), nextRunId()]
      await propose(store, [], { runId: first, at: NOW + 2 })
      await propose(store, [], { runId: second, at: NOW + 1 })
      await store.startRun({ id: nextRunId(), slot: null, actor: 'slack:U_nora', at: NOW + 3 })
      await store.saveJob({ schedule: 's', nextDueAt: NOW + 9, failingSince: null, retryAt: null })
      expect(await store.summary(NOW)).toMatchObject({
        lastRun: { ...reportOf(first, { finishedAt: NOW + 2 }), head: await headOf(store) },
        running: { since: NOW + 3, actor: 'slack:U_nora' },
        nextRunAt: NOW + 9,
      })
    })

    test('shows a pause, and the tasks that wait or were given up', async () => {
      const { store } = await open()
      const { candidates } = await show(store, ['anna'])
      for (const candidate of candidates) await record(store, candidate, 'approve')
      await store.pause('slack:U_nora', NOW)
      await store.giveUp((await take(store, 'slack')).id, 'is_archived')
      expect(await store.summary(NOW)).toMatchObject({
        paused: { by: 'slack:U_nora', at: NOW },
        // The write, and the word to the channel.
        tasks: { waiting: 2, givenUp: 1 },
      })
    })
  })

  describe('the history', () => {
    const lived = async () => {
      const { store } = await open()
      const [anna, ben] = await propose(store, ['anna', 'ben'])
      if (!anna || !ben) throw new Error('not proposed')
      await record(store, anna, 'approve', { at: NOW + 1 })
      await record(store, ben, 'skip', { at: NOW + 2, actor: 'teams:mia' })
      return { store, anna, ben }
    }
    const words = (rows: { userName: string; event: string }[]) =>
      rows.map(row => `${row.userName} ${row.event}`)

    test('is everything that happened, newest last, with names', async () => {
      const { store, anna } = await lived()
      await store.rememberPerson(aPerson('nora'))
      const history = await store.history({})
      expect(words(history)).toEqual(['anna propose', 'ben propose', 'anna approve', 'ben skip'])
      expect(history[2]).toEqual({
        ...(await store.timeline(anna.id)).at(-1),
        userName: 'anna',
        name: 'anna Example',
        actorName: 'nora Example',
        action: 'delete-account',
      })
      expect(history[3]).toMatchObject({ actor: 'teams:mia', actorName: null })
    })

    test('of one account: by user name, e-mail or sys_id, without case, or of one candidate', async () => {
      const { store, anna } = await lived()
      for (const user of ['Anna', 'anna@EXAMPLE.com', idOf('anna'), anna.id])
        expect(words(await store.history({ user }))).toEqual(['anna propose', 'anna approve'])
      expect(await store.history({ user: 'nobody' })).toEqual([])
    })

    test('its latest rows', async () => {
      const { store } = await lived()
      expect(words(await store.history({ limit: 2 }))).toEqual(['anna approve', 'ben skip'])
      expect(words(await store.history({ user: 'anna', limit: 1 }))).toEqual(['anna approve'])
    })

    test('names people as they are called now', async () => {
      const { store } = await lived()
      await store.rememberPerson(aPerson('nora'))
      await store.rememberPerson(aPerson('nora', { name: 'Nora New' }))
      expect((await store.history({}))[2]?.actorName).toBe('Nora New')
    })
  })

  describe('what outlives the process', () => {
    test('the scheduled job', async () => {
      const { store, succeed } = await open()
      expect(await store.job()).toBeNull()
      const job = {
        schedule: '0 9 * * 1 Europe/Berlin',
        nextDueAt: NOW,
        failingSince: NOW - 1,
        retryAt: NOW + 1,
      }
      await store.saveJob({ ...job, nextDueAt: 1 })
      await store.saveJob(job)
      expect(await store.job()).toEqual(job)
      expect(await (await succeed()).job()).toEqual(job)
    })

    test('everything that was decided', async () => {
      const { store, succeed } = await open()
      const anna = await live(store, await proposeOne(store, 'anna'), [
        'approve',
        'begin',
        'refused',
        'retry',
      ])
      const next = await succeed()
      expect(await next.candidate(anna.id)).toEqual(anna)
      expect(await next.takeTask('servicenow', NOW + GRACE_MS)).toMatchObject({ candidateId: anna.id })
    })
  })
}
