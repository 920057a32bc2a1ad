import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { objectOf, parseJson } from '../slack/json.ts'
import type { Faults } from './faults.ts'
import { asked, type JournalEntry } from './journal.ts'
import { answered, failing, type Outcome } from './outcome.ts'
import { type Call, failure, type Route } from './routes.ts'

/** What the server is made of. */
export interface ServerParts {
  /** The first that fits answers. */
  routes: readonly Route[]
  faults: Faults
  /** Filled with one entry for each call that has an operation. */
  journal: JournalEntry[]
  now: () => number
}

/** The HTTP server that a bot takes for Microsoft. */
export function createTeamsServer(parts: ServerParts): Server {
  return createServer((request, response) => {
    serve(request, response, parts).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' })
      response.end(`The Teams stand-in failed: ${error instanceof Error ? error.message : String(error)}`)
    })
  })
}

/** Listens on loopback; answers the base URL, without a slash at the end. */
export async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`
}

/** Ends every connection, those that a fault left hanging too. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    server.close(error => (error ? reject(error) : resolve()))
  })
  server.closeAllConnections()
  await closed
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: ServerParts): Promise<void> {
  const at = parts.now()
  const url = new URL(request.url ?? '/', 'http://stand-in')
  const call = await callOf(request, url)
  const found = find(parts.routes, call, url.pathname)
  if (found === undefined) return send(response, answered(failure(404, 'NotFound', 'No such resource.')))

  const { route, params } = found
  const work = async () => answered(await route.answer(call, params))
  const operation = typeof route.operation === 'function' ? route.operation(call, params) : route.operation
  if (operation === null) return send(response, await work())

  const fault = parts.faults.take(operation)
  const outcome = fault === undefined ? await work() : await failing(fault, operation, work)
  const status = typeof outcome.answer === 'string' ? 0 : outcome.answer.status
  parts.journal.push({ ...asked(call, operation, at), status, outcome: outcome.words })
  send(response, outcome)
}

function send(response: ServerResponse, { answer }: Outcome): void {
  if (answer === 'cut') response.destroy()
  else if (answer !== 'silence') response.writeHead(answer.status, answer.headers).end(answer.body)
}

function find(
  routes: readonly Route[],
  call: Call,
  pathname: string,
): { route: Route; params: string[] } | undefined {
  for (const route of routes) {
    const match = route.method === call.method ? route.path.exec(pathname) : null
    if (match !== null) return { route, params: match.slice(1).map(decodeURIComponent) }
  }
  return undefined
}

async function callOf(request: IncomingMessage, { pathname, searchParams }: URL): Promise<Call> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  return {
    method: request.method ?? 'GET',
    path: decodeURIComponent(pathname),
    query: searchParams,
    bearer: request.headers.authorization?.replace(/^Bearer /i, '') ?? '',
    text,
    body: isForm ? Object.fromEntries(new URLSearchParams(text)) : (objectOf(parseJson(text)) ?? {}),
  }
}
