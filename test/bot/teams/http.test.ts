import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ChatRefused } from '../../../src/bot/connection.ts'
import { isGone, isNoMember, readable, TeamsFailure } from '../../../src/bot/teams/failures.ts'
import { createHttp, failureOf, jsonOf } from '../../../src/bot/teams/http.ts'
import { Later, Undeliverable, Unsent } from '../../../src/reclaim/ports.ts'
import { type Received, type Reply, startServer } from './server.ts'

async function asking(answer: (received: Received) => Reply, timeoutMs = 2000) {
  const server = await startServer(answer)
  const http = createHttp(timeoutMs)
  onTestFinished(async () => {
    await http.close()
    await server.close()
  })
  const send = (method = 'POST', url = server.url) =>
    http.send({ method, url, headers: { 'x-one': '1' }, body: method === 'GET' ? undefined : '{}' })
  return { server, send, http }
}

/** What a request throws. */
async function failed(call: Promise<unknown>): Promise<TeamsFailure> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof TeamsFailure) return error
  throw new Error(`That is no failure of Teams: ${error}`)
}

describe('a request', () => {
  test('is sent once as it is, and answered as it comes', async () => {
    const headers = { 'X-Answer': 'yes', 'set-cookie': 'a=1' }
    const { server, send } = await asking(() => ({ status: 418, headers, body: 'short and stout' }))
    expect(await send()).toMatchObject({
      status: 418,
      headers: { 'x-answer': 'yes' },
      text: 'short and stout',
    })
    expect(await send()).toMatchObject({ status: 418 })
    expect(server.requests).toHaveLength(2)
    expect(server.requests[1]).toMatchObject({ method: 'POST', body: '{}', headers: { 'x-one': '1' } })
    expect(server.requests[1]?.headers, 'no cookie jar').not.toHaveProperty('cookie')
  })

  test.each([301, 302, 307, 308])('follows no redirect (%i)', async status => {
    const elsewhere = await startServer(() => ({ status: 200 }))
    onTestFinished(elsewhere.close)
    const { send } = await asking(() => ({ status, headers: { location: elsewhere.url } }))
    expect(await send('GET')).toMatchObject({ status })
    expect(elsewhere.requests).toEqual([])
  })

  test.each<[string, Reply]>([
    ['a 500', { status: 500 }],
    ['a 503 that asks to come again', { status: 503, headers: { 'retry-after': '0' } }],
    ['a cut', 'cut'],
    ['silence', 'silence'],
  ])('is not sent again after %s', async (_what, reply) => {
    const { server, send } = await asking(() => reply, 300)
    for (const method of ['GET', 'PUT', 'POST']) await send(method).catch(() => {})
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT', 'POST'])
  })
})

describe('what was asked for', () => {
  test('has certainly not happened where nobody listens', async () => {
    const { send, server } = await asking(() => ({ status: 200 }))
    await server.close()
    expect(await failed(send())).toMatchObject({ status: null, ambiguous: false })
  })

  test('nor where there is no such host', async () => {
    const { send } = await asking(() => ({ status: 200 }))
    expect(await failed(send('POST', 'http://nowhere.invalid/'))).toMatchObject({ ambiguous: false })
  })

  test.each<[string, Reply]>([
    ['the connection is cut', 'cut'],
    ['no answer comes', 'silence'],
  ])('may have happened when %s', async (_what, reply) => {
    const { send } = await asking(() => reply, 300)
    const failure = await failed(send())
    expect(failure).toMatchObject({ status: null, ambiguous: true, code: '' })
    expect(failure.message).toBe('Microsoft Teams cannot be reached, or gave no answer; it is tried again.')
  })

  test('may have happened when the answer ends early', async () => {
    const server = createServer(socket => {
      socket.once('data', () => {
        socket.end('HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"id":')
      })
    })
    await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
    onTestFinished(() => void server.close())
    const address = server.address()
    const { send } = await asking(() => ({ status: 200 }))
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    expect(await failed(send('POST', url))).toMatchObject({ ambiguous: true })
  })

  test.each([
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [412, false],
    [413, false],
    [429, false],
    [500, true],
    [502, true],
    [503, true],
    [504, true],
  ])('after a %i may have happened: %s', (status, ambiguous) => {
    expect(failureOf({ status, headers: {}, text: '' })).toMatchObject({ status, ambiguous })
  })
})

