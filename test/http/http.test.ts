import type { IncomingMessage, RequestListener } from 'node:http'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttpServer, type HttpServerOptions, type Readiness } from '../../src/http.ts'
import { openStore } from '../../src/store/store.ts'

const WELL: Readiness = { store: 'ok', chat: { slack: 'connected' }, servicenow: 'ok' }
const MEGABYTE = 1024 * 1024
const hasIpv6 = Object.values(networkInterfaces()).some(all => all?.some(({ address }) => address === '::1'))

/** Says how many bytes it was sent, as Bolt would read them. */
const counting: RequestListener = (request, response) => {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  request.on('error', () => {})
  request.on('end', () => response.end(`${request.method} ${request.url}: ${bytes} bytes`))
}

async function serve(options: Partial<HttpServerOptions> = {}) {
  const store = openStore(':memory:', { platforms: ['slack'], graceMs: 0 })
  const server = await createHttpServer({
    host: '127.0.0.1',
    port: 0,
    routes: { '/slack/events': counting },
    health: async () => WELL,
    store,
    clock: { now: () => Date.parse('2026-11-23T12:00:00Z') },
    timeZone: 'Europe/Berlin',
    ...options,
  })
  onTestFinished(async () => {
    await server.close()
    await store.close()
  })
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(server.url + path, init)
    const { status, headers } = response
    return { status, body: await response.text(), header: (name: string) => headers.get(name) }
  }
  return { server, ask }
}

describe('/healthz', () => {
  it('says that the process lives', async () => {
    const { ask } = await serve()
    expect(await ask('/healthz')).toMatchObject({ status: 200, body: 'ok' })
    expect(await ask('/healthz?probe=1')).toMatchObject({ status: 200, body: 'ok' })
  })

  it('answers HEAD without a body', async () => {
    const { ask } = await serve()
    const answer = await ask('/healthz', { method: 'HEAD' })
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.header('content-length')).toBe('2')
  })
})

describe('/readyz', () => {
  const NOT_CONNECTED = 'not connected: Slack could not be reached.'

  it.each<[string, Partial<Readiness>, number]>([
    ['all is well', {}, 200],
    ['ServiceNow is down, which is waited for', { servicenow: 'ServiceNow is hibernating.' }, 200],
    ['chat is not connected', { chat: { slack: NOT_CONNECTED } }, 503],
    ['one of two chats is not connected', { chat: { teams: 'connected', slack: NOT_CONNECTED } }, 503],
    ['the store is not open', { store: 'The disk is full.' }, 503],
  ])('%s', async (_, part, status) => {
    const readiness = { ...WELL, ...part }
    const { ask } = await serve({ health: async () => readiness })
    const answer = await ask('/readyz')
    expect(answer.status).toBe(status)
    expect(answer.header('content-type')).toBe('application/json')
    expect(JSON.parse(answer.body)).toEqual({ ready: status === 200, ...readiness })
  })

  it('that cannot be told is no success', async () => {
    const { ask } = await serve({ health: () => Promise.reject(new Error('The store is closed.')) })
    expect(await ask('/readyz')).toMatchObject({ status: 500, body: 'The store is closed.' })
  })
})

describe('a chat’s route', () => {
  it('gets its requests whole', async () => {
    const { ask } = await serve()
    const answer = await ask('/slack/events?x=1', { method: 'POST', body: 'a'.repeat(MEGABYTE) })
    expect(answer).toMatchObject({ status: 200, body: `POST /slack/events?x=1: ${MEGABYTE} bytes` })
  })

  it('gets a body of unknown length whole, too', async () => {
    const { server } = await serve()
    expect(await sendChunks(server.url, 16, MEGABYTE / 16)).toBe(`POST /slack/events: ${MEGABYTE} bytes`)
  })

  it('is its own: two chats do not hear each other’s', async () => {
    const answers =
      (words: string): RequestListener =>
      (_, response) =>
        void response.end(words)
    const routes = { '/slack/events': answers('Slack heard.'), '/api/messages': answers('Teams heard.') }
    const { ask } = await serve({ routes })
    expect(await ask('/slack/events', { method: 'POST' })).toMatchObject({ body: 'Slack heard.' })
    expect(await ask('/api/messages', { method: 'POST' })).toMatchObject({ body: 'Teams heard.' })
    for (const path of ['/api/messages/', '/api', '/API/messages', '/slack/events/api/messages'])
      expect(await ask(path, { method: 'POST' })).toMatchObject({ status: 404 })
    expect((await ask('/api/messages')).header('allow')).toBe('POST')
  })

  it('of a platform that is not configured does not exist', async () => {
    const { ask } = await serve()
    expect(await ask('/api/messages', { method: 'POST' })).toMatchObject({ status: 404 })
  })

  it('is not given a body that says it is too large', async () => {
    const { ask } = await serve()
    const answer = await ask('/slack/events', { method: 'POST', body: 'a'.repeat(MEGABYTE + 1) })
    expect(answer).toMatchObject({ status: 413, body: 'The request is too large.' })
  })

  it('is cut off from a body that turns out to be too large', async () => {
    const { server } = await serve()
    await expect(sendChunks(server.url, 1000, MEGABYTE / 16)).rejects.toThrow(/ECONNRESET|EPIPE|hang up/)
  })

  it.each<[string, RequestListener]>([
    [
      'throws',
      () => {
        throw new Error('xoxb-secret')
      },
    ],
    ['rejects', async () => Promise.reject(new Error('xoxb-secret'))],
  ])('whose listener %s harms nobody else', async (_, listener) => {
    const { ask } = await serve({ routes: { '/slack/events': listener } })
    const answer = await ask('/slack/events', { method: 'POST' })
    expect(answer).toMatchObject({ status: 500, body: 'The request could not be handled.' })
    expect(await ask('/healthz')).toMatchObject({ status: 200 })
  })
})

