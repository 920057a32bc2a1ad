import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { request } from 'node:http'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Stage, setStage } from '../../../sandbox/stage.ts'
import { type Button, buttonsIn } from '../../../sandbox/teams/buttons.ts'
import type { Delivery, DeliveryOptions } from '../../../sandbox/teams/delivery.ts'
import { memberOf } from '../../../sandbox/teams/directory.ts'
import type { ShownMessage } from '../../../sandbox/teams/messages.ts'
import { openDatabase, openForReading } from '../../../src/store/database.ts'
import { startServer } from './server.ts'

/* The bot as it runs, with nothing but its port between Teams and the store. */

let stage: Stage
/** What is still to be decided: a button each, and the message that it stands in. */
let asked: { message: ShownMessage; button: Button }[]
const refusals: object[] = []

beforeAll(async () => {
  const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => void refusals.push(fields) }
  stage = await setStage({ on: ['teams'], log })
  await stage.teams.driver.as('nora').say('run')
  asked = await vi.waitFor(
    () => {
      expect(tasksDue()).toEqual([])
      const found = stage.teams.messages().flatMap(buttonsOf)
      expect(found.length).toBeGreaterThan(9)
      return found
    },
    { timeout: 20_000 },
  )
}, 60_000)

afterAll(() => stage.close())

function buttonsOf(message: ShownMessage) {
  const buttons = message.card === null ? [] : buttonsIn(message.card)
  return buttons.filter(({ verb }) => verb === 'reclaim_skip').map(button => ({ message, button }))
}

function ask<Row extends object>(sql: string): Row[] {
  const db = openForReading(stage.settings.store.path)
  try {
    return db.prepare<[], Row>(sql).all()
  } finally {
    db.close()
  }
}

const tasksDue = () => ask("SELECT kind FROM outbox WHERE ended IS NULL AND lane = 'teams'")
/** What a request leaves in the store, if it leaves anything. */
const traces = () => ({
  events: ask('SELECT seq, actor FROM events'),
  addresses: ask('SELECT name, address FROM addresses ORDER BY name'),
})
/** What Microsoft has heard of the bot. */
const heard = () => [stage.teams.whispers.length, stage.teams.calls.length]

/** Nora skips the next candidate, as her client sends it. */
function click(options: DeliveryOptions = {}, by = stage.teams.driver.as('nora')): Promise<Delivery> {
  const [next] = asked
  if (!next) throw new Error('Nothing is left to decide.')
  const pick = ({ data }: Button) => data.value === next.button.data.value
  return by.click({ on: next.message, verb: 'reclaim_skip', pick }, options)
}

const adasChat = () => memberOf({ name: 'ada', realName: '', email: null }, stage.teams.tenantId).chatId

/** An activity as Teams sends it, whole but for what is given; `undefined` leaves something out. */
function activity(changes: Record<string, unknown> = {}) {
  const { teams } = stage
  return {
    ...{ type: 'message', id: 'f:1', channelId: 'msteams', serviceUrl: teams.serviceUrl, text: 'help' },
    from: { id: teams.memberId('ada'), name: 'Ada Novak', aadObjectId: teams.userId('ada') },
    recipient: { id: teams.botId, name: 'Reclaim' },
    conversation: { conversationType: 'personal', id: adasChat(), tenantId: teams.tenantId },
    channelData: { tenant: { id: teams.tenantId } },
    ...changes,
  }
}

/** The bot goes on: whoever clicks next is answered, and what they decided is on disk. */
async function theBotLives() {
  const before = traces().events.length
  expect(await click()).toMatchObject({
    status: 200,
    body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message' },
  })
  asked.shift()
  expect(traces().events.length).toBe(before + 1)
}

