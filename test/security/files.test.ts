import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/store/store.ts'

/* The store names people. On the bot's host nobody but its own user reads it, whatever that user's umask is. */

let before: number
beforeEach(() => {
  before = process.umask(0)
})
afterEach(() => void process.umask(before))

const rights = (path: string) => (statSync(path).mode & 0o777).toString(8)

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'reclaim-rights-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Opens a store and writes to it, so that everything lies beside it that ever does. */
async function open(path: string) {
  const store = openStore(path, { platforms: ['slack'], graceMs: 0 })
  onTestFinished(() => store.close())
  await store.pause('cli:test', 1)
}

test('a permissive umask is what these tests think it is', () => {
  const path = join(folder(), 'plain')
  writeFileSync(path, '')
  expect(rights(path)).toBe('666')
})

describe('with a umask that lets everybody read,', () => {
  test('folders that the bot makes are its own', async () => {
    const top = folder()
    await open(join(top, 'data', 'deeper', 'reclaim.db'))
    expect(rights(join(top, 'data'))).toBe('700')
    expect(rights(join(top, 'data', 'deeper'))).toBe('700')
  })

  test('so is each file that holds anything, even where the folder was there before and is open', async () => {
    const data = join(folder(), 'data')
    mkdirSync(data, { mode: 0o777 })
    await open(join(data, 'reclaim.db'))
    const holding = readdirSync(data)
    expect(holding).toEqual(
      expect.arrayContaining(['', '-shm', '-wal', '.head', '.lock'].map(end => `reclaim.db${end}`)),
    )
    for (const name of holding) expect(rights(join(data, name)), name).toBe('600')
    expect(statSync(join(data, 'reclaim.db.lock')).size).toBe(0)
  })

  test('and a store that others could read is closed to them when the bot opens it', async () => {
    const path = join(folder(), 'reclaim.db')
    await openStore(path, { platforms: ['slack'], graceMs: 0 }).close()
    chmodSync(path, 0o666)
    await open(path)
    for (const end of ['', '-wal', '-shm']) expect(rights(path + end), end).toBe('600')
  })
})
