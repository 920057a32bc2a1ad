import type { Directory, Member } from './directory.ts'
import type { Messages } from './messages.ts'
import type { Roster } from './roster.ts'
import { type Answer, failure } from './routes.ts'

/** The team and its one channel. */
export interface Place {
  tenantId: string
  /** The team's Entra group. */
  teamId: string
  teamName: string
  /** The team's thread, which the bot API calls the team's id: `19:…@thread.tacv2`. */
  threadId: string
  /** `19:…@thread.tacv2` */
  channelId: string
  channelName: string
}

/** What a conversation id leads to. */
export type Conversation =
  | { kind: 'channel' /** null: the channel as such. */; rootId: string | null }
  | { kind: 'personal'; member: Member }

/** What conversations are found by. */
export interface Conversations {
  place: Place
  directory: Directory
  roster: Roster
  messages: Messages
}

/** The conversation of this id, or why the bot cannot have it. */
export function conversationOf(
  id: string,
  { place, directory, roster, messages }: Conversations,
): Conversation | Answer {
  const member = directory.ofChat(id)
  if (member !== undefined) {
    return roster.mayReach(member) ? { kind: 'personal', member } : notInRoster()
  }
  const [thread = '', rootId = null] = id.split(';messageid=')
  if (thread !== place.channelId && thread !== place.threadId) {
    return failure(404, 'ConversationNotFound', 'Conversation not found.')
  }
  if (!roster.inTeam()) return notInRoster()
  const root = rootId === null ? undefined : messages.find(rootId)
  if (rootId !== null && (root === undefined || root.rootId !== null || root.chatOf !== null)) {
    return failure(404, 'ConversationNotFound', 'Conversation not found.')
  }
  return { kind: 'channel', rootId }
}

/** Whether it is a refusal and no conversation. */
export function isAnswer(found: Conversation | Answer): found is Answer {
  return 'status' in found
}

/** The id under which a thread of the channel is a conversation. */
export function threadOf(place: Place, rootId: string): string {
  return `${place.channelId};messageid=${rootId}`
}

/** Teams docs, "Messages in bot conversations", status codes. */
export function notInRoster(): Answer {
  return failure(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.')
}
