import { readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { user } from '../../sandbox/servicenow/rows.ts'
import { EXCLUSION_WORDS, RULE_WORDS } from '../../src/bot/words.ts'
import { ADA, BOB, operator, settingsFor } from './instance.ts'
import { SECRETS, shell } from './shell.ts'

const DAY_MS = 24 * 60 * 60 * 1000

describe('scan --json', () => {
  it('prints all that qualify, and the counts of those that do not, as scripts know it', async () => {
    const { reclaim } = await operator()
    const before = Date.now()
    const { code, stdout, stderr } = await reclaim('scan', '--json')
    const daysIdle = Math.floor((before - Date.parse('2025-06-01T10:11:12Z')) / DAY_MS)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      candidates: [
        {
          user: {
            sysId: BOB.sys_id,
            userName: 'bob.noyce',
            name: 'Bob Noyce',
            email: 'bob.noyce@example.com',
          },
          manager: null,
          rules: ['neverLoggedIn'],
          evidence: {
            lastLogin: null,
            daysIdle: null,
            createdOn: '2021-03-04T05:06:07.000Z',
            rosterStatus: 'unknown',
          },
          licenses: ['Business Stakeholder'],
          yearlySaving: 300,
          operations: [{ method: 'DELETE', table: 'sys_user', sysId: BOB.sys_id, body: null }],
        },
        {
          user: {
            sysId: ADA.sys_id,
            userName: 'ada.lovelace',
            name: 'Ada Lovelace',
            email: 'ada.lovelace@example.com',
          },
          manager: { name: 'Grace Hopper', email: 'grace.hopper@example.com' },
          rules: ['inactive'],
          evidence: {
            lastLogin: '2025-06-01T10:11:12.000Z',
            daysIdle,
            createdOn: '2020-01-15T08:00:00.000Z',
            rosterStatus: 'unknown',
          },
          licenses: ['ITSM Fulfiller'],
          yearlySaving: 1200,
          operations: [{ method: 'DELETE', table: 'sys_user', sysId: ADA.sys_id, body: null }],
        },
      ],
      excluded: { protectedRole: 1 },
      unknown: 0,
      scanned: 4,
      licensed: 4,
    })
  })

  it('prints all of them, whatever maxPerRun and the share say', async () => {
    const { reclaim } = await operator({
      users: Array.from({ length: 30 }, (_, n) => user({ user_name: `idle.${n}` })),
      changes: { reclaim: { action: 'delete-account', maxPerRun: 1, maxSharePercent: 1 } },
    })
    const { stdout } = await reclaim('scan', '--json')
    expect(JSON.parse(stdout).candidates).toHaveLength(32)
  })

  it('counts what cannot be judged and what is not shown as unknown', async () => {
    const { reclaim, simulator } = await operator({
      users: [user({ user_name: 'eve.torn', last_login_time: 'yesterday', last_login: 'yesterday' })],
    })
    const seen = JSON.parse((await reclaim('scan', '--json')).stdout)
    expect(seen).toMatchObject({ unknown: 1, scanned: 5, licensed: 5 })
    simulator.account(SECRETS.SERVICENOW_USERNAME).hiddenRows = {
      sys_user_has_role: `user=${ADA.sys_id}`,
    }
    const less = JSON.parse((await reclaim('scan', '--json')).stdout)
    expect(less).toMatchObject({ unknown: 2, scanned: 4 })
    expect(less.candidates).toHaveLength(1)
  })

  it('finds leavers by the roster', async () => {
    const roster = {
      path: './roster.csv',
      columns: { email: 'Email', status: 'Status' },
      inactiveValues: ['Left'],
    }
    const rules = { inactiveInRoster: { missingCountsAsInactive: false } }
    const { reclaim, folder } = await operator({ changes: { roster, rules } })
    writeFileSync(
      join(folder, 'roster.csv'),
      'Email,Status\nGrace.Hopper@example.com,left\nada.lovelace@example.com,Active\n',
    )
    const seen = JSON.parse((await reclaim('scan', '--json')).stdout)
    expect(seen.candidates).toMatchObject([
      {
        user: { userName: 'grace.hopper' },
        rules: ['inactiveInRoster'],
        evidence: { rosterStatus: 'inactive' },
      },
    ])
  })
})

