import { createEmulator } from 'emulate'
import type { Directory } from './directory.ts'
import { type JsonObject, objectOf, objectsOf, parseJson, stringOf } from './json.ts'

/** The app under test, as the workspace knows it. */
export const APP = {
  id: 'A0RECLAIM0',
  botId: 'B0RECLAIM0',
  botUserId: 'U0RECLAIM0',
  name: 'reclaim',
} as const

/** An answer of the Web API behind the proxy. */
interface UpstreamAnswer {
  status: number
  body: JsonObject
}

/** `emulate`'s Slack, seeded, with tokens that only the stand-in itself uses. */
export interface Upstream {
  channelId: string
  /** Calls a Web API method as the bot: what it may do is what its scopes allow. */
  asBot(method: string, args: JsonObject): Promise<UpstreamAnswer>
  /** Calls a method as the bot's user but with every scope: what Slack's own clients and servers see and do. */
  asSlack(method: string, args: JsonObject): Promise<JsonObject>
  close(): Promise<void>
}

/** What to start `emulate` with. */
export interface UpstreamOptions {
  teamName: string
  directory: Directory
  channel: { name: string; private: boolean }
  scopes: readonly string[]
}

/** `emulate`'s default administrator, in every seed. */
const OWNER_ID = 'U000000001'
const OWNER_TOKEN = 'xoxp-owner-of-the-stand-in'
/** emulate answers 403 after 5,000 calls an hour with one token, so the stand-in takes turns with its own. */
const BOT_TOKENS = turns('xoxb-for-the-bot')
const SLACK_TOKENS = turns('xoxb-slack-itself')
const OWNER_SCOPES = [
  'channels:read',
  'channels:manage',
  'groups:read',
  'groups:write',
  'users.profile:write',
]
const SLACK_SCOPES = ['chat:write', 'channels:history', 'groups:history', 'channels:read', 'groups:read']
/** Slack docs, conversations.invite: "a comma separated list of user IDs. Up to 100 users may be listed". */
const INVITE_AT_ONCE = 100

/** Starts `emulate` on a free loopback port and puts team, people, channel and app into it. */
export async function startUpstream(options: UpstreamOptions): Promise<Upstream> {
  const emulator = await createEmulator({ service: 'slack', port: 0, seed: { slack: seedOf(options) } })
  const origin = `http://127.0.0.1:${new URL(emulator.url).port}`
  const withTokens = (tokens: readonly string[]) => {
    let turn = 0
    return (method: string, args: JsonObject) => {
      turn += 1
      return call(origin, tokens[turn % tokens.length] ?? '', method, args)
    }
  }
  const mustWork = (send: Send) => async (method: string, args: JsonObject) => {
    const { status, body } = await send(method, args)
    if (body.ok !== true)
      throw new Error(`emulate refused ${method} (HTTP ${status}): ${stringOf(body.error)}`)
    return body
  }
  try {
    const channelId = await furnish(mustWork(withTokens([OWNER_TOKEN])), options)
    return {
      channelId,
      asBot: withTokens(BOT_TOKENS),
      asSlack: mustWork(withTokens(SLACK_TOKENS)),
      close: () => emulator.close(),
    }
  } catch (error) {
    await emulator.close()
    throw error
  }
}

/**
 * People are seeded as users of apps of their own: the only seed of `emulate` that lets us choose a user id.
 * That makes bots of them there; the directory says what they are.
 */
function seedOf({ teamName, directory, channel, scopes }: UpstreamOptions): JsonObject {
  const app = (clientId: string, name: string, ids: JsonObject) => ({
    client_id: clientId,
    client_secret: '',
    redirect_uris: [],
    name,
    ...ids,
  })
  const token = (value: string, userId: string, granted: readonly string[]) => ({
    token: value,
    user_id: userId,
    scopes: granted,
    ...(userId === APP.botUserId
      ? { type: 'bot', app_id: APP.id, bot_id: APP.botId, bot_user_id: APP.botUserId }
      : {}),
  })
  return {
    team: { name: teamName, domain: teamDomain(teamName) },
    channels: [{ name: channel.name, is_private: channel.private }],
    oauth_apps: [
      app('reclaim', 'Reclaim', {
        app_id: APP.id,
        bot_id: APP.botId,
        bot_user_id: APP.botUserId,
        bot_name: APP.name,
        scopes,
      }),
      ...directory
        .members()
        .map(member =>
          app(`person-${member.id}`, member.realName, { bot_user_id: member.id, bot_name: member.name }),
        ),
    ],
    tokens: [
      ...BOT_TOKENS.map(value => token(value, APP.botUserId, scopes)),
      ...SLACK_TOKENS.map(value => token(value, APP.botUserId, SLACK_SCOPES)),
      token(OWNER_TOKEN, OWNER_ID, OWNER_SCOPES),
    ],
    strict_scopes: true,
  }
}

/** A workspace's name as the first label of its address. */
export function teamDomain(teamName: string): string {
  return teamName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

function turns(token: string): string[] {
  return Array.from({ length: 40 }, (_, index) => `${token}-${index}`)
}

type Send = (method: string, args: JsonObject) => Promise<UpstreamAnswer>
type Call = (method: string, args: JsonObject) => Promise<JsonObject>

/** Gives people their profiles and the channel its members; answers the channel's id. */
async function furnish(asOwner: Call, { directory, channel }: UpstreamOptions): Promise<string> {
  for (const member of directory.members()) {
    const profile = {
      email: member.email?.toLowerCase() ?? '',
      title: member.title ?? '',
      display_name: member.name,
    }
    await asOwner('users.profile.set', { user: member.id, profile })
  }
  const listed = await asOwner('conversations.list', { types: 'public_channel,private_channel' })
  const channelId = stringOf(objectsOf(listed.channels).find(each => each.name === channel.name)?.id)
  const inside = directory.members().filter(member => member.memberOfChannel !== false && !member.deleted)
  const ids = [APP.botUserId, ...inside.map(member => member.id)]
  for (let start = 0; start < ids.length; start += INVITE_AT_ONCE) {
    const users = ids.slice(start, start + INVITE_AT_ONCE).join(',')
    await asOwner('conversations.invite', { channel: channelId, users })
  }
  // emulate's own administrator is not one of our people, and would be counted as a member.
  await asOwner('conversations.leave', { channel: channelId })
  return channelId
}

async function call(
  origin: string,
  token: string,
  method: string,
  args: JsonObject,
): Promise<UpstreamAnswer> {
  const response = await fetch(`${origin}/api/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(args),
  })
  return { status: response.status, body: objectOf(parseJson(await response.text())) ?? {} }
}
