import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isOwned, leaveRequest, openStore } from '../../src/store/store.ts'
import { NOW } from '../domain/examples.ts'
import { GRACE_MS, proposeOne } from './contract/scene.ts'
import { aFolder } from './folder.ts'

const OPTIONS = { platforms: ['slack'], graceMs: GRACE_MS } as const
const NODE = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
const OWNER = fileURLToPath(new URL('./owner.ts', import.meta.url))

/** Starts another process that owns the store, and waits until it works on it. */
async function startOwner(path: string): Promise<ChildProcess> {
  const owner = spawn(NODE, [OWNER, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => {
    owner.kill('SIGKILL')
  })
  if (!owner.stdout) throw new Error('no stdout')
  const [words] = await once(owner.stdout, 'data')
  expect(String(words)).toBe('working\n')
  return owner
}

describe('one owner for each store', () => {
  test('a second one is refused, and told what to do', async () => {
    const path = join(aFolder(), 'reclaim.db')
    const store = openStore(path, OPTIONS)
    expect(() => openStore(path, OPTIONS)).toThrow(
      `Another bot is running on ${path}. Stop it first, or give this one its own store.path.`,
    )
    await proposeOne(store, 'anna')
    await store.close()
  })

  test('closing the store frees it', async () => {
    const path = join(aFolder(), 'reclaim.db')
    for (let times = 0; times < 3; times++) {
      const store = openStore(path, OPTIONS)
      expect(isOwned(path)).toBe(true)
      await store.close()
      expect(isOwned(path)).toBe(false)
    }
  })

  test('asking whether it is owned does not take it away', async () => {
    const path = join(aFolder(), 'reclaim.db')
    expect(isOwned(path)).toBe(false)
    const store = openStore(path, OPTIONS)
    expect([isOwned(path), isOwned(path)]).toEqual([true, true])
    await store.close()
  })

  test('two stores do not know of each other', async () => {
    const folder = aFolder()
    const stores = ['a.db', 'b.db'].map(name => openStore(join(folder, name), OPTIONS))
    expect(stores).toHaveLength(2)
    for (const store of stores) await store.close()
  })

  test('another process keeps it while it lives; kill -9 frees it, and its work is taken over', async () => {
    const path = join(aFolder(), 'reclaim.db')
    const owner = await startOwner(path)
    expect(isOwned(path)).toBe(true)
    expect(() => openStore(path, OPTIONS)).toThrow('Another bot is running')

    owner.kill('SIGKILL')
    expect(await once(owner, 'exit')).toEqual([null, 'SIGKILL'])
    expect(isOwned(path)).toBe(false)
    const store = openStore(path, OPTIONS)
    expect(await store.candidatesOf('anna')).toMatchObject([{ state: 'proposed' }])
    expect(await store.takeTask('slack', NOW)).toMatchObject({ kind: 'digest', attempts: 2 })
    expect(await store.verifyChain()).toMatchObject({ kind: 'intact', rows: 1 })
    await store.close()
  })
})

describe('requests from the shell', () => {
  const running = () => {
    const path = join(aFolder(), 'reclaim.db')
    const store = openStore(path, OPTIONS)
    return { path, store }
  }

  test('are taken once by the running bot, in order, and answered', async () => {
    const { path, store } = running()
    expect(await store.takeRequests(0)).toEqual([])
    const second = leaveRequest(path, { kind: 'run', actor: 'cli:sam', subject: null }, NOW + 1)
    const first = leaveRequest(path, { kind: 'run', actor: 'cli:nora', subject: null }, NOW)
    expect(first.answer()).toBeNull()

    const requests = await store.takeRequests(0)
    expect(requests).toEqual([
      { id: expect.any(String), kind: 'run', actor: 'cli:nora', subject: null },
      { id: expect.any(String), kind: 'run', actor: 'cli:sam', subject: null },
    ])
    expect(await store.takeRequests(0)).toEqual([])
    expect(first.answer()).toBeNull()

    const [nora, sam] = requests
    await store.answerRequest(nora?.id ?? '', 'Proposed 3.', true)
    await store.answerRequest(sam?.id ?? '', 'A run is going on since 09:00.', false)
    expect(first.answer()).toEqual({ text: 'Proposed 3.', ok: true })
    expect(second.answer()).toEqual({ text: 'A run is going on since 09:00.', ok: false })
    first.close()
    second.close()
    await store.close()
  })

  test('change nothing else: the bot keeps its store and what is under way', async () => {
    const { path, store } = running()
    await proposeOne(store, 'anna')
    await store.takeTask('slack', NOW)
    const history = await store.history({})
    leaveRequest(path, { kind: 'run', actor: 'cli:nora', subject: null }, NOW).close()
    expect(isOwned(path)).toBe(true)
    expect(await store.takeTask('slack', NOW)).toBeNull()
    expect(await store.history({})).toEqual(history)
    await store.close()
  })
})
