import { App, HTTPReceiver } from '@slack/bolt'
import { WebClient, type WebClientOptions } from '@slack/web-api'
import { onTestFinished } from 'vitest'
import {
  type SlackWorkspace,
  type SlackWorkspaceOptions,
  startSlackWorkspace,
} from '../../sandbox/slack/workspace.ts'

export const BOT_TOKEN = 'xoxb-the-bot'
const SIGNING_SECRET = 'the signing secret'

/** One of each kind of person that a bot may meet. */
const COMPANY: SlackWorkspaceOptions = {
  teamName: 'Small Company',
  people: [
    { name: 'mara', realName: 'Mara Manager', email: 'Mara@Small.example', title: 'Head of Support' },
    { name: 'noel', realName: 'Noel Named', email: 'noel@small.example' },
    { name: 'gita', realName: 'Gita Guest', email: 'gita@small.example', guest: 'restricted' },
    { name: 'gus', realName: 'Gus Guest', email: 'gus@small.example', guest: 'ultra_restricted' },
    { name: 'lena', realName: 'Lena Left', email: 'lena@small.example', deleted: true },
    { name: 'sven', realName: 'Sven Stranger', email: 'sven@other.example', stranger: true },
    { name: 'robo', realName: 'Robo Reporter', email: null, bot: true },
    { name: 'otto', realName: 'Otto Outside', email: 'otto@small.example', memberOfChannel: false },
  ],
  channel: { name: 'licence-reclaim', private: true },
  usergroups: [{ handle: 'approvers', members: ['mara', 'noel'] }],
  signingSecret: SIGNING_SECRET,
  botToken: BOT_TOKEN,
  scopes: [
    'chat:write',
    'commands',
    'users:read',
    'users:read.email',
    'usergroups:read',
    'groups:read',
    'groups:history',
  ],
}

/** A workspace for one test. */
export async function startCompany(changes: Partial<SlackWorkspaceOptions> = {}): Promise<SlackWorkspace> {
  const workspace = await startSlackWorkspace({ ...COMPANY, ...changes })
  onTestFinished(() => workspace.close())
  return workspace
}

/** Slack's own client with the bot's token; it neither retries nor logs. */
export function clientOf({ apiUrl }: SlackWorkspace, options: WebClientOptions & { token?: string } = {}) {
  const { token = BOT_TOKEN, ...rest } = options
  return new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silence,
    ...rest,
  })
}

const nothing = () => undefined
export const silence = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as never,
  setName: nothing,
}

/** An actions block with one button for each value. */
export function decisions(...values: string[]) {
  return [
    { type: 'section', text: { type: 'plain_text', text: 'Reclaim these?' } },
    ...values.map(value => ({
      type: 'actions',
      elements: [
        {
          type: 'button',
          action_id: 'reclaim_approve',
          value,
          text: { type: 'plain_text', text: 'Approve' },
        },
        { type: 'button', action_id: 'reclaim_skip', value, text: { type: 'plain_text', text: 'Skip' } },
      ],
    })),
  ]
}

/** A real Bolt app over HTTP, connected to the workspace. */
export async function startBot(workspace: SlackWorkspace, listen: (app: App) => void): Promise<void> {
  const receiver = new HTTPReceiver({ signingSecret: SIGNING_SECRET, port: 0, logger: silence })
  const app = new App({
    token: BOT_TOKEN,
    receiver,
    deferInitialization: true,
    clientOptions: { slackApiUrl: workspace.apiUrl },
    logger: silence,
  })
  await app.init()
  listen(app)
  const server = await app.start({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    await app.stop()
  })
  const address = server.address()
  workspace.connect(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
}
