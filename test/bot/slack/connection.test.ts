import { describe, expect, test } from 'vitest'
import type { SlackWorkspaceOptions } from '../../../sandbox/slack/workspace.ts'
import { ChatRefused } from '../../../src/bot/connection.ts'
import { createSlackConnection } from '../../../src/bot/slack/connection.ts'
import { clientOf, startCompany } from '../../sandbox/slack-company.ts'

const PUBLIC = { name: 'open', private: false } as const
const SHARED = { name: 'with-partners', private: true, shared: true } as const

type Situation = {
  readonly workspace?: Partial<SlackWorkspaceOptions>
  readonly token?: string
  readonly channel?: string
  readonly allowPublicChannel?: boolean
}

async function connect({ token, channel, allowPublicChannel = false, workspace: changes }: Situation = {}) {
  const workspace = await startCompany({ scopes: ['groups:read', 'channels:read'], ...changes })
  const connection = createSlackConnection(clientOf(workspace, token ? { token } : {}), {
    channel: channel ?? workspace.channelId,
    allowPublicChannel,
  })
  return { workspace, connection }
}

test('a private channel with the bot in it is fit', async () => {
  const { connection, workspace } = await connect()
  expect(connection.problem()).toBe('Slack was not asked yet.')
  expect(() => connection.teamId()).toThrow('Slack was not asked yet.')
  await connection.check()
  expect(connection.problem()).toBeNull()
  expect(connection.teamId()).toBe(workspace.teamId)
})

test('a channel that is lost later is noticed: nothing is posted any more', async () => {
  const { connection, workspace } = await connect()
  await connection.check()
  workspace.faults.add({ method: 'conversations.info', kind: 'error', error: 'channel_not_found' })
  await expect(connection.check()).rejects.toThrow(ChatRefused)
  expect(() => connection.teamId()).toThrow(/does not show the bot its channel/)
})

test('a Slack that is out of reach later is no reason to forget who the bot is', async () => {
  const { connection, workspace } = await connect()
  await connection.check()
  workspace.faults.add({ method: 'auth.test', kind: 'reset_before' })
  await expect(connection.check()).rejects.not.toThrow(ChatRefused)
  expect(connection.problem()).toMatch(/cannot be reached/)
  expect(connection.teamId()).toBe(workspace.teamId)
})

describe('nothing is posted, and nobody is recognised, when', () => {
  test.each<[string, Situation, RegExp]>([
    ['the channel is public', { workspace: { channel: PUBLIC } }, /is public, and the bot posts names there/],
    ['the channel is shared', { workspace: { channel: SHARED } }, /shared with another organisation/],
    [
      'the bot is not in the channel',
      { channel: 'C000000001' },
      /not a member of its Slack channel.*\/invite/,
    ],
    [
      'the bot is not in a public channel that is allowed',
      { channel: 'C000000001', allowPublicChannel: true },
      /not a member of its Slack channel/,
    ],
    ['there is no such channel', { channel: 'C0NOWHERE' }, /does not show the bot its channel/],
    ['the token is wrong', { token: 'xoxb-wrong' }, /does not accept the bot token/],
    ['a scope is missing', { workspace: { scopes: [] } }, /lacks a permission/],
  ])('%s', async (_what, situation, sentence) => {
    const { connection } = await connect(situation)
    const refusal = await connection.check().catch((error: Error) => error)
    expect(refusal).toBeInstanceOf(ChatRefused)
    expect(refusal?.message).toMatch(sentence)
    expect(connection.problem()).toBe(refusal?.message)
    expect(() => connection.teamId()).toThrow(sentence)
  })
})

test.each([PUBLIC, SHARED])('allowPublicChannel lets the bot into $name', async channel => {
  const { connection } = await connect({ workspace: { channel }, allowPublicChannel: true })
  await connection.check()
  expect(connection.problem()).toBeNull()
})

test.each(['auth.test', 'conversations.info'])(
  'a Slack that cannot be reached (%s) is no reason to give up: the next check may succeed',
  async method => {
    const { connection, workspace } = await connect()
    workspace.faults.add({ method, kind: 'reset_before' })
    const error = await connection.check().catch((reason: Error) => reason)
    expect(error).not.toBeInstanceOf(ChatRefused)
    expect(error).toMatchObject({ message: expect.stringContaining('Slack cannot be reached') })
    expect(connection.problem()).toContain('Slack cannot be reached')
    await connection.check()
    expect(connection.problem()).toBeNull()
  },
)
