import { describe, expect, test } from 'vitest'
import type { Candidate, Proposal } from '../../../src/reclaim/candidate.ts'
import type { MessagePlan, Store } from '../../../src/reclaim/storage.ts'
import { aManager, aPerson, aProposal, MINUTE_MS, NOW } from '../../domain/examples.ts'
import { again, aList, drain, layOut, live, type Open, propose, take } from './scene.ts'

const LATER = NOW + 5 * MINUTE_MS
const DANA = aManager('dana')
const [OLD, NEW] = [
  { ...DANA, name: 'Dana Old', email: 'dana.old@example.com' },
  { ...DANA, name: 'Dana New', email: 'dana.new@example.com' },
]

/** Runs a run whose one list stands in the chat. @param place where the list stands, and its number as the message's id */
async function shown(
  store: Store,
  proposals: readonly Proposal[],
  place: string,
  differences: Partial<MessagePlan> = {},
): Promise<Candidate[]> {
  const candidates = await propose(store, proposals)
  const list = aList(candidates, differences)
  await layOut(store, [list])
  await store.posted(list.id, { conversation: 'C1', id: place }, NOW)
  await drain(store, 'slack')
  return candidates
}

/** @returns how many candidates and people were erased, and the messages that are named */
async function forget(store: Store, user: string) {
  const outcome = await store.forget(user, 'cli:ops', LATER)
  if (outcome.kind !== 'forgotten') throw new Error(outcome.kind)
  const { candidates, managed, people, places } = outcome
  return { candidates, managed, people, places: places.map(({ id }) => id) }
}

