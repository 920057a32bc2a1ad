import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Later, Undeliverable, Unsent } from '../../src/reclaim/ports.ts'
import { startWorker, step, type WorkerContext } from '../../src/reclaim/worker.ts'
import { anIdleAccount, aPerson, DAY_MS, HOUR_MS, idOf, MINUTE_MS } from './examples.ts'
import { approved, createWorkday, GRACE_MS } from './workday.ts'

const SECOND_MS = 1000

/** A run whose header waits to be posted by a chat that fails like this. */
async function failing(error: Error) {
  const day = createWorkday()
  day.failWith('post', error)
  await day.propose(anIdleAccount('anna'))
  day.fresh()
  return day
}
const posts = (calls: readonly string[]) => calls.filter(call => call.startsWith('post')).length

describe('a task that fails', () => {
  test('is tried again after a second at most, then after pauses that double, up to ten minutes', async () => {
    const day = await failing(new Error('the chat is down'))
    for (let attempt = 1; attempt <= 14; attempt++) {
      const longest = Math.min(SECOND_MS * 2 ** (attempt - 1), 10 * MINUTE_MS)
      day.fresh()
      await day.pass(longest / 2 - 1)
      expect(posts(day.calls), `too early after attempt ${attempt}`).toBe(0)
      await day.pass(longest / 2 + 1)
      expect(posts(day.calls), `not yet after attempt ${attempt}`).toBe(1)
    }
  })

  test('does not come back at the same moment as others that failed with it', async () => {
    const jitter = vi.spyOn(Math, 'random')
    onTestFinished(() => jitter.mockRestore())
    for (const [random, pause] of [
      [0, 500],
      [0.5, 750],
    ] as const) {
      jitter.mockReturnValue(random)
      const day = await failing(new Error('the chat is down'))
      await day.pass(pause - 1)
      expect(posts(day.calls)).toBe(0)
      await day.pass(1)
      expect(posts(day.calls)).toBe(1)
    }
  })

  test('is not tried again before the time that it was told to wait', async () => {
    const day = await failing(new Later('slow down', HOUR_MS))
    await day.pass(HOUR_MS - 1)
    expect(posts(day.calls)).toBe(0)
    await day.pass(1)
    expect(posts(day.calls)).toBe(1)
  })

  test('is logged with its reason, and what it is', async () => {
    const day = await failing(new Error('the chat is down'))
    expect(day.logged.at(-1)).toEqual({
      level: 'warn',
      fields: { task: expect.any(Number), kind: 'post', attempts: 1, reason: 'the chat is down' },
      message: 'a task could not be carried out',
    })
  })

  test('holds up those behind it in its chat, but no write', async () => {
    const day = await approved()
    day.failWith('reply', new Error('the chat is down'))
    await day.pass(GRACE_MS)
    expect((await day.newest('anna')).state).toBe('reclaimed')
    expect(day.posted.every(({ replies }) => replies.length < 2)).toBe(true)
  })

  test('is given up after a hundred attempts in a chat, and lets the next one through', async () => {
    const day = await failing(new Error('never'))
    await day.store.notify({ kind: 'paused', by: 'slack:U_nora' }, day.now())
    for (let attempt = 2; attempt < 100; attempt++) await day.pass(10 * MINUTE_MS)
    day.fresh()
    await day.pass(10 * MINUTE_MS)
    // The hundredth of the header, and the first of the list behind it.
    expect(day.calls).toEqual(['find', 'post header again', 'post list'])
  })

  test('that the chat will never take is given up at once', async () => {
    const day = await failing(new Undeliverable('too long'))
    expect(day.logged.filter(({ level }) => level === 'warn')).toHaveLength(2)
    await day.pass(DAY_MS)
    expect(day.calls).toEqual([])
  })

  test('and certainly did nothing does not count: it is neither looked for nor ever given up', async () => {
    const day = await failing(new Unsent('not connected', 10 * MINUTE_MS))
    for (let attempt = 0; attempt < 120; attempt++) await day.pass(10 * MINUTE_MS)
    expect(posts(day.calls)).toBe(120)
    expect(day.calls).not.toContain('find')
    day.repair()
    await day.pass(10 * MINUTE_MS)
    expect(day.posted.map(({ content }) => content.kind)).toEqual(['header', 'list'])
  })

  test('to lay out a run is never given up: it has posted nothing; the rest is said meanwhile', async () => {
    const day = createWorkday()
    day.join(aPerson('mia'))
    day.failWith('findApprover', new Error('the chat is down'))
    await day.propose(anIdleAccount('anna', { manager: idOf('mia') }))
    await day.store.notify({ kind: 'paused', by: 'slack:U_nora' }, day.now())
    await day.work()
    expect(day.posted.map(({ content }) => content.kind)).toEqual(['notice'])
    for (let attempt = 0; attempt < 120; attempt++) await day.pass(10 * MINUTE_MS)
    day.repair()
    await day.pass(10 * MINUTE_MS)
    expect(day.posted.map(({ content }) => content.kind)).toEqual(['notice', 'header', 'list'])
  })

  test('at ServiceNow is never given up', async () => {
    const day = await approved()
    const broken = {
      ...day.context(),
      store: { ...day.store, candidate: () => Promise.reject(new Undeliverable('the store is busy')) },
    }
    await day.pass(GRACE_MS - 1)
    for (let attempt = 0; attempt < 110; attempt++) {
      const later = {
        ...broken,
        sources: { ...broken.sources, clock: { now: () => day.now() + (attempt + 1) * HOUR_MS } },
      }
      expect((await step('servicenow', later))?.attempts).toBe(attempt + 1)
    }
    await day.pass(200 * HOUR_MS)
    expect((await day.newest('anna')).state).toBe('reclaimed')
  })

  test('for a chat that is no longer configured waits', async () => {
    const day = createWorkday()
    await day.store.notify({ kind: 'paused', by: 'slack:U_nora' }, day.now())
    const elsewhere = { ...day.context(), chats: new Map() }
    expect(await step('slack', elsewhere)).toMatchObject({ kind: 'post' })
    expect(day.logged.at(-1)?.fields).toMatchObject({
      reason: 'Nothing is configured for slack any more; its messages wait.',
    })
    await day.pass(MINUTE_MS)
    expect(day.posted).toHaveLength(1)
  })
})

