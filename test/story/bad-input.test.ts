import { unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SLACK_SECRETS } from '../../sandbox/chats.ts'
import { startSlackWorkspace } from '../../sandbox/slack/workspace.ts'
import type { Stage } from '../../sandbox/stage.ts'
import { stageEnv, stageFile } from '../../sandbox/stage-settings.ts'
import { parseSettings, type Settings } from '../../src/config.ts'
import { startBot } from '../../src/main.ts'
import { eventually, MINUTE, story } from './story.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** The settings of a second bot beside the stage's own, with a store of its own unless told otherwise. */
function settingsOf(
  { servicenow, folder, chats: present }: Stage,
  changes: object = {},
  env: Record<string, string> = {},
  chats = present,
): Settings {
  const world = { servicenow, folder, chats }
  const file = { ...stageFile(world, {}, 0), store: { path: './other.db' }, ...changes }
  return parseSettings(JSON.stringify(file), { ...stageEnv(world), ...env }, folder)
}

async function refusal(settings: Settings): Promise<string> {
  const outcome = await startBot(settings, { log: silent }).then(
    async bot => {
      await bot.close()
      return 'it started'
    },
    (error: Error) => error.message,
  )
  expect(outcome, 'one sentence or two, on one line').not.toContain('\n')
  return outcome
}

describe('the bot does not start, and says why, with', () => {
  test('a token that Slack does not accept', async () => {
    const { stage } = await story()
    const message = await refusal(settingsOf(stage, {}, { SLACK_BOT_TOKEN: 'xoxb-wrong' }))
    expect(message).toMatch(/^Slack does not accept the bot token\. Check SLACK_BOT_TOKEN/)
    expect(message).not.toContain('xoxb-wrong')
  })

  test('a channel that it is not in', async () => {
    const { stage } = await story()
    const slack = { channel: 'C0NOTHERE1', mode: 'http' }
    expect(await refusal(settingsOf(stage, { slack }))).toMatch(/^Slack does not show the bot its channel\./)
  })

  test('a public channel, or one shared with another organisation', async () => {
    const { stage } = await story()
    for (const [channel, reason] of [
      [{ name: 'open', private: false }, 'is public'],
      [{ name: 'shared', private: true, shared: true }, 'is shared with another organisation'],
    ] as const) {
      const slack = await startSlackWorkspace({
        teamName: 'Other',
        people: stage.company.people,
        channel,
        usergroups: [{ handle: 'licence-managers', members: ['nora'] }],
        signingSecret: 'secret',
        botToken: SLACK_SECRETS.botToken,
        scopes: ['chat:write', 'groups:read', 'channels:read', 'users:read', 'users:read.email'],
      })
      onTestFinished(() => slack.close())
      expect(await refusal(settingsOf(stage, {}, {}, { slack }))).toContain(reason)
    }
  })

  test('a store that another bot is working on', async () => {
    const { stage } = await story()
    expect(await refusal(settingsOf(stage, { store: { path: './reclaim.db' } }))).toMatch(
      /^Another bot is running on .*reclaim\.db\. Stop it first/,
    )
  })

  test('a port that is taken', async () => {
    const { stage } = await story()
    const port = Number(new URL(stage.bot().url).port)
    expect(await refusal(settingsOf(stage, { http: { host: '127.0.0.1', port } }))).toMatch(
      new RegExp(`^The bot cannot listen on 127.0.0.1, port ${port}:`),
    )
  })
})

describe('a run stops with one sentence, and nothing is proposed or withdrawn, when', () => {
  const cases: [string, (stage: Stage) => void, RegExp][] = [
    ['ServiceNow is hibernating', s => s.servicenow.faults.add({ kind: 'hibernating_200' }), /hibernat/],
    ['ServiceNow is down for maintenance', s => s.servicenow.faults.add({ kind: 'unavailable_503' }), /503/],
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
    const { stage, run, command, history, slack } = await story()
    await run()
    const [before, messages] = [(await history()).length, (await slack.messages()).length]
    breakIt(stage)
    const answer = await command('nora', '/reclaim run')
    expect(answer).toMatch(/^The run stopped, and nothing was proposed or withdrawn\. /)
    expect(answer).toMatch(reason)
    expect(answer).not.toMatch(/correct-horse|Error:|\n\s+at /)
    expect(await history()).toHaveLength(before)
    expect(await slack.messages()).toHaveLength(messages)
  })
})

test('a Slack that cannot be reached is no reason to stop: the bot is up, not ready, and connects later', async () => {
  const { stage, slack } = await story()
  await stage.bot().close()
  slack.faults.add({ method: 'auth.test', kind: 'reset_before' })
  await stage.restart()
  const readyz = async () => (await fetch(`${stage.bot().url}/readyz`)).status
  expect(await readyz()).toBe(503)
  expect((await fetch(`${stage.bot().url}/healthz`)).status).toBe(200)
  await stage.bot().connected
  await eventually(async () => expect(await readyz()).toBe(200))
})

test('a scheduled run that fails is tried again, and after six hours the channel is told', async () => {
  const { stage, slack, servicenow, pass, textOf, clock } = await story({ now: Date.UTC(2026, 10, 22, 12) })
  servicenow.faults.add({ kind: 'hibernating_200' })
  await pass(21 * 60 * MINUTE)
  await pass(3 * 60 * MINUTE)
  expect(await slack.messages()).toHaveLength(0)
  await pass(4 * 60 * MINUTE)
  const [notice] = await slack.messages()
  expect(textOf(notice ?? { blocks: [] })).toMatch(/^The run of 23 Nov 2026, 09:00 CET did not happen\./)
  servicenow.faults.clear()
  await pass(7 * 24 * 60 * MINUTE)
  expect(clock.now()).toBeGreaterThan(0)
  expect((await slack.messages()).length).toBeGreaterThan(3)
  expect(stage.settings.schedule.cron).toBe('0 9 * * 1')
})
