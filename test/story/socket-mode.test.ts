import { expect, test } from 'vitest'
import { eventually } from './screen.ts'
import { refusal } from './second-bot.ts'
import { MINUTE, story } from './story.ts'

const socket = { slack: { mode: 'socket' } }

test('in socket mode the bot calls Slack, and everything is as ever', async () => {
  const { run, press, pass, deletes, command, stage } = await story('slack', { changes: socket })
  await eventually(() => expect(stage.slack.socketMode.connected()).toBe(true))
  await run()
  expect(await press('dana', 'approve', 'Bob Marsh')).toMatch(/^Done/)
  await pass(15 * MINUTE)
  expect(deletes()).toHaveLength(1)
  expect(await command('nora', 'status')).toContain('reclaimed 1')
})

test('a connection that is cut is opened again', async () => {
  const { run, press, stage } = await story('slack', { changes: socket })
  await eventually(() => expect(stage.slack.socketMode.connected()).toBe(true))
  await run()
  stage.slack.socketMode.cut()
  await eventually(() => expect(stage.slack.socketMode.connected()).toBe(false))
  await eventually(() => expect(stage.slack.socketMode.connected()).toBe(true))
  expect(await press('dana', 'skip', 'Bob Marsh')).toMatch(/^Done/)
})

test('a connection that Slack refuses to open again, for a while, does not end the bot', async () => {
  const { run, press, stage } = await story('slack', { changes: socket })
  await eventually(() => expect(stage.slack.socketMode.connected()).toBe(true))
  await run()
  stage.slack.faults.add({ method: 'apps.connections.open', kind: 'error', error: 'account_inactive' })
  stage.slack.socketMode.cut()
  await eventually(() => expect(stage.slack.socketMode.connected()).toBe(false))
  await eventually(() => expect(stage.slack.socketMode.connected()).toBe(true))
  expect(await press('dana', 'skip', 'Bob Marsh')).toMatch(/^Done/)
})

test('an app-level token that Slack does not accept: the bot does not start, and says which', async () => {
  const { stage } = await story('slack')
  const file = { slack: { channel: stage.slack.channelId, mode: 'socket' } }
  expect(await refusal(stage, { file, env: { SLACK_APP_TOKEN: 'xapp-wrong' } })).toMatch(
    /^Slack does not accept the app-level token\./,
  )
})
