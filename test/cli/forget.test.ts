import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RunId } from '../../src/reclaim/ids.ts'
import { openStore } from '../../src/store/store.ts'
import { aPerson, NOW } from '../domain/examples.ts'
import { aList, layOut, live, proposeOne } from '../store/contract/scene.ts'
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

  it('erases a manager, too, and says so when no message named them', async () => {
    const { reclaim, store } = await operatorsShell()
    await store.close()
    const { code, stdout } = await reclaim('forget', 'mia@example.com')
    expect({ code, lines: stdout.split('\n') }).toEqual({
      code: 0,
      lines: [
        'Erased: 0 candidates with facts, reasons and snapshots, the name of the manager of 2 candidates more, 0 names of people in chats. The history keeps what happened, without them; verify still holds.',
        'No message in a channel named the person.',
        expect.stringContaining('answered to one person alone'),
        '',
      ],
    })
  })

  it('erases somebody who decided, and says which messages still name them', async () => {
    const { reclaim, store } = await operatorsShell()
    const list = aList(await store.candidatesOf('anna'))
    await layOut(store, [list])
    await store.posted(list.id, { conversation: 'C012', id: '1764.5' }, NOW)
    await store.rememberPerson(aPerson('nora'))
    await store.close()
    const { stdout } = await reclaim('forget', 'nora@example.com')
    expect(stdout).toMatch(/snapshots, 1 name of people in chats\..*Delete by hand what has to go:/s)
    expect(stdout).toContain('  slack C012, message 1764.5 and its thread, of 2026-11-23T09:00:00.000Z')
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
