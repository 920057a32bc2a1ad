import { readdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openStore } from '../../src/store/store.ts'
import { settingsFor } from './instance.ts'
import { finished, shell } from './shell.ts'

const settings = { ...settingsFor('https://acme.service-now.com'), store: { path: './reclaim.db' } }

/** An operator's shell, and the store as the bot that runs on it has it. */
function besideBot() {
  const operator = shell(settings)
  const path = join(operator.folder, 'reclaim.db')
  const store = openStore(path, { platforms: ['slack'], graceMs: 0 })
  onTestFinished(() => store.close())
  return { ...operator, path, store }
}

describe('run', () => {
  it.each([
    ['The run is done: 3 proposed, 0 still open from before.', true, 0],
    ['The run is held: 57 of 100 licensed accounts qualify.', false, 1],
  ])('leaves a request for the bot and prints its answer: %s', async (text, ok, code) => {
    const { open, store } = besideBot()
    const ended = finished(open(['run']))
    const [request] = await vi.waitFor(
      async () => {
        const requests = await store.takeRequests(0)
        expect(requests).toHaveLength(1)
        return requests
      },
      { timeout: 20_000, interval: 50 },
    )
    expect(request).toMatchObject({ kind: 'run', actor: `cli:${userInfo().username}` })
    await store.answerRequest(request?.id ?? '', text, ok)
    expect(await ended).toMatchObject({ code, stdout: `${text}\n`, stderr: '' })
  })

  it('without a bot says what to do instead, and leaves no request for the next one', async () => {
    const { reclaim, store, path } = besideBot()
    await store.close()
    expect(await reclaim('run')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `No bot is running on ${path}. Start it with \`npm start\`, or use \`scan\` to look without proposing.\n`,
    })
    const next = openStore(path, { platforms: ['slack'], graceMs: 0 })
    expect(await next.takeRequests(0)).toEqual([])
    await next.close()
  })

  it('without a store creates none', async () => {
    const { reclaim, folder } = shell(settings)
    const before = readdirSync(folder)
    expect(await reclaim('run')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^No bot is running/),
    })
    expect(readdirSync(folder)).toEqual(before)
  })

  it('does not touch the store of a bot of another version', async () => {
    const { reclaim, path } = besideBot()
    const db = new Database(path)
    onTestFinished(() => void db.close())
    db.pragma('user_version = 999')
    expect(await reclaim('run')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^The store .* has version 999/),
    })
    expect(db.prepare('SELECT count(*) AS n FROM requests').get()).toEqual({ n: 0 })
  })
})
