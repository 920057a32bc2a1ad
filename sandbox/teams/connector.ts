import { type JsonObject, objectOf, objectsOf, stringOf } from '../slack/json.ts'
import { refusalOf, saidIn } from './acceptance.ts'
import { type Conversations, conversationOf, isAnswer, notInRoster, threadOf } from './conversations.ts'
import type { Member } from './directory.ts'
import { type Answer, type Call, failure, type Operation, type Route } from './routes.ts'
import type { Whispers } from './whispers.ts'

/** What the connector writes into. */
export type ConnectorParts = Conversations & { whispers: Whispers }

/**
 * Messages through the bot connector. Sources: Bot Framework docs, "Bot Connector REST API reference"; for
 * POST /v3/conversations microsoft/teams.net, docs/CreateConversation-API-Behavior.md (measured in April 2026).
 */
export function messageRoutes(parts: ConnectorParts): readonly Route[] {
  const post = ({ body }: Call, [id = '']: readonly string[]) => postInto(id, body, parts)
  return [
    {
      method: 'POST',
      path: /^\/teams\/v3\/conversations$/,
      operation: ({ body }) => operationOfPost('', body),
      answer: ({ body }) => create(body, parts),
    },
    {
      // The two-id form is a reply to an activity: Teams shows it in the same conversation.
      method: 'POST',
      path: /^\/teams\/v3\/conversations\/([^/]+)(?:\/activities(?:\/[^/]+)?)?$/,
      operation: ({ body }, [id = '']) => operationOfPost(id, body),
      answer: post,
    },
    {
      method: 'PUT',
      path: /^\/teams\/v3\/conversations\/([^/]+)\/activities\/([^/]+)$/,
      operation: 'update',
      answer: ({ body }, [id = '', activityId = '']) => update(id, activityId, body, parts),
    },
  ]
}

/** What a POST does: to this conversation, or without an id what would create one. */
function operationOfPost(conversationId: string, body: JsonObject): Operation {
  if (conversationId === '') return channelOf(body) === '' ? 'personal' : 'create'
  if (conversationId.startsWith('a:')) return 'personal'
  return conversationId.includes(';messageid=') ? 'reply' : 'create'
}

function channelOf(body: JsonObject): string {
  return stringOf(objectOf(objectOf(body.channelData)?.channel)?.id)
}

function create(body: JsonObject, parts: ConnectorParts): Answer {
  if (!isOurTenant(body, parts.place.tenantId)) {
    return failure(403, 'Forbidden', 'tenantId is missing or not the tenant of this app')
  }
  const activity = objectOf(body.activity)
  const members = objectsOf(body.members)
  if (body.isGroup === true && channelOf(body) !== '' && activity !== undefined) {
    return createThread(channelOf(body), activity, parts)
  }
  if (body.isGroup !== true && members.length === 1) {
    return createChat(stringOf(members[0]?.id), activity, parts)
  }
  return failure(400, 'BadSyntax', 'Incorrect conversation creation parameters')
}

function isOurTenant(body: JsonObject, tenantId: string): boolean {
  const inData = objectOf(objectOf(body.channelData)?.tenant)?.id
  return body.tenantId === tenantId && (inData === undefined || inData === tenantId)
}

function createThread(channelId: string, activity: JsonObject, parts: ConnectorParts): Answer {
  const { place, roster, messages } = parts
  if (channelId !== place.channelId) return failure(404, 'ConversationNotFound', 'Conversation not found.')
  if (!roster.inTeam()) return notInRoster()
  const refusal = refusalOf(activity)
  if (refusal !== undefined) return refusal
  const rootId = messages.post({ ...saidIn(activity), from: 'bot' })
  return { status: 201, body: { id: threadOf(place, rootId), activityId: rootId } }
}

/** An answer without `activityId`, even if a first message was sent along. */
function createChat(memberId: string, activity: JsonObject | undefined, parts: ConnectorParts): Answer {
  const member = parts.directory.identified(memberId)
  if (member === undefined)
    return failure(400, 'BadSyntax', 'Bad format of member id, or nobody in this tenant')
  if (!parts.roster.mayReach(member)) return notInRoster()
  if (activity !== undefined) {
    const refusal = refusalOf(activity)
    if (refusal !== undefined) return refusal
    whisper(member, activity, parts)
  }
  return { status: 201, body: { id: member.chatId } }
}

function postInto(id: string, activity: JsonObject, parts: ConnectorParts): Answer {
  const conversation = conversationOf(id, parts)
  if (isAnswer(conversation)) return conversation
  // Nobody needs to see it for longer than a moment.
  if (activity.type === 'typing') return { status: 201, body: { id: '' } }
  const refusal = refusalOf(activity)
  if (refusal !== undefined) return refusal
  if (conversation.kind === 'personal') {
    return { status: 201, body: { id: whisper(conversation.member, activity, parts) } }
  }
  const { rootId } = conversation
  const posted = { ...saidIn(activity), from: 'bot', ...(rootId === null ? {} : { rootId }) }
  return { status: 201, body: { id: parts.messages.post(posted) } }
}

function whisper(member: Member, activity: JsonObject, { messages, whispers }: ConnectorParts): string {
  const said = saidIn(activity)
  const id = messages.post({ ...said, from: 'bot', chatOf: member.userId })
  whispers.add({ ...said, id, user: member.userId, via: 'personal' })
  return id
}

function update(id: string, activityId: string, activity: JsonObject, parts: ConnectorParts): Answer {
  const conversation = conversationOf(id, parts)
  if (isAnswer(conversation)) return conversation
  const message = parts.messages.find(activityId)
  const rightPlace =
    conversation.kind === 'personal'
      ? message?.chatOf === conversation.member.userId
      : message?.chatOf === null && [null, message.id, message.rootId].includes(conversation.rootId)
  if (message === undefined || !rightPlace) {
    return failure(404, 'ActivityNotFoundInConversation', 'Activity not found in conversation.')
  }
  if (message.from !== 'bot') {
    return failure(403, 'NotEnoughPermissions', 'The bot can only update its own messages.')
  }
  const refusal = refusalOf(activity)
  if (refusal !== undefined) return refusal
  parts.messages.update(activityId, saidIn(activity))
  parts.whispers.change(activityId, saidIn(activity))
  return { status: 200, body: { id: activityId } }
}