test('nothing that is due is nothing done', async () => {
  const day = createWorkday()
  expect(await step('servicenow', day.context())).toBeNull()
  expect(await step('slack', day.context())).toBeNull()
})

describe('the worker', () => {
  const start = (context: WorkerContext, concurrency = 2) => {
    const worker = startWorker(context, concurrency)
    onTestFinished(() => worker.stop())
    return worker
  }
  const soon = { timeout: 3000, interval: 5 }

  test('does what is due, in every lane, without being told', async () => {
    const day = await approved()
    await day.store.notify({ kind: 'paused', by: 'slack:U_nora' }, day.now())
    await day.pass(0)
    start({
      ...day.context(),
      sources: { ...day.context().sources, clock: { now: () => day.now() + GRACE_MS } },
    })
    await vi.waitFor(async () => expect((await day.newest('anna')).state).toBe('reclaimed'), soon)
    await vi.waitFor(() => expect(day.posted.at(1)?.replies.length).toBeGreaterThan(1), soon)
  })

  test('sends as many writes side by side as it may, and no more', async () => {
    const day = createWorkday()
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    let underWay = 0
    let most = 0
    await day.propose(...['anna', 'ben', 'carl'].map(name => anIdleAccount(name)))
    for (const name of ['anna', 'ben', 'carl']) {
      const { id } = await day.newest(name)
      await day.store.record({
        candidateId: id,
        event: 'approve',
        actor: 'slack:U_nora',
        note: {},
        at: day.now(),
      })
    }
    const context = day.context()
    const inspect: typeof day.licences.inspect = async id => {
      underWay += 1
      most = Math.max(most, underWay)
      await answered
      underWay -= 1
      return day.licences.inspect(id)
    }
    start({
      ...context,
      sources: {
        ...context.sources,
        licences: { ...day.licences, inspect },
        clock: { now: () => day.now() + GRACE_MS },
      },
    })
    await vi.waitFor(() => expect(most).toBe(2), soon)
    answer()
    await vi.waitFor(() => expect(underWay).toBe(0), soon)
    expect(most).toBe(2)
  })

  test('does not rest while there is something to do', async () => {
    const day = createWorkday()
    for (let word = 0; word < 12; word++) await day.store.notify({ kind: 'paused', by: 'x' }, day.now())
    start(day.context())
    // With a look around every 250 ms these would take three seconds.
    await vi.waitFor(() => expect(day.posted).toHaveLength(12), { timeout: 2000, interval: 5 })
  })

  test('keeps to the pace of a chat', async () => {
    const day = createWorkday()
    const at: number[] = []
    const context = day.context()
    const chat = {
      ...day.chat,
      paceMs: 120,
      post: (...asked: Parameters<typeof day.chat.post>) => {
        at.push(performance.now())
        return day.chat.post(...asked)
      },
    }
    for (let word = 0; word < 3; word++) await day.store.notify({ kind: 'paused', by: 'x' }, day.now())
    start({ ...context, chats: new Map([['slack', chat]]) })
    await vi.waitFor(() => expect(at).toHaveLength(3), soon)
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(115)
  })

  test('goes on when the store refuses, says so, and takes up the task that it could not put back', async () => {
    const day = createWorkday()
    await day.store.notify({ kind: 'paused', by: 'x' }, day.now())
    let refusals = 0
    const postpone: typeof day.store.postpone = (...asked) => {
      refusals += 1
      return refusals <= 2 ? Promise.reject(new Error('database is full')) : day.store.postpone(...asked)
    }
    day.breakDown('post')
    const context = day.context()
    let laterMs = 0
    const clock = { now: () => day.now() + laterMs }
    start({
      ...context,
      store: { ...day.store, postpone },
      sources: { ...context.sources, clock },
    })
    await vi.waitFor(() => expect(refusals).toBeGreaterThan(2), soon)
    expect(day.logged).toContainEqual({
      level: 'error',
      fields: { lane: 'slack', reason: 'database is full' },
      message: 'the store refused; the lane goes on',
    })
    day.repair()
    laterMs = HOUR_MS
    await vi.waitFor(() => expect(day.posted).toHaveLength(1), soon)
  })

  test('once stopped ends what is under way, and begins nothing', async () => {
    const day = createWorkday()
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    await day.store.notify({ kind: 'paused', by: 'x' }, day.now())
    await day.store.notify({ kind: 'paused', by: 'x' }, day.now())
    day.during('post', () => answered)
    const worker = startWorker(day.context(), 1)
    await vi.waitFor(() => expect(day.calls).toEqual(['post notice']), soon)
    const stopped = worker.stop()
    answer()
    await stopped
    expect(day.posted).toHaveLength(1)
    worker.wake()
    expect(day.calls).toEqual(['post notice'])
  })

  test('that is told of something new does not wait for its next look', async () => {
    const day = createWorkday()
    let looks = 0
    const takeTask: typeof day.store.takeTask = (...asked) => {
      looks += 1
      return day.store.takeTask(...asked)
    }
    const worker = start({ ...day.context(), store: { ...day.store, takeTask } }, 0)
    const told = () => {
      worker.wake()
      expect(looks).toBeGreaterThan(4)
    }
    // By itself it would look four times a second.
    await vi.waitFor(told, { timeout: 900, interval: 5 })
  })
})
