import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { App, SocketModeReceiver } from '@slack/bolt'
import { type MessageEvent, ping, WebSocket } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SlackWorkspace } from '../../sandbox/slack/workspace.ts'
import { BOT_TOKEN, clientOf, decisions, silence, startCompany } from './slack-company.ts'

const APP_TOKEN = 'xapp-the-app'

/** A real Bolt app in socket mode. */
async function startBot(workspace: SlackWorkspace, listen: (app: App) => void): Promise<App> {
  const clientOptions = { slackApiUrl: workspace.apiUrl }
  const receiver = new SocketModeReceiver({
    appToken: APP_TOKEN,
    installerOptions: { clientOptions },
    logger: silence,
  })
  const app = new App({
    token: BOT_TOKEN,
    receiver,
    deferInitialization: true,
    clientOptions,
    logger: silence,
  })
  await app.init()
  listen(app)
  await app.start()
  onTestFinished(async () => {
    await app.stop()
  })
  return app
}

const startSocketCompany = () => startCompany({ appToken: APP_TOKEN })

describe('a bot in socket mode', () => {
  it('connects, and gets clicks and commands and events', async () => {
    const workspace = await startSocketCompany()
    const heard: unknown[] = []
    expect(workspace.socketMode.connected()).toBe(false)
    await startBot(workspace, app => {
      app.action('reclaim_approve', async ({ ack, payload, body }) => {
        heard.push([body.user.name, 'value' in payload ? payload.value : undefined])
        await ack()
      })
      app.command('/reclaim', async ({ ack, command, respond }) => {
        heard.push(command.text)
        await ack(`Working on "${command.text}"`)
        await respond('Done')
      })
      app.event('app_home_opened', async ({ event, context }) => {
        heard.push([event.user, context.retryNum])
      })
    })
    expect(workspace.socketMode.connected()).toBe(true)
    const { ts = '' } = await clientOf(workspace).chat.postMessage({
      channel: workspace.channelId,
      text: 'x',
      blocks: decisions('a'),
    })
    const mara = workspace.driver.as('mara')
    const delivery = await mara.click({ on: ts, actionId: 'reclaim_approve' })
    expect(delivery).toMatchObject({ status: 200, body: '' })
    await mara.command('/reclaim status')
    await mara.event({ type: 'app_home_opened' }, { retry: { number: 1, reason: 'timeout' } })

    await expect.poll(() => heard).toEqual([['mara', 'a'], 'status', [workspace.userId('mara'), 1]])
    await expect
      .poll(() => workspace.whispers.map(({ via, text }) => [via, text]))
      .toEqual([
        ['ack', 'Working on "status"'],
        ['response_url', 'Done'],
      ])
  })

  it.each([100, 1_000, 100_000])('gets and gives messages of about %d bytes', async length => {
    const workspace = await startSocketCompany()
    const received: string[] = []
    await startBot(workspace, app => {
      app.command('/reclaim', async ({ ack, command }) => {
        received.push(command.text)
        await ack(command.text)
      })
    })
    const text = 'é'.repeat(length / 2)
    await workspace.driver.as('mara').command(`/reclaim ${text}`)
    expect(received).toEqual([text])
    expect(workspace.whispers).toMatchObject([{ via: 'ack', text }])
  })

  it('comes back when Slack asks it to reconnect', async () => {
    const workspace = await startSocketCompany()
    await startBot(workspace, app => {
      app.command('/reclaim', async ({ ack }) => ack('here'))
    })
    workspace.socketMode.refresh()
    const opened = () => workspace.calls.filter(({ method }) => method === 'apps.connections.open').length
    await expect
      .poll(() => [opened(), workspace.socketMode.connected()], { timeout: 10_000 })
      .toEqual([2, true])
    expect(await workspace.driver.as('mara').command('/reclaim status')).toMatchObject({ status: 200 })
  }, 15_000)

  it('is told of by the driver when it goes away before it acknowledges', async () => {
    const workspace = await startSocketCompany()
    await startBot(workspace, app => {
      app.command('/reclaim', async () => workspace.socketMode.cut())
    })
    await expect(workspace.driver.as('mara').command('/reclaim status')).rejects.toThrow(
      'The bot closed its connection before it acknowledged.',
    )
  })

  it('is greeted, gets a pong for its ping, and is let go in peace', async () => {
    const workspace = await startSocketCompany()
    const pongs: string[] = []
    const onPong = (message: unknown) => pongs.push(String((message as { payload: Buffer }).payload))
    subscribe('undici:websocket:pong', onPong)
    onTestFinished(() => void unsubscribe('undici:websocket:pong', onPong))
    const socket = new WebSocket(await connectionUrl(workspace))
    const closed = new Promise(resolve => socket.addEventListener('close', resolve))
    const first = await new Promise(resolve => socket.addEventListener('message', resolve, { once: true }))
    expect(JSON.parse((first as MessageEvent).data)).toMatchObject({ type: 'hello' })
    ping(socket, Buffer.from('still there?'))
    await expect.poll(() => pongs).toEqual(['still there?'])
    socket.close(1000)
    expect(await closed).toMatchObject({ code: 1000, wasClean: true })
    await expect.poll(() => workspace.socketMode.connected()).toBe(false)
  })

  it('cannot use an address twice', async () => {
    const workspace = await startSocketCompany()
    const url = await connectionUrl(workspace)
    const outcome = (socket: WebSocket) =>
      new Promise(resolve => {
        socket.addEventListener('open', () => resolve('open'))
        socket.addEventListener('error', () => resolve('error'))
      })
    expect(await outcome(new WebSocket(url))).toBe('open')
    expect(await outcome(new WebSocket(url))).toBe('error')
  })
})

async function connectionUrl(workspace: SlackWorkspace): Promise<string> {
  const { url = '' } = await clientOf(workspace, { token: APP_TOKEN }).apps.connections.open()
  return url
}

it.each([
  ['the bot token', BOT_TOKEN, 'not_allowed_token_type'],
  ['another token', 'xapp-other', 'invalid_auth'],
])('opens no connection for %s', async (_what, token, error) => {
  const workspace = await startSocketCompany()
  const open = clientOf(workspace, { token }).apps.connections.open()
  await expect(open).rejects.toMatchObject({ data: { error } })
})
