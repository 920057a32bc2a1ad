import { cpSync, rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MINUTE, PLATFORMS, story } from './story.ts'

/* The store is put back from an older backup: what it believes may be wrong. */

describe.each(PLATFORMS)('a store restored from an older backup, in %s:', platform => {
  /** A story whose store can be copied away, and put back while the bot is down. */
  async function withBackup() {
    const told = await story(platform)
    const { path } = told.stage.settings.store
    const copy = `${path}.backup`
    const backUp = async () => {
      await told.stage.bot().close()
      cpSync(path, copy)
      await told.stage.restart()
    }
    return {
      ...told,
      backUp,
      /** The backup holds an approval that was undone since. */
      async undoAfterBackUp() {
        const { run, press, quiet } = told
        await run()
        await press('dana', 'approve', 'Bob Marsh')
        await quiet()
        await backUp()
        await press('dana', 'undo', 'Bob Marsh')
        await quiet()
      },
      async putBack() {
        await told.stage.bot().close()
        for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true })
        cpSync(copy, path)
        await told.stage.restart()
      },
    }
  }

  test('an approval that was undone since deletes nothing', async () => {
    const { undoAfterBackUp, putBack, pass, deletes, states, exists, messages } = await withBackup()
    await undoAfterBackUp()
    await putBack()
    await pass(60 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect(exists('bob.marsh')).toBe(true)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'withdrawn'])
    expect((await messages()).at(-1)?.text).toContain('runs on an older copy of its store')
  })

  test('is no bot that was away: the old approval gets no new time to undo, and nobody is told that it waits', async () => {
    const { undoAfterBackUp, putBack, clock, pass, messages, history } = await withBackup()
    await undoAfterBackUp()
    clock.advance(60 * MINUTE)
    await putBack()
    await pass(MINUTE)
    expect((await messages()).filter(({ text }) => text.includes('was away'))).toEqual([])
    expect((await history('bob.marsh')).map(({ event }) => event)).toEqual(['propose', 'approve', 'withdraw'])
  })

  test('nothing is written before every open account was read again', async () => {
    const { run, press, quiet, backUp, putBack, pass, servicenow, deletes, command } = await withBackup()
    await run()
    await backUp()
    await press('dana', 'skip', 'Greta Lund')
    await quiet()
    servicenow.faults.add({ kind: 'unavailable_503' })
    await putBack()
    await press('dana', 'approve', 'Bob Marsh')
    await pass(60 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect(await command('nora', 'status')).toContain('store restored, noticed')

    servicenow.faults.clear()
    await pass(5 * MINUTE)
    await pass(5 * MINUTE)
    expect(await command('nora', 'status')).not.toContain('store restored')
    // What was decided since it was put back stands.
    expect(deletes()).toHaveLength(1)
  })

  test('one account that cannot be read keeps no old approval alive; status says that one is left, and a Skip ends the wait', async () => {
    const { undoAfterBackUp, press, putBack, pass, servicenow, states, command } = await withBackup()
    await undoAfterBackUp()
    servicenow.account('reclaim.bot').hiddenRows = { sys_user: 'user_name=greta.lund' }
    await putBack()
    await pass(MINUTE)
    expect((await states('bob.marsh')).at(-1)).toBe('withdrawn')
    const status = await command('nora', 'status')
    expect(status).toContain('Left: 1 account, tried every minute')
    expect(status).not.toContain('greta.lund')

    await press('dana', 'skip', 'Greta Lund')
    await pass(2 * MINUTE)
    expect(await command('nora', 'status')).not.toContain('store restored')
  })

  test('an old approval of an account that cannot be read is withdrawn, and its thread does not say that nothing was deleted', async () => {
    const { undoAfterBackUp, putBack, pass, servicenow, states, thread } = await withBackup()
    await undoAfterBackUp()
    servicenow.account('reclaim.bot').hiddenRows = { sys_user: 'user_name=bob.marsh' }
    await putBack()
    await pass(MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'withdrawn'])
    expect((await thread('Bob Marsh')).at(-1)).toMatch(
      /whether the account is still there could not be read yet\.$/,
    )
  })

  test('an account that was deleted since is not deleted, nor claimed, a second time', async () => {
    const { run, press, quiet, backUp, putBack, pass, deletes, states } = await withBackup()
    await run()
    await quiet()
    await backUp()
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(1)
    await putBack()
    await pass(MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'withdrawn'])
    expect(deletes()).toHaveLength(1)
  })

  test('a store of which only the one file was kept is taken for restored, too; one that was merely stopped is not', async () => {
    const { run, press, quiet, stage, messages, states } = await withBackup()
    const isTold = async () => (await messages()).some(({ text }) => text.includes('older copy of its store'))
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    await stage.restart()
    await quiet()
    expect(await isTold()).toBe(false)
    await stage.bot().close()
    rmSync(`${stage.settings.store.path}.head`)
    await stage.restart()
    await quiet()
    expect(await isTold()).toBe(true)
    expect((await states('bob.marsh')).at(-1)).toBe('withdrawn')
  })

  test('lists show what the store holds now, and threads are told what happens next', async () => {
    const { run, press, quiet, backUp, putBack, pass, messageAbout, thread, trouble } = await withBackup()
    await run()
    await quiet()
    await backUp()
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    expect((await messageAbout('Bob Marsh')).text).toContain('Approved by Dana')
    await putBack()
    await quiet()
    expect((await messageAbout('Bob Marsh')).text).not.toContain('Approved by Dana')
    trouble.losesAnswers('lines', 1)
    await press('dana', 'skip', 'Bob Marsh')
    await quiet()
    await pass(MINUTE)
    expect((await thread('Bob Marsh')).at(-1)).toContain('skipped by Dana Whitfield')
  })
})