describe('scan', () => {
  it('shows people a table and the totals', async () => {
    const { reclaim } = await operator()
    const { code, stdout, stderr } = await reclaim('scan')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    // Amounts may hold no-break spaces.
    const lines = stdout.replaceAll('\u00a0', ' ').trimEnd().split('\n')
    expect(lines.map(line => line.split(/ {2,}/))).toEqual([
      ['NAME', 'USER', 'WHY', 'LAST LOGIN', 'LICENCE', 'A YEAR'],
      ['Bob Noyce', 'bob.noyce', RULE_WORDS.neverLoggedIn, 'never', 'Business Stakeholder', 'USD 300'],
      ['Ada Lovelace', 'ada.lovelace', RULE_WORDS.inactive, '1 Jun 2025', 'ITSM Fulfiller', 'USD 1,200'],
      [''],
      ['2 accounts of 4 licensed would be proposed, up to USD 1,500 a year.'],
      [`Left alone: 1 ${EXCLUSION_WORDS.protectedRole}.`],
      ['Nothing was posted, nothing was written.'],
    ])
    const columns = ['A YEAR', 'USD 300', 'USD 1,200'].map((cell, row) => lines[row]?.indexOf(cell))
    expect(new Set(columns).size).toBe(1)
  })

  it('says so when there is nobody', async () => {
    const rules = { inactive: { afterDays: 3650 } }
    const { reclaim } = await operator({ changes: { rules } })
    expect((await reclaim('scan')).stdout).toMatch(/^0 accounts of 4 licensed would be proposed/)
  })

  it('lets no name steer the terminal', async () => {
    const { reclaim } = await operator({
      users: [user({ user_name: 'mal.ory', name: 'Mal\u001b[2J\u202eory\u0007' })],
    })
    const { stdout } = await reclaim('scan')
    expect(stdout).toContain('Mal [2Jory')
    for (const character of ['\u001b', '\u202e', '\u0007']) expect(stdout).not.toContain(character)
  })

  it('only reads, needs no store, and leaves nothing behind', async () => {
    const { reclaim, folder, simulator } = await operator()
    const before = readdirSync(folder)
    await reclaim('scan')
    expect(readdirSync(folder)).toEqual(before)
    expect(simulator.journal.length).toBeGreaterThan(0)
    expect(new Set(simulator.journal.map(entry => entry.method))).toEqual(new Set(['GET']))
  })
})

describe('a scan that cannot be whole is no scan: one sentence, exit 1', () => {
  const failed = (stderr: RegExp) => ({ code: 1, stdout: '', stderr: expect.stringMatching(stderr) })

  it.each([['scan'], ['scan', '--json']])('ServiceNow cannot be reached (%s %s)', async (...args) => {
    const { reclaim } = shell(settingsFor('http://127.0.0.1:1'))
    expect(await reclaim(...args)).toMatchObject(
      failed(/^ServiceNow could not be read[^\n]*: the connection was refused\.[^\n]*\n$/),
    )
  })

  it('ServiceNow refuses the password', async () => {
    const { reclaim } = await operator({ env: { SERVICENOW_PASSWORD: 'pa55-of-the-wrong-one' } })
    expect(await reclaim('scan', '--json')).toMatchObject(
      failed(/^ServiceNow refused the sign-in of the bot’s account\.[^\n]*\n$/),
    )
  })

  it.each(['truncated_200', 'malformed_200', 'hibernating_200', 'timeout_500', 'empty_200'] as const)(
    'ServiceNow answers with %s',
    async kind => {
      const { reclaim, simulator } = await operator()
      simulator.faults.add({ kind })
      expect(await reclaim('scan', '--json')).toMatchObject(failed(/^ServiceNow [^\n]*\n$/))
    },
  )

  it('a role that is to be excluded does not exist', async () => {
    const { reclaim } = await operator({ changes: { exclude: { roles: ['sopa'] } } })
    expect(await reclaim('scan')).toMatchObject(failed(/role “sopa”/))
  })

  it('the roster is too old', async () => {
    const roster = {
      path: 'roster.csv',
      columns: { email: 'Email', status: 'Status' },
      inactiveValues: ['Left'],
    }
    const { reclaim, folder } = await operator({ changes: { roster } })
    const path = join(folder, 'roster.csv')
    writeFileSync(path, 'Email,Status\na@example.com,Left\n')
    utimesSync(path, new Date(0), new Date(0))
    expect(await reclaim('scan')).toMatchObject(failed(/roster\.csv is \d+ hours old/))
  })
})