describe('what is not signed by Teams, for this bot, now, is refused; nothing happens, and nothing is told:', () => {
  const hour = () => Math.floor(Date.now() / 1000) - 3600
  const tokens: [string, () => Promise<string | null> | string | null][] = [
    ['no token', () => null],
    ['garbage', () => 'garbage'],
    ['three parts of garbage', () => 'a.b.c'],
    ['a token that ends early', async () => (await stage.teams.driver.token()).slice(0, -20)],
    ['for another app', () => stage.teams.driver.token({ aud: '11111111-1111-4111-8111-111111111111' })],
    ['for Microsoft itself', () => stage.teams.driver.token({ aud: 'https://api.botframework.com' })],
    ['by another issuer', () => stage.teams.driver.token({ iss: 'https://sts.windows.net/evil/' })],
    [
      'by the emulator’s issuer',
      () => stage.teams.driver.token({ iss: `https://sts.windows.net/${stage.teams.tenantId}/` }),
    ],
    ['for another address', () => stage.teams.driver.token({ serviceurl: 'https://evil.example/' })],
    ['for no address', () => stage.teams.driver.token({ serviceurl: null })],
    [
      'expired an hour ago',
      () => stage.teams.driver.token({ iat: hour() - 10, nbf: hour() - 10, exp: hour() }),
    ],
    ['that never expires', () => stage.teams.driver.token({ exp: undefined })],
    ['not valid before in an hour', () => stage.teams.driver.token({ nbf: hour() + 7200 })],
    ['by a key that nobody knows', () => stage.teams.driver.token({}, { kid: 'unknown' })],
    ['forged with another key', () => stage.teams.driver.token({}, { forged: true })],
    ['signed by nobody (alg none)', () => confusedToken('none')],
    ['signed with the public key as a secret (HS256), as PEM', () => confusedToken('pem')],
    ['signed with the public key as a secret (HS256), as JWK', () => confusedToken('jwk')],
  ]

  test.each(tokens)('%s', async (_what, make) => {
    const token = await make()
    const before = [traces(), heard()]
    expect(await click({ token })).toMatchObject({ status: 401, body: '' })
    const said = await stage.teams.driver.raw(activity(), { token })
    expect(said).toMatchObject({ status: 401, body: '' })
    expect([traces(), heard()]).toEqual(before)
    expect(refusals.at(-1)).toEqual({ why: 'it is not signed by Teams for this app' })
  })

  test.each(['Basic', 'Token', 'bearer'])('the scheme %s', async scheme => {
    const before = traces()
    const authorization = `${scheme} ${await stage.teams.driver.token()}`
    expect(await click({ token: null, headers: { authorization } })).toMatchObject({ status: 401, body: '' })
    expect(traces()).toEqual(before)
  })

  test('the next genuine click is answered', theBotLives)
})

test('a clock that is a few minutes behind keeps nobody out', async () => {
  const now = Math.floor(Date.now() / 1000)
  const token = await stage.teams.driver.token({ nbf: now + 240, exp: now - 240 })
  expect(await click({ token })).toMatchObject({ status: 200 })
  asked.shift()
})

describe('what Teams signed all the same', () => {
  test('for another tenant: is refused, and leaves no trace', async () => {
    const before = traces()
    const stranger = stage.teams.driver.stranger()
    expect(await click({}, stranger)).toMatchObject({ status: 403, body: '' })
    expect(await stranger.say('run')).toMatchObject({ status: 403, body: '' })
    expect(traces()).toEqual(before)
    expect(refusals.at(-1)).toEqual({ why: 'it is of another tenant' })
  })

  test.each([
    ['says no tenant', { conversation: { conversationType: 'personal', id: 'a:1' }, channelData: {} }],
    ['says two', { conversation: { conversationType: 'personal', id: 'a:1', tenantId: 'other' } }],
  ])('and %s: is refused', async (_what, changes) => {
    const before = traces()
    expect(await stage.teams.driver.raw(activity(changes))).toMatchObject({ status: 403, body: '' })
    expect(traces()).toEqual(before)
  })

  test('from an address that is not Teams’ own: is refused, not kept, and never answered', async () => {
    const evil = await startServer(() => ({ status: 200, body: {} }))
    onTestFinished(evil.close)
    const before = traces()
    for (const serviceUrl of [
      `${evil.url}/teams/`,
      `${stage.teams.url}@evil.example/`,
      'https://evil.example/',
    ]) {
      const token = await stage.teams.driver.token({ serviceurl: serviceUrl })
      expect(await stage.teams.driver.raw(activity({ serviceUrl }), { token })).toMatchObject({
        status: 403,
        body: '',
      })
    }
    expect(refusals.at(-1)).toEqual({ why: 'its service URL is not one of Teams' })
    await theBotLives()
    expect(traces().addresses).toEqual(before.addresses)
    expect(evil.requests).toEqual([])
  })

  test('leaves an address once it is genuine: then it can be answered', async () => {
    expect(await stage.teams.driver.raw(activity())).toMatchObject({ status: 200, body: '' })
    expect(traces().addresses).toContainEqual({
      name: stage.teams.userId('ada'),
      address: expect.stringContaining(adasChat()),
    })
  })
})

