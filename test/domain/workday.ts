import { onTestFinished } from 'vitest'
import type { Account, Candidate, Manager } from '../../src/reclaim/candidate.ts'
import { type DecisionAnswer, press } from '../../src/reclaim/decision.ts'
import type { MessageId, RunId, SysId } from '../../src/reclaim/ids.ts'
import type { LogEntry, PersonEvent } from '../../src/reclaim/lifecycle.ts'
import type {
  Chat,
  Inspection,
  Licences,
  MessageContent,
  MessageRef,
  Person,
  Roster,
  RosterEntry,
  ThreadLine,
  WriteAnswer,
} from '../../src/reclaim/ports.ts'
import { performRun } from '../../src/reclaim/scan.ts'
import type { Store } from '../../src/reclaim/storage.ts'
import { step, type WorkerContext } from '../../src/reclaim/worker.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createStore, randomIds } from '../../src/store/store.ts'
import { aManager, anIdleAccount, aPerson, aPolicy, DAY_MS, idOf, MINUTE_MS, NOW } from './examples.ts'

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
}

/** A message in the channel, as everybody sees it. */
export type Posted = {
  readonly key: MessageId
  readonly ref: MessageRef
  content: MessageContent
  /** What stands in its thread, one entry for each reply. */
  readonly replies: (readonly ThreadLine[])[]
}

/**
 * A bot at work, with a store of its own, on a clock that stands until it is moved. ServiceNow, HR and the chat are
 * played: they do what a test tells them, and remember what they were asked.
 */
