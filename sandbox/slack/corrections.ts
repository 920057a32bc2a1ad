import type { Directory } from './directory.ts'
import { isTrue, type JsonObject, objectOf, objectsOf, stringOf } from './json.ts'

/** What the answers of `emulate` are corrected by. */
export interface Facts {
  directory: Directory
  /** Whether the channel is shared with another organisation (Slack Connect). */
  channelShared: boolean
}

/** An answer of `emulate` as Slack would give it; whatever is right already comes back as it is. */
export function correct(
  { method, args }: { method: string; args: JsonObject },
  answer: JsonObject,
  facts: Facts,
): JsonObject {
  return answer.ok === true ? (CORRECTIONS[method]?.(answer, args, facts) ?? answer) : answer
}

const CORRECTIONS: Record<string, (answer: JsonObject, args: JsonObject, facts: Facts) => JsonObject> = {
  'users.info': (answer, _args, { directory }) => withUser(answer, directory),
  'users.list': (answer, _args, { directory }) => ({
    ...answer,
    members: objectsOf(answer.members).map(user => directory.described(user)),
  }),
  // Slack docs, users.lookupByEmail: "If the user has been deactivated, users_not_found will be returned".
  'users.lookupByEmail': (answer, _args, { directory }) =>
    directory.canBeLookedUp(stringOf(objectOf(answer.user)?.id))
      ? withUser(answer, directory)
      : { ok: false, error: 'users_not_found' },
  'conversations.info': (answer, _args, facts) => ({
    ...answer,
    channel: withSharing(objectOf(answer.channel) ?? {}, facts),
  }),
  'conversations.list': (answer, _args, facts) => ({
    ...answer,
    channels: objectsOf(answer.channels).map(channel => withSharing(channel, facts)),
  }),
  'conversations.members': (answer, _args, { directory }) => ({
    ...answer,
    members: (Array.isArray(answer.members) ? answer.members : []).filter(id => directory.isActive(id)),
  }),
  'conversations.history': (answer, args) => withMessages(answer, args, inWindow(answer, args)),
  'conversations.replies': (answer, args) => {
    const messages = objectsOf(answer.messages)
    if (messages.length === 0) return { ok: false, error: 'thread_not_found' }
    // The root comes with every page of a thread, whatever the window.
    const kept = messages.filter(message => message.ts === args.ts || isInWindow(message, args))
    return withMessages(answer, args, { ...answer, messages: kept })
  },
}

function withUser(answer: JsonObject, directory: Directory): JsonObject {
  return { ...answer, user: directory.described(objectOf(answer.user) ?? {}) }
}

/** Slack docs, "Conversation object": is_shared, is_ext_shared, is_org_shared, is_pending_ext_shared. */
function withSharing(channel: JsonObject, { channelShared }: Facts): JsonObject {
  return {
    ...channel,
    is_shared: channelShared,
    is_ext_shared: channelShared,
    is_org_shared: false,
    is_pending_ext_shared: false,
  }
}

/** Slack docs, conversations.history: metadata comes only with include_all_metadata. */
function withMessages(answer: JsonObject, args: JsonObject, cut: JsonObject): JsonObject {
  const messages = objectsOf(cut.messages)
  if (isTrue(args.include_all_metadata)) return { ...answer, ...cut, messages }
  return { ...answer, ...cut, messages: messages.map(({ metadata: _hidden, ...rest }) => rest) }
}

/** The page of a history that lies between `oldest` and `latest`. */
function inWindow(answer: JsonObject, args: JsonObject): JsonObject {
  if (!args.oldest && !args.latest) return answer
  const inside = objectsOf(answer.messages).filter(message => isInWindow(message, args))
  const limit = Number(args.limit) || 100
  const next = inside[limit]
  return {
    messages: inside.slice(0, limit),
    has_more: next !== undefined,
    response_metadata: { next_cursor: stringOf(next?.ts) },
  }
}

function isInWindow(message: JsonObject, { oldest, latest, inclusive }: JsonObject): boolean {
  const ts = Number(message.ts)
  const edge = isTrue(inclusive) && (message.ts === oldest || message.ts === latest)
  return edge || ((!oldest || ts > Number(oldest)) && (!latest || ts < Number(latest)))
}
