import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { stageEnv, stageFile } from '../../sandbox/stage-settings.ts'
import { createRespond } from '../../src/bot/slack/response-url.ts'
import { parseSettings } from '../../src/config.ts'
import { ADA, connect, idOf, NOW } from '../servicenow/world.ts'
import { eventually } from '../story/screen.ts'
import { story } from '../story/story.ts'
import { catchRequest, send, signed, startServer } from './wiretap.ts'

/*
 * The bot speaks to the hosts of its settings and to no other, wherever an answer points.
 * Microsoft's side, the same: test/bot/teams/http.test.ts (redirects), cloud.test.ts and ears.test.ts (serviceUrl),
 * graph.test.ts (links to a next page).
 */

/** A host that nobody named in the settings, and that must never hear of the bot. */
async function startEvil() {
  const heard: string[] = []
  const { url } = await startServer((request, response) => {
    heard.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`)
    // What a trap would say.
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"result":[],"ok":true,"access_token":"evil","expires_in":1800}')
  })
  return { url, heard }
}

/** A ServiceNow that answers each request as told. */
const instance = (answer: (response: ServerResponse, path: string) => void) =>
  startServer((request, response) => {
    request.resume()
    answer(response, request.url ?? '')
  })

const DELETE_ADA = { method: 'DELETE', table: 'sys_user', sysId: idOf(ADA), body: null } as const
const OAUTH = {
  ...({ kind: 'oauth-password', clientId: 'id', clientSecret: 'client-secret' } as const),
  ...{ username: 'bot', password: 'password' },
}

test('the evil host would be heard, if somebody asked it', async () => {
  const evil = await startEvil()
  await fetch(evil.url, { headers: { authorization: 'Basic x' } })
  expect(evil.heard).toEqual(['GET / Basic x'])
})

describe.each([301, 302, 303, 307, 308])('a ServiceNow that answers %i, elsewhere,', status => {
  test.each(['basic', 'oauth'])('takes neither a read, nor a write, nor a sign-in there (%s)', async kind => {
    const evil = await startEvil()
    const { url } = await instance((response, path) => {
      const location = evil.url + path
      response.writeHead(status, { location, refresh: `0; url=${location}`, 'content-type': 'text/html' })
      response.end(`<meta http-equiv="refresh" content="0; url=${location}"><a href="${location}">here</a>`)
    })
    const servicenow = connect(url, kind === 'basic' ? {} : { writer: OAUTH, reader: undefined })
    await expect(servicenow.scan()).rejects.toThrow(/redirect/)
    await expect(servicenow.inspect(idOf(ADA))).rejects.toThrow(/redirect/)
    if (kind === 'basic') expect(await servicenow.send(DELETE_ADA)).toMatchObject({ kind: 'unknown', status })
    else await expect(servicenow.send(DELETE_ADA)).rejects.toThrow(/redirect/)
    expect(evil.heard).toEqual([])
  })
})

test('links in headers and in rows are never asked for', async () => {
  const evil = await startEvil()
  const asked: string[] = []
  const { url } = await instance((response, path) => {
    asked.push(path)
    const link = `${evil.url}/api/now/table/sys_user?sysparm_offset=1`
    response.writeHead(200, {
      'content-type': 'application/json',
      'x-total-count': '0',
      link: `<${link}>;rel="next",<${link}>;rel="last"`,
      'content-location': link,
      'alt-svc': `h2="${new URL(evil.url).host}"`,
      'set-cookie': 'JSESSIONID=evil',
    })
    const last = decodeURIComponent(path).includes('sys_id>')
    const row = {
      sys_id: idOf(ADA),
      manager: { link: `${evil.url}/manager`, value: idOf(ADA) },
      photo: `${evil.url}/photo.png`,
    }
    response.end(JSON.stringify({ result: last ? [] : [row] }))
  })
  await connect(url, { clock: { now: () => NOW } })
    .scan()
    .catch(() => null)
  expect(asked.length).toBeGreaterThan(0)
  expect(evil.heard).toEqual([])
})

describe('an answer for a person goes to Slack, or nowhere:', () => {
  const message = { text: 'Bob Marsh', blocks: [] }

  test('a response_url that leads elsewhere gets nothing, and the person is answered in the channel', async () => {
    const evil = await startEvil()
    const { run, stage, shownTo } = await story('slack')
    await run()
    const real = await catchRequest(stage, () => stage.slack.driver.as('nora').command('/reclaim status'))
    const form = new URLSearchParams(real.body)
    form.set('response_url', `${evil.url}/commands/T1/2/3`)
    const before = shownTo('nora').length
    expect(await send(stage, signed(form.toString()))).toBe(200)
    await eventually(() => expect(shownTo('nora').slice(before).join()).toContain('proposed'))
    expect(stage.slack.whispers.at(-1)?.via).toBe('ephemeral')
    expect(evil.heard).toEqual([])
  })

  test('a response_url that redirects is not followed', async () => {
    const evil = await startEvil()
    const slack = await startServer((_, response) => response.writeHead(307, { location: evil.url }).end())
    await expect(createRespond(`${slack.url}/api/`)(`${slack.url}/response/1`, message)).rejects.toThrow()
    expect(evil.heard).toEqual([])
  })

  test.each([
    ['another port of this machine', 'http://127.0.0.1:9/x'],
    ['Slack’s name within another', 'https://hooks.slack.com.evil.example/x'],
    ['a name that ends like Slack’s', 'https://evilslack.com/x'],
    ['Slack’s name as a user', 'https://hooks.slack.com@evil.example/x'],
    ['Slack, unencrypted', 'http://hooks.slack.com/x'],
    ['Slack, on another port', 'https://hooks.slack.com:8443/x'],
    ['the cloud’s own metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['a file', 'file:///etc/passwd'],
    ['nothing', ''],
    ['nowhere', undefined],
  ])('%s is not Slack', async (_, url) => {
    await expect(createRespond(undefined)(url, message)).rejects.toThrow('does not lead to Slack')
  })
})

describe('the bot does not start with an address to which its secrets would travel in the open', () => {
  const world = {
    servicenow: { url: 'http://127.0.0.1:1' },
    chats: {
      slack: {
        apiUrl: 'http://127.0.0.1:1/api/',
        channelId: 'C0123456789',
        usergroupId: () => 'S0123456789',
      },
    },
    folder: '/tmp',
  }
  const start = (instance: string, env = {}) => {
    const file = { ...stageFile(world, {}, 0), servicenow: { instance, auth: 'basic' } }
    return () => parseSettings(JSON.stringify(file), { ...stageEnv(world), ...env }, '/tmp')
  }

  test.each([
    'http://acme.service-now.com',
    'http://127.0.0.1.evil.example',
    'http://127.evil.example',
    'http://localhost.evil.example',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://[::]',
    'http://[fe80::1]',
    'https://acme.service-now.com@evil.example',
    'https://user:pass@acme.service-now.com',
    'https://acme.service-now.com/path',
    'https://acme.service-now.com?x=1',
    'https://acme.service-now.com\\@evil.example',
    'ftp://acme.service-now.com',
    'javascript:alert(1)',
    'file:///etc/passwd',
  ])('servicenow.instance: %s', address => {
    expect(start(address)).toThrow(/servicenow\.instance/)
    // The adapter would not have it, either.
    const slash = /^https?:\/\/[^/]+$/.test(address) && !address.includes('\\')
    if (slash) expect(() => connect(address)).toThrow(/servicenow\.instance/)
  })

  test.each(['SLACK_API_URL', 'TEAMS_API_URL'])('%s', name => {
    for (const address of ['http://slack.example/api/', 'http://127.0.0.1.evil.example/', 'ftp://x/'])
      expect(start('https://acme.service-now.com', { [name]: address })).toThrow(name)
  })

  test('but does with https, and with this machine', () => {
    for (const address of [
      'https://acme.service-now.com',
      'http://127.0.0.1:8080',
      'http://localhost:1',
      'http://[::1]:1',
    ])
      expect(start(address)().servicenow.instance).toBe(address)
  })
})
