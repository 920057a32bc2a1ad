import type { ChatPostMessageArguments, WebClient } from '@slack/web-api'
import type { MessageId } from '../../reclaim/ids.ts'
import {
  type Chat,
  type Clock,
  Later,
  type MessageContent,
  type MessageRef,
  Undeliverable,
  Unsent,
} from '../../reclaim/ports.ts'
import type { Store } from '../../reclaim/storage.ts'
import { lineMark, messageCard, threadCard } from '../message-view.ts'
import { namesIn } from '../names.ts'
import { SETTLE_MS, sinceStart } from '../settling.ts'
import type { Card, ViewSettings } from '../view.ts'
import { isUnclear, readable, refusalOf, type SlackClients } from './clients.ts'
import type { SlackConnection } from './connection.ts'
import type { createPeople } from './people.ts'
import { renderMessage } from './render.ts'

/** Names of our message metadata; after a post with an unknown outcome the message is found by it. */
const ROOT = 'reclaim_message'
const LINES = 'reclaim_lines'
const PAGES_SEARCHED = 5
/** Errors that mean: what was to be answered or edited is not there any more. */
const GONE = ['message_not_found', 'thread_not_found', 'cant_update_message']
/** Errors that somebody has to mend; Slack did nothing (Slack docs, chat.postMessage: Errors). */
const MENDED_BY_PEOPLE = [
  'is_archived',
  'not_in_channel',
  'channel_not_found',
  'missing_scope',
  'account_inactive',
  'invalid_auth',
  'not_authed',
  'token_revoked',
]
const NOWHERE = 'Slack accepted the message but did not say where it stands.'
const TOO_FAR_BACK =
  'It cannot be found out whether a message arrived: too much was written in the channel since.'
const LOOK_AGAIN_MS = 5 * 60 * 1000

export type SlackChatParts = {
  readonly clients: SlackClients
  readonly people: ReturnType<typeof createPeople>
  readonly connection: SlackConnection
  readonly channel: string
  readonly store: Pick<Store, 'names'>
  readonly clock: Clock
  readonly views: ViewSettings
  readonly paceMs: number
}

/** The bot's channel in Slack. Everything waits until the channel was found fit. */
export function createSlackChat({
  clients,
  people,
  connection,
  channel,
  store,
  clock,
  views,
  paceMs,
}: SlackChatParts): Chat {
  const client = clients.outbox
  const asking = <Answer>(call: () => Promise<Answer>) => readably(connection, call)
  const render = async (card: Card) => renderMessage(card, await namesIn(card, store))
  const renderRoot = (content: MessageContent, again = false) => render(messageCard(content, views, again))
  const demandSettled = sinceStart(clock)
  /** One message; without a clear answer it may show up later, so that it is not looked for at once. */
  const say = async (message: ChatPostMessageArguments) => {
    try {
      return await client.chat.postMessage({ ...message, unfurl_links: false, unfurl_media: false })
    } catch (error) {
      throw isUnclear(error) ? new Later(readable(error).message, SETTLE_MS) : error
    }
  }

  return {
    platform: 'slack',
    paceMs,
    person: people.person,
    async findApprover(email) {
      demandConnected(connection)
      return people.findApprover(email)
    },
    post: (key, content, again) =>
      asking(async () => {
        const { ts } = await say({
          channel,
          ...(await renderRoot(content, again)),
          metadata: { event_type: ROOT, event_payload: { key } },
        })
        if (!ts) throw new Later(NOWHERE, SETTLE_MS)
        return { conversation: channel, id: ts }
      }),
    find: key =>
      asking(() => {
        demandSettled()
        return findRoot(client, channel, key)
      }),
    reply: (to, lines, again) =>
      unlessGone(connection, async () => {
        const told = again ? await toldAlready(client, to) : new Set<string>()
        const fresh = lines.filter(line => !told.has(lineMark(line)))
        if (fresh.length === 0) return
        await say({
          channel: to.conversation,
          thread_ts: to.id,
          ...(await render(threadCard(fresh, views))),
          metadata: {
            event_type: LINES,
            event_payload: { seqs: fresh.map(lineMark).join(',') },
          },
        })
      }),
    update: (ref, key, content) =>
      unlessGone(connection, async () => {
        const metadata = { event_type: ROOT, event_payload: { key } }
        const message = await renderRoot(content)
        await client.chat.update({ channel: ref.conversation, ts: ref.id, ...message, metadata })
      }),
  }
}

/** Every failure of a call becomes one readable sentence. */
async function readably<Answer>(connection: SlackConnection, call: () => Promise<Answer>): Promise<Answer> {
  demandConnected(connection)
  try {
    return await call()
  } catch (error) {
    throw failure(error)
  }
}

function demandConnected(connection: SlackConnection): void {
  try {
    connection.teamId()
  } catch (error) {
    throw new Unsent(error instanceof Error ? error.message : String(error), LOOK_AGAIN_MS)
  }
}

/** A wait for people is no attempt, so it never ends in giving up what is to be said. */
function failure(error: unknown): Error {
  if (error instanceof Later || error instanceof Undeliverable) return error
  const sentence = readable(error)
  return MENDED_BY_PEOPLE.includes(refusalOf(error) ?? '')
    ? new Unsent(sentence.message, LOOK_AGAIN_MS)
    : sentence
}

async function unlessGone(connection: SlackConnection, call: () => Promise<void>): Promise<'done' | 'gone'> {
  demandConnected(connection)
  try {
    await call()
    return 'done'
  } catch (error) {
    if (GONE.includes(refusalOf(error) ?? '')) return 'gone'
    throw failure(error)
  }
}

async function findRoot(client: WebClient, channel: string, key: MessageId): Promise<MessageRef | null> {
  let cursor: string | undefined
  for (let page = 0; page < PAGES_SEARCHED; page++) {
    const history = await client.conversations.history({
      channel,
      limit: 200,
      include_all_metadata: true,
      ...(cursor && { cursor }),
    })
    const found = history.messages?.find(({ metadata }) => payloadOf(metadata, ROOT)?.key === key)
    if (found?.ts) return { conversation: channel, id: found.ts }
    cursor = history.response_metadata?.next_cursor || undefined
    if (!cursor) return null
  }
  throw new Undeliverable(TOO_FAR_BACK)
}

/** Which transitions a thread has been told, by the metadata of our replies in it. */
async function toldAlready(client: WebClient, to: MessageRef): Promise<Set<string>> {
  const thread = await client.conversations.replies({
    channel: to.conversation,
    ts: to.id,
    limit: 1000,
    include_all_metadata: true,
  })
  const lists = (thread.messages ?? []).map(({ metadata }) => payloadOf(metadata, LINES)?.seqs)
  return new Set(lists.flatMap(list => (typeof list === 'string' ? list.split(',') : [])))
}

function payloadOf(metadata: unknown, type: string): Record<string, unknown> | undefined {
  const { event_type, event_payload } = (metadata ?? {}) as {
    event_type?: string
    event_payload?: Record<string, unknown>
  }
  return event_type === type ? event_payload : undefined
}
