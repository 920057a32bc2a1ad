import type { Account, Manager } from '../../src/reclaim/candidate.ts'
import type { RunId } from '../../src/reclaim/ids.ts'
import type { Happening } from '../../src/reclaim/lifecycle.ts'
import type { Note } from '../../src/reclaim/note.ts'
import type { Inspection, Licences, Roster, RosterEntry } from '../../src/reclaim/ports.ts'
import { performRun, type RunOutcome } from '../../src/reclaim/scan.ts'
import type { ScanSettings } from '../../src/reclaim/survey.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createStore, randomIds } from '../../src/store/store.ts'
import { aPolicy, DAY_MS, idOf, MINUTE_MS, NOW } from './examples.ts'

type Source = 'roster' | 'scan' | 'managers' | 'inspect'

/** A company's ServiceNow, its HR roster and the passing of time, as far as a run can notice them. */
export function createCompany(...accounts: Account[]) {
  const accountsById = new Map(accounts.map(account => [account.sysId, account]))
  const managersById = new Map<string, Manager>()
  const broken = new Set<Source>()
  let now = NOW
  let rows: readonly RosterEntry[] = []
  let hasRoster = true
  let instance = 'https://example.service-now.com'
  let hidden = 0
  let meanwhile: (() => Promise<unknown>) | undefined
  const refuseIfBroken = (source: Source) => {
    if (broken.has(source)) throw new Error(`The ${source} cannot be read.`)
  }

  const licences: Licences = {
    get instance() {
      return instance
    },
    async scan() {
      refuseIfBroken('scan')
      const seen = [...accountsById.values()].filter(a => a.active !== false && a.roles.includes('itil'))
      const interruption = meanwhile
      meanwhile = undefined
      await interruption?.()
      return { accounts: seen, hidden }
    },
    async managers(ids) {
      refuseIfBroken('managers')
      return new Map(
        ids.flatMap(id => {
          const manager = managersById.get(id)
          return manager ? [[id, manager]] : []
        }),
      )
    },
    async inspect(id): Promise<Inspection> {
      refuseIfBroken('inspect')
      const account = accountsById.get(id)
      return account ? { kind: 'found', account, manager: null } : { kind: 'gone' }
    },
    snapshot: async () => {
      throw new Error('A run writes nothing.')
    },
    send: async () => {
      throw new Error('A run writes nothing.')
    },
    signInAgain: () => {},
  }
  const roster: Roster = {
    async load() {
      refuseIfBroken('roster')
      return rows
    },
  }

  return {
    sources: () => ({ licences, roster: hasRoster ? roster : null, clock: { now: () => now } }),
    now: () => now,
    pass: (ms: number) => {
      now += ms
    },
    hire: (...more: Account[]) => {
      for (const account of more) accountsById.set(account.sysId, account)
    },
    appoint: (manager: Manager) => {
      managersById.set(manager.sysId, manager)
    },
    change: (name: string, differences: Partial<Account>) => {
      const account = accountsById.get(idOf(name))
      if (!account) throw new Error(`Nobody is called ${name}.`)
      accountsById.set(account.sysId, { ...account, ...differences })
    },
    remove: (name: string) => {
      accountsById.delete(idOf(name))
    },
    setRoster: (...entries: RosterEntry[]) => {
      rows = entries
    },
    /** HR keeps none, or nobody has told the bot of it. */
    withoutRoster: () => {
      hasRoster = false
    },
    moveTo: (other: string) => {
      instance = other
    },
    hide: (count: number) => {
      hidden = count
    },
    breakDown: (source: Source) => {
      broken.add(source)
    },
    repair: () => broken.clear(),
    /** What happens while the next scan is under way: after the accounts were read, before anything is made of them. */
    meanwhile: (happens: () => Promise<unknown>) => {
      meanwhile = happens
    },
  }
}

export type Company = ReturnType<typeof createCompany>

const SETTINGS: ScanSettings = {
  action: 'delete-account',
  dryRun: false,
  policy: aPolicy(),
  currency: 'USD',
  maxPerRun: 50,
  maxSharePercent: 100,
  skipForMs: 90 * DAY_MS,
  inactiveValues: ['Left'],
}

/** A bot of that company, with a store of its own. */
export function createBot(company: Company, differences: Partial<ScanSettings> = {}) {
  const db = openDatabase(':memory:')
  let settings: ScanSettings = { ...SETTINGS, ...differences }
  const start = () => createStore(db, { platforms: ['slack'], graceMs: 15 * MINUTE_MS })
  let store = start()

  const run = (asked: { slot?: number; release?: number; actor?: string } = {}): Promise<RunOutcome> => {
    const { slot = null, release = null, actor = 'schedule' } = asked
    return performRun({ ...store, close: async () => {} }, settings, company.sources(), {
      id: randomIds.next() as RunId,
      slot,
      actor,
      release,
    })
  }

  return {
    run,
    /** A run that is expected to come to its end. */
    async report(asked: Parameters<typeof run>[0] = {}) {
      const outcome = await run(asked)
      if (outcome.kind !== 'finished') throw new Error(`The run did not finish: ${JSON.stringify(outcome)}`)
      return outcome.report
    },
    configure: (changed: Partial<ScanSettings>) => {
      settings = { ...settings, ...changed }
    },
    /** The process dies and another one takes over. */
    restart: () => {
      store = start()
    },
    store: () => store,
    /** All candidates of a person, newest first. */
    candidates: (name: string) => store.candidatesOf(name),
    async candidate(name: string) {
      const [newest] = await store.candidatesOf(name)
      if (!newest) throw new Error(`${name} was never proposed.`)
      return newest
    },
    /** Names of the open candidates, in the order in which they were proposed. */
    async open() {
      const { open } = await store.standings()
      return [...open.values()].map(candidate => candidate.facts.userName)
    },
    /** Something happens to a person's newest candidate. */
    async happens(name: string, ...events: (Happening | [Happening, Note])[]) {
      for (const step of events) {
        const [event, note] = typeof step === 'string' ? [step, {}] : step
        const [candidate] = await store.candidatesOf(name)
        if (!candidate) throw new Error(`${name} was never proposed.`)
        const recording = { candidateId: candidate.id, event, actor: 'slack:U_nora', note, at: company.now() }
        const recorded = await store.record(recording)
        if (recorded.kind !== 'recorded') throw new Error(`${event} was refused for ${name}.`)
      }
    },
    /** The latest entry of a person's newest candidate's history. */
    async last(name: string) {
      const [candidate] = await store.candidatesOf(name)
      return candidate ? (await store.timeline(candidate.id)).at(-1) : undefined
    },
  }
}
