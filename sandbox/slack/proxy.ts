import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { FaultKind, Faults } from './faults.ts'
import { type JournalEntry, summaryOf } from './journal.ts'
import { type JsonObject, objectOf, parseJson, stringOf } from './json.ts'
import type { Responses } from './responses.ts'
import type { ApiAnswer, ApiCall } from './webapi.ts'

/** What stands behind the proxy. */
export interface ProxyParts {
  webApi: (call: ApiCall) => Promise<ApiAnswer>
  responses: Responses
  faults: Faults
  /** Filled with one entry for each call. */
  journal: JournalEntry[]
  now: () => number
}

/** What the caller gets: an answer, or a connection that is cut or never answered. */
interface Outcome {
  answer: HttpAnswer | 'cut' | 'silence'
  /** For the journal. */
  words: string
}

interface HttpAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** The HTTP server that a bot takes for Slack: `/api/<method>` and `/response/<token>`. */
export function createProxy(parts: ProxyParts): Server {
  return createServer((request, response) => {
    serve(request, response, parts).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' })
      response.end(`The Slack stand-in failed: ${error instanceof Error ? error.message : String(error)}`)
    })
  })
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: ProxyParts): Promise<void> {
  const at = parts.now()
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in')
  const body = await read(request)
  const toSink = pathname.startsWith('/response/')
  const method = toSink ? 'response_url' : pathname.replace(/^\/api\//, '')
  const args = argumentsOf(request, searchParams, body)
  const work = toSink
    ? () => respond(parts, pathname, body)
    : () => callApi(parts, { method, token: tokenOf(request, args), args })

  const fault = parts.faults.take(method)
  const { answer, words } = fault === undefined ? await work() : await failing(fault, work)
  const status = typeof answer === 'string' ? 0 : answer.status
  parts.journal.push({ method, at, status, ok: words === 'ok', outcome: words, args: summaryOf(args) })
  if (answer === 'cut') response.destroy()
  else if (answer !== 'silence') response.writeHead(answer.status, answer.headers).end(answer.body)
}

async function callApi({ webApi }: ProxyParts, call: ApiCall): Promise<Outcome> {
  const { status, body, scopes } = await webApi(call)
  const words = body.ok === true ? 'ok' : stringOf(body.error) || `HTTP ${status}`
  const headers = {
    'content-type': JSON_TYPE,
    ...(scopes ? { 'x-oauth-scopes': scopes.join(',') } : {}),
  }
  return { answer: { status, headers, body: JSON.stringify(body) }, words }
}

async function respond({ responses }: ProxyParts, path: string, posted: string): Promise<Outcome> {
  const { status, body, outcome } = await responses.take(path, posted)
  return {
    answer: { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body },
    words: outcome,
  }
}

/** What comes of a call that a fault has hit. */
async function failing(fault: FaultKind, work: () => Promise<Outcome>): Promise<Outcome> {
  const words = `fault: ${fault.kind}`
  switch (fault.kind) {
    case 'reset_before':
      return { answer: 'cut', words }
    case 'hang':
      return { answer: 'silence', words }
    case 'reset_after':
      return { answer: 'cut', words: `${words} (${(await work()).words})` }
    case 'reset_late':
      fault.until.then(work).catch(() => {})
      return { answer: 'cut', words }
    case 'hang_after':
      return { answer: 'silence', words: `${words} (${(await work()).words})` }
    case '429':
      return { answer: rateLimited(fault.retryAfterSeconds), words }
    case '500':
      return { answer: text(500, 'text/plain', 'Internal Server Error'), words }
    case 'html':
      return {
        answer: text(200, 'text/html', '<html><body>Slack is down for maintenance.</body></html>'),
        words,
      }
    case 'error':
      return { answer: json(200, { ok: false, error: fault.error }), words: fault.error }
  }
}

/** Slack docs, "Rate limits": HTTP 429 with Retry-After in seconds. */
function rateLimited(retryAfterSeconds: number | null): HttpAnswer {
  const answer = json(429, { ok: false, error: 'ratelimited' })
  if (retryAfterSeconds === null) return answer
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfterSeconds) } }
}

function json(status: number, body: JsonObject): HttpAnswer {
  return text(status, JSON_TYPE, JSON.stringify(body))
}

function text(status: number, contentType: string, body: string): HttpAnswer {
  return { status, headers: { 'content-type': contentType }, body }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** Slack docs, "Using the Slack Web API": a form or JSON, or the query string. */
function argumentsOf(request: IncomingMessage, query: URLSearchParams, body: string): JsonObject {
  const isJson = request.headers['content-type']?.startsWith('application/json') === true
  const posted = isJson ? (objectOf(parseJson(body)) ?? {}) : Object.fromEntries(new URLSearchParams(body))
  return { ...Object.fromEntries(query), ...posted }
}

function tokenOf(request: IncomingMessage, args: JsonObject): string {
  return request.headers.authorization?.replace(/^Bearer /i, '') ?? stringOf(args.token)
}