describe('what an error says', () => {
  const failure = (status: number, text: string, headers: Record<string, string> = {}) =>
    failureOf({ status, headers, text })
  const coded = (code: unknown) => JSON.stringify({ error: { code, message: 'secret words' } })

  test.each([
    ['7', 7000],
    ['0', 0],
    ['0.5', 500],
    ['-3', 0],
    ['soon', 0],
    ['', 0],
    ['Infinity', 0],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
  ])('Retry-After: %s', (header, retryAfterMs) => {
    expect(failure(429, '', { 'retry-after': header })).toMatchObject({ retryAfterMs })
  })

  test.each([
    ['BotNotInConversationRoster', 403, /was removed from the team.*Add it to the team again/],
    ['ConversationNotFound', 404, /does not know the channel \(teams\.channel\)/],
    ['ConversationBlockedByUser', 403, /has blocked the app/],
    ['BotDisabledByAdmin', 403, /An administrator has blocked the app.*admin center/],
    ['MessageSizeTooBig', 413, /too large/],
    ['BadSyntax', 400, /does not understand the card/],
    ['SomethingNew', 403, /^Microsoft Teams answered HTTP 403 \(SomethingNew\); it is tried again\.$/],
  ])('%s', (code, status, sentence) => {
    expect(failure(status, coded(code))).toMatchObject({ code, message: expect.stringMatching(sentence) })
  })

  test.each([
    ['nothing', ''],
    ['a page', '<html>secret words</html>'],
    ['a text', '"secret words"'],
    ['null', 'null'],
    ['no code', '{"error":{}}'],
    ['an error that is a word', '{"error":"secret_words"}'],
    ['a code that is a sentence', coded('secret words')],
    ['a code that is an object', coded({ toString: 'secret' })],
    ['a code that is endless', coded('x'.repeat(61))],
    ['a code with markup', coded('<b>secret</b>')],
  ])('is never what Microsoft sent: %s', (_what, text) => {
    expect(failure(502, text)).toMatchObject({
      code: '',
      message: 'Microsoft Teams answered HTTP 502; it is tried again.',
    })
  })

  test('what is no JSON, though it came with a 200, may have had its effect', () => {
    expect(jsonOf({ status: 200, headers: {}, text: '{"id":"1"}' })).toEqual({ id: '1' })
    expect(jsonOf({ status: 200, headers: {}, text: '' })).toBeUndefined()
    const page = { status: 200, headers: {}, text: '<html>secret words</html>' }
    expect(() => jsonOf(page)).toThrow(TeamsFailure)
    expect(() => jsonOf(page)).toThrow(
      /^Microsoft Teams answered with something that is no answer of its API/,
    )
  })
})

describe('what a task makes of a failure:', () => {
  const of = (status: number | null, more: object = {}) =>
    new TeamsFailure({ status, ambiguous: false, ...more })

  test('a rate limit, or two writers at one conversation: later, as long as was asked', () => {
    for (const status of [429, 412]) {
      expect(readable(of(status, { retryAfterMs: 9000 }))).toBeInstanceOf(Later)
      expect(readable(of(status, { retryAfterMs: 9000 }))).toMatchObject({ retryAfterMs: 9000 })
    }
    expect(readable(of(429)).message).toBe('Microsoft Teams asks for patience (rate limit).')
  })

  test('what may have happened: later, once it had time to show up', () => {
    expect(readable(of(502, { ambiguous: true }))).toBeInstanceOf(Later)
    expect(readable(of(null, { ambiguous: true }))).toMatchObject({ retryAfterMs: 10_000 })
  })

  test('a message that is wrong: undeliverable, whatever the status', () => {
    for (const code of ['MessageSizeTooBig', 'BadSyntax'])
      expect(readable(of(400, { code }))).toBeInstanceOf(Undeliverable)
  })

  test.each<[string, unknown, number]>([
    ['a rate limit', of(429, { retryAfterMs: 9000 }), 9000],
    ['the app was removed', of(403, { code: 'BotNotInConversationRoster' }), 60_000],
    ['the token was refused', of(401), 60_000],
    ['the credentials are refused', new ChatRefused('wrong secret'), 60_000],
    ['nothing could be reached', of(null), 0],
  ])('%s: certainly nothing was sent, and the attempt does not count', (_what, failure, retryAfterMs) => {
    expect(readable(failure)).toBeInstanceOf(Unsent)
    expect(readable(failure)).toMatchObject({ retryAfterMs })
  })

  test.each([of(400, { code: 'BadArgument' }), of(409), new Error('other')])(
    'everything else passes as it is, and counts: $message',
    failure => {
      expect(readable(failure)).toBe(failure)
    },
  )

  test('what is no error becomes one', () => {
    expect(readable('odd')).toEqual(new Error('odd'))
  })
})

test('not there is a 404 alone; a channel that is not there says nothing about people', () => {
  const of = (status: number, code: string) => new TeamsFailure({ status, code, ambiguous: false })
  const nobody = of(404, 'MemberNotFoundInConversation')
  const nowhere = of(404, 'ConversationNotFound')
  const removed = of(403, 'BotNotInConversationRoster')
  const somePage = of(404, '')
  const foreign = of(403, 'NotEnoughPermissions')
  const all = [nobody, nowhere, foreign, removed, somePage, new Error('404')]
  expect(all.map(isGone)).toEqual([true, true, true, false, false, false])
  expect(all.map(isNoMember)).toEqual([true, false, false, false, false, false])
})
