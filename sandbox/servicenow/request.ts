import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** A request, read to its end. */
export type ApiRequest = {
  /** After `X-HTTP-Method-Override` (ServiceNow docs, REST API); HEAD stays HEAD. */
  readonly method: string
  readonly path: string
  readonly params: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly target: Target
}

/** What the path leads to. */
export type Target =
  | {
      readonly api: 'table' | 'stats'
      readonly version: string
      readonly table: string
      readonly sysId: string
    }
  | { readonly api: 'token' | 'login' | 'none' }

/** Reads one request off the wire. */
export async function readRequest(message: IncomingMessage): Promise<ApiRequest> {
  const url = new URL(message.url ?? '/', 'http://instance')
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  const override = message.headers['x-http-method-override']
  return {
    method: (typeof override === 'string' ? override : (message.method ?? 'GET')).toUpperCase(),
    path: url.pathname,
    params: url.searchParams,
    headers: message.headers,
    body: Buffer.concat(chunks).toString('utf8'),
    target: readTarget(url.pathname),
  }
}

// An empty sys_id, `…/sys_user/`, is the collection: the trap of a client that builds URLs from an empty id.
function readTarget(path: string): Target {
  if (path === '/oauth_token.do') return { api: 'token' }
  if (path.startsWith('/login')) return { api: 'login' }
  const [, version = '', api, table = '', sysId = ''] =
    /^\/api\/now(\/v1|\/v2)?\/(table|stats)\/([^/]+)(?:\/([^/]*))?$/.exec(path) ?? []
  return api === 'table' || api === 'stats' ? { api, version, table, sysId } : { api: 'none' }
}

/**
 * The fields of a JSON body as text, null as empty; `undefined` if the body is no JSON object.
 */
export function writtenFields(body: string): Record<string, string> | undefined {
  const parsed = parseJson(body)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [name, value === null ? '' : String(value)]),
  )
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
