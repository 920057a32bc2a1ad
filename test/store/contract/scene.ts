import type { Candidate, Proposal } from '../../../src/reclaim/candidate.ts'
import type { MessageId, RunId } from '../../../src/reclaim/ids.ts'
import type { Happening } from '../../../src/reclaim/lifecycle.ts'
import type { Platform } from '../../../src/reclaim/ports.ts'
import type { RunReport } from '../../../src/reclaim/run.ts'
import type { Lane, MessagePlan, Recorded, Recording, Store, Task } from '../../../src/reclaim/storage.ts'
import type { StoreOptions } from '../../../src/store/store.ts'
import { aProposal, MINUTE_MS, NOW } from '../../domain/examples.ts'

export const GRACE_MS = 15 * MINUTE_MS

/** A fresh store of one dialect, and what its database's owner could do behind its back. */
export type Subject = {
  readonly store: Store
  /** Runs one statement past the bot. Rejects when the database itself refuses it. */
  sql(statement: string): Promise<void>
  /** Takes away whatever keeps the history append-only. */
  unprotect(): Promise<void>
  /** The bot dies where it stands, and another one takes over the same data, with other options if some are given. */
  succeed(options?: Partial<StoreOptions>): Promise<Store>
}

/** Opens an empty store; grace time {@link GRACE_MS}, Slack only, at {@link NOW}, unless told otherwise. */
export type Open = (options?: Partial<StoreOptions>) => Promise<Subject>

export function reportOf(id: RunId, differences: Partial<RunReport> = {}): RunReport {
  return {
    id,
    startedAt: NOW,
    finishedAt: NOW,
    actor: 'schedule',
    dryRun: false,
    action: 'delete-account',
    instance: 'https://example.service-now.com',
    currency: 'USD',
    licensed: 100,
    hidden: 0,
    found: 0,
    proposed: 0,
    postponed: 0,
    stillOpen: 0,
    skippedBefore: 0,
    withdrawn: 0,
    byRule: {},
    excluded: {},
    unknown: {},
    yearlySaving: 0,
    rosterSize: null,
    held: [],
    head: null,
    ...differences,
  }
}

let counter = 0
export const nextRunId = () => `run ${++counter}` as RunId
export const nextMessageId = () => `message ${++counter}` as MessageId

/** How far the history goes. */
export async function headOf(store: Pick<Store, 'verifyChain'>) {
  const check = await store.verifyChain()
  if (check.kind === 'broken') throw new Error(check.reason)
  return { seq: check.rows, hash: check.head }
}

type Promotion = {
  at?: number
  dryRun?: boolean
  askedBefore?: number
  runId?: RunId
  report?: Partial<RunReport>
}

/** Runs a run that proposes these accounts. @returns their candidates, in this order */
export async function propose(
  store: Store,
  accounts: readonly (string | Proposal)[],
  { at = NOW, dryRun = false, askedBefore = 0, runId = nextRunId(), report = {} }: Promotion = {},
): Promise<Candidate[]> {
  const proposals = accounts.map(account => ({
    ...(typeof account === 'string' ? aProposal(account) : account),
    askedBefore,
  }))
  await store.startRun({ id: runId, slot: null, actor: 'schedule', at })
  await store.finishRun({
    report: reportOf(runId, { finishedAt: at, dryRun, ...report }),
    closings: [],
    proposals,
  })
  const { open } = await store.standings()
  return proposals.flatMap(({ sysId }) => open.get(sysId) ?? [])
}

/** Runs a run that proposes this one account. */
export async function proposeOne(
  store: Store,
  account: string | Proposal,
  promotion?: Promotion,
): Promise<Candidate> {
  const [candidate] = await propose(store, [account], promotion)
  if (!candidate) throw new Error('Nothing was proposed.')
  return candidate
}

/** Something happens to a candidate; a person or the worker is the actor, as it does not matter who. */
export function record(
  store: Store,
  { id }: Candidate,
  event: Happening,
  differences: Partial<Recording> = {},
): Promise<Recorded> {
  return store.record({ candidateId: id, event, actor: 'slack:U_nora', note: {}, at: NOW, ...differences })
}

/** One event after another, each of which must be accepted. @returns the candidate after the last */
export async function live(
  store: Store,
  candidate: Candidate,
  events: readonly Happening[],
  differences: Partial<Recording> = {},
): Promise<Candidate> {
  let now = candidate
  for (const event of events) {
    const recorded = await record(store, now, event, differences)
    if (recorded.kind === 'refused') throw new Error(`${event} was refused in state ${now.state}.`)
    now = recorded.candidate
  }
  return now
}

/** What a store holds of a candidate now. */
export async function again(store: Store, { id }: Candidate): Promise<Candidate> {
  const candidate = await store.candidate(id)
  if (!candidate) throw new Error(`Candidate ${id} is gone.`)
  return candidate
}

export const eventsOf = async (store: Store, { id }: Candidate) =>
  (await store.timeline(id)).map(entry => entry.event)

/** Takes the task that must be there. */
export async function take(store: Store, lane: Lane, now = NOW): Promise<Task> {
  const task = await store.takeTask(lane, now)
  if (!task) throw new Error(`Nothing is due in the lane ${lane}.`)
  return task
}

/** Takes and settles whatever is due in a lane. @returns the kinds, in order */
export async function drain(store: Store, lane: Lane, now = NOW): Promise<Task['kind'][]> {
  const kinds: Task['kind'][] = []
  for (;;) {
    const task = await store.takeTask(lane, now)
    if (!task) return kinds
    kinds.push(task.kind)
    await store.settle(task.id)
  }
}

/** How many tasks have not ended, whether or not they are under way. */
export const waiting = async (store: Store) => (await store.summary(NOW)).tasks.waiting

export function aList(candidates: readonly Candidate[], differences: Partial<MessagePlan> = {}): MessagePlan {
  return {
    id: nextMessageId(),
    kind: 'list',
    approver: null,
    part: 1,
    parts: 1,
    candidateIds: candidates.map(({ id }) => id),
    withoutManager: 0,
    fromEarlierRuns: 0,
    ...differences,
  }
}

/** Carries out the digest that is next in a chat's lane: lays out these messages for its run. */
export async function layOut(
  store: Store,
  plan: readonly MessagePlan[],
  { platform = 'slack', at = NOW }: { platform?: Platform; at?: number } = {},
): Promise<void> {
  const task = await take(store, platform, at)
  if (task.kind !== 'digest') throw new Error(`The next task is no digest but a ${task.kind}.`)
  await store.layOut(task.id, task.runId, platform, plan, at)
}

/** Proposes accounts and shows them in one message that stands in the chat. */
export async function show(
  store: Store,
  accounts: readonly string[],
  differences: Partial<MessagePlan> = {},
): Promise<{ candidates: Candidate[]; messageId: MessageId }> {
  const candidates = await propose(store, accounts)
  const list = aList(candidates, differences)
  await layOut(store, [list])
  await store.posted(list.id, { conversation: 'C1', id: '1.0' }, NOW)
  await drain(store, 'slack')
  return { candidates, messageId: list.id }
}
