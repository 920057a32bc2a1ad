import type { IncomingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Agent } from 'undici'

const unzip = promisify(gunzip)

/** A page of 1000 narrow rows is below 1 MB; what is larger is no answer to anything that the bot asks. */
const MAX_BODY_BYTES = 32 * 1024 * 1024

type WireRequest = {
  readonly method: 'GET' | 'DELETE' | 'POST'
  /** Path and query string, encoded. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A whole answer, unpacked. */
export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export type Transport = {
  /** Sends one request, once. @throws Error whose message is a short reason when no whole answer came. */
  exchange(request: WireRequest): Promise<Answer>
  close(): Promise<void>
}

/**
 * HTTP to one host and no other: no redirects, no cookies, no retries, HTTP/1.1 (undici may send a request again
 * after an HTTP/2 GOAWAY). The caller's session is never kept, since requests of one session queue up and the
 * overflow is dropped with 202 (ServiceNow KB3047080).
 * @param connections at most at once; an instance serves 4 API requests per node at a time (ServiceNow docs,
 * semaphores: API_INT)
 * @param timeoutMs for the headers, and for each pause in the body; twice that for the whole exchange. The server's
 * own limit is 60 s (ServiceNow docs, Default quota rules).
 */
export function createTransport(origin: string, connections: number, timeoutMs: number): Transport {
  const agent = new Agent({
    connections,
    allowH2: false,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MAX_BODY_BYTES,
  })
  return {
    async exchange({ method, path, headers, body }) {
      try {
        const response = await agent.request({
          origin,
          method,
          path,
          headers: { accept: 'application/json', 'accept-encoding': 'gzip', ...headers },
          body: body ?? null,
          signal: AbortSignal.timeout(timeoutMs * 2),
        })
        const bytes = await response.body.bytes()
        const { 'content-encoding': encoding } = response.headers
        return { status: response.statusCode, headers: response.headers, text: await unpack(bytes, encoding) }
      } catch (error) {
        throw new Error(reasonOf(error, timeoutMs))
      }
    },
    close: () => agent.close(),
  }
}

async function unpack(bytes: Uint8Array, encoding: string | string[] | undefined): Promise<string> {
  const plain =
    bytes.length > 0 && encoding === 'gzip' ? await unzip(bytes, { maxOutputLength: MAX_BODY_BYTES }) : bytes
  return Buffer.from(plain).toString('utf8')
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name could not be looked up',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about in time',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'the answer was too large',
  ERR_BUFFER_TOO_LARGE: 'the answer was too large',
  Z_BUF_ERROR: 'the answer broke off',
  Z_DATA_ERROR: 'the answer could not be unpacked',
}

// The library's own messages may hold the address with its query, so only its codes are passed on.
function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'the connection failed'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  if (['TimeoutError', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'].includes(code))
    return `no whole answer came within ${Math.round(timeoutMs / 1000)} s`
  return REASONS[code] ?? `the connection failed (${code})`
}
