import { describe, expect, test } from 'vitest'
import { aSnapshot, DAY_MS, MINUTE_MS, NOW } from '../../domain/examples.ts'
import { again, GRACE_MS, live, type Open, propose, proposeOne, record, take } from './scene.ts'

const DUE = NOW + GRACE_MS
const LIMITS = { maxPerDay: 100, maxPerApproverPerDay: 100, dayStart: NOW }

/** Beginning a write: the intent, the caps and the pause. */
export function pauseContract(open: Open): void {
  const approved = async (name: string) => {
    const subject = await open()
    const candidate = await live(subject.store, await proposeOne(subject.store, name), ['approve'])
    return { ...subject, candidate }
  }

  describe('beginning a write', () => {
    test('records the intent', async () => {
      const { store, candidate } = await approved('anna')
      const begun = await store.begin(candidate, aSnapshot(), DUE, LIMITS)
      expect(begun).toMatchObject({ kind: 'begun', candidate: { state: 'reclaiming', begunAt: DUE } })
      expect((await store.timeline(candidate.id)).at(-1)).toMatchObject({
        event: 'begin',
        actor: 'worker',
        at: DUE,
      })
    })

    test('is refused when somebody was faster, even if it was approved once more since', async () => {
      const { store, candidate } = await approved('anna')
      await record(store, candidate, 'undo')
      expect(await store.begin(candidate, aSnapshot(), DUE, LIMITS)).toEqual({ kind: 'refused' })
      await record(store, candidate, 'approve')
      expect(await store.begin(candidate, aSnapshot(), DUE, LIMITS)).toEqual({ kind: 'refused' })
      expect(await again(store, candidate)).toMatchObject({ state: 'approved', begunAt: null })
    })
  })

  describe('caps', () => {
    const begin = async (names: string[], caps: Partial<typeof LIMITS>, at = DUE, by = 'slack:U_nora') => {
      const { store } = await open()
      const limits = { ...LIMITS, ...caps }
      const kinds: string[] = []
      for (const name of names) {
        const candidate = await live(store, await proposeOne(store, name), ['approve'], { actor: by })
        const begun = await store.begin(candidate, aSnapshot(), at, limits)
        kinds.push(begun.kind === 'capped' ? begun.why : begun.kind)
      }
      return { store, kinds, limits }
    }

    test('a day’s writes by all', async () => {
      const { kinds } = await begin(['anna', 'ben', 'carl'], { maxPerDay: 2 })
      expect(kinds).toEqual(['begun', 'begun', 'over_daily_cap'])
    })

    test('a day’s writes by one approver', async () => {
      const { store, kinds, limits } = await begin(['anna', 'ben'], { maxPerApproverPerDay: 1 })
      expect(kinds).toEqual(['begun', 'over_approver_cap'])
      const other = await live(store, await proposeOne(store, 'dora'), ['approve'], { actor: 'slack:U_mia' })
      expect(await store.begin(other, aSnapshot(), DUE, limits)).toMatchObject({ kind: 'begun' })
    })

    test.each<[string, string | null, string | null, string]>([
      [
        'one address in both chats, however it is written',
        'Nora@x.example',
        'nora@X.example',
        'over_approver_cap',
      ],
      ['two addresses', 'nora@x.example', 'nora.berg@x.example', 'begun'],
      ['no address that is known', null, null, 'begun'],
      ['an address that is known in one chat only', 'nora@x.example', null, 'begun'],
    ])('a day’s writes by one person: %s', async (_, inSlack, inTeams, second) => {
      const { store, limits } = await begin(['anna'], { maxPerApproverPerDay: 1 })
      const nora = { name: 'Nora', fullMember: true, named: true }
      await store.rememberPerson({ ...nora, platform: 'slack', id: 'U_nora', email: inSlack })
      await store.rememberPerson({ ...nora, platform: 'teams', id: 'nora', email: inTeams })
      const ben = await live(store, await proposeOne(store, 'ben'), ['approve'], { actor: 'teams:nora' })
      const begun = await store.begin(ben, aSnapshot(), DUE, limits)
      expect(begun.kind === 'capped' ? begun.why : begun.kind).toBe(second)
      const carl = await live(store, await proposeOne(store, 'carl'), ['approve'], { actor: 'slack:U_nora' })
      expect(await store.begin(carl, aSnapshot(), DUE, limits)).toMatchObject({ why: 'over_approver_cap' })
    })

    test('leave the candidate as it was', async () => {
      const { store } = await begin(['anna'], { maxPerDay: 0 })
      const [candidate] = await store.candidatesOf('anna')
      expect(candidate).toMatchObject({ state: 'approved', version: 2, begunAt: null })
    })

    test('count from the start of the day', async () => {
      const { store, limits } = await begin(['anna'], { maxPerDay: 1 })
      const next = await live(store, await proposeOne(store, 'ben'), ['approve'])
      const tomorrow = DUE + DAY_MS
      expect(await store.begin(next, aSnapshot(), tomorrow, { ...limits, dayStart: DUE })).toMatchObject({
        kind: 'capped',
      })
      expect(await store.begin(next, aSnapshot(), tomorrow, { ...limits, dayStart: DUE + 1 })).toMatchObject({
        kind: 'begun',
      })
    })

    test('count candidates, not attempts: what began once may be repeated', async () => {
      const { store, limits } = await begin(['anna'], { maxPerDay: 1 })
      const [anna] = await store.candidatesOf('anna')
      if (!anna) throw new Error('not proposed')
      const again = await live(store, anna, ['lose_track', 'found_undone'])
      expect(await store.begin(again, aSnapshot(), DUE, limits)).toMatchObject({
        kind: 'begun',
        candidate: { begunAt: DUE },
      })
      expect((await store.summary(NOW)).writesToday).toBe(1)
    })

    test('count one that is tried again on a later day on that day, too', async () => {
      const { store, limits } = await begin(['anna'], { maxPerDay: 1 })
      const tomorrow = { ...limits, dayStart: NOW + DAY_MS }
      const [anna] = await store.candidatesOf('anna')
      if (!anna) throw new Error('not proposed')
      const retried = await live(store, anna, ['refused', 'retry'])
      const ben = await live(store, await proposeOne(store, 'ben'), ['approve'])
      expect(await store.begin(retried, aSnapshot(), DUE + DAY_MS, tomorrow)).toMatchObject({ kind: 'begun' })
      expect((await store.summary(NOW + DAY_MS)).writesToday).toBe(1)
      expect(await store.begin(ben, aSnapshot(), DUE + DAY_MS, tomorrow)).toMatchObject({ kind: 'capped' })
    })
  })

  describe('a pause', () => {
    test('says by whom and since when; a second one changes nothing', async () => {
      const { store, succeed } = await open()
      expect(await store.halts()).toMatchObject({ paused: null })
      await store.pause('slack:U_nora', NOW)
      await store.pause('slack:U_sam', NOW + 1)
      expect(await store.halts()).toMatchObject({ paused: { by: 'slack:U_nora', at: NOW } })
      expect(await (await succeed()).halts()).toMatchObject({
        paused: { by: 'slack:U_nora', at: NOW },
      })
      await store.resume('slack:U_nora', NOW, GRACE_MS)
      expect(await store.halts()).toMatchObject({ paused: null })
    })

    test('keeps writes from being taken and from beginning', async () => {
      const { store, candidate } = await approved('anna')
      await store.pause('slack:U_nora', NOW)
      expect(await store.takeTask('servicenow', DUE * 2)).toBeNull()
      expect(await store.begin(candidate, aSnapshot(), DUE, LIMITS)).toEqual({ kind: 'halted' })
      expect((await again(store, candidate)).state).toBe('approved')
    })

    test('lets decisions be taken, undo among them', async () => {
      const { store, candidate } = await approved('anna')
      await store.pause('slack:U_nora', NOW)
      expect(await record(store, candidate, 'undo')).toMatchObject({ kind: 'recorded' })
      expect(await record(store, candidate, 'approve')).toMatchObject({ kind: 'recorded' })
    })

    test('lets what is under way be finished and read back, by the next bot too', async () => {
      const { store, candidate, succeed } = await approved('anna')
      const write = await take(store, 'servicenow', DUE)
      await store.begin(candidate, aSnapshot(), DUE, LIMITS)
      await store.pause('slack:U_nora', DUE)
      const next = await succeed()
      // It finds the intent recorded, and knows that it was interrupted.
      expect(await next.takeTask('servicenow', DUE)).toMatchObject({ id: write.id, attempts: 2 })
      await record(next, candidate, 'lose_track', { at: DUE, task: { id: write.id, ends: 'settled' } })
      expect(await next.takeTask('servicenow', DUE + 90_000)).toMatchObject({ kind: 'verify' })
    })

    test('does not keep the chats from being told', async () => {
      const { store } = await open()
      await store.pause('slack:U_nora', NOW)
      await propose(store, ['anna'])
      const told = await store.takeTask('slack', NOW)
      expect(told).toMatchObject({ kind: 'post' })
      if (told) await store.settle(told.id)
      expect(await store.takeTask('slack', NOW)).toMatchObject({ kind: 'digest' })
    })
  })

  describe('resuming', () => {
    test('gives each write a full grace time again, and says how many there are', async () => {
      const { store } = await open()
      for (const candidate of await propose(store, ['anna', 'ben'])) await record(store, candidate, 'approve')
      await store.pause('slack:U_nora', NOW)
      const at = DUE + MINUTE_MS
      expect(await store.resume('slack:U_nora', at, GRACE_MS)).toBe(2)
      expect(await store.takeTask('servicenow', at + GRACE_MS - 1)).toBeNull()
      await take(store, 'servicenow', at + GRACE_MS)
      await take(store, 'servicenow', at + GRACE_MS)
    })

    test('tells each of their threads until when, every time, and through whom', async () => {
      const { store, candidate } = await approved('anna')
      for (const at of [DUE, DUE + MINUTE_MS]) await store.resume('slack:U_nora', at, GRACE_MS)
      expect((await store.timeline(candidate.id)).slice(2)).toMatchObject(
        [DUE, DUE + MINUTE_MS].map(at => ({
          ...{ event: 'wait', from: 'approved', to: 'approved', actor: 'slack:U_nora', at },
          note: { why: 'time_to_undo_again' },
        })),
      )
      expect(await store.resume('slack:U_nora', DUE, 0)).toBe(1)
      expect(await store.timeline(candidate.id)).toHaveLength(4)
    })

    test('gives it to a write that is in its last look, too', async () => {
      const { store, candidate } = await approved('anna')
      const { id } = await take(store, 'servicenow', DUE)
      await store.pause('slack:U_nora', DUE)
      expect(await store.resume('slack:U_nora', DUE, GRACE_MS)).toBe(1)
      const end = DUE + GRACE_MS
      expect(await store.begin(candidate, aSnapshot(), end - 1, LIMITS)).toEqual({ kind: 'not_due' })
      // Whatever the look came to, it does not bring the time forward.
      await store.postpone(id, DUE + MINUTE_MS, 'account_unreadable')
      expect(await store.takeTask('servicenow', end - 1)).toBeNull()
      await take(store, 'servicenow', end)
      await record(store, candidate, 'wait', {
        note: { why: 'account_unreadable' },
        task: { id, ends: { dueAt: DUE } },
      })
      expect(await store.takeTask('servicenow', end - 1)).toBeNull()
      const waiting = await again(store, candidate)
      expect(await store.begin(waiting, aSnapshot(), end, LIMITS)).toMatchObject({ kind: 'begun' })
    })

    test('counts only writes whose approval still stands', async () => {
      const { store } = await open()
      const [undone, again, begun, open_] = await propose(store, ['undone', 'again', 'begun', 'open'])
      if (!undone || !again || !begun || !open_) throw new Error('not proposed')
      await live(store, undone, ['approve', 'undo'])
      await live(store, again, ['approve', 'undo', 'approve'])
      await live(store, begun, ['approve', 'begin', 'lose_track'])
      await store.pause('slack:U_nora', NOW)
      expect(await store.resume('slack:U_nora', NOW, GRACE_MS)).toBe(1)
    })

    test('what is being read back keeps its time', async () => {
      const { store } = await open()
      await live(store, await proposeOne(store, 'anna'), ['approve', 'begin', 'lose_track'])
      await store.pause('slack:U_nora', NOW)
      await store.resume('slack:U_nora', NOW, GRACE_MS)
      expect(await store.takeTask('servicenow', NOW + 90_000)).toMatchObject({ kind: 'verify' })
    })
  })
}
