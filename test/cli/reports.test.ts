import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { parse } from 'csv-parse/sync'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RunId } from '../../src/reclaim/ids.ts'
import type { Licences } from '../../src/reclaim/ports.ts'
import { performRun } from '../../src/reclaim/scan.ts'
import { openStore, randomIds } from '../../src/store/store.ts'
import { createWorld, START } from '../property/world.ts'
import { settingsFor } from './instance.ts'
import { shell } from './shell.ts'

const settings = settingsFor('https://acme.service-now.com')

/** An operator's shell beside a store on which a bot runs: two accounts were proposed, the first was skipped. */
async function besideBot() {
  const operator = shell({ ...settings, store: { path: './reclaim.db' } })
  const path = join(operator.folder, 'reclaim.db')
  const store = openStore(path, { platforms: ['slack'], graceMs: 0 })
  onTestFinished(() => store.close())
  const world = createWorld(2, [])
  const licences: Licences = {
    ...world.licences,
    async scan() {
      const { accounts, hidden } = await world.licences.scan()
      // What a spreadsheet would take for a formula, and a terminal for an instruction.
      return { accounts: accounts.map(account => ({ ...account, name: '=1+1\u001b[2J' })), hidden }
    },
  }
  const policy = {
    rules: { neverLoggedIn: { afterDays: 30 }, inactive: { afterDays: 90 } },
    licenses: [{ name: 'ITSM', roles: ['itil'], yearlyCost: 1200 }],
    exclude: { users: [], roles: [], groups: [], departments: [], vip: true },
    ownUserNames: [],
  }
  await performRun(
    store,
    {
      ...{ action: 'delete-account', dryRun: true, policy, currency: 'USD', inactiveValues: [] },
      ...{ maxPerRun: 50, maxSharePercent: 100, skipForMs: 0 },
    },
    { licences, roster: null, clock: world.clock },
    { id: randomIds.next() as RunId, slot: null, actor: 'cli:ops', release: null },
  )
  const [first] = await store.history({})
  if (!first) throw new Error('Nothing was proposed.')
  await store.record({
    ...{ candidateId: first.candidateId, event: 'skip', actor: 'slack:U_NAMED', note: { as: 'named' } },
    at: START + 60_000,
  })
  await store.rememberPerson({
    ...{ platform: 'slack', id: 'U_NAMED', name: 'Nora', email: null, fullMember: true, named: true },
  })
  return { ...operator, path, store }
}

describe('beside a running bot', () => {
  it('status shows what the chat command shows', async () => {
    const { reclaim } = await besideBot()
    const { code, stdout, stderr } = await reclaim('status')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/^dry run/)
    expect(lines).toContain('proposed 1')
    expect(lines).toContain('writes today 0 of 100')
  })

  it('status --json has the same data, with dry run and cap', async () => {
    const { reclaim, store } = await besideBot()
    const { code, stdout, stderr } = await reclaim('status', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ ...(await store.summary(0)), dryRun: true, maxPerDay: 100 })
  })

  it('history shows a line for each thing that happened, oldest first', async () => {
    const { reclaim } = await besideBot()
    const { code, stdout, stderr } = await reclaim('history')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[2]).toMatch(/^23 Nov 2026, 10:01.*\(user\.\d\) {2}proposed → skipped .* by Nora$/)
    expect(stdout).not.toContain('\u001b')
  })

  it.each(['user.1', 'USER.1@example.com'])('history --user %s shows one account', async user => {
    const { reclaim } = await besideBot()
    const { stdout } = await reclaim('history', '--json', '--user', user)
    const rows: { userName: string }[] = JSON.parse(stdout)
    expect(rows.length).toBeGreaterThan(0)
    expect(new Set(rows.map(row => row.userName))).toEqual(new Set(['user.1']))
  })

  it('history of somebody whom it never heard of says so', async () => {
    const { reclaim } = await besideBot()
    expect(await reclaim('history', '--user', 'nobody')).toMatchObject({
      ...{ code: 0, stdout: 'The history holds nothing about “nobody”.\n', stderr: '' },
    })
    expect(await reclaim('history', '--user', 'nobody', '--json')).toMatchObject({ code: 0, stdout: '[]\n' })
  })

  it('history --json is the rows as the store has them', async () => {
    const { reclaim, store } = await besideBot()
    expect(JSON.parse((await reclaim('history', '--json')).stdout)).toEqual(await store.history({}))
  })

  it('history --csv has a header, and no cell that a spreadsheet would calculate', async () => {
    const { reclaim, store } = await besideBot()
    const { code, stdout, stderr } = await reclaim('history', '--csv')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n')[0]).toBe('seq,at,user_name,name,event,from,to,actor,note')
    const rows: Record<string, string>[] = parse(stdout, { columns: true })
    const [, , last] = await store.history({})
    expect(rows).toHaveLength(3)
    expect(rows[2]).toEqual({
      ...{ seq: '3', at: '2026-11-23T09:01:00.000Z', user_name: last?.userName, name: "'=1+1\u001b[2J" },
      ...{ event: 'skip', from: 'proposed', to: 'skipped', actor: 'slack:U_NAMED', note: '{"as":"named"}' },
    })
    expect(rows[0]).toMatchObject({ seq: '1', event: 'propose', from: '', to: 'proposed', actor: 'scan' })
    for (const cell of rows.flatMap(row => Object.values(row))) expect(cell).not.toMatch(/^[=+\-@\t]/)
  })

  it('verify names the head, which somebody may keep elsewhere', async () => {
    const { reclaim, store } = await besideBot()
    const check = await store.verifyChain()
    const head = check.kind === 'intact' ? check.head : ''
    expect(await reclaim('verify')).toMatchObject({
      ...{ code: 0, stdout: expect.stringContaining(`The history holds: 3 rows, head ${head}.`), stderr: '' },
    })
  })

  it('and nothing is changed by any of them', async () => {
    const { reclaim, path } = await besideBot()
    const dump = () => {
      const db = new Database(path, { readonly: true })
      const tables = ['events', 'candidates', 'runs', 'outbox', 'control', 'requests', 'people']
      const rows = tables.map(table => db.prepare(`SELECT * FROM ${table}`).all())
      db.close()
      return rows
    }
    const before = dump()
    for (const args of [['status'], ['history'], ['history', '--csv'], ['verify']]) await reclaim(...args)
    expect(dump()).toEqual(before)
  })
})

