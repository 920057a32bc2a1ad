import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RunId } from '../../src/reclaim/ids.ts'
import { openStore } from '../../src/store/store.ts'
import { live, proposeOne } from '../store/contract/scene.ts'
import { settingsFor } from './instance.ts'
import { shell } from './shell.ts'

const settings = settingsFor('https://acme.service-now.com')

/** An operator's shell beside a store in which Anna was skipped and Ben is being deleted. */
async function operatorsShell() {
  const operator = shell({ ...settings, store: { path: './reclaim.db' } })
  const store = openStore(join(operator.folder, 'reclaim.db'), { platforms: ['slack'], graceMs: 0 })
  onTestFinished(() => store.close())
  await live(store, await proposeOne(store, 'anna', { runId: 'run 1' as RunId }), ['skip'])
  await live(store, await proposeOne(store, 'ben', { runId: 'run 2' as RunId }), ['approve', 'begin'])
  return { ...operator, store }
}

describe('forget', () => {
  it('without a bot erases the person, says what is left in the chats, and the history verifies', async () => {
    const { reclaim, store } = await operatorsShell()
    await store.close()
    expect(await reclaim('forget', 'anna@example.com')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Erased: 1 candidate with facts, reasons and snapshots'),
    })
    expect((await reclaim('history', '--json')).stdout).not.toContain('anna')
    expect(await reclaim('verify')).toMatchObject({ code: 0 })
    expect(await reclaim('forget', 'anna')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('knows nobody by that name'),
    })
  })

  it('refuses while a deletion of the person is under way', async () => {
    const { reclaim, store } = await operatorsShell()
    await store.close()
    expect(await reclaim('forget', 'ben')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('A deletion of this account is under way'),
    })
    expect((await reclaim('history', '--json')).stdout).toContain('ben')
  })

  it('beside a bot is asked of the bot, and the question does not keep the name either', async () => {
    const { reclaim, store } = await operatorsShell()
    const asking = reclaim('forget', 'anna')
    const taken = await vi.waitUntil(async () => (await store.takeRequests(0))[0], { timeout: 20_000 })
    expect(taken).toMatchObject({ kind: 'forget', subject: 'anna' })
    await store.answerRequest(taken.id, 'Erased.', true)
    expect(await asking).toMatchObject({ code: 0, stdout: 'Erased.\n' })
  })
})

describe('verify --head', () => {
  it('finds the row of a fingerprint, and says when the history never came to it', async () => {
    const { reclaim, store } = await operatorsShell()
    const check = await store.verifyChain()
    const head = check.kind === 'intact' ? check.head : ''
    await store.close()
    expect(await reclaim('verify', '--head', head.toUpperCase())).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`with row ${check.kind === 'intact' && check.rows}.`),
    })
    expect(await reclaim('verify', '--head', 'f'.repeat(64))).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('rows were cut off at the end'),
    })
  })
})

describe('snapshot', () => {
  it('of somebody whose account was never written to: says so, exit 1', async () => {
    const { reclaim, store } = await operatorsShell()
    await store.close()
    const outcome = await reclaim('snapshot', 'anna')
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr).toContain('There is no snapshot of “anna”')
  })
})
