import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import { SLACK_SECRETS } from '../../sandbox/chats.ts'
import type { Stage } from '../../sandbox/stage.ts'

/** A request of Slack's, word for word. */
export type Caught = { readonly body: string; readonly headers: Readonly<Record<string, string>> }

/** The headers that Slack sends with a form. */
const KEPT = ['content-type', 'x-slack-request-timestamp', 'x-slack-signature']

/** Somebody on the line between Slack and the bot: what Slack is made to send is kept, and never arrives. */
export async function catchRequest(stage: Stage, act: () => Promise<unknown>): Promise<Caught> {
  const caught: Caught[] = []
  const { url } = await startServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const headers = Object.fromEntries(KEPT.map(name => [name, String(request.headers[name])]))
    caught.push({ body: Buffer.concat(chunks).toString('utf8'), headers })
    response.end()
  })
  stage.slack.connect(url)
  await act()
  stage.slack.connect(stage.bot().url)
  const [only, ...more] = caught
  if (!only || more.length > 0) throw new Error(`${caught.length} requests passed where one must.`)
  return only
}

/** A server on loopback, closed after the test. */
export async function startServer(answer: Parameters<typeof createServer>[1]): Promise<{ url: string }> {
  const server = createServer(answer)
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('There is no port.')
  return { url: `http://127.0.0.1:${address.port}` }
}

/** Signs a body as Slack does, or as somebody who only knows how (Slack docs, Verifying requests from Slack). */
export function signed(
  body: string,
  { secret = SLACK_SECRETS.signingSecret as string, secondsAhead = 0, contentType = FORM } = {},
): Caught {
  const at = String(Math.floor(Date.now() / 1000) + secondsAhead)
  const hash = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')
  return {
    body,
    headers: {
      'content-type': contentType,
      'x-slack-request-timestamp': at,
      'x-slack-signature': `v0=${hash}`,
    },
  }
}

const FORM = 'application/x-www-form-urlencoded'

/** Sends a request to the bot. @returns the HTTP status */
export async function send(stage: Stage, { body, headers }: Caught): Promise<number> {
  const response = await fetch(`${stage.bot().url}/slack/events`, { method: 'POST', body, headers })
  await response.text()
  return response.status
}
