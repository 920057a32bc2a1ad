import { expect, test } from 'vitest'
import { stageEnv, stageFile } from '../../sandbox/stage-settings.ts'
import { parseSettings } from '../../src/config.ts'
import { startBot } from '../../src/main.ts'
import { eventually, MINUTE, story } from './story.ts'

const socket = { slack: { mode: 'socket' } }
const silent = { debug() {}, info() {}, warn() {}, error() {} }

test('in socket mode the bot calls Slack, and everything is as ever', async () => {
  const { run, press, pass, deletes, command, slack } = await story({ changes: socket })
  await eventually(() => expect(slack.socketMode.connected()).toBe(true))
  await run()
  expect(await press('dana', 'approve', 'Bob Marsh')).toMatch(/^Done/)
  await pass(15 * MINUTE)
  expect(deletes()).toHaveLength(1)
  expect(await command('nora', '/reclaim status')).toContain('reclaimed 1')
})

test('a connection that is cut is opened again', async () => {
  const { run, press, slack } = await story({ changes: socket })
  await eventually(() => expect(slack.socketMode.connected()).toBe(true))
  await run()
  slack.socketMode.cut()
  await eventually(() => expect(slack.socketMode.connected()).toBe(false))
  await eventually(() => expect(slack.socketMode.connected()).toBe(true))
  expect(await press('dana', 'skip', 'Bob Marsh')).toMatch(/^Done/)
})

test('a connection that Slack refuses to open again, for a while, does not end the bot', async () => {
  const { run, press, slack } = await story({ changes: socket })
  await eventually(() => expect(slack.socketMode.connected()).toBe(true))
  await run()
  slack.faults.add({ method: 'apps.connections.open', kind: 'error', error: 'account_inactive' })
  slack.socketMode.cut()
  await eventually(() => expect(slack.socketMode.connected()).toBe(false))
  await eventually(() => expect(slack.socketMode.connected()).toBe(true))
  expect(await press('dana', 'skip', 'Bob Marsh')).toMatch(/^Done/)
})

test('an app-level token that Slack does not accept: the bot does not start, and says which', async () => {
  const { stage } = await story()
  const file = { ...stageFile(stage, socket, 0), store: { path: './other.db' } }
  const settings = parseSettings(
    JSON.stringify(file),
    { ...stageEnv(stage), SLACK_APP_TOKEN: 'xapp-wrong' },
    stage.folder,
  )
  await expect(startBot(settings, { log: silent })).rejects.toThrow(
    /^Slack does not accept the app-level token\./,
  )
})