/** Forgetting a person under all names that the store knows, and saying where the name still stands. */
export function forgetContract(open: Open): void {
  describe('a manager is forgotten', () => {
    test.each(['DANA.new@example.com', OLD.email, DANA.sysId])(
      'under every name and address that they ever had, by %s',
      async user => {
        const { store } = await open()
        const [anna] = await propose(store, [aProposal('anna', { manager: OLD })])
        const [ben] = await propose(store, [aProposal('ben', { manager: NEW })])
        const [carl] = await propose(store, [aProposal('carl')])
        if (!anna || !ben || !carl) throw new Error('not proposed')
        for (const email of [OLD.email, NEW.email])
          await store.rememberPerson(aPerson(email, { email, name: 'Dana' }))
        expect(await forget(store, user)).toMatchObject({ candidates: 0, managed: 2, people: 2 })
        for (const candidate of [anna, ben])
          expect((await again(store, candidate)).manager).toEqual({
            ...{ sysId: DANA.sysId, active: true },
            ...{ name: '(erased)', email: '', employeeNumber: '' },
          })
        expect((await again(store, carl)).manager).toEqual(carl.manager)
      },
    )

    test('also as the holder of an account, who was proposed under another address, and is their own manager', async () => {
      const { store } = await open()
      const own = aProposal('dana')
      const [dana] = await propose(store, [
        { ...own, manager: NEW, facts: { ...own.facts, email: OLD.email } },
      ])
      const [ben] = await propose(store, [aProposal('ben', { manager: NEW })])
      if (!dana || !ben) throw new Error('not proposed')
      expect(await forget(store, NEW.email)).toMatchObject({ candidates: 1, managed: 1 })
      expect(await again(store, dana)).toMatchObject({
        ...{ name: '(erased)', manager: null, state: 'withdrawn' },
      })
    })

    test('also where the account that was named is a second one, with the same address', async () => {
      const { store } = await open()
      const second = aProposal('dana.admin')
      await propose(store, [{ ...second, facts: { ...second.facts, email: NEW.email } }])
      const [ben] = await propose(store, [aProposal('ben', { manager: NEW })])
      if (!ben) throw new Error('not proposed')
      expect(await forget(store, 'dana.admin')).toMatchObject({ candidates: 1, managed: 1 })
      expect((await again(store, ben)).manager).toMatchObject({ name: '(erased)' })
    })

    test('and the lists in which they were asked are named, and brought up to date', async () => {
      const { store } = await open()
      await shown(store, [aProposal('anna', { manager: NEW })], 'asked', { approver: 'U_dana' })
      await shown(store, [aProposal('ben', { manager: NEW })], 'named approvers')
      await store.rememberPerson(aPerson('dana', { email: NEW.email }))
      expect(await forget(store, NEW.email)).toMatchObject({ managed: 2, people: 1, places: ['asked'] })
      expect(await drain(store, 'slack', LATER)).toEqual(['announce'])
    })
  })

  describe('somebody who decided is forgotten', () => {
    test('and the lists of what they decided are named once, oldest first, and brought up to date', async () => {
      const { store } = await open()
      const names = (...all: string[]) => all.map(name => aProposal(name))
      const [anna, ben] = await shown(store, names('anna', 'ben'), 'first')
      const [carl] = await shown(store, names('carl'), 'second')
      const [eve] = await shown(store, names('eve'), 'of another')
      if (!anna || !ben || !carl || !eve) throw new Error('not proposed')
      await store.rememberPerson(aPerson('dana', { platform: 'teams' }))
      await store.keepAddress('teams', 'U_dana', 'hers', NOW)
      for (const candidate of [anna, ben, carl])
        await live(store, candidate, ['skip'], { actor: 'teams:U_dana' })
      await live(store, eve, ['skip'])
      await drain(store, 'slack', LATER)
      expect(await forget(store, 'dana@example.com')).toEqual({
        ...{ candidates: 0, managed: 0, people: 1 },
        places: ['first', 'second'],
      })
      expect(await drain(store, 'slack', LATER)).toEqual(['announce', 'announce'])
      expect(await store.address('teams', 'U_dana')).toBeNull()
    })

    test('and so are the words to the channel that say that they stopped the bot', async () => {
      const { store } = await open()
      const says = async (kind: 'paused' | 'resumed', place: string, actor: string) => {
        if (kind === 'paused') await store.pause(actor, NOW)
        else await store.resume(actor, NOW, 0)
        const task = await take(store, 'slack')
        if (task.kind !== 'post') throw new Error(task.kind)
        await store.posted(task.messageId, { conversation: 'C1', id: place }, NOW)
        await store.settle(task.id)
      }
      await store.rememberPerson(aPerson('dana'))
      await says('paused', 'by dana', 'slack:U_dana')
      await says('resumed', 'by nora', 'slack:U_nora')
      expect(await forget(store, 'dana@example.com')).toMatchObject({ people: 1, places: ['by dana'] })
    })
  })

  describe('the holder of an account is forgotten', () => {
    test('and the lists that show the account are brought up to date, also one that is just being posted', async () => {
      const { store, succeed } = await open()
      const [anna] = await shown(store, [aProposal('anna')], 'first')
      if (!anna) throw new Error('not proposed')
      await live(store, anna, ['skip'])
      await drain(store, 'slack', LATER)
      await layOut(store, [aList(await propose(store, [aProposal('anna')]))])
      await take(store, 'slack')
      expect(await forget(store, 'anna')).toMatchObject({ candidates: 2, places: ['first'] })
      const next = await succeed()
      expect(await drain(next, 'slack', LATER)).toEqual(['post', 'announce', 'announce'])
    })

    test('while a deletion is under way: not yet, under whatever name it was asked', async () => {
      const { store } = await open()
      const own = aProposal('dana')
      const [dana] = await propose(store, [{ ...own, facts: { ...own.facts, email: OLD.email } }])
      await propose(store, [aProposal('ben', { manager: NEW })])
      if (!dana) throw new Error('not proposed')
      await live(store, dana, ['approve', 'begin'])
      expect(await store.forget(NEW.email, 'cli:ops', LATER)).toEqual({ kind: 'under_way' })
    })

    test('whom the store does not know: says so', async () => {
      const { store } = await open()
      await propose(store, [aProposal('anna', { manager: null })])
      for (const user of ['', ' ', 'nobody', 'null'])
        expect(await store.forget(user, 'cli:ops', LATER)).toEqual({ kind: 'unknown' })
    })
  })
}