describe('verify', () => {
  /** Changes the store behind the bot's back. */
  async function tampered(how: string) {
    const operator = await besideBot()
    const db = new Database(operator.path)
    db.exec('DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_removed;')
    db.exec(how)
    db.close()
    return operator
  }

  it.each([
    [
      'a changed row',
      `UPDATE events SET actor = 'slack:U_OTHER' WHERE seq = 3`,
      3,
      'its content is not what',
    ],
    ['a row that was taken out', 'DELETE FROM events WHERE seq = 2', 3, 'row 2 is missing'],
    [
      'a row that was put in place',
      `UPDATE events SET prev_hash = 'x' WHERE seq = 2`,
      2,
      'it does not follow',
    ],
  ])('finds %s, and says what to do', async (_, how, seq, why) => {
    const { reclaim, path } = await tampered(how)
    const { code, stdout } = await reclaim('verify')
    expect(code).toBe(1)
    expect(stdout).toMatch(
      new RegExp(`^The history does not hold: row ${seq} is the first that is broken, ${why}`),
    )
    expect(stdout).toContain(`Stop the bot, keep ${path} as evidence, and go on from the latest backup`)
  })
})

describe('without a bot', () => {
  it('a store that was closed can still be read', async () => {
    const { reclaim, store } = await besideBot()
    await store.close()
    expect(await reclaim('verify')).toMatchObject({ code: 0 })
    expect((await reclaim('status')).stdout).toContain('proposed 1')
  })

  it.each(['status', 'history', 'verify'])(
    '%s says that there is no store yet, and makes none',
    async command => {
      const { reclaim, folder } = shell(settings)
      const path = join(folder, 'data', 'reclaim.db')
      expect(await reclaim(command)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: `There is no store at ${path} yet. The bot creates it: start it with npm start, or correct store.path.\n`,
      })
      expect(await reclaim(command)).toMatchObject({ code: 1 })
    },
  )

  it.each([
    ['no database', 'Dear diary, '.repeat(1000), /is not a store of this bot/],
    [
      'an empty file',
      '',
      /is empty\. If it is a copy, it was made without .*-wal: make it again while the bot is stopped\./,
    ],
  ])('a store that is %s is refused in one sentence', async (_, content, message) => {
    const { reclaim, folder } = shell({ ...settings, store: { path: './reclaim.db' } })
    writeFileSync(join(folder, 'reclaim.db'), content)
    const { code, stdout, stderr } = await reclaim('status')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
  })

  it('a store that is damaged is said to be', async () => {
    const { reclaim, store, path } = await besideBot()
    await store.close()
    const bytes = readFileSync(path)
    // The first page, with what tells the tables apart, is left as it is.
    writeFileSync(path, bytes.fill(0xff, 4096))
    const { code, stdout, stderr } = await reclaim('verify')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^The store .* is damaged \(.*malformed\)\. Stop the bot, [^\n]*\n$/)
  })
})
