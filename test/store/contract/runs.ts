import { describe, expect, test } from 'vitest'
import type { RunId } from '../../../src/reclaim/ids.ts'
import type { Happening } from '../../../src/reclaim/lifecycle.ts'
import { aProposal, factsOf, idOf, MINUTE_MS, NOW } from '../../domain/examples.ts'
import {
  drain,
  eventsOf,
  GRACE_MS,
  headOf,
  live,
  nextRunId,
  type Open,
  propose,
  proposeOne,
  record,
  reportOf,
  take,
} from './scene.ts'

const SLOT = NOW - MINUTE_MS

/** Runs: one at a time, each slot once, promoted whole. */
export function runsContract(open: Open): void {
  const start = (id: RunId, slot: number | null = null) => ({ id, slot, actor: 'cli:nora', at: NOW })
  const ended = (id: RunId) => ({ report: reportOf(id), closings: [], proposals: [] })

  describe('starting a run', () => {
    test('one at a time: a second one learns since when and by whom', async () => {
      const { store } = await open()
      const [first, second] = [nextRunId(), nextRunId()]
      expect(await store.startRun(start(first))).toEqual({ kind: 'started' })
      expect(await store.startRun(start(second, SLOT))).toEqual({
        kind: 'busy',
        since: NOW,
        actor: 'cli:nora',
      })
      await store.finishRun(ended(first))
      expect(await store.startRun(start(second, SLOT))).toEqual({ kind: 'started' })
    })

    test('of two at the same instant one is busy', async () => {
      const { store } = await open()
      const both = await Promise.all([nextRunId(), nextRunId()].map(id => store.startRun(start(id))))
      expect(both.map(({ kind }) => kind).sort()).toEqual(['busy', 'started'])
    })

    test('a slot that was run is done; without a slot there may be any number', async () => {
      const { store } = await open()
      for (const slot of [SLOT, SLOT + 1, null, null]) {
        const id = nextRunId()
        expect(await store.startRun(start(id, slot))).toEqual({ kind: 'started' })
        await store.finishRun(ended(id))
      }
      expect(await store.startRun(start(nextRunId(), SLOT))).toEqual({ kind: 'slot_done' })
    })

    test('an abandoned run leaves its slot free, and keeps nothing else', async () => {
      const { store } = await open()
      const first = nextRunId()
      await store.startRun(start(first, SLOT))
      await store.abandonRun(first, 'ServiceNow cannot be read.', NOW)
      expect(await store.run(first)).toBeNull()
      expect(await store.takeTask('slack', NOW)).toBeNull()
      expect(await store.startRun(start(nextRunId(), SLOT))).toEqual({ kind: 'started' })
    })

    test('a run that its bot died in is abandoned by the next one', async () => {
      const { store, succeed } = await open()
      await store.startRun(start(nextRunId(), SLOT))
      const next = await succeed()
      expect((await next.summary(NOW)).running).toBeNull()
      expect(await next.startRun(start(nextRunId(), SLOT))).toEqual({ kind: 'started' })
    })
  })

  describe('promoting what a run found', () => {
    test('creates the candidates in this order, keeps the report and asks for a digest on every platform', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      const runId = nextRunId()
      const report = {
        found: 2,
        byRule: { inactive: 2 },
        held: [{ why: 'share', percent: 12.5, limit: 10 }],
      } as const
      const candidates = await propose(store, ['ben', 'anna'], { runId, report })
      expect(candidates.map(({ facts }) => facts.userName)).toEqual(['ben', 'anna'])
      expect(await store.run(runId)).toEqual({ ...reportOf(runId, report), head: await headOf(store) })
      expect(await store.takeTask('slack', NOW)).toMatchObject({ kind: 'digest', runId })
      expect(await store.takeTask('teams', NOW)).toMatchObject({ kind: 'digest', runId })
    })

    test('a run that is still going on has no report', async () => {
      const { store } = await open()
      const runId = nextRunId()
      await store.startRun(start(runId))
      expect(await store.run(runId)).toBeNull()
      expect(await store.run(nextRunId())).toBeNull()
    })

    test('withdraws and proposes the same account in one go', async () => {
      const { store } = await open()
      const old = await proposeOne(store, 'anna')
      const runId = nextRunId()
      await store.startRun(start(runId))
      await store.finishRun({
        report: reportOf(runId),
        closings: [
          {
            candidate: old,
            event: 'withdraw',
            note: { why: 'facts_changed', changes: [{ field: 'email' }] },
          },
        ],
        proposals: [{ ...aProposal('anna'), askedBefore: 0 }],
      })
      const [anew, withdrawn] = await store.candidatesOf('anna')
      expect([anew?.state, withdrawn?.state, anew?.runId]).toEqual(['proposed', 'withdrawn', runId])
      const last = (await store.timeline(old.id)).at(-1)
      expect(last).toMatchObject({
        event: 'withdraw',
        actor: 'scan',
        note: { why: 'facts_changed', changes: [{ field: 'email' }] },
      })
    })

    test.each<[string, Happening[]]>([
      ['was skipped', ['skip']],
      ['has begun', ['approve', 'begin']],
      ['is done', ['approve', 'begin', 'done']],
    ])('leaves alone what %s since the run looked, and proposes nothing beside it', async (_, events) => {
      const { store } = await open()
      const seen = await proposeOne(store, 'anna')
      const runId = nextRunId()
      await store.startRun(start(runId))
      const now = await live(store, seen, events)
      await store.finishRun({
        report: reportOf(runId),
        closings: [{ candidate: seen, event: 'withdraw', note: { why: 'facts_changed' } }],
        proposals: ['anna', 'ben'].map(name => ({ ...aProposal(name), askedBefore: 0 })),
      })
      expect(await store.candidatesOf('anna')).toEqual([now])
      expect(await store.candidatesOf('ben')).toMatchObject([{ state: 'proposed' }])
    })

    test('proposes anew what the last look has withdrawn meanwhile', async () => {
      const { store } = await open()
      const seen = await proposeOne(store, 'anna')
      const runId = nextRunId()
      await store.startRun(start(runId))
      await live(store, seen, ['approve', 'withdraw'])
      await store.finishRun({
        report: reportOf(runId),
        closings: [{ candidate: seen, event: 'withdraw', note: { why: 'facts_changed' } }],
        proposals: [{ ...aProposal('anna'), askedBefore: 0 }],
      })
      expect(await eventsOf(store, seen)).toEqual(['propose', 'approve', 'withdraw'])
      expect(await store.candidatesOf('anna')).toMatchObject([{ state: 'proposed' }, { state: 'withdrawn' }])
    })
  })

  describe('what earlier runs left behind', () => {
    test('open are the candidates in an open state, by account', async () => {
      const { store } = await open()
      const lives: Record<string, Happening[]> = {
        proposed: [],
        approved: ['approve'],
        reclaiming: ['approve', 'begin'],
        verifying: ['approve', 'begin', 'lose_track'],
        failed: ['approve', 'begin', 'refused'],
        reclaimed: ['approve', 'begin', 'done'],
        skipped: ['skip'],
        expired: ['expire'],
        withdrawn: ['withdraw'],
        rehearsed: ['approve', 'rehearse'],
      }
      for (const [state, events] of Object.entries(lives)) {
        const candidate = await live(store, await proposeOne(store, state), events)
        expect(candidate.state).toBe(state)
      }
      const { open: left } = await store.standings()
      const names = ['proposed', 'approved', 'reclaiming', 'verifying', 'failed']
      expect([...left.keys()]).toEqual(names.map(idOf))
      expect([...left.values()].map(({ state }) => state)).toEqual(names)
    })

    test('skips are all that a person made, with when, what roster status and whether in a dry run', async () => {
      const { store } = await open()
      const facts = factsOf('anna', { rosterStatus: 'inactive' })
      await record(store, await proposeOne(store, 'anna'), 'skip', { at: NOW + 1 })
      await record(store, await proposeOne(store, aProposal('anna', { facts }), { dryRun: true }), 'skip', {
        at: NOW + 2,
      })
      await record(store, await proposeOne(store, 'ben'), 'expire')
      expect((await store.standings()).skips).toEqual(
        new Map([
          [
            idOf('anna'),
            [
              { at: NOW + 1, dryRun: false, rosterStatus: 'active' },
              { at: NOW + 2, dryRun: true, rosterStatus: 'inactive' },
            ],
          ],
        ]),
      )
    })

    test('expiries are counted by account', async () => {
      const { store } = await open()
      for (const name of ['anna', 'anna', 'ben']) await record(store, await proposeOne(store, name), 'expire')
      await record(store, await proposeOne(store, 'carl'), 'withdraw')
      expect((await store.standings()).expiries).toEqual(
        new Map([
          [idOf('anna'), 2],
          [idOf('ben'), 1],
        ]),
      )
    })
  })

  describe('telling the worker', () => {
    test('after every commit that may have left something to do, and not after a mere question', async () => {
      let commits = 0
      const { store } = await open({ onCommit: () => commits++ })
      const candidate = await proposeOne(store, 'anna')
      const [digest] = [await take(store, 'slack')]
      const before = commits
      expect(before).toBeGreaterThanOrEqual(2)
      await store.candidate(candidate.id)
      await store.standings()
      await store.summary(NOW)
      expect(commits).toBe(before)
      await record(store, candidate, 'approve')
      await store.settle(digest.id)
      await store.resume('slack:U_nora', NOW, GRACE_MS)
      expect(commits).toBe(before + 3)
      expect(await drain(store, 'servicenow', NOW + GRACE_MS)).toEqual(['write'])
    })

    test('not when nothing was committed', async () => {
      let commits = 0
      const { store } = await open({ onCommit: () => commits++ })
      const nobody = {
        candidateId: 'nobody' as never,
        event: 'approve' as const,
        actor: 'x',
        note: {},
        at: NOW,
      }
      await expect(store.record(nobody)).rejects.toThrow()
      expect(commits).toBe(0)
    })
  })
}