describe('anything else', () => {
  it.each(['/', '/healthz/', '/constructor', '/slack', '/slack/events/more', '//slack/events', '/HEALTHZ'])(
    '%s is not found',
    async path => {
      const { ask } = await serve()
      expect(await ask(path)).toMatchObject({ status: 404 })
    },
  )

  it.each([
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', '/readyz', 'GET, HEAD'],
    ['PUT', '/metrics', 'GET, HEAD'],
    ['GET', '/slack/events', 'POST'],
    ['HEAD', '/slack/events', 'POST'],
  ])('%s %s is not allowed', async (method, path, allow) => {
    const { ask } = await serve()
    const answer = await ask(path, { method })
    expect(answer.status).toBe(405)
    expect(answer.header('allow')).toBe(allow)
  })

  it('headers that never end are refused', async () => {
    const { server } = await serve()
    const answer = await raw(
      server.url,
      `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
  })
})

describe('listening', () => {
  it('says in one sentence that the port is taken', async () => {
    const { server } = await serve()
    const port = Number(new URL(server.url).port)
    await expect(serve({ port })).rejects.toThrow(
      `The bot cannot listen on 127.0.0.1, port ${port}: another program listens there; stop it, or choose another http.port.`,
    )
  })

  it('says in one sentence that the address is not of this machine', async () => {
    await expect(serve({ host: '192.0.2.1' })).rejects.toThrow(
      'The bot cannot listen on 192.0.2.1, port 0: this machine has no such address; correct http.host.',
    )
  })

  it.skipIf(!hasIpv6)('names an address that can be asked, with IPv6, too', async () => {
    const { server, ask } = await serve({ host: '::1' })
    expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect(await ask('/healthz')).toMatchObject({ status: 200 })
  })
})

describe('closing', () => {
  it('finishes what is under way, and takes nothing more', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<IncomingMessage>()
    const { promise: permission, resolve: permit } = Promise.withResolvers<void>()
    const listener: RequestListener = async (request, response) => {
      ask(request)
      await permission
      response.end('acknowledged')
    }
    const { server, ask: send } = await serve({ routes: { '/slack/events': listener } })
    const answer = send('/slack/events', { method: 'POST' })
    await asked
    const closed = server.close()
    await expect(send('/healthz')).rejects.toThrow('fetch failed')
    permit()
    expect(await answer).toMatchObject({ status: 200, body: 'acknowledged' })
    await closed
  })

  it('does not wait for connections that nobody uses', async () => {
    const { server, ask } = await serve()
    await ask('/healthz')
    const before = performance.now()
    await server.close()
    expect(performance.now() - before).toBeLessThan(1000)
  })

  it('cuts off what takes too long', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const { server, ask: send } = await serve({ routes: { '/slack/events': () => ask() } })
    const answer = send('/slack/events', { method: 'POST' }).catch((error: Error) => error.message)
    await asked
    await server.close()
    expect(await answer).toBe('fetch failed')
  })
})

/** Sends a body without saying how long it is. @returns what came back */
function sendChunks(url: string, chunks: number, size: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}/slack/events`, { method: 'POST' }, response => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk
      })
      response.on('end', () => resolve(body))
    })
    request.on('error', reject)
    const chunk = Buffer.alloc(size, 'a')
    const write = (left: number) => {
      if (left === 0) request.end()
      else request.write(chunk, error => !error && write(left - 1))
    }
    write(chunks)
  })
}

/** Sends text as it is. @returns all that came back until the server hung up */
function raw(url: string, message: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(message))
    let answer = ''
    socket.on('data', chunk => {
      answer += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}
