import { expect } from 'vitest'
import type { JournalEntry } from '../../sandbox/servicenow/journal.ts'
import type { ServiceNowSimulator } from '../../sandbox/servicenow/simulator.ts'
import type { State } from '../../src/reclaim/lifecycle.ts'
import { MINUTE, story } from '../story/story.ts'

export const HOUR = 60 * MINUTE
export const GRACE = 15 * MINUTE
/** Whom the faults befall, and how a thread names him. */
const BOB = 'bob.marsh'
export const NAME = 'Bob Marsh'

/** A candidate's path to the moment when its DELETE is sent. */
export const SENT: readonly State[] = ['proposed', 'approved', 'reclaiming']
/** The same for one whose first DELETE came to nothing, as a read proved. */
export const SENT_AGAIN: readonly State[] = [...SENT, 'verifying', 'approved', 'reclaiming']

/** How a row's story ends: in which state, on which path, after how many DELETEs that ServiceNow let in. */
export type End = { readonly path: readonly State[]; readonly deletes: number }

/** A story in Slack of one account, Bob Marsh's, and of every request that concerns it. */
export async function faultStory(options: Parameters<typeof story>[1] = {}) {
  const told = await story('slack', options)
  const { servicenow, pass, press, run, quiet, messageAbout } = told
  const seen = watch(servicenow)
  const id = told.idOf(BOB)
  const facts = {
    id,
    statesOf: told.states,
    path: () => told.states(BOB),
    isThere: () => told.exists(BOB),
    lines: () => told.thread(NAME),
    deletes: () => seen().filter(asked => asked.id === id && asked.what === 'DELETE').length,
  }

  /** Every DELETE, of whichever account, came after a read that had found it since the one before. */
  const everyDeleteProven = () => {
    const last = new Map<string, Asked['what']>()
    for (const asked of seen()) {
      if (asked.what === 'DELETE')
        expect(last.get(asked.id), `before the DELETE of ${asked.id}`).toBe('found')
      last.set(asked.id, asked.what)
    }
  }

  /** It has ended so, and hours later nothing was asked, sent or said any more. */
  const endsAs = async (state: State, { path, deletes }: End) => {
    expect(await facts.path()).toEqual([...path, state])
    expect(facts.deletes()).toBe(deletes)
    everyDeleteProven()
    const words = await facts.lines()
    const more = await requestsOf({ servicenow }, async () => {
      await pass(HOUR)
      await pass(HOUR)
    })
    expect(more.map(({ method, path: to }) => `${method} ${to}`)).toEqual([])
    expect(await facts.lines()).toEqual(words)
    expect(await facts.path()).toEqual([...path, state])
  }

  return {
    ...told,
    ...facts,
    everyDeleteProven,
    /** Bob is proposed and approved; the grace time begins. */
    async approve() {
      await run()
      expect(await press('dana', 'approve', NAME)).toMatch(/^Done/)
      await quiet()
    },
    /** Lets minutes pass one by one, so that nothing can hide between two looks of the bot. */
    async minutes(count: number) {
      for (let passed = 0; passed < count; passed++) await pass(MINUTE)
    },
    /** The account is gone, the thread says so once, and nothing more happens to it. */
    async endsReclaimed(end: End) {
      await endsAs('reclaimed', end)
      expect(facts.isThere()).toBe(false)
      const proofs = (await facts.lines()).filter(line => /: reclaimed\b.* the bot checked that/.test(line))
      expect(proofs).toHaveLength(1)
    },
    /** The account is still there, nothing more happens by itself, and people are offered what they can do. */
    async endsFailed(end: End) {
      await endsAs('failed', end)
      expect(facts.isThere()).toBe(true)
      const message = await messageAbout(NAME)
      expect(['retry', 'skip'].map(what => message.offers(what as 'retry' | 'skip', NAME))).toEqual([
        true,
        true,
      ])
    },
  }
}

export type FaultStory = Awaited<ReturnType<typeof faultStory>>

type Asked = { readonly id: string; readonly what: 'found' | 'gone' | 'DELETE' }

/**
 * What ServiceNow was asked about accounts, in order: `found` and `gone` are whole answers to a read; `DELETE` is one
 * that got past the sign-in, whatever came of it.
 */
function watch(servicenow: ServiceNowSimulator): () => Asked[] {
  const seen = new Map<Readonly<JournalEntry>, Asked[]>()
  servicenow.onChange(change => {
    if (change.kind !== 'request' || change.entry.table !== 'sys_user') return
    const { entry } = change
    if (entry.method === 'DELETE') seen.set(entry, [{ id: entry.sysId ?? '', what: 'DELETE' }])
    if (entry.method !== 'GET' || entry.outcome !== 'ok') return
    const ids = entry.query.sysparm_query?.match(/[0-9a-f]{32}/g) ?? []
    const isThere = (id: string) => servicenow.tables.find('sys_user', id) !== undefined
    seen.set(
      entry,
      ids.map(id => ({ id, what: isThere(id) ? 'found' : 'gone' })),
    )
  })
  return () => [...seen].flatMap(([{ status }, asked]) => (status === 401 ? [] : asked))
}

/** Does something the moment that a DELETE arrives, before ServiceNow looks at it; once. */
export function whenDeleteArrives({ servicenow }: Pick<FaultStory, 'servicenow'>, act: () => void): void {
  const stop = servicenow.onChange(change => {
    if (change.kind !== 'request' || change.entry.method !== 'DELETE') return
    stop()
    act()
  })
}

/** The requests that ServiceNow gets while something happens. */
export async function requestsOf(
  { servicenow }: Pick<FaultStory, 'servicenow'>,
  act: () => Promise<unknown>,
): Promise<readonly Readonly<JournalEntry>[]> {
  const before = servicenow.journal.length
  await act()
  return servicenow.journal.slice(before)
}
