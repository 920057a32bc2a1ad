import type { JsonObject } from '../slack/json.ts'
import type { Place } from './conversations.ts'
import type { Directory } from './directory.ts'
import type { Messages, ShownMessage } from './messages.ts'
import { type Answer, type Call, failure, type Route } from './routes.ts'

/** What Graph shows the channel by. */
export interface GraphParts {
  place: Place
  directory: Pick<Directory, 'identified'>
  messages: Pick<Messages, 'roots'>
  app: { appId: string; botName: string }
  /** Whether ChannelMessage.Read.Group was granted to the app in this team. */
  granted: boolean
  /** The base URL, for links to next pages. */
  url(): string
}

/** Graph docs, "List channel messages" and "List replies": `$top` is 20 unless given, and at most 50. */
const USUAL = 20
const MOST = 50

/** The channel's messages through Microsoft Graph, newest first. */
export function graphRoutes(parts: GraphParts): readonly Route[] {
  const channel = '^/v1\\.0/teams/([^/]+)/channels/([^/]+)/messages'
  return [
    {
      method: 'GET',
      path: new RegExp(`${channel}$`),
      operation: 'graph',
      answer: (call, [team = '', id = '']) =>
        refusalOf(team, id, parts) ?? page(call, parts.messages.roots(), parts),
    },
    {
      method: 'GET',
      path: new RegExp(`${channel}/([^/]+)/replies$`),
      operation: 'graph',
      answer(call, [team = '', id = '', rootId = '']) {
        const root = parts.messages.roots().find(message => message.id === rootId)
        const refusal = refusalOf(team, id, parts)
        if (refusal !== undefined) return refusal
        return root ? page(call, root.replies, parts) : failure(404, 'NotFound', 'Message not found.')
      },
    },
  ]
}

function refusalOf(team: string, channel: string, { place, granted }: GraphParts): Answer | undefined {
  if (team !== place.teamId || channel !== place.channelId) {
    return failure(404, 'NotFound', 'No team or channel found with these ids.')
  }
  if (!granted) {
    const message =
      "Missing role permissions on the request. API requires one of 'ChannelMessage.Read.All, ChannelMessage.Read.Group'."
    return failure(403, 'Forbidden', message)
  }
  return undefined
}

function page({ query, path }: Call, oldestFirst: readonly ShownMessage[], parts: GraphParts): Answer {
  const top = Number(query.get('$top') ?? USUAL)
  if (!Number.isInteger(top) || top < 1 || top > MOST) {
    return failure(400, 'BadRequest', `$top must be between 1 and ${MOST}.`)
  }
  const newestFirst = oldestFirst.toReversed()
  // A page begins at a message, so that one posted meanwhile shifts nothing.
  const from = query.get('$skiptoken')
  const start = from === null ? 0 : newestFirst.findIndex(({ id }) => id === from)
  if (start < 0) return failure(400, 'BadRequest', 'Invalid skip token.')
  const next = newestFirst[start + top]
  const link = `${parts.url()}${encodeURI(path)}?$top=${top}&$skiptoken=${next?.id}`
  return {
    status: 200,
    body: {
      '@odata.context': `https://graph.microsoft.com/v1.0/$metadata#messages`,
      '@odata.count': newestFirst.slice(start, start + top).length,
      ...(next ? { '@odata.nextLink': link } : {}),
      value: newestFirst.slice(start, start + top).map(message => chatMessage(message, parts)),
    },
  }
}

/** Graph docs, "chatMessage resource type". A card is an attachment whose `content` is JSON as text. */
function chatMessage(message: ShownMessage, { place, directory, app }: GraphParts): JsonObject {
  const { id, text, card, editedAt, rootId } = message
  const created = new Date(Number(id)).toISOString()
  const edited = editedAt === null ? null : new Date(editedAt).toISOString()
  const attachmentId = `card-${id}`
  const attachment = {
    id: attachmentId,
    contentType: 'application/vnd.microsoft.card.adaptive',
    contentUrl: null,
    content: JSON.stringify(card),
    name: null,
    thumbnailUrl: null,
    teamsAppId: null,
  }
  const author = directory.identified(message.from)
  return {
    id,
    replyToId: rootId,
    etag: id,
    messageType: 'message',
    createdDateTime: created,
    lastModifiedDateTime: edited ?? created,
    lastEditedDateTime: edited,
    deletedDateTime: null,
    subject: null,
    summary: null,
    chatId: null,
    importance: 'normal',
    locale: 'en-us',
    from: author
      ? identitySet({
          user: { id: author.userId, displayName: author.realName, userIdentityType: 'aadUser' },
        })
      : identitySet({
          application: { id: app.appId, displayName: app.botName, applicationIdentityType: 'bot' },
        }),
    body: {
      contentType: 'html',
      content: card === null ? text : `${text}<attachment id="${attachmentId}"></attachment>`,
    },
    channelIdentity: { teamId: place.teamId, channelId: place.channelId },
    attachments: card === null ? [] : [attachment],
    mentions: [],
    reactions: [],
  }
}

function identitySet(who: JsonObject): JsonObject {
  return { application: null, device: null, user: null, ...who }
}