export function createWorkday(given: { settings?: Partial<Settings>; askManagers?: boolean } = {}) {
  let now = NOW
  const accounts = new Map<SysId, Account>()
  const managers = new Map<SysId, Manager>([[idOf('mia'), aManager('mia')]])
  const people = new Map<string, Person>()
  const calls: string[] = []
  const logged: { level: string; fields: object; message: string }[] = []
  const posted: Posted[] = []
  const trouble = new Map<string, Error>()
  const answers: (WriteAnswer | Error)[] = []
  let instance = 'https://example.service-now.com'
  let roster: Roster | null = null
  let hasChat = true
  let next: { call: string; happens: () => unknown } | undefined

  /** Notes a call from the bot; fails it, or lets something happen first, where a test said so. */
  async function called(call: string, what = ''): Promise<void> {
    calls.push(what === '' ? call : `${call} ${what}`)
    if (next?.call === call) {
      const { happens } = next
      next = undefined
      await happens()
    }
    const error = trouble.get(call)
    if (error) throw error
  }

  const licences: Licences = {
    get instance() {
      return instance
    },
    async scan() {
      await called('scan')
      return { accounts: [...accounts.values()], hidden: 0 }
    },
    managers: async () => managers,
    async inspect(id): Promise<Inspection> {
      const account = accounts.get(id)
      await called('inspect', account?.userName ?? 'nobody')
      if (!account) return { kind: 'gone' }
      return { kind: 'found', account, manager: (account.manager && managers.get(account.manager)) ?? null }
    },
    snapshot: async id => ({ account: { sys_id: id }, roles: [], groups: [], hidden: 0 }),
    async send({ sysId: id }) {
      await called('send', accounts.get(id)?.userName ?? 'nobody')
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      if (answer) return answer
      accounts.delete(id)
      return { kind: 'accepted', status: 204 }
    },
    signInAgain: () => {},
  }

  const chat: Chat = {
    platform: 'slack',
    paceMs: 0,
    async findApprover(email) {
      await called('findApprover', email)
      return [...people.values()].find(person => person.email === email) ?? null
    },
    async person(id) {
      await called('person', id)
      return people.get(id) ?? null
    },
    async post(key, content) {
      await called('post', content.kind)
      const ref = { conversation: 'C_LICENCES', id: String(posted.length + 1) }
      posted.push({ key, ref, content, replies: [] })
      const after = trouble.get('post answered')
      if (after) throw after
      return ref
    },
    async find(key) {
      await called('find')
      return posted.find(message => message.key === key)?.ref ?? null
    },
    async reply(to, lines, again) {
      await called('reply', again ? 'again' : '')
      posted.find(({ ref }) => ref.id === to.id)?.replies.push(lines)
      return 'done'
    },
    async update(ref, _, content) {
      await called('update', ref.id)
      const message = posted.find(one => one.ref.id === ref.id)
      if (message) message.content = content
      return message ? 'done' : 'gone'
    },
  }

  const db = openDatabase(':memory:')
  onTestFinished(() => {
    db.close()
  })
  let settings: Settings = { ...SETTINGS, ...given.settings }
  const clock = { now: () => now }
  const openStore = (): Store => ({
    ...createStore(db, {
      platforms: ['slack'],
      graceMs: GRACE_MS,
      approvalsRequired: settings.approvalsRequired,
    }),
    close: async () => {},
  })
  const store = openStore()
  const note = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields, message })
  const context = (): WorkerContext => ({
    store,
    ids: randomIds,
    askManagers: given.askManagers ?? true,
    settings,
    sources: { licences, roster, clock },
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
    store,
    chat,
    licences,
    clock,
    context,
    /** What the bot asked of the outside, in order; {@link fresh} forgets what it asked so far. */
    calls,
    logged,
    posted,
    work,
    newest,
    now: () => now,
    fresh: () => {
      calls.length = 0
    },
    /** Lets time pass, and the bot do what has become due. */
    async pass(ms: number) {
      now += ms
      await work()
    },
    hire: (...more: Account[]) => {
      for (const account of more) accounts.set(account.sysId, account)
    },
    change: (name: string, differences: Partial<Account>) => {
      const account = accounts.get(idOf(name))
      if (!account) throw new Error(`Nobody is called ${name}.`)
      accounts.set(account.sysId, { ...account, ...differences })
    },
    remove: (name: string) => {
      accounts.delete(idOf(name))
    },
    appoint: (...more: Manager[]) => {
      for (const manager of more) managers.set(manager.sysId, manager)
    },
    join: (...more: Person[]) => {
      for (const person of more) people.set(person.id, person)
    },
    leave: (name: string) => {
      people.delete(`U_${name}`)
    },
    setRoster: (...rows: RosterEntry[]) => {
      roster = {
        async load() {
          await called('roster')
          return rows
        },
      }
    },
    /** The settings name no chat any more. */
    withoutChat: () => {
      hasChat = false
    },
    moveTo: (other: string) => {
      instance = other
    },
    configure: (changed: Partial<Settings>) => {
      settings = { ...settings, ...changed }
    },
    /** From now on these calls fail; {@link repair} ends it. */
    breakDown: (...names: string[]) => {
      for (const call of names) trouble.set(call, new Error(`${call} is out of order`))
    },
    failWith: (call: string, error: Error) => {
      trouble.set(call, error)
    },
    repair: () => trouble.clear(),
    /** What the next writes are answered; nothing is deleted then. Without it, a write deletes and is accepted. */
    answerWrites: (...next: (WriteAnswer | Error)[]) => {
      answers.push(...next)
    },
    /** Something happens just when the bot makes this call for the next time. */
    during: (call: string, happens: () => unknown) => {
      next = { call, happens }
    },
    /** Finds candidates, and posts them. */
    async propose(...more: Account[]) {
      for (const account of more) accounts.set(account.sysId, account)
      const asked = { id: randomIds.next() as RunId, slot: null, actor: 'slack:U_nora', release: null }
      const outcome = await performRun(store, settings, { licences, roster, clock }, asked)
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
      const { approvalsRequired } = settings
      const token = more.token ?? (await newest(name)).token
      const asked = { personId: `U_${who}`, event, token, at: more.at ?? null }
      return press(asked, { store, chat, clock, approvalsRequired })
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
