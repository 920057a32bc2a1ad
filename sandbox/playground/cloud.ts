import { type JsonObject, objectOf, objectsOf, parseJson, stringOf } from '../slack/json.ts'
import { saidIn } from '../teams/acceptance.ts'
import type { Place } from '../teams/conversations.ts'
import { createDelivery } from '../teams/delivery.ts'
import type { Directory } from '../teams/directory.ts'
import { createFaults, type Faults } from '../teams/faults.ts'
import { graphRoutes } from '../teams/graph.ts'
import { createIdentity } from '../teams/identity.ts'
import type { JournalEntry } from '../teams/journal.ts'
import type { Said, ShownMessage } from '../teams/messages.ts'
import type { Answer, Call, Operation, Route } from '../teams/routes.ts'
import { close, createTeamsServer, listen } from '../teams/server.ts'
import { type AppRegistration, CONNECTOR, GRAPH, guarded, tokenRoutes } from '../teams/tokens.ts'

export interface PlaygroundCloudOptions {
  port?: number
  app: AppRegistration & { botName: string }
  place: Place
  directory: Directory
  /** Where the Playground listens; it is started later. */
  playgroundUrl: string
  now: () => number
}

/** What the Playground lacks of Microsoft's cloud, between it and the bot: signatures, tokens, faults, Graph. */
export interface PlaygroundCloud {
  /** What the bot gets as TEAMS_API_URL. */
  url: string
  /** Where the Playground sends what people do. */
  endpoint: string
  /** Where the Playground says that the bot can answer. */
  serviceUrl: string
  /** What the bot posted into the channel, and what became of it. */
  messages(): readonly ShownMessage[]
  /** What one person alone was told: the answer to a click, or a message in the personal chat; live. */
  whispers: readonly PlaygroundWhisper[]
  /** Every call of the bot, oldest first; live. */
  calls: readonly JournalEntry[]
  faults: Pick<Faults, 'add' | 'clear'>
  connect(botUrl: string): void
  close(): Promise<void>
}

/** `to`: Teams' own id. */
interface PlaygroundWhisper extends Said {
  at: number
  to: string
}

/** Starts it. */
export async function startPlaygroundCloud(options: PlaygroundCloudOptions): Promise<PlaygroundCloud> {
  const { app, place, directory, playgroundUrl, now } = options
  const identity = await createIdentity({ ...app, url: () => url })
  const faults = createFaults()
  const calls: JournalEntry[] = []
  const record = createRecord(now)
  const serviceUrl = () => `${url}/_connector`
  const deliver = createDelivery(
    () => botUrl,
    () => identity.channelToken({ serviceurl: serviceUrl() }),
  )
  const inbound: Route = {
    method: 'POST',
    path: /^\/api\/messages$/,
    operation: null,
    async answer({ text, body: sent }) {
      const { status, body } = await deliver({ body: text }, {})
      record.answered(sent, objectOf(body) ?? {})
      return { status, body }
    },
  }
  /** The Playground knows members by Teams' own ids only. */
  const known = (path: string) =>
    path.replace(/(\/members\/)([^/]+)$/, (_, before: string, id: string) => {
      return before + (directory.identified(id)?.memberId ?? id)
    })
  const outbound = ['GET', 'POST', 'PUT', 'DELETE'].map(
    (method): Route => ({
      method,
      path: /^(\/_connector\/.*)$/,
      operation: operationOf,
      async answer(call) {
        const answer = await passOn({ ...call, path: known(call.path) }, playgroundUrl)
        if (answer.status < 300) record.see(call, objectOf(answer.body) ?? {})
        return answer
      },
    }),
  )
  const graph = graphRoutes({ place, directory, messages: record, app, granted: true, url: () => url })
  const server = createTeamsServer({
    routes: [
      ...identity.routes,
      ...tokenRoutes(app, identity),
      inbound,
      ...guarded(outbound, CONNECTOR, identity),
      ...guarded(graph, GRAPH, identity),
    ],
    faults,
    journal: calls,
    now,
  })
  const url = await listen(server, options.port ?? 0)
  let botUrl: string | undefined
  return {
    url,
    endpoint: `${url}/api/messages`,
    serviceUrl: serviceUrl(),
    messages: record.roots,
    whispers: record.whispers,
    calls,
    faults,
    connect: to => {
      botUrl = to
    },
    close: () => close(server),
  }
}

async function passOn({ method, path, query, text }: Call, playgroundUrl: string): Promise<Answer> {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const response = await fetch(`${playgroundUrl}${encoded}?${query}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(text !== '' && { body: text }),
  })
  const body = await response.text()
  return { status: response.status, body: parseJson(body) ?? body }
}

/** `/_connector/v3/conversations/{id}/activities/{id}` */
const CONVERSATION = /^\/_connector\/v3\/conversations\/([^/]+)(?:\/activities(?:\/([^/]+))?)?$/

function operationOf({ method, path, body }: Call): Operation {
  if (method === 'GET') return 'members'
  if (method === 'PUT') return 'update'
  const [, id] = CONVERSATION.exec(path) ?? []
  if (id === undefined) return body.isGroup === true ? 'create' : 'personal'
  return id.includes(';messageid=') ? 'reply' : 'personal'
}

/** What passed through, as Graph would show it: the Playground itself cannot be asked. */
function createRecord(now: () => number) {
  const roots: ShownMessage[] = []
  const whispers: PlaygroundWhisper[] = []
  /** Whose a personal chat is; people tell by writing in it. */
  const chats = new Map<string, string>()
  const messageOf = (id: string, rootId: string | null, activity: JsonObject): ShownMessage => ({
    ...{ id, from: 'bot', rootId, chatOf: null, edited: 0, editedAt: null, replies: [] },
    ...saidIn(activity),
  })
  return {
    roots: () => roots,
    whispers,
    answered(sent: JsonObject, answer: JsonObject) {
      const to = stringOf(objectOf(sent.from)?.id)
      const conversation = stringOf(objectOf(sent.conversation)?.id)
      if (objectOf(sent.conversation)?.conversationType === 'personal') chats.set(conversation, to)
      if (typeof answer.value === 'string') whispers.push({ at: now(), to, text: answer.value, card: null })
    },
    see(call: Call, answer: JsonObject) {
      const operation = operationOf(call)
      const [, conversation = '', activityId = ''] = CONVERSATION.exec(call.path) ?? []
      const [, rootId = ''] = conversation.split(';messageid=')
      const root = roots.find(({ id }) => id === rootId)
      if (operation === 'create') {
        const [, id = ''] = stringOf(answer.id).split(';messageid=')
        roots.push(messageOf(id, null, objectOf(call.body.activity) ?? {}))
      } else if (operation === 'personal' && conversation === '') {
        chats.set(stringOf(answer.id), stringOf(objectsOf(call.body.members)[0]?.id))
      } else if (operation === 'personal') {
        whispers.push({ at: now(), to: chats.get(conversation) ?? '', ...saidIn(call.body) })
      } else if (operation === 'reply') root?.replies.push(messageOf(stringOf(answer.id), rootId, call.body))
      else if (operation === 'update' && root?.id === activityId)
        Object.assign(root, { ...saidIn(call.body), edited: root.edited + 1 })
    },
  }
}
