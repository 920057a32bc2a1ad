import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMetrics } from './metrics.ts'
import { startOfDay } from './reclaim/calendar.ts'
import type { Clock } from './reclaim/ports.ts'
import type { Reports } from './reclaim/reports.ts'

/** How the bot is, part by part; what is wrong is said in one sentence. */
export type Readiness = {
  /** `ok`, or a sentence. */
  readonly store: string
  /** By platform: `connected`, or a sentence. */
  readonly chat: Readonly<Record<string, string>>
  /** `ok`, or a sentence. Reported only: a ServiceNow that is down is waited for, not restarted for. */
  readonly servicenow: string
}

export type HttpServerOptions = {
  readonly host: string
  /** 0 = a free one. */
  readonly port: number
  /** Who takes the POST requests to a path: the chats' own listeners, which check signatures. */
  readonly routes: Readonly<Record<string, RequestListener>>
  readonly health: () => Promise<Readiness>
  readonly store: Pick<Reports, 'summary'>
  readonly clock: Clock
  /** The zone whose days the metrics count in. */
  readonly timeZone: string
}

export type HttpServer = {
  /** Where it listens. */
  readonly url: string
  /** Takes no more requests, and finishes what is under way within a few seconds. */
  close(): Promise<void>
}

const MAX_HEADER_BYTES = 16 * 1024
/** A click brings the message with it, form-encoded; the largest that Slack would send is well below. */
const MAX_BODY_BYTES = 1024 * 1024
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
/** Slack waits 3 s for an answer (Slack docs, Handling user interaction: acknowledgment). */
const FINISH_WITHIN_MS = 3000

type Reply = { readonly status: number; readonly type: string; readonly body: string }

/**
 * The bot's one port: the chats' requests, and /healthz, /readyz and /metrics for its operators.
 * @throws Error (one readable sentence) when it cannot listen there.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, routes } = options
  const pages = pagesOf(options)
  const listeners = new Map(Object.entries(routes))
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 5000,
  }
  const server = createServer(limits, (request, response) => {
    const path = (request.url ?? '').replace(/\?.*/s, '')
    const [page, listener] = [pages.get(path), listeners.get(path)]
    if (!page && !listener) send(response, text(404, 'There is nothing here.'))
    else if (page && allows(['GET', 'HEAD'], request, response)) answer(response, page)
    else if (listener && allows(['POST'], request, response)) pass(request, response, listener)
  })
  await new Promise<void>((ready, failed) => {
    server.once('error', error => failed(cannotListen(error, host, port)))
    server.listen(port, host, ready)
  })
  const { address, family, port: given } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${given}`,
    async close() {
      const closed = new Promise(done => server.close(done))
      const impatience = setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS)
      await closed
      clearTimeout(impatience)
    },
  }
}

function pagesOf({ health, store, clock, timeZone }: HttpServerOptions) {
  const metrics = createMetrics(() => store.summary(startOfDay(clock.now(), timeZone)))
  return new Map<string, () => Promise<Reply>>([
    ['/healthz', async () => text(200, 'ok')],
    [
      '/readyz',
      async () => {
        const parts = await health()
        const ready = parts.store === 'ok' && Object.values(parts.chat).every(state => state === 'connected')
        const body = JSON.stringify({ ready, ...parts })
        return { status: ready ? 200 : 503, type: 'application/json', body }
      },
    ],
    ['/metrics', async () => ({ status: 200, type: metrics.contentType, body: await metrics.render() })],
  ])
}

function allows(methods: readonly string[], { method }: IncomingMessage, response: ServerResponse): boolean {
  if (methods.includes(method ?? '')) return true
  response.setHeader('allow', methods.join(', '))
  send(response, text(405, `Only ${methods.join(' and ')} here.`))
  return false
}

function answer(response: ServerResponse, page: () => Promise<Reply>): void {
  page().then(
    reply => send(response, reply),
    (error: Error) => send(response, text(500, error.message)),
  )
}

/** Hands a request to a chat's listener, which reads the body itself but never more than is allowed. */
function pass(request: IncomingMessage, response: ServerResponse, listener: RequestListener): void {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    response.setHeader('connection', 'close')
    send(response, text(413, 'The request is too large.'))
    return
  }
  if (request.headers['content-length'] === undefined) limitBody(request)
  // An async function catches what a listener throws now and what it rejects with later.
  const handle = async () => listener(request, response)
  handle().catch(() => {
    if (!response.headersSent) send(response, text(500, 'The request could not be handled.'))
  })
}

/** A body whose length was not announced is counted as it comes, from when somebody begins to read it. */
function limitBody(request: IncomingMessage): void {
  let bytes = 0
  request.once('resume', () =>
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_BODY_BYTES) request.destroy()
    }),
  )
}

function send(response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(body)
}

const text = (status: number, body: string): Reply => ({ status, type: 'text/plain; charset=utf-8', body })

const CANNOT_LISTEN: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; stop it, or choose another http.port',
  EACCES: 'this user may not; choose an http.port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address; correct http.host',
  ENOTFOUND: 'there is no such host; correct http.host',
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const why = CANNOT_LISTEN[error.code ?? ''] ?? `${error.code}; correct http.host and http.port`
  return new Error(`The bot cannot listen on ${host}, port ${port}: ${why}.`)
}
