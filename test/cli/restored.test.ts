import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../src/store/store.ts'
import { proposeOne } from '../store/contract/scene.ts'
import { settingsFor } from './instance.ts'
import { shell } from './shell.ts'

const settings = { ...settingsFor('https://acme.service-now.com'), store: { path: './reclaim.db' } }

/** An operator's shell beside a store that merely slept: nothing but the operator knows that it was put back. */
async function operatorsShell() {
  const operator = shell(settings)
  const open = () => {
    const store = openStore(join(operator.folder, 'reclaim.db'), { platforms: ['slack'], graceMs: 0 })
    onTestFinished(() => store.close())
    return store
  }
  const store = open()
  await proposeOne(store, 'anna')
  return { ...operator, open, store }
}

it('restored: the bot takes the store for an older copy when it starts', async () => {
  const { reclaim, open, store } = await operatorsShell()
  await store.close()
  expect(await reclaim('restored')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('it withdraws the approvals in this store'),
  })
  expect(await open().halts()).toMatchObject({ restored: { at: expect.any(Number), seq: 1 } })
})

it('restored beside a running bot, or where there is no store: says what to do, exit 1', async () => {
  const { reclaim } = await operatorsShell()
  expect(await reclaim('restored')).toMatchObject({ stderr: expect.stringContaining('Stop it before') })
  expect(await shell(settings).reclaim('restored')).toMatchObject({
    stderr: expect.stringContaining('put the backup there first'),
  })
})
