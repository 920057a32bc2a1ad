import { type Conversations, conversationOf, isAnswer, notInRoster } from './conversations.ts'
import type { Member } from './directory.ts'
import { type Answer, type Call, failure, type Route } from './routes.ts'

/** What people are looked up in; `pageSize` is the most that come at once, whatever the caller asks for. */
export type MembersParts = Conversations & { pageSize: number }

/** People and the team through the bot connector. Source: Teams docs, "Get Teams specific context for your bot". */
export function memberRoutes(parts: MembersParts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: /^\/teams\/v3\/conversations\/([^/]+)\/members\/([^/]+)$/,
      operation: 'members',
      answer: (_call, [id = '', memberId = '']) => one(id, memberId, parts),
    },
    {
      method: 'GET',
      path: /^\/teams\/v3\/conversations\/([^/]+)\/pagedmembers$/,
      operation: 'members',
      answer: ({ query }, [id = '']) => page(id, query, parts),
    },
    {
      method: 'GET',
      path: /^\/teams\/v3\/teams\/([^/]+)$/,
      operation: 'members',
      answer: (_call, [id = '']) => team(id, parts),
    },
  ]
}

function membersOf(conversationId: string, parts: MembersParts): readonly Member[] | Answer {
  const conversation = conversationOf(conversationId, parts)
  if (isAnswer(conversation)) return conversation
  return conversation.kind === 'personal' ? [conversation.member] : parts.directory.team()
}

function one(conversationId: string, memberId: string, parts: MembersParts): Answer {
  const members = membersOf(conversationId, parts)
  if ('status' in members) return members
  const member = parts.directory.identified(memberId)
  if (member === undefined || !members.includes(member)) {
    return failure(404, 'MemberNotFoundInConversation', 'Member not found in conversation.')
  }
  return { status: 200, body: parts.directory.account(member) }
}

function page(conversationId: string, query: Call['query'], parts: MembersParts): Answer {
  const members = membersOf(conversationId, parts)
  if ('status' in members) return members
  const size = Math.min(Number(query.get('pageSize')) || parts.pageSize, parts.pageSize)
  const start = query.get('continuationToken') === null ? 0 : startOf(query.get('continuationToken') ?? '')
  if (Number.isNaN(start)) return failure(400, 'BadSyntax', 'Bad continuation token')
  const next = start + size
  return {
    status: 200,
    body: {
      ...(next < members.length ? { continuationToken: tokenOf(next) } : {}),
      members: members.slice(start, next).map(parts.directory.account),
    },
  }
}

/** Opaque to the caller. */
function tokenOf(start: number): string {
  return Buffer.from(`from ${start}`).toString('base64url')
}

function startOf(token: string): number {
  return Number(/^from (\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1] ?? Number.NaN)
}

function team(id: string, { place, roster, directory }: MembersParts): Answer {
  if (id !== place.threadId) return failure(404, 'ConversationNotFound', 'Team not found.')
  if (!roster.inTeam()) return notInRoster()
  return {
    status: 200,
    body: {
      id: place.threadId,
      name: place.teamName,
      aadGroupId: place.teamId,
      channelCount: 2,
      memberCount: directory.team().length,
    },
  }
}
