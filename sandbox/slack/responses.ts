import { randomBytes } from 'node:crypto'
import { withIds } from './buttons.ts'
import { isTrue, type JsonObject, objectOf, objectsOf, parseJson, stringOf } from './json.ts'
import { refusal } from './limits.ts'
import type { Upstream } from './upstream.ts'
import type { Records } from './webapi.ts'
import type { Whisper } from './whispers.ts'

/** Slack docs, "Handling user interaction": "up to 5 times within 30 minutes of receiving the payload". */
const RESPONSE_URL = { uses: 5, lifetimeMs: 30 * 60_000 } as const

/** What a person did to get the bot a response_url: `replace_original` and `delete_original` act on it. */
export type Origin = { command: true } | { messageTs: string } | { whisper: Whisper }

/** An answer of the sink. */
interface SinkAnswer {
  status: number
  body: string
  /** How the journal of calls puts it: `ok`, or the reason of the refusal. */
  outcome: string
}

/** The place where response_urls lead. */
export interface Responses {
  /** Gives out a URL path below the workspace's origin. */
  issue(user: string, origin: Origin): string
  /** Takes a POST to such a path. */
  take(path: string, body: string): Promise<SinkAnswer>
}

interface Issued {
  user: string
  origin: Origin
  issuedAt: number
  uses: number
}

/** Where the sink puts what it is given. */
export interface ResponseParts {
  upstream: Upstream
  records: Pick<Records, 'whispers' | 'changes'>
  now: () => number
}

/**
 * Refusals: HTTP 404 `used_url` and `expired_url` as developers report them (not documented; a bot may rely on
 * the status alone), HTTP 400 with the bare error for content, as incoming webhooks answer.
 */
export function createResponses(parts: ResponseParts): Responses {
  const issued = new Map<string, Issued>()
  return {
    issue(user, origin) {
      const path = `/response/${randomBytes(18).toString('base64url')}`
      issued.set(path, { user, origin, issuedAt: parts.now(), uses: 0 })
      return path
    },
    async take(path, body) {
      const url = issued.get(path)
      if (url === undefined) return gone('no_such_url')
      if (parts.now() - url.issuedAt > RESPONSE_URL.lifetimeMs) return gone('expired_url')
      if (url.uses >= RESPONSE_URL.uses) return gone('used_url')
      const post = objectOf(parseJson(body))
      if (post === undefined) return malformed('invalid_payload')
      const refused = refusal('response_url', post)
      if (refused !== undefined) return malformed(stringOf(refused.error))
      if (
        !isTrue(post.delete_original) &&
        stringOf(post.text) === '' &&
        objectsOf(post.blocks).length === 0
      ) {
        return malformed('no_text')
      }
      url.uses += 1
      await act(post, url, parts)
      return { status: 200, body: JSON.stringify({ ok: true }), outcome: 'ok' }
    },
  }
}

function gone(error: string): SinkAnswer {
  return { status: 404, body: JSON.stringify({ ok: false, error }), outcome: error }
}

function malformed(error: string): SinkAnswer {
  return { status: 400, body: error, outcome: error }
}

async function act(post: JsonObject, { origin, user }: Issued, parts: ResponseParts): Promise<void> {
  const said = { text: stringOf(post.text), blocks: withIds(objectsOf(post.blocks)) }
  if (isTrue(post.delete_original)) {
    return changeOriginal('chat.delete', { text: '', blocks: [] }, origin, parts)
  }
  if (isTrue(post.replace_original) && !('command' in origin)) {
    return changeOriginal('chat.update', said, origin, parts)
  }
  const threadTs = stringOf(post.thread_ts)
  if (post.response_type !== 'in_channel') {
    parts.records.whispers.add({ ...said, user, via: 'response_url', threadTs: threadTs || null })
    return
  }
  const place = { channel: parts.upstream.channelId, ...(threadTs ? { thread_ts: threadTs } : {}) }
  await parts.upstream.asSlack('chat.postMessage', { ...place, ...said })
  parts.records.changes.announce('messages')
}

async function changeOriginal(
  method: 'chat.update' | 'chat.delete',
  said: { text: string; blocks: JsonObject[] },
  origin: Origin,
  { upstream, records }: ResponseParts,
): Promise<void> {
  if ('whisper' in origin) return records.whispers.change(origin.whisper, said)
  if ('command' in origin) return
  await upstream.asSlack(method, { channel: upstream.channelId, ts: origin.messageTs, ...said })
  records.changes.announce('messages')
}
