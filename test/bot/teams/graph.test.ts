import { describe, expect, onTestFinished, test } from 'vitest'
import { createCloud } from '../../../src/bot/teams/cloud.ts'
import { TeamsFailure } from '../../../src/bot/teams/failures.ts'
import { createChannelReader } from '../../../src/bot/teams/graph.ts'
import { createHttp } from '../../../src/bot/teams/http.ts'
import { markOf } from '../../../src/bot/teams/render.ts'
import { GRAPH } from '../../../src/bot/teams/tokens.ts'
import { Undeliverable } from '../../../src/reclaim/ports.ts'
import { type Received, type Reply, startServer } from './server.ts'

const TEAM = 'c0000000-0000-4000-8000-00000000000c'
const CHANNEL = '19:channel@thread.tacv2'
const APP = 'a0000000-0000-4000-8000-00000000000a'
const PATH = `/v1.0/teams/${TEAM}/channels/${encodeURIComponent(CHANNEL)}/messages`

/** The bot's eyes on a Graph that answers so. */
async function reading(answer: (received: Received, url: string) => Reply) {
  const server = await startServer(received => answer(received, server.url))
  const http = createHttp(1000)
  onTestFinished(async () => {
    await http.close()
    await server.close()
  })
  const tokens = { tokenFor: async (audience: string) => `token for ${audience}` }
  const reader = createChannelReader(
    { appId: APP, team: TEAM, channel: CHANNEL },
    { cloud: createCloud(server.url), http, tokens },
  )
  return { ...reader, requests: server.requests }
}

/** A message with cards that begin with these marks. */
const message = (id: string, ...marks: string[]) => ({
  id,
  from: { application: { id: APP, displayName: 'Reclaim' }, user: null },
  attachments: marks.map(mark => ({
    content: JSON.stringify({ type: 'AdaptiveCard', body: [{ id: mark }] }),
  })),
})
const page = (value: object[], link?: string): Reply => ({
  ...{ status: 200, body: { value, ...(link && { '@odata.nextLink': link }) } },
})

describe('a message of the channel', () => {
  test('is found by its mark alone, and asked for as Graph wants it', async () => {
    const { findRoot, requests } = await reading(() =>
      page([
        message('4', 'reclaim-k2'),
        message('3', 'reclaim-k10', 'reclaim-k'),
        message('2', 'a-reclaim-k1'),
        message('1', 'reclaim-k1'),
      ]),
    )
    expect(await findRoot(markOf('k1'))).toBe('1')
    expect(await findRoot(markOf('k'))).toBe('3')
    expect(await findRoot(markOf('k3'))).toBeNull()
    expect(requests[0]).toMatchObject({
      ...{ method: 'GET', path: `${PATH}?$top=50`, headers: { authorization: `Bearer token for ${GRAPH}` } },
    })
  })

  test('is not one that somebody else posted, though it carries the mark', async () => {
    const copies = [
      { ...message('3', 'reclaim-k'), from: { user: { id: 'mara' } } },
      { ...message('2', 'reclaim-k'), from: { application: { id: 'another app' } } },
    ]
    const { findRoot } = await reading(() => page([...copies, message('1', 'reclaim-k')]))
    expect(await findRoot(markOf('k'))).toBe('1')
  })

  test('is looked for among people’s messages, which have no card, or none that can be read', async () => {
    const others = [
      { id: '3' },
      { id: '2', attachments: null },
      { id: '1', attachments: [{ content: null }, {}] },
    ]
    const { findRoot } = await reading(() => page([...others, message('0', 'reclaim-k')]))
    expect(await findRoot(markOf('k'))).toBe('0')
  })

  test('is looked for on the pages that follow; beyond five nobody can tell', async () => {
    const { findRoot, requests } = await reading(({ path }, url) => {
      const number = Number(/\d+$/.exec(path.replace('$top=50', ''))?.[0] ?? 1)
      return page(
        [message(`${number}`, `reclaim-${number}`)],
        `${url}${PATH}?$top=50&$skiptoken=${number + 1}`,
      )
    })
    expect(await findRoot(markOf('4'))).toBe('4')
    expect(requests).toHaveLength(4)
    expect(requests.every(({ headers }) => headers.authorization === `Bearer token for ${GRAPH}`)).toBe(true)
    await expect(findRoot(markOf('6'))).rejects.toThrow(Undeliverable)
    expect(requests).toHaveLength(9)
  })
})

