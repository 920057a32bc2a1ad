import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { openReports } from '../../src/store/store.ts'
import { MINUTE, PLATFORMS, story } from './story.ts'

/* What is left a year later, and what is not. */

describe.each(PLATFORMS)('evidence, in %s:', platform => {
  async function deleted() {
    const told = await story(platform)
    await told.run()
    await told.press('dana', 'approve', 'Bob Marsh')
    const sysId = told.idOf('bob.marsh')
    await told.pass(15 * MINUTE)
    const { path } = told.stage.settings.store
    return {
      ...told,
      ...{ path, sysId },
      asked: async <Answer>(ask: (reports: ReturnType<typeof openReports>) => Promise<Answer>) => {
        const reports = openReports(path)
        try {
          return await ask(reports)
        } finally {
          reports.close()
        }
      },
      /** Everything that lies in the store's folder, as bytes. */
      written: () =>
        readdirSync(dirname(path))
          .filter(file => file.startsWith('reclaim.db'))
          .map(file => readFileSync(join(dirname(path), file)).toString('latin1'))
          .join('\n'),
    }
  }

  test('each event says who, what was shown, what was sent and what was answered', async () => {
    const { history, sysId } = await deleted()
    const [propose, approve, begin, done] = await history('bob.marsh')
    expect(propose?.note.facts).toMatch(/^[0-9a-f]{64}$/)
    expect(approve?.actor).toMatch(/^(slack:U|teams:[0-9a-f-]{36}$)/)
    expect(approve?.note).toEqual({ as: 'manager', facts: propose?.note.facts })
    expect(begin?.note).toEqual({ requests: [`DELETE /api/now/v2/table/sys_user/${sysId}`] })
    expect(done?.note).toEqual({ status: 204 })
  })

  test("ServiceNow's own words, and the values that changed, stand beside the chain, not in it", async () => {
    const { press, pass, path, servicenow, thread } = await deleted()
    servicenow.faults.add({ kind: 'business_rule_403', method: 'DELETE', times: 1 })
    await press('dana', 'approve', 'Greta Lund')
    await pass(15 * MINUTE)
    expect((await thread('Greta Lund')).at(-1)).toContain('Business Rule')
    const db = new Database(path, { readonly: true })
    const notes = db.prepare<[], string>('SELECT note FROM events').pluck().all().join('\n')
    expect(notes).not.toContain('Business Rule')
    expect(notes).toContain('"particulars":"')
    db.close()
  })

  test('a snapshot of the account, its roles and groups was kept before the deletion; the details say how to go on', async () => {
    const { asked, press, shownTo } = await deleted()
    const [kept] = await asked(reports => reports.snapshots('bob.marsh'))
    expect(kept?.snapshot.account).toMatchObject({ user_name: 'bob.marsh', name: 'Bob Marsh' })
    expect(kept?.snapshot.roles.map(row => row['role.name'])).toContain('itil')
    expect(JSON.stringify(kept)).not.toMatch(/user_password/)
    await press('dana', 'details', 'Bob Marsh')
    expect(shownTo('dana').join('\n')).toMatch(/Delete Recovery.*until/s)
  })

  test('facts that somebody changed in the store are found by verify, and keep the account', async () => {
    const { stage, press, quiet, pass, path, asked, states, exists } = await deleted()
    await press('dana', 'approve', 'Greta Lund')
    await quiet()
    await stage.bot().close()
    const db = new Database(path)
    db.exec(
      `UPDATE candidates SET proposal = json_set(proposal, '$.facts.lastLoginAt', 1) WHERE user_name = 'greta.lund'`,
    )
    db.close()
    expect(await asked(reports => reports.verifyChain())).toMatchObject({
      kind: 'broken',
      reason: 'the facts of its candidate are not those that were shown',
    })
    await stage.restart()
    await pass(15 * MINUTE)
    expect((await states('greta.lund')).at(-1)).toBe('withdrawn')
    expect(exists('greta.lund')).toBe(true)
  })

  test("a run's first message says how far the history goes, and that is what verify finds", async () => {
    const { messages, asked } = await deleted()
    const [, row, hash] =
      /history: row (\d+), fingerprint ([0-9a-f]{64})/.exec((await messages())[0]?.text ?? '') ?? []
    expect(await asked(reports => reports.rowOf(hash ?? ''))).toBe(Number(row))
  })

  test('a forgotten person is nowhere in the store any more, the lists lose the name, and the chain still holds', async () => {
    const { stage, asked, written, quiet, history, messages, sysId } = await deleted()
    expect(written()).toContain('Bob Marsh')
    await stage.bot().close()
    const { openStore } = await import('../../src/store/store.ts')
    const store = openStore(stage.settings.store.path, { platforms: [platform], graceMs: 0 })
    const outcome = await store.forget('BOB.MARSH', 'cli:ops', stage.clock.now())
    await store.close()
    expect(outcome).toMatchObject({ kind: 'forgotten', candidates: 1, places: [{ platform }] })
    for (const word of ['Bob Marsh', 'bob.marsh']) expect(written()).not.toContain(word)

    expect(await asked(reports => reports.verifyChain())).toMatchObject({ kind: 'intact' })
    expect((await history(sysId)).map(({ to, name }) => [to, name])).toEqual([
      ...['proposed', 'approved', 'reclaiming', 'reclaimed'].map(state => [state, '(erased)']),
    ])
    await stage.restart()
    await quiet()
    const lists = (await messages()).map(({ text }) => text).join('\n')
    expect(lists).not.toContain('Bob Marsh')
    expect(lists).toContain('(erased)')
  })

  test('a forgotten manager, who decided too, is nowhere in the store; the messages that name them are listed', async () => {
    const { stage, written, quiet, messages } = await deleted()
    expect(written()).toContain('Dana Whitfield')
    await stage.bot().close()
    const { openStore } = await import('../../src/store/store.ts')
    const store = openStore(stage.settings.store.path, { platforms: [platform], graceMs: 0 })
    const outcome = await store.forget('dana.whitfield@example.com', 'cli:ops', stage.clock.now())
    await store.close()
    expect(outcome).toMatchObject({ kind: 'forgotten', candidates: 0, places: [{ platform }] })
    for (const word of ['Dana Whitfield', 'dana.whitfield']) expect(written()).not.toContain(word)
    await stage.restart()
    await quiet()
    // Slack shows its own members by itself.
    if (platform === 'teams')
      expect((await messages()).map(({ text }) => text).join('\n')).not.toContain('Dana Whitfield')
  })
})
