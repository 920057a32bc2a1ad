import { describe, expect, test } from 'vitest'
import type { CandidateId } from '../../../src/reclaim/ids.ts'
import { aProposal, factsOf, idOf, NOW } from '../../domain/examples.ts'
import {
  again,
  drain,
  eventsOf,
  GRACE_MS,
  live,
  nextRunId,
  type Open,
  propose,
  proposeOne,
  record,
  take,
  waiting,
} from './scene.ts'

/** Candidates: what is kept of them, and what a decision does. */
export function candidatesContract(open: Open): void {
  describe('a candidate', () => {
    test('is kept whole', async () => {
      const { store } = await open()
      const runId = nextRunId()
      const proposal = aProposal('anna', {
        manager: null,
        daysIdle: null,
        facts: factsOf('anna', { roles: ['a', 'b'] }),
      })
      const candidate = await proposeOne(store, proposal, { runId, dryRun: true, askedBefore: 2 })
      expect(candidate).toEqual({
        ...proposal,
        id: candidate.id,
        token: candidate.token,
        runId,
        instance: 'https://example.service-now.com',
        action: 'delete-account',
        dryRun: true,
        proposedAt: NOW,
        askedBefore: 2,
        state: 'proposed',
        version: 1,
        round: 1,
        approvalSeq: null,
        approvedBy: null,
        endorsedBy: null,
        begunAt: null,
        foundUndone: 0,
        waitingFor: null,
      })
      expect(await store.candidate(candidate.id)).toEqual(candidate)
    })

    test('that does not exist is null', async () => {
      const { store } = await open()
      expect(await store.candidate('nobody' as CandidateId)).toBeNull()
    })

    test('is found by id, user name, e-mail and sys_id, without case, the newest first', async () => {
      const { store } = await open()
      await propose(store, ['ben'])
      const first = await proposeOne(store, 'anna', { at: NOW })
      await record(store, first, 'skip')
      const second = await proposeOne(store, 'anna', { at: NOW })
      await record(store, second, 'skip')
      const third = await proposeOne(store, 'anna', { at: NOW + 1 })
      for (const user of ['ANNA', 'Anna@EXAMPLE.com', idOf('anna')])
        expect((await store.candidatesOf(user)).map(({ id }) => id)).toEqual([third.id, second.id, first.id])
      expect(await store.candidatesOf(first.id)).toMatchObject([{ id: first.id }])
      expect(await store.candidatesOf('ann')).toEqual([])
      expect(await store.candidatesOf('%')).toEqual([])
    })
  })

  describe('a decision', () => {
    test('becomes a new state, a row of history and its follow-up, at once', async () => {
      const { store } = await open()
      const candidate = await proposeOne(store, 'anna')
      const recorded = await record(store, candidate, 'approve', { at: NOW + 5, note: { as: 'named' } })
      const standing = { state: 'approved', version: 2, approvedBy: 'slack:U_nora' }
      expect(recorded).toMatchObject({ kind: 'recorded', candidate: standing })
      if (recorded.kind !== 'recorded') return
      const { entry } = recorded
      expect(entry).toMatchObject({
        event: 'approve',
        from: 'proposed',
        to: 'approved',
        actor: 'slack:U_nora',
        at: NOW + 5,
      })
      expect(entry.note.as).toBe('named')
      expect(await again(store, candidate)).toEqual(recorded.candidate)
      expect(recorded.candidate.approvalSeq).toBe(entry.seq)
      expect((await store.timeline(candidate.id)).at(-1)).toEqual(entry)
      expect(await store.takeTask('servicenow', NOW + 5 + GRACE_MS)).toMatchObject({
        kind: 'write',
        candidateId: candidate.id,
        askedBy: entry.seq,
      })
    })

    test('that the lifecycle does not know is refused, and changes nothing', async () => {
      const { store } = await open()
      const candidate = await live(store, await proposeOne(store, 'anna'), ['skip'])
      const refused = await record(store, candidate, 'approve', { actor: 'slack:U_sam' })
      expect(refused).toMatchObject({
        kind: 'refused',
        candidate,
        last: { event: 'skip', actor: 'slack:U_nora' },
      })
      expect(await eventsOf(store, candidate)).toEqual(['propose', 'skip'])
      expect(await store.takeTask('servicenow', NOW + GRACE_MS)).toBeNull()
    })

    test('of two taken on the same version, the first one counts and the second is told', async () => {
      const { store } = await open()
      const { version, ...candidate } = await proposeOne(store, 'anna')
      const seen = { ...candidate, version }
      const [first, second] = await Promise.all([
        record(store, seen, 'approve', { version, actor: 'slack:U_mia' }),
        record(store, seen, 'expire', { version, actor: 'clock' }),
      ])
      expect(first.kind).toBe('recorded')
      expect(second).toMatchObject({ kind: 'refused', last: { event: 'approve', actor: 'slack:U_mia' } })
      expect(await eventsOf(store, seen)).toEqual(['propose', 'approve'])
    })

    test('taken on an old version is refused, even when the state allows it again', async () => {
      const { store } = await open()
      const candidate = await proposeOne(store, 'anna')
      await live(store, candidate, ['approve', 'undo'])
      expect(await record(store, candidate, 'approve', { version: candidate.version })).toMatchObject({
        kind: 'refused',
        candidate: { state: 'proposed', version: 3 },
      })
      expect(await record(store, candidate, 'approve', { version: 3 })).toMatchObject({ kind: 'recorded' })
    })

    test('about nobody is an error', async () => {
      const { store } = await open()
      const nobody = { candidateId: 'nobody' as CandidateId, actor: 'x', note: {}, at: NOW }
      await expect(store.record({ ...nobody, event: 'approve' })).rejects.toThrow(
        'There is no candidate nobody.',
      )
    })

    test('is bound to what was shown: its entry repeats the hash of the proposed facts', async () => {
      const { store } = await open()
      const candidate = await proposeOne(store, 'anna')
      await live(store, candidate, ['approve', 'begin', 'refused', 'retry'])
      const [shown, approved, begun, , retried] = (await store.timeline(candidate.id)).map(
        ({ note }) => note.facts,
      )
      expect(shown).toMatch(/^[0-9a-f]{64}$/)
      expect([approved, begun, retried]).toEqual([shown, undefined, shown])
    })

    test('the hash of the same facts is another one each time they are proposed', async () => {
      const { store } = await open()
      const first = await proposeOne(store, 'anna')
      await record(store, first, 'expire')
      const second = await proposeOne(store, 'anna')
      const [a, b] = await Promise.all([first, second].map(({ id }) => store.timeline(id)))
      expect(a?.[0]?.note.facts).not.toEqual(b?.[0]?.note.facts)
    })
  })

  describe('a decision taken by a task', () => {
    const underWay = async () => {
      const { store } = await open()
      const candidate = await live(store, await proposeOne(store, 'anna'), ['approve'])
      await drain(store, 'slack')
      const task = await take(store, 'servicenow', NOW + GRACE_MS)
      expect(await waiting(store)).toBe(1)
      return { store, candidate, task }
    }

    test('settles it', async () => {
      const { store, candidate, task } = await underWay()
      await record(store, candidate, 'withdraw', { task: { id: task.id, ends: 'settled' } })
      expect(await waiting(store)).toBe(0)
    })

    test('or makes it wait, as it says', async () => {
      const { store, candidate, task } = await underWay()
      const at = NOW + GRACE_MS + 5000
      const ends = { dueAt: at }
      await record(store, candidate, 'wait', { note: { why: 'over_daily_cap' }, task: { id: task.id, ends } })
      expect(await again(store, candidate)).toMatchObject({ state: 'approved', waitingFor: 'over_daily_cap' })
      expect(await store.takeTask('servicenow', at - 1)).toBeNull()
      expect(await store.takeTask('servicenow', at)).toMatchObject({ id: task.id, attempts: 2 })
    })

    test('makes it wait even when the reason was told before', async () => {
      const { store, candidate, task } = await underWay()
      const wait = (dueAt: number) =>
        record(store, candidate, 'wait', {
          note: { why: 'over_daily_cap' },
          task: { id: task.id, ends: { dueAt } },
        })
      await wait(NOW + GRACE_MS)
      await take(store, 'servicenow', NOW + GRACE_MS)
      expect(await wait(NOW + GRACE_MS + 1)).toMatchObject({ kind: 'refused' })
      expect(await eventsOf(store, candidate)).toEqual(['propose', 'approve', 'wait'])
      expect(await store.takeTask('servicenow', NOW + GRACE_MS + 1)).toMatchObject({
        id: task.id,
        attempts: 3,
      })
    })

    test('ends it even when the decision itself is refused', async () => {
      const { store, candidate, task } = await underWay()
      await record(store, candidate, 'undo')
      const refused = await record(store, candidate, 'rehearse', { task: { id: task.id, ends: 'settled' } })
      expect(refused.kind).toBe('refused')
      expect(await waiting(store)).toBe(0)
    })
  })

  describe('buttons', () => {
    test('belong to a candidate and a round: undo and retry start a new one', async () => {
      const { store } = await open()
      let candidate = await proposeOne(store, 'anna')
      const first = candidate.token
      candidate = await live(store, candidate, ['approve'])
      expect(candidate.token).toBe(first)
      candidate = await live(store, candidate, ['undo'])
      const second = candidate.token
      candidate = await live(store, candidate, ['approve', 'begin', 'refused'])
      expect(candidate.token).toBe(second)
      candidate = await live(store, candidate, ['retry'])
      expect(new Set([first, second, candidate.token]).size).toBe(3)
      expect(await store.candidateByToken(first)).toEqual({ candidate, current: false })
      expect(await store.candidateByToken(second)).toEqual({ candidate, current: false })
      expect(await store.candidateByToken(candidate.token)).toEqual({ candidate, current: true })
    })

    test('that nobody knows are null', async () => {
      const { store } = await open()
      expect(await store.candidateByToken('made up')).toBeNull()
    })

    test('carry no fact, and are not in the history', async () => {
      const { store } = await open()
      const { token, id } = await proposeOne(store, 'anna')
      expect(token).toMatch(/^[0-9a-f]{32}$/)
      expect(JSON.stringify(await store.timeline(id))).not.toContain(token)
    })
  })
}
