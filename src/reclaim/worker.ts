import { type Chat, Later, type Platform, Undeliverable, Unsent } from './ports.ts'
import type { Lane, Task } from './storage.ts'
import { announce, digest, post, type TellContext } from './tell.ts'
import { verify, type WriteContext, write } from './write.ts'

export type WorkerContext = WriteContext & Pick<TellContext, 'ids'>

/** A message is given up after so many attempts, with the longest backoff a good half day: it may be the cause itself. */
const MAX_MESSAGE_ATTEMPTS = 100
const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 10 * 60 * 1000
/** How long an idle lane waits before it looks by itself; commits wake it at once. */
const IDLE_MS = 250

/**
 * Takes a lane's next due task and carries it out.
 * @returns what was done with it, or `null` when nothing is due.
 */
export async function step(lane: Lane, context: WorkerContext): Promise<Task | null> {
  const { store, sources, log } = context
  const task = await store.takeTask(lane, sources.clock.now())
  if (!task) return null
  try {
    await carryOut(task, context)
  } catch (error) {
    const { id, kind, attempts } = task
    log.warn({ task: id, kind, attempts, reason: reasonOf(error) }, 'a task could not be carried out')
    await putBack(task, error, context).catch(refusal => {
      throw new Stranded(task, reasonOf(refusal))
    })
  }
  return task
}

/** The store could not even take a task back; its lease has to be given up once the store works again. */
class Stranded extends Error {
  readonly task: Task
  constructor(task: Task, reason: string) {
    super(reason)
    this.task = task
  }
}

/** A digest is never given up: it has posted nothing, so that nobody would hear of what the run proposed. */
function putBack(task: Task, error: unknown, { store, sources }: WorkerContext): Promise<void> {
  const reason = reasonOf(error)
  const isMessage = task.kind === 'post' || task.kind === 'announce'
  const isHopeless = error instanceof Undeliverable || task.attempts >= MAX_MESSAGE_ATTEMPTS
  const dueAt = sources.clock.now() + patienceMs(task.attempts, error)
  if (error instanceof Unsent) return store.putBack(task.id, dueAt, reason)
  if (isMessage && isHopeless) return store.giveUp(task.id, reason)
  return store.postpone(task.id, dueAt, reason)
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function carryOut(task: Task, context: WorkerContext): Promise<void> {
  switch (task.kind) {
    case 'write':
      return write(task, context)
    case 'verify':
      return verify(task, context)
    case 'digest':
      return digest(task, tellContext(task.lane, context))
    case 'post':
      return post(task, tellContext(task.lane, context))
    case 'announce':
      return announce(task, tellContext(task.lane, context))
  }
}

function tellContext(lane: Platform, context: WorkerContext): TellContext {
  const chat = context.chats.get(lane)
  if (!chat) throw new Error(`Nothing is configured for ${lane} any more; its messages wait.`)
  const { store, ids, settings, sources } = context
  return { store, chat, clock: sources.clock, ids, askManagers: settings.askManagers }
}

/** Doubling, with jitter so that tasks that failed together do not come back together; never sooner than asked. */
function patienceMs(attempts: number, error: unknown): number {
  const longestMs = Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), LONGEST_BACKOFF_MS)
  const ownMs = longestMs / 2 + (longestMs / 2) * Math.random()
  return Math.ceil(error instanceof Later ? Math.max(error.retryAfterMs, ownMs) : ownMs)
}

export type Worker = {
  /** Something may have become due. */
  wake(): void
  /** Ends when what is under way has been finished. */
  stop(): Promise<void>
}

/**
 * Runs all lanes until stopped: writes to ServiceNow side by side up to `concurrency`, each chat one task after
 * another at the platform's pace.
 */
export function startWorker(context: WorkerContext, concurrency: number): Worker {
  let running = true
  const sleepers = new Set<() => void>()
  const sleep = (ms: number) =>
    new Promise<void>(resolve => {
      const done = () => {
        clearTimeout(timer)
        sleepers.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      sleepers.add(done)
    })
  const loop = async (lane: Lane, paceMs: number) => {
    let stranded: Stranded | null = null
    while (running) {
      let done: Task | null = null
      try {
        if (stranded) await putBack(stranded.task, stranded, context)
        stranded = null
        done = await step(lane, context)
      } catch (error) {
        if (error instanceof Stranded) stranded = error
        context.log.error({ lane, reason: reasonOf(error) }, 'the store refused; the lane goes on')
      }
      if (!done) await sleep(IDLE_MS)
      else if (paceMs > 0) await pause(paceMs, () => running)
    }
  }
  const lanes = [
    ...Array.from({ length: concurrency }, () => loop('servicenow', 0)),
    ...[...context.chats.values()].map((chat: Chat) => loop(chat.platform, chat.paceMs)),
  ]
  const wake = () => {
    for (const done of [...sleepers]) done()
  }
  return {
    wake,
    async stop() {
      running = false
      wake()
      await Promise.all(lanes)
    },
  }
}

/** A pause that commits do not cut short, but a stop does. */
async function pause(ms: number, wanted: () => boolean): Promise<void> {
  const end = performance.now() + ms
  while (wanted() && performance.now() < end)
    await new Promise(resolve => setTimeout(resolve, Math.min(50, end - performance.now())))
}
