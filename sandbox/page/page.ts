import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { CHANNEL, TEAM_NAME } from '../company.ts'
import type { Watch } from '../demo/scene.ts'
import { namesOf } from '../demo/words.ts'
import { objectOf, parseJson } from '../slack/json.ts'
import type { Stage } from '../stage.ts'
import { ACTIONS } from './actions.ts'
import { type Eyes, eyesOf } from './eyes.ts'
import { FIRST, isPerson, PARTS, type Person } from './people.ts'
import { renderRegions } from './regions.ts'
import { renderShell } from './shell.ts'
import { streamRegions } from './stream.ts'

export type Page = {
  /** `http://127.0.0.1:<port>/`; `?as=priya` opens it as somebody else than Dana. */
  readonly url: string
  close(): Promise<void>
}

/** Whatever a name on the stage may contain, nothing but the page's own files runs or loads. */
const CONTENT_SECURITY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"

/**
 * Serves the page to act on and to watch a stage, on loopback.
 * @param port 0 = a free one
 * @throws Error with one sentence if the port is taken
 */
export async function startPage(stage: Stage, watch: Watch, port: number): Promise<Page> {
  const files = readFiles()
  const nameOf = namesOf(stage.company, stage.slack)
  const { timezone } = stage.settings.schedule
  const newEyes = (person: Person) => eyesOf(stage.slack.userId(person), nameOf, timezone)
  const eyes = new Map(PARTS.map(({ person }) => [person, newEyes(person)]))
  const eyesAs = (person: Person) => eyes.get(person) ?? newEyes(person)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://page')
    const asked = url.searchParams.get('as')
    const person = isPerson(asked) ? asked : FIRST
    const file = files.get(url.pathname)
    const action = ACTIONS[url.pathname]
    if (request.method === 'POST' && action)
      return act(request, response, body => action({ stage, troubles: watch.troubles }, body))
    if (file) return void response.writeHead(200, { 'content-type': file.type }).end(file.content)
    if (url.pathname === '/events') return streamRegions(watch, eyesAs(person), response)
    if (url.pathname !== '/') return void response.writeHead(404).end()
    const html = await shell(stage, watch, { person, eyes: eyesAs(person) })
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .end(html)
  }

  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', CONTENT_SECURITY)
    response.setHeader('x-content-type-options', 'nosniff')
    answer(request, response).catch((error: Error) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(error.message)
    })
  })
  return {
    url: await listen(server, port),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function shell(
  stage: Stage,
  watch: Watch,
  { person, eyes }: { person: Person; eyes: Eyes },
): Promise<string> {
  return renderShell({
    person,
    team: TEAM_NAME,
    channel: CHANNEL,
    members: stage.company.people.filter(({ memberOfChannel }) => memberOfChannel !== false).length,
    timeZone: stage.settings.schedule.timezone,
    regions: renderRegions(await watch.scene(), eyes),
  })
}

/** Only as JSON, which a page of another origin cannot send without being asked first. */
async function act(
  request: IncomingMessage,
  response: ServerResponse,
  action: (body: Record<string, unknown>) => Promise<string | null>,
): Promise<void> {
  const body = request.headers['content-type'] === 'application/json' ? parseJson(await text(request)) : null
  const asked = objectOf(body)
  const problem = asked
    ? await action(asked).catch((error: Error) => error.message)
    : 'The page sent something that it should not have.'
  if (problem === null) return void response.writeHead(204).end()
  response.writeHead(422, { 'content-type': 'text/plain; charset=utf-8' }).end(problem)
}

function readFiles(): ReadonlyMap<string, { type: string; content: string }> {
  const read = (url: URL | string) => readFileSync(fileURLToPath(url), 'utf8')
  const css = 'text/css; charset=utf-8'
  // The library's rules hang on an id that each message would carry again, and has a class of the same name; what it
  // holds to be important would keep the page from having its own font.
  const blocks = read(import.meta.resolve('slack-blocks-to-jsx/dist/style.css'))
  return new Map([
    ['/page.css', { type: css, content: read(new URL('./page.css', import.meta.url)) }],
    ['/trouble.css', { type: css, content: read(new URL('./trouble.css', import.meta.url)) }],
    [
      '/blocks.css',
      { type: css, content: blocks.replaceAll('#slack_', '.slack_').replaceAll('!important', '') },
    ],
    [
      '/client.js',
      { type: 'text/javascript; charset=utf-8', content: read(new URL('./client.js', import.meta.url)) },
    ],
  ])
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<string> {
  await new Promise<void>((ready, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      failed(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} is taken. Choose another one: npm run demo -- --port ${port + 1}`)
          : error,
      ),
    )
    server.listen(port, '127.0.0.1', ready)
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}/`
}
