import { onTestFinished } from 'vitest'
import type { Account, Candidate } from '../../src/reclaim/candidate.ts'
import { type DecisionAnswer, press } from '../../src/reclaim/decision.ts'
import type { RunId } from '../../src/reclaim/ids.ts'
import type { LogEntry, PersonEvent } from '../../src/reclaim/lifecycle.ts'
import type { MessageRef } from '../../src/reclaim/ports.ts'
import { performRun } from '../../src/reclaim/scan.ts'
import type { Store } from '../../src/reclaim/storage.ts'
import { step, type WorkerContext } from '../../src/reclaim/worker.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createStore, randomIds } from '../../src/store/store.ts'
import { anIdleAccount, aPerson, aPolicy, DAY_MS, MINUTE_MS, NOW } from './examples.ts'
import { createSurroundings } from './surroundings.ts'

export const GRACE_MS = 15 * MINUTE_MS

type Settings = WorkerContext['settings']

const SETTINGS: Settings = {
  action: 'delete-account',
  dryRun: false,
  policy: aPolicy(),
  currency: 'USD',
  maxPerRun: 50,
  maxSharePercent: 100,
  skipForMs: 90 * DAY_MS,
  inactiveValues: ['Left'],
  maxPerDay: 100,
  maxPerApproverPerDay: 100,
  timeZone: 'Europe/Berlin',
  approvalsRequired: 1,
  askManagers: true,
}

/**
 * A bot at work, with a store of its own, in surroundings that are played, on a clock that stands until it is moved.
 */
export function createWorkday(given: { settings?: Partial<Settings> } = {}) {
  const surroundings = createSurroundings()
  const { licences, chat } = surroundings
  let now = NOW
  const logged: { level: string; fields: object; message: string }[] = []
  let hasChat = true

  const db = openDatabase(':memory:')
  onTestFinished(() => {
    db.close()
  })
  let settings: Settings = { ...SETTINGS, ...given.settings }
  const clock = { now: () => now }
  const { approvalsRequired } = settings
  const store: Store = {
    ...createStore(db, { platforms: ['slack'], graceMs: GRACE_MS, approvalsRequired }),
    close: async () => {},
  }
  const note = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields, message })
  const context = (): WorkerContext => ({
    store,
    ids: randomIds,
    settings,
    sources: { licences, roster: surroundings.roster(), clock },
    chats: new Map(hasChat ? [['slack', chat]] : []),
    log: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
  })
  const newest = async (name: string): Promise<Candidate> => {
    const [candidate] = await store.candidatesOf(name)
    if (!candidate) throw new Error(`${name} was never proposed.`)
    return candidate
  }
  /** Carries out whatever is due, in both lanes. */
  const work = async (): Promise<void> => {
    for (;;) {
      const done = [await step('servicenow', context()), await step('slack', context())]
      if (!done.some(Boolean)) return
    }
  }

  return {
    ...surroundings,
    store,
    clock,
    context,
    logged,
    work,
    newest,
    now: () => now,
    /** The settings name no chat any more. */
    withoutChat: () => {
      hasChat = false
    },
    /** Lets time pass, and the bot do what has become due. */
    async pass(ms: number) {
      now += ms
      await work()
    },
    configure: (changed: Partial<Settings>) => {
      settings = { ...settings, ...changed }
    },
    /** Finds candidates, and posts them. */
    async propose(...more: Account[]) {
      surroundings.hire(...more)
      const asked = { id: randomIds.next() as RunId, slot: null, actor: 'slack:U_nora', release: null }
      const outcome = await performRun(store, settings, context().sources, asked)
      if (outcome.kind !== 'finished') throw new Error(`The run did not finish: ${JSON.stringify(outcome)}`)
      await work()
    },
    /** Somebody presses a button of the candidate's present round, or one with this token. */
    async press(
      who: string,
      event: PersonEvent,
      name: string,
      more: { token?: string; at?: MessageRef | null } = {},
    ): Promise<DecisionAnswer> {
      const { approvalsRequired, askManagers } = settings
      const token = more.token ?? (await newest(name)).token
      const asked = { personId: `U_${who}`, event, token, at: more.at ?? null }
      return press(asked, { store, chat, clock, approvalsRequired, askManagers })
    },
    /** The candidate's history, but for its beginning. */
    async history(name: string): Promise<LogEntry[]> {
      return (await store.timeline((await newest(name)).id)).slice(1)
    },
    /** What happened to the candidate, in words of the history. */
    async events(name: string): Promise<string[]> {
      return (await store.timeline((await newest(name)).id)).slice(1).map(entry => entry.event)
    },
    async last(name: string): Promise<LogEntry> {
      const entry = (await store.timeline((await newest(name)).id)).at(-1)
      if (!entry) throw new Error(`${name} has no history.`)
      return entry
    },
  }
}

export type Workday = ReturnType<typeof createWorkday>

/** Nora is named in the settings and administers the bot; Mia is the manager of whoever has one. */
export const NORA = aPerson('nora', { named: true })
const MIA = aPerson('mia')

/** A workday on which Anna, who has long been idle, was proposed, and somebody has approved. */
export async function approved(
  given: Parameters<typeof createWorkday>[0] = {},
  account: Partial<Account> = {},
  by = 'nora',
): Promise<Workday> {
  const day = createWorkday(given)
  day.join(NORA, MIA)
  await day.propose(anIdleAccount('anna', account))
  await day.press(by, 'approve', 'anna')
  await day.work()
  day.fresh()
  return day
}
