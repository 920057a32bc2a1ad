import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createCloud } from '../../../src/bot/teams/cloud.ts'
import { createConnector } from '../../../src/bot/teams/connector.ts'
import { createEars } from '../../../src/bot/teams/ears.ts'
import { createGate } from '../../../src/bot/teams/gate.ts'
import { createHttp } from '../../../src/bot/teams/http.ts'
import { createHttpServer } from '../../../src/http.ts'
import { surroundings } from '../../chat-contract/surroundings.ts'
import { type Reply, startServer } from './server.ts'

const APP = 'a0000000-0000-4000-8000-00000000000a'
const TENANT = 'b0000000-0000-4000-8000-00000000000b'
const METADATA = '/v1/.well-known/openidconfiguration'
const KEYS = '/keys'
const MINUTE_MS = 60_000

afterEach(() => vi.useRealTimers())

/** A Bot Framework of the test's own, with keys that it can change, lose and find again. */
async function botFramework() {
  const keys: object[] = []
  const troubles = new Map<string, Reply>()
  const server = await startServer(({ path }) => {
    const trouble = troubles.get(path)
    if (trouble) return trouble
    if (path === METADATA) return { status: 200, body: { jwks_uri: server.url + KEYS } }
    return path === KEYS ? { status: 200, body: { keys } } : { status: 404 }
  })
  const serviceUrl = `${server.url}/teams/`
  const http = createHttp(3000)
  const cloud = createCloud(server.url)
  onTestFinished(async () => {
    await http.close()
    await server.close()
  })
  return {
    ...{ server, troubles, keys, http, cloud, serviceUrl, gate: createGate(APP, cloud, http) },
    /** A new key. @returns what signs with it. */
    async key(kid: string, endorsements: unknown = ['msteams']) {
      const { publicKey, privateKey } = await generateKeyPair('RS256')
      keys.push({ ...(await exportJWK(publicKey)), ...{ kid, use: 'sig', alg: 'RS256', endorsements } })
      return async (claims: Record<string, unknown> = {}) => {
        const now = Math.floor(Date.now() / 1000)
        const genuine = {
          serviceurl: serviceUrl,
          iss: 'https://api.botframework.com',
          aud: APP,
          exp: now + 3600,
        }
        const token = await new SignJWT({ ...genuine, ...claims })
          .setProtectedHeader({ alg: 'RS256', kid })
          .sign(privateKey)
        return { authorization: `Bearer ${token}`, serviceUrl }
      }
    },
  }
}

describe('a key', () => {
  test('that is meant for Teams, among others, is believed', async () => {
    const { gate, key } = await botFramework()
    const sign = await key('one', ['skype', 'msteams', 'webchat'])
    expect(await gate(await sign())).toBe('genuine')
  })

  test.each([
    ['no channel', undefined],
    ['other channels', ['webchat', 'skype']],
    ['nothing', []],
    ['a channel whose name only contains it', ['msteams.example']],
    ['a text', 'msteams'],
  ])(
    'that is meant for %s is not: whoever has another channel’s is not Teams',
    async (_whom, endorsements) => {
      const { gate, key } = await botFramework()
      await key('other')
      const sign = await key('one', endorsements === undefined ? null : endorsements)
      expect(await gate(await sign())).toBe('forged')
    },
  )

  test('that is new is learned within a minute, and asked for seldom', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { gate, key, server } = await botFramework()
    const old = await key('old')
    expect(await gate(await old())).toBe('genuine')
    const young = await key('young')
    for (let each = 0; each < 5; each++) expect(await gate(await young())).toBe('forged')
    expect(server.requests.map(({ path }) => path)).toEqual([METADATA, KEYS])
    vi.setSystemTime(Date.now() + MINUTE_MS)
    expect(await gate(await young())).toBe('genuine')
  })
})

test('a request without a token asks Microsoft nothing', async () => {
  const { gate, server, serviceUrl } = await botFramework()
  for (const authorization of [undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'Bearer a\tb'])
    expect(await gate({ authorization, serviceUrl })).toBe('forged')
  expect(server.requests).toEqual([])
})

test('a token is for the address that answers would go to, letter by letter', async () => {
  const { gate, key, serviceUrl } = await botFramework()
  const sign = await key('one')
  const { authorization } = await sign()
  for (const other of [serviceUrl.slice(0, -1), serviceUrl.toUpperCase(), `${serviceUrl}x`, ''])
    expect(await gate({ authorization, serviceUrl: other })).toBe('forged')
  expect(await gate(await sign({ serviceurl: [serviceUrl] }))).toBe('forged')
})