describe('what is not Teams’ way of speaking harms nothing:', () => {
  test.each([
    ['nothing', ''],
    ['a space', ' '],
    ['null', 'null'],
    ['a number', '7'],
    ['a text', '"run"'],
    ['a list', '[]'],
    ['a list of activities', '[{"type":"message"}]'],
    ['an empty object', '{}'],
    ['half an object', '{"type":"message",'],
    ['no JSON at all', 'type=message'],
    ['ever deeper lists', '['.repeat(200_000)],
    ['no UTF-8', '\u0000\ufffd'],
    ['its own prototype', '{"__proto__":{"type":"message"},"constructor":null}'],
  ])('%s', async (_what, body) => {
    const before = traces()
    expect(await stage.teams.driver.raw(body)).toMatchObject({ status: 400, body: '' })
    expect(traces()).toEqual(before)
  })

  test.each<[string, Record<string, unknown>]>([
    ['of another channel', { channelId: 'webchat' }],
    ['of the emulator', { channelId: 'emulator' }],
    ['without a channel', { channelId: undefined }],
    ['without a type', { type: undefined }],
    ['with a type that is a number', { type: 1 }],
    ['without a sender', { from: undefined }],
    ['with a sender without an id', { from: { aadObjectId: 'x' } }],
    ['to nobody', { recipient: undefined }],
    ['without a conversation', { conversation: undefined }],
    ['with a conversation without an id', { conversation: { conversationType: 'personal' } }],
    ['without an address', { serviceUrl: undefined }],
    ['with a text that is a number', { text: 5 }],
    ['with a list for a tenant', { channelData: { tenant: [] } }],
  ])('an activity %s', async (_what, changes) => {
    const before = traces()
    expect(await stage.teams.driver.raw(activity(changes))).toMatchObject({ status: 400, body: '' })
    expect(traces()).toEqual(before)
  })

  test.each<[string, Record<string, unknown>]>([
    ['a kind of activity that the bot does not know', { type: 'messageReaction' }],
    ['a kind that nobody knows', { type: 'toString' }],
    ['somebody who types', { type: 'typing' }],
    ['somebody else who was added', { type: 'conversationUpdate', membersAdded: [{ id: '29:other' }] }],
    ['a message of nobody known', { from: { id: '29:anonymous' } }],
    ['an invoke that the bot does not know', { type: 'invoke', name: 'task/fetch', value: {} }],
    ['an invoke without a name', { type: 'invoke' }],
    [
      'a click without data',
      { type: 'invoke', name: 'adaptiveCard/action', value: { action: { verb: 'reclaim_skip' } } },
    ],
    [
      'a click whose data is a list',
      { type: 'invoke', name: 'adaptiveCard/action', value: { action: { verb: 'x', data: [] } } },
    ],
    [
      'a click of nobody known',
      { type: 'invoke', from: { id: '29:anonymous' }, name: 'adaptiveCard/action', value: {} },
    ],
  ])('%s: is answered, and nothing is decided', async (_what, changes) => {
    const { events } = traces()
    const answer = await stage.teams.driver.raw(activity(changes))
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(traces().events).toEqual(events)
  })

  test.each(['reclaim_destroy', '__proto__', 'toString', 'constructor'])(
    'a button that the bot never made (%s) is answered, and changes nothing',
    async verb => {
      const { events } = traces()
      const value = { action: { verb, data: { value: 'token' } } }
      const sent = activity({ type: 'invoke', name: 'adaptiveCard/action', value })
      const { status, body } = await stage.teams.driver.raw(sent)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        statusCode: 200,
        value: expect.stringContaining('does not know this button'),
      })
      expect(traces().events).toEqual(events)
    },
  )

  test.each(['HEAD', 'GET', 'PUT', 'DELETE', 'OPTIONS'])('%s', async method => {
    expect(await stage.teams.driver.raw('', { method })).toMatchObject({ status: 405 })
  })

  test('a body that says it is far too large', async () => {
    const huge = activity({ text: 'x'.repeat(1_100_000) })
    expect(await stage.teams.driver.raw(huge)).toMatchObject({ status: 413 })
  })

  test('a body that is somewhat too large is not read to its end', async () => {
    const large = activity({ text: 'x'.repeat(300_000) })
    const before = traces()
    const answer = await stage.teams.driver.raw(large).catch((error: Error) => error)
    expect(answer instanceof Error || answer.status).not.toBe(200)
    expect(traces()).toEqual(before)
  })

  test.each([
    ['a little', 400],
    ['far', 3000],
  ])('a body of unknown length that turns out to be %s too large', async (_how, kilobytes) => {
    const before = traces()
    expect(await sendChunks(kilobytes)).toMatch(/^(400|ECONNRESET|EPIPE|.*hang up)/)
    expect(traces()).toEqual(before)
  })

  test('after all of that the next click is answered', theBotLives)
})

