import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { openClicks } from './clicks-table.ts'

/* Contestant (b): the same as (a) without Bolt. It checks Slack's signature, too. */

const [, , path = ''] = process.argv
const secret = process.env.SLACK_SIGNING_SECRET ?? ''
const record = openClicks(path)
const server = createServer(async (request, response) => {
  const body = await text(request)
  if (!isSlacks(request.headers, body)) return void response.writeHead(401).end()
  const { actions, user } = JSON.parse(new URLSearchParams(body).get('payload') ?? '')
  record(actions[0].value, user.id)
  response.end()
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  process.stderr.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
})

/** Slack docs, "Verifying requests from Slack": not older than five minutes, and signed. */
function isSlacks(headers: IncomingHttpHeaders, body: string): boolean {
  const timestamp = Number(headers['x-slack-request-timestamp'])
  const hash = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  const given = Buffer.from(String(headers['x-slack-signature']))
  const wanted = Buffer.from(`v0=${hash}`)
  const isFresh = Math.abs(Date.now() / 1000 - timestamp) < 300
  return isFresh && given.length === wanted.length && timingSafeEqual(given, wanted)
}
