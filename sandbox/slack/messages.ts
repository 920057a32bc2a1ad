import type { Changes } from './changes.ts'
import { type JsonObject, objectOf, objectsOf, stringOf } from './json.ts'
import type { Upstream } from './upstream.ts'

/** A message in the channel as the Web API shows it now. */
export interface ShownMessage {
  ts: string
  /** Slack user id of the author. */
  user: string
  text: string
  blocks: JsonObject[]
  /** `{event_type, event_payload}` */
  metadata: JsonObject | null
  edited: { user: string; ts: string } | null
  /** `ts` of the thread's root; null for a root. */
  threadTs: string | null
  /** Oldest first; none for a reply. */
  replies: ShownMessage[]
  /** The whole message object. */
  raw: JsonObject
}

/** Reads the channel. */
export interface Messages {
  /** Root messages, oldest first, with their replies. */
  read(): Promise<ShownMessage[]>
  /** One message, root or reply, or undefined. */
  find(ts: string): Promise<ShownMessage | undefined>
}

/** Reads through Slack's own eyes, whatever scopes the bot has; reads again only after a change. */
export function createMessages(upstream: Upstream, changes: Changes): Messages {
  let known: { count: number; messages: Promise<ShownMessage[]> } | undefined
  const read = () => {
    if (known?.count !== changes.count()) {
      known = { count: changes.count(), messages: readAll(upstream) }
    }
    return known.messages
  }
  return {
    read,
    async find(ts) {
      const roots = await read()
      return roots.flatMap(root => [root, ...root.replies]).find(message => message.ts === ts)
    },
  }
}

async function readAll({ asSlack, channelId: channel }: Upstream): Promise<ShownMessage[]> {
  const newestFirst: JsonObject[] = []
  let cursor = ''
  do {
    const page = await asSlack('conversations.history', { channel, limit: 1000, cursor })
    newestFirst.push(...objectsOf(page.messages))
    cursor = stringOf(objectOf(page.response_metadata)?.next_cursor)
  } while (cursor !== '')
  const withReplies = async (raw: JsonObject): Promise<ShownMessage> => {
    if (raw.reply_count === undefined) return shown(raw, [])
    const thread = await asSlack('conversations.replies', { channel, ts: raw.ts })
    const replies = objectsOf(thread.messages).filter(reply => reply.ts !== raw.ts)
    return shown(
      raw,
      replies.map(reply => shown(reply, [])),
    )
  }
  return Promise.all(newestFirst.toReversed().map(withReplies))
}

function shown(raw: JsonObject, replies: ShownMessage[]): ShownMessage {
  const edited = objectOf(raw.edited)
  const threadTs = stringOf(raw.thread_ts)
  return {
    ts: stringOf(raw.ts),
    user: stringOf(raw.user),
    text: stringOf(raw.text),
    blocks: objectsOf(raw.blocks),
    metadata: objectOf(raw.metadata) ?? null,
    edited: edited ? { user: stringOf(edited.user), ts: stringOf(edited.ts) } : null,
    threadTs: threadTs === '' || threadTs === raw.ts ? null : threadTs,
    replies,
    raw,
  }
}
