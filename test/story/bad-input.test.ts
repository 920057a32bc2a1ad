import { unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Stage } from '../../sandbox/stage.ts'
import { refusal } from './second-bot.ts'
import { MINUTE, PLATFORMS, story } from './story.ts'

describe.each(PLATFORMS)('the bot, in %s, does not start, and says why, with', platform => {
  test('a store that another bot is working on', async () => {
    const { stage } = await story(platform)
    expect(await refusal(stage, { file: { store: { path: './reclaim.db' } } })).toMatch(
      /^Another bot is running on .*reclaim\.db\. Stop it first/,
    )
  })

  test('a port that is taken', async () => {
    const { stage } = await story(platform)
    const port = Number(new URL(stage.bot().url).port)
    expect(await refusal(stage, { file: { http: { host: '127.0.0.1', port } } })).toMatch(
      new RegExp(`^The bot cannot listen on 127.0.0.1, port ${port}:`),
    )
  })
})

describe.each(PLATFORMS)(
  'a run, in %s, stops with one sentence, and nothing is proposed or withdrawn, when',
  platform => {
    const cases: [string, (stage: Stage) => void, RegExp][] = [
      ['ServiceNow is hibernating', s => s.servicenow.faults.add({ kind: 'hibernating_200' }), /hibernat/],
      [
        'ServiceNow is down for maintenance',
        s => s.servicenow.faults.add({ kind: 'unavailable_503' }),
        /503/,
      ],
      [
        'the password is wrong',
        s => Object.assign(s.servicenow.account('reclaim.bot'), { password: 'another' }),
        /SERVICENOW_PASSWORD|sign-in/,
      ],
      ['the roster file is missing', s => unlinkSync(join(s.folder, 'roster.csv')), /roster/i],
      [
        'the roster lacks a column',
        s => writeFileSync(join(s.folder, 'roster.csv'), 'Mail,Name\na@example.com,A\n'),
        /Email/,
      ],
      ['the roster is too old', s => utimesSync(join(s.folder, 'roster.csv'), 0, 0), /old/],
      [
        'an excluded role does not exist',
        s => {
          const role = s.servicenow.tables.rows('sys_user_role').find(row => row.name === 'user_admin')
          s.servicenow.tables.remove('sys_user_role', role?.sys_id ?? '')
        },
        /user_admin/,
      ],
    ]
    test.each(cases)('%s', async (_what, breakIt, reason) => {
      const { stage, run, command, history, messages } = await story(platform)
      await run()
      const [before, shown] = [(await history()).length, (await messages()).length]
      breakIt(stage)
      const answer = await command('nora', 'run')
      expect(answer).toMatch(/^The run stopped, and nothing was proposed or withdrawn\. /)
      expect(answer).toMatch(reason)
      expect(answer).not.toMatch(/correct-horse|Error:|\n\s+at /)
      expect(await history()).toHaveLength(before)
      expect(await messages()).toHaveLength(shown)
    })
  },
)

test.each(PLATFORMS)(
  'in %s a scheduled run that fails is tried again, and after six hours the channel is told',
  async platform => {
    const { servicenow, messages, pass } = await story(platform, { now: Date.UTC(2026, 10, 22, 12) })
    servicenow.faults.add({ kind: 'hibernating_200' })
    await pass(21 * 60 * MINUTE)
    await pass(3 * 60 * MINUTE)
    expect(await messages()).toHaveLength(0)
    await pass(4 * 60 * MINUTE)
    const [notice] = await messages()
    expect(notice?.text).toMatch(/^The run of 23 Nov 2026, 09:00 CET did not happen\./)
    servicenow.faults.clear()
    await pass(7 * 24 * 60 * MINUTE)
    expect((await messages()).length).toBeGreaterThan(3)
  },
)
