import { describe, expect, it } from 'vitest'
import { BOT_TOKEN, clientOf, decisions, startCompany } from './slack-company.ts'

const platformError = (error: string) => expect.objectContaining({ data: expect.objectContaining({ error }) })

describe('rights', () => {
  it('say who the bot is and what it may do', async () => {
    const workspace = await startCompany({ scopes: ['chat:write', 'users:read'] })
    const answer = await clientOf(workspace).auth.test()
    expect(answer).toMatchObject({
      team: 'Small Company',
      team_id: workspace.teamId,
      user_id: workspace.botUserId,
      bot_id: 'B0RECLAIM0',
    })
    expect(answer.response_metadata?.scopes).toEqual(['chat:write', 'users:read'])
  })

  it.each([
    ['chat.postMessage', 'chat:write'],
    ['users.info', 'users:read'],
    ['users.lookupByEmail', 'users:read.email'],
    ['conversations.info', 'groups:read'],
    ['conversations.members', 'groups:read'],
    ['conversations.history', 'groups:history'],
    ['usergroups.list', 'usergroups:read'],
    ['usergroups.users.list', 'usergroups:read'],
  ])('are missing without a scope: %s needs %s', async (method, needed) => {
    const workspace = await startCompany({ scopes: ['commands'] })
    const call = clientOf(workspace).apiCall(method, { channel: workspace.channelId, text: 'x' })
    await expect(call).rejects.toMatchObject({
      data: { error: 'missing_scope', needed, provided: 'commands' },
    })
  })

  it.each([
    ['a wrong token', 'xoxb-wrong', 'invalid_auth'],
    ['a token that only the stand-in itself uses', 'xoxb-slack-itself-0', 'invalid_auth'],
    ['no token', '', 'not_authed'],
  ])('are none with %s', async (_what, token, error) => {
    const workspace = await startCompany()
    await expect(clientOf(workspace, { token }).auth.test()).rejects.toEqual(platformError(error))
  })
})

it('says so when a method is unknown', async () => {
  const workspace = await startCompany()
  await expect(clientOf(workspace).apiCall('chat.shout')).rejects.toEqual(platformError('unknown_method'))
})

it('writes down each call, in short and without the token', async () => {
  const workspace = await startCompany({ now: () => 1_750_000_000_000 })
  const client = clientOf(workspace)
  const channel = workspace.channelId
  const metadata = { event_type: 'candidate', event_payload: { id: '7' } }
  await client.chat.postMessage({ channel, text: 'y'.repeat(200), blocks: decisions('a'), metadata })
  await client.users.info({ user: 'U404', token: BOT_TOKEN }).catch(() => undefined)
  expect(workspace.calls).toEqual([
    {
      method: 'chat.postMessage',
      at: 1_750_000_000_000,
      status: 200,
      ok: true,
      outcome: 'ok',
      args: { channel, text: `${'y'.repeat(120)}…`, blocks: '2 blocks', metadata: 'candidate' },
    },
    {
      method: 'users.info',
      at: 1_750_000_000_000,
      status: 200,
      ok: false,
      outcome: 'user_not_found',
      args: { user: 'U404' },
    },
  ])
  expect(JSON.stringify(workspace.calls)).not.toContain(BOT_TOKEN)
})

it('listens on loopback only, at an address that ends in /api/', async () => {
  const workspace = await startCompany()
  expect(workspace.apiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/$/)
})