describe('when the bot itself fails', () => {
  /** Something is amiss in the store, until the test is over. */
  function amiss(breakIt: string, mendIt: string) {
    const db = openDatabase(stage.settings.store.path)
    db.pragma('busy_timeout = 5000')
    db.exec(breakIt)
    let broken = true
    const mend = () => {
      if (broken) db.exec(mendIt)
      broken = false
    }
    onTestFinished(() => {
      mend()
      db.close()
    })
    return mend
  }

  test('an address that cannot be kept does not keep anybody from deciding', async () => {
    const mend = amiss('ALTER TABLE addresses RENAME TO lost', 'ALTER TABLE lost RENAME TO addresses')
    const before = ask('SELECT seq FROM events').length
    expect(await click()).toMatchObject({ status: 200, body: { statusCode: 200 } })
    expect(ask('SELECT seq FROM events').length).toBe(before + 1)
    asked.shift()
    mend()
    await theBotLives()
  })

  test('a decision that cannot be recorded is answered with a sentence', async () => {
    const mend = amiss('ALTER TABLE rounds RENAME TO lost', 'ALTER TABLE lost RENAME TO rounds')
    const answer = await click()
    expect(answer).toMatchObject({
      status: 200,
      body: {
        statusCode: 200,
        value: expect.stringContaining('could not be recorded, and nothing was changed'),
      },
    })
    expect(JSON.stringify(answer.body)).not.toMatch(/no such table|rounds|sqlite/i)
    mend()
    await theBotLives()
  })
})

/** Tokens that are signed in a way for which no key of Microsoft’s is meant. */
async function confusedToken(how: 'none' | 'pem' | 'jwk'): Promise<string> {
  const { keys } = await (await fetch(`${stage.teams.url}/v1/.well-known/keys`)).json()
  const key: JsonWebKey & { kid: string } = keys[0]
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    ...{ serviceurl: stage.teams.serviceUrl, iss: 'https://api.botframework.com', aud: stage.teams.appId },
    ...{ iat: now, nbf: now, exp: now + 3600 },
  }
  if (how === 'none') {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part({ alg: 'none', typ: 'JWT', kid: key.kid })}.${part(claims)}.`
  }
  const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const secret = Buffer.from(how === 'pem' ? pem : JSON.stringify(key))
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: key.kid }).sign(secret)
}

/** Posts without saying how much it will be. @returns the status, or how the connection ended. */
function sendChunks(kilobytes: number): Promise<string> {
  return new Promise(resolve => {
    const sent = request(`${stage.bot().url}/api/messages`, { method: 'POST' }, response => {
      response.resume()
      resolve(String(response.statusCode))
    })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    for (let each = 0; each < kilobytes; each++) sent.write('x'.repeat(1024))
    sent.end()
  })
}
