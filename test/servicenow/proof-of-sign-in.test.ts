import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { BOB, connect, idOf, NOW, openScripted } from './world.ts'

const MINUTE_MS = 60_000
const refusal = JSON.stringify({ error: { message: 'No' }, status: 'failure' })
const json = { 'content-type': 'application/json' }

/** Two refusals of the sign-in, and between them this answer. @returns what is said of the second one */
async function refusedBefore(answer: (response: ServerResponse) => void): Promise<string> {
  let asked = 0
  let now = NOW
  const { url } = await openScripted(response => {
    asked += 1
    if (asked === 2) answer(response)
    else response.writeHead(401, json).end(refusal)
  })
  const servicenow = connect(url, { reader: undefined, clock: { now: () => now } })
  const send = () => servicenow.send({ method: 'DELETE', table: 'sys_user', sysId: idOf(BOB), body: null })
  await send()
  now += 5 * MINUTE_MS
  await send()
  const last = await send()
  return last.kind === 'refused' ? last.detail : last.kind
}

/** Only an answer of the API itself: an instance that is down or asleep does not look at the sign-in. */
describe('that ServiceNow took a sign-in', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['a success', response => response.writeHead(204).end()],
    ['data', response => response.writeHead(200, json).end('{"result":{}}')],
    ['a right that is missing', response => response.writeHead(403, json).end(refusal)],
    ['a record that is not there', response => response.writeHead(404, json).end(refusal)],
  ])('is shown by %s: a later refusal is the first of its row', async (_, answer) => {
    expect(await refusedBefore(answer)).toContain('the bot tries once more in 5 minutes')
  })

  it.each<[string, (response: ServerResponse) => void]>([
    ['a page', response => response.writeHead(403, { 'content-type': 'text/html' }).end('<html>No</html>')],
    [
      'a page that is not there',
      response => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>'),
    ],
    ['an instance in trouble', response => response.writeHead(500, json).end(refusal)],
    ['no answer', response => response.destroy()],
  ])('is not shown by %s: a later refusal is the second of its row', async (_, answer) => {
    expect(await refusedBefore(answer)).toContain('twice, so the bot has stopped trying')
  })
})