describe('a link to the next page that leads elsewhere', () => {
  test.each<[string, (elsewhere: string, here: string) => string]>([
    ['to another host', elsewhere => `${elsewhere}/v1.0/next`],
    ['that is no address', () => '/v1.0/next'],
    ['to one whose name begins alike', (_, here) => here.replace('127.0.0.1', '127.0.0.1.evil.example')],
    ['behind a user name', (elsewhere, here) => `${here}@${new URL(elsewhere).host}/next`],
    ['with encryption that is not there', (_, here) => here.replace('http:', 'https:')],
  ])('(%s) is not followed, and the token stays here', async (_what, linkOf) => {
    const elsewhere = await startServer(() => page([message('9', 'reclaim-k')]))
    onTestFinished(elsewhere.close)
    const { findRoot, requests } = await reading((_, url) => page([], linkOf(elsewhere.url, url)))
    await expect(findRoot(markOf('k')), 'a part is not the whole').rejects.toThrow(TeamsFailure)
    expect(requests).toHaveLength(1)
    expect(elsewhere.requests).toEqual([])
  })

  test('(by a redirect) is not followed, either', async () => {
    const elsewhere = await startServer(() => page([message('9', 'reclaim-k')]))
    onTestFinished(elsewhere.close)
    const { findRoot } = await reading(() => ({ status: 302, headers: { location: elsewhere.url } }))
    await expect(findRoot(markOf('k'))).rejects.toThrow(TeamsFailure)
    expect(elsewhere.requests).toEqual([])
  })
})

test.each([
  ['without the right to read', 403],
  ['with the id of another team', 404],
])('%s, nobody can tell: that is said, with what to do', async (_what, status) => {
  const { findRoot, marksIn, tryReading } = await reading(() => ({ status, body: { error: { code: 'No' } } }))
  for (const look of [findRoot(markOf('k')), marksIn('1', 'reclaim-lines-'), tryReading()]) {
    const error = await look.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Undeliverable)
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /teams\.team, add the app to the team again.*ChannelMessage\.Read\.Group/,
      ),
    })
  }
})

test.each<[string, Reply]>([
  ['401', { status: 401 }],
  ['500', { status: 500 }],
  ['a cut', 'cut'],
  ['a page of a proxy', { status: 200, body: '<html>' }],
  ['JSON of something else', { status: 200, body: { messages: [] } }],
  ['messages that are none', { status: 200, body: { value: [{ attachments: [] }] } }],
  ['nothing', { status: 200 }],
])('%s is an error, never a “not there”', async (_what, reply) => {
  const { findRoot } = await reading(() => reply)
  await expect(findRoot(markOf('k'))).rejects.toThrow(TeamsFailure)
})

test('the marks of a thread are those that begin as wanted, of all its pages', async () => {
  const { marksIn, requests } = await reading(({ path }, url) =>
    path.includes('skiptoken')
      ? page([message('1', 'reclaim-lines-5', 'reclaim-lines-6-7')])
      : page(
          [message('2', 'reclaim-lines-8'), message('3', 'reclaim-other')],
          `${url}${PATH}/1/replies?$skiptoken=1`,
        ),
  )
  expect(await marksIn('1', 'reclaim-lines-')).toEqual([
    'reclaim-lines-8',
    'reclaim-lines-5',
    'reclaim-lines-6-7',
  ])
  expect(requests[0]?.path).toBe(`${PATH}/1/replies?$top=50`)
})