const OUTAGES: [string, string, Reply][] = [
  ['the metadata are refused', METADATA, { status: 503 }],
  ['the metadata are cut off', METADATA, 'cut'],
  ['the metadata are a proxy’s page', METADATA, { status: 200, body: '<html>Sign in</html>' }],
  ['the metadata name no keys', METADATA, { status: 200, body: {} }],
  [
    'the metadata come with an error',
    METADATA,
    { status: 500, body: { jwks_uri: 'http://127.0.0.1:1/keys' } },
  ],
  ['the keys are refused', KEYS, { status: 500 }],
  ['the keys are cut off', KEYS, 'cut'],
  ['the keys are a proxy’s page', KEYS, { status: 200, body: '<html>Sign in</html>' }],
  ['the keys are none', KEYS, { status: 200, body: { message: 'Later.' } }],
]

describe('while nobody can tell what is genuine', () => {
  test.each(OUTAGES)(
    '(%s), nothing is let in or called forged; it works again afterwards',
    async (_what, at, reply) => {
      const { gate, key, troubles } = await botFramework()
      const claimed = await (await key('one'))()
      troubles.set(at, reply)
      await expect(gate(claimed)).rejects.toThrow()
      troubles.clear()
      expect(await gate(claimed)).toBe('genuine')
    },
  )

  test.each(OUTAGES)('(%s), a request is asked to come again', async (_what, at, reply) => {
    const framework = await botFramework()
    const { post, handled, lines } = await listening(framework)
    const { authorization } = await (await framework.key('one'))()
    framework.troubles.set(at, reply)
    expect(await post(authorization)).toEqual({ status: 503, body: '' })
    expect(handled).toEqual([])
    expect(lines).toMatchObject([{ words: 'it cannot be checked whether a request comes from Teams' }])
    expect(JSON.stringify(lines)).not.toMatch(/html|Bearer|eyJ/)
    framework.troubles.clear()
    expect(await post(authorization)).toEqual({ status: 200, body: '' })
    expect(handled).toEqual(['message'])
  })
})

test('a handler that throws is a bare 500 for every kind of activity: no 501, and not a word of why', async () => {
  const framework = await botFramework()
  const { post, lines } = await listening(framework, () => Promise.reject(new Error('the store is full')))
  const { authorization } = await (await framework.key('one'))()
  for (const type of ['message', 'invoke', 'conversationUpdate', 'installationUpdate'])
    expect(await post(authorization, type)).toEqual({ status: 500, body: '' })
  expect(lines.map(({ fields }) => fields)).toEqual(Array(4).fill({ reason: 'the store is full' }))
})

/** The bot's port with these ears. */
async function listening(
  { cloud, gate, http, serviceUrl }: Awaited<ReturnType<typeof botFramework>>,
  handle = async (_type: string): Promise<null> => null,
) {
  const { store, clock, log, lines } = surroundings('teams')
  const handled: string[] = []
  const noTokens = { tokenFor: () => Promise.reject(new Error('Nothing is sent here.')) }
  const app = {
    handle({ type }: { type: string }) {
      handled.push(type)
      return handle(type)
    },
  }
  const connector = createConnector(APP, noTokens, http)
  const listener = createEars({ tenant: TENANT, cloud, gate, connector, app, log })
  const server = await createHttpServer({
    ...{ host: '127.0.0.1', port: 0, routes: { '/api/messages': listener } },
    ...{ store, clock, timeZone: 'Europe/Berlin' },
    health: async () => ({ store: 'ok', chat: {}, servicenow: 'ok' }),
  })
  onTestFinished(server.close)
  return {
    ...{ handled, lines },
    async post(authorization: string, type = 'message') {
      const activity = {
        ...{ type, id: '1', channelId: 'msteams', serviceUrl },
        ...{ from: { id: '29:1', aadObjectId: 'x' }, recipient: { id: `28:${APP}` } },
        conversation: { id: 'a:1', conversationType: 'personal', tenantId: TENANT },
      }
      const sent = { method: 'POST', headers: { authorization }, body: JSON.stringify(activity) }
      const response = await fetch(`${server.url}/api/messages`, sent)
      return { status: response.status, body: await response.text() }
    },
  }
}
