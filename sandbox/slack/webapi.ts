import { withIds } from './buttons.ts'
import type { Changes } from './changes.ts'
import { correct } from './corrections.ts'
import type { Directory } from './directory.ts'
import { type JsonObject, jsonArgument, objectOf, objectsOf, stringOf } from './json.ts'
import { refusal } from './limits.ts'
import { APP, type Upstream } from './upstream.ts'
import type { Usergroups } from './usergroups.ts'
import type { Views } from './views.ts'
import type { Whispers } from './whispers.ts'

/** One call of a Web API method, arguments as they came: values of a form are strings, JSON still as text. */
export interface ApiCall {
  method: string
  token: string
  args: JsonObject
}

/** An answer before it becomes HTTP. */
export interface ApiAnswer {
  status: number
  body: JsonObject
  /** The token's scopes, which Slack names in a header with every answer; null for a token that it does not know. */
  scopes: readonly string[] | null
}

/** What the app under test may do. */
interface AppRights {
  botToken: string
  scopes: readonly string[]
  /** The app-level token of socket mode; undefined if the app has none. */
  appToken: string | undefined
}

/** What people see because of calls, other than messages. */
export interface Records {
  views: Views
  whispers: Whispers
  changes: Changes
}

/** What the Web API of the workspace is made of. */
export interface WebApiParts {
  upstream: Upstream
  directory: Directory
  usergroups: Usergroups
  records: Records
  rights: AppRights
  channelShared: boolean
  /** The answer to apps.connections.open. */
  openConnection(): JsonObject
}

/**
 * Slack's Web API: `emulate`'s, with what it lacks. In order: the token, methods that `emulate` has not,
 * Block Kit limits; then the call goes through, its arguments amended and its answer corrected.
 */
export function createWebApi(parts: WebApiParts): (call: ApiCall) => Promise<ApiAnswer> {
  const { upstream, usergroups, rights } = parts
  return async call => {
    if (call.method === 'apps.connections.open')
      return { status: 200, body: opened(call, parts), scopes: null }
    // emulate takes an unknown token for its administrator's.
    if (call.token !== rights.botToken) {
      const error = call.token === '' ? 'not_authed' : 'invalid_auth'
      return { status: 200, body: { ok: false, error }, scopes: null }
    }
    const answered = (body: JsonObject, status = 200) => ({ status, body, scopes: rights.scopes })
    const own = usergroups.answer(call) ?? refusal(call.method, call.args)
    if (own !== undefined) return answered(own)
    const { status, body } = await upstream.asBot(call.method, amended(call))
    if (status === 404) return answered({ ok: false, error: 'unknown_method' })
    if (body.ok === true) takeDown(call, body, parts.records)
    return answered(correct(call, body, parts), status)
  }
}

/** Slack docs, apps.connections.open: for an app-level token (`xapp-…`) only. */
function opened({ token }: ApiCall, { rights, openConnection }: WebApiParts): JsonObject {
  if (token !== '' && token === rights.appToken) return openConnection()
  return { ok: false, error: token === rights.botToken ? 'not_allowed_token_type' : 'invalid_auth' }
}

/** The arguments as Slack would understand them and `emulate` would not. */
function amended({ method, args }: ApiCall): JsonObject {
  switch (method) {
    case 'chat.postMessage':
      return { ...withBlockIds(args), bot_id: APP.botId, app_id: APP.id }
    case 'chat.update':
    case 'chat.postEphemeral':
      return withBlockIds(args)
    case 'views.open':
    case 'views.push':
    case 'views.update':
    case 'views.publish': {
      const view = objectOf(jsonArgument(args.view))
      return view ? { ...args, view: { ...view, blocks: withIds(objectsOf(view.blocks)) } } : args
    }
    case 'users.lookupByEmail':
      return { ...args, email: stringOf(args.email).toLowerCase() }
    case 'conversations.history':
      // emulate knows no oldest and latest: they are cut out of a full page afterwards.
      return args.oldest || args.latest ? { ...args, limit: 1000 } : args
    default:
      return args
  }
}

function withBlockIds(args: JsonObject): JsonObject {
  const blocks = jsonArgument(args.blocks)
  return Array.isArray(blocks) ? { ...args, blocks: withIds(objectsOf(blocks)) } : args
}

/** Takes down what people see because of a call. */
function takeDown({ method, args }: ApiCall, body: JsonObject, { views, whispers, changes }: Records): void {
  if (method === 'chat.postEphemeral') {
    whispers.add({
      user: stringOf(args.user),
      via: 'ephemeral',
      text: stringOf(args.text),
      blocks: objectsOf(jsonArgument(args.blocks)),
      ts: stringOf(body.message_ts),
      threadTs: stringOf(args.thread_ts) || null,
    })
  } else if (method.startsWith('views.')) {
    views.add(method, args, objectOf(body.view) ?? {})
  } else if (method.startsWith('chat.') || method.startsWith('files.') || method.startsWith('reactions.')) {
    changes.announce('messages')
  }
}
