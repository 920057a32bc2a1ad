import { describe, expect, test } from 'vitest'
import { evolve, type LogEntry, type Standing } from '../../../src/reclaim/lifecycle.ts'
import { aSnapshot, NOW } from '../../domain/examples.ts'
import { again, GRACE_MS, live, type Open, proposeOne, type Subject } from './scene.ts'

const DUE = NOW + GRACE_MS
const LIMITS = { maxPerDay: 100, maxPerApproverPerDay: 100, dayStart: NOW }

/** The history cannot be changed by accident, and not on purpose without being seen. */
export function chainContract(open: Open): void {
  const EVENTS = ['approve', 'begin', 'lose_track', 'found_undone', 'begin', 'done'] as const

  const lived = async (): Promise<Subject> => {
    const subject = await open()
    await live(subject.store, await proposeOne(subject.store, 'anna'), EVENTS)
    return subject
  }

  describe('the history', () => {
    test('of nothing is intact', async () => {
      const { store } = await open()
      expect(await store.verifyChain()).toEqual({ kind: 'intact', rows: 0, head: '0'.repeat(64) })
    })

    test('is intact, and its head is another one after every event', async () => {
      const { store } = await open()
      const candidate = await proposeOne(store, 'anna')
      const heads = new Set<string>()
      for (const event of EVENTS) {
        await live(store, candidate, [event])
        const check = await store.verifyChain()
        expect(check).toMatchObject({ kind: 'intact', rows: heads.size + 2 })
        if (check.kind === 'intact') heads.add(check.head)
      }
      expect(heads.size).toBe(EVENTS.length)
    })

    test('determines where a candidate stands', async () => {
      const { store } = await open()
      const candidate = await live(store, await proposeOne(store, 'anna'), EVENTS)
      const standing = (await store.timeline(candidate.id)).reduce<Standing | null>(
        (before, entry: LogEntry) => evolve(before, entry),
        null,
      )
      expect(await again(store, candidate)).toMatchObject(standing ?? {})
    })
  })

  describe('the database itself refuses', () => {
    test.each([
      ['to change an event', `UPDATE events SET actor = 'nobody' WHERE seq = 2`],
      ['to remove an event', 'DELETE FROM events WHERE seq = 2'],
      ['to remove all of them', 'DELETE FROM events'],
    ])('%s', async (_, statement) => {
      const { store, sql } = await lived()
      await expect(sql(statement)).rejects.toThrow('append-only')
      expect(await store.verifyChain()).toMatchObject({ kind: 'intact', rows: EVENTS.length + 1 })
    })

    test('a second successor of one event', async () => {
      const { sql } = await lived()
      const fork = `INSERT INTO events SELECT seq + 100, candidate_id, event, from_state, to_state, actor, note, at,
        prev_hash, 'another hash' FROM events WHERE seq = 2`
      await expect(sql(fork)).rejects.toThrow(/unique/i)
    })
  })

  describe('when somebody gets around that, the first row that does not hold is named', () => {
    const rewritten = 'its content is not what was written'
    test.each([
      ['the event', `UPDATE events SET event = 'skip' WHERE seq = 2`, 2, rewritten],
      ['whose it is', `UPDATE events SET actor = 'slack:U_sam' WHERE seq = 2`, 2, rewritten],
      ['where it came from', `UPDATE events SET from_state = 'failed' WHERE seq = 2`, 2, rewritten],
      ['where it led', `UPDATE events SET to_state = 'skipped' WHERE seq = 3`, 3, rewritten],
      ['what was noted', `UPDATE events SET note = '{}' WHERE seq = 1`, 1, rewritten],
      ['when it was', 'UPDATE events SET at = at + 1 WHERE seq = 7', 7, rewritten],
      ['its hash', `UPDATE events SET hash = 'forged' WHERE seq = 4`, 4, rewritten],
      [
        'what it follows',
        `UPDATE events SET prev_hash = 'forged' WHERE seq = 4`,
        4,
        'it does not follow the row before it',
      ],
      ['a row is gone', 'DELETE FROM events WHERE seq = 3', 4, 'row 3 is missing'],
      ['the first row is gone', 'DELETE FROM events WHERE seq = 1', 2, 'row 1 is missing'],
    ])('%s', async (_, statement, seq, reason) => {
      const { store, sql, unprotect } = await lived()
      await unprotect()
      await sql(statement)
      expect(await store.verifyChain()).toEqual({ kind: 'broken', seq, reason })
    })

    test.each([
      ['who approved', `UPDATE candidates SET approved_by = 'slack:U_sam'`],
      ['which approval it is', 'UPDATE candidates SET approval_seq = 1'],
      ['that two did', `UPDATE candidates SET endorsed_by = 'slack:U_sam'`],
      ['which round it is', 'UPDATE candidates SET round = round + 1'],
      ['its state', `UPDATE candidates SET state = 'reclaiming'`],
      ['its facts', `UPDATE candidates SET proposal = json_set(proposal, '$.facts.lastLoginAt', 1)`],
      [
        'its facts, as if it had been erased',
        `UPDATE candidates SET erased_at = 1, proposal = json_set(proposal, '$.facts.lastLoginAt', 1)`,
      ],
    ])('what a candidate claims and its history does not: %s', async (_, statement) => {
      const { store, sql } = await open()
      const candidate = await live(store, await proposeOne(store, 'anna'), ['approve'])
      await sql(statement)
      expect(await store.verifyChain()).toMatchObject({
        kind: 'broken',
        reason: expect.stringContaining('its candidate'),
      })
      const begun = await store.begin(await again(store, candidate), aSnapshot(), DUE, LIMITS)
      expect(begun.kind).toBe('tampered')
      expect(await again(store, candidate)).toMatchObject({ begunAt: null })
    })

    test('an approval that nobody gave', async () => {
      const { store, sql } = await open()
      const anna = await proposeOne(store, 'anna')
      await sql(`UPDATE candidates SET state = 'approved', approved_by = 'slack:U_nora', approval_seq = 1`)
      expect(await store.verifyChain()).toEqual({
        kind: 'broken',
        seq: 1,
        reason: 'its candidate is not what the history leads to',
      })
      expect(await store.begin(await again(store, anna), aSnapshot(), DUE, LIMITS)).toEqual({
        kind: 'tampered',
      })
    })

    test('a row that the bot did not write', async () => {
      const { store, sql } = await lived()
      await sql(`INSERT INTO events SELECT 8, candidate_id, 'skip', 'failed', 'skipped', 'slack:U_mia', '{}', at,
        hash, 'forged' FROM events WHERE seq = 7`)
      expect(await store.verifyChain()).toEqual({ kind: 'broken', seq: 8, reason: rewritten })
    })
  })
}
