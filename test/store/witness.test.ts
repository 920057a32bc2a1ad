import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/reclaim/storage.ts'
import { openStore } from '../../src/store/store.ts'
import { distrust } from '../../src/store/witness.ts'
import { GRACE_MS, live, proposeOne } from './contract/scene.ts'
import { aFolder } from './folder.ts'
import { asVersion } from './older.ts'

/* Whether a store is taken for one that was put back from a backup, by the file beside it. */

/** Works on the store for a moment. @returns whether it is taken for restored */
async function start(path: string, work: (store: Store) => Promise<unknown> = async () => {}) {
  const store = openStore(path, { platforms: ['slack'], graceMs: GRACE_MS })
  const { restored } = await store.halts()
  await work(store)
  await store.close()
  return restored !== null
}

/** A store with an approval in it, its file alone, as a backup holds it. */
async function aBackup(version?: number): Promise<string> {
  const path = join(aFolder(), 'backup.db')
  await start(path, async store => live(store, await proposeOne(store, 'anna'), ['approve']))
  return version ? asVersion(path, version) : path
}

const aPath = () => join(aFolder(), 'reclaim.db')
const witnessOf = (path: string) => `${path}.head`
/** The version before wrote no more than this. */
const asOldWitness = (path: string) => {
  const { seq, hash } = JSON.parse(readFileSync(witnessOf(path), 'utf8'))
  writeFileSync(witnessOf(path), JSON.stringify({ seq, hash }))
}

describe('a store is taken for restored', () => {
  test.each([
    ['of this version', undefined],
    ['of the version before', 3],
    ['of a version that knew no witness', 1],
  ])('when a backup %s is put where a new bot had begun an empty one', async (_, version) => {
    const path = aPath()
    await start(path)
    copyFileSync(await aBackup(version), path)
    expect(await start(path)).toBe(true)
    expect(await start(path)).toBe(true)
  })

  test.each([
    ['of the version before', 3],
    ['of a version that knew no witness', 1],
  ])('when that new bot was of the version before, and the backup %s', async (_, version) => {
    const path = aPath()
    await start(path)
    asOldWitness(path)
    copyFileSync(await aBackup(version), path)
    expect(await start(path)).toBe(true)
  })

  test('when both were of the version before, and the new bot was brought up to date in between', async () => {
    const path = aPath()
    await start(path)
    asOldWitness(path)
    renameSync(asVersion(path, 3), path)
    await start(path)
    copyFileSync(await aBackup(3), path)
    expect(await start(path)).toBe(true)
  })

  test.each([
    ['of this version', undefined],
    ['of the version before', 3],
    ['of a version that knew no witness', 1],
  ])('when somebody says so, also where no witness is: a store %s', async (_, version) => {
    const path = aPath()
    renameSync(await aBackup(version), path)
    distrust(path)
    expect(await start(path)).toBe(true)
  })

  test('when somebody says so where a whole folder was put back', async () => {
    const path = await aBackup()
    distrust(path)
    expect(await start(path)).toBe(true)
  })
})

describe('a store is not taken for restored', () => {
  const isReconciled = (store: Store) => store.reconciled([])

  test('when it is new, however often the bot starts', async () => {
    const path = aPath()
    expect([await start(path), await start(path)]).toEqual([false, false])
  })

  test('when it is new, and the file of one that was removed still lies there', async () => {
    const path = aPath()
    await start(path)
    rmSync(path)
    expect(await start(path)).toBe(false)
  })

  test('when the bot died before the file had seen the first rows', async () => {
    const path = aPath()
    await start(path)
    const empty = readFileSync(witnessOf(path))
    await start(path, store => proposeOne(store, 'anna'))
    writeFileSync(witnessOf(path), empty)
    expect(await start(path)).toBe(false)
  })

  test.each([
    ['with a history', true],
    ['that is empty', false],
  ])('when it is brought up to date from the version before, %s', async (_, hasHistory) => {
    const path = aPath()
    await start(path, async store => hasHistory && proposeOne(store, 'anna'))
    asOldWitness(path)
    renameSync(asVersion(path, 3), path)
    expect(await start(path, store => proposeOne(store, 'ben'))).toBe(false)
    expect(await start(path)).toBe(false)
  })

  test('when it is brought up to date from a version that knew no witness', async () => {
    const path = await aBackup(1)
    expect([await start(path), await start(path)]).toEqual([false, false])
  })

  test('when it was, and has been reconciled', async () => {
    const path = await aBackup()
    rmSync(witnessOf(path))
    expect(await start(path, isReconciled)).toBe(true)
    expect(await start(path)).toBe(false)
  })
})
