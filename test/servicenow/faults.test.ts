import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { FaultOptions } from '../../sandbox/servicenow/faults.ts'
import { Later } from '../../src/reclaim/ports.ts'
import { ADA, connect, idOf, messageOf, NAMES, NOW, open, openScripted } from './world.ts'

const names = { ...NAMES, departments: [] }
const MESSAGE = /^ServiceNow could not be read \(sys_user_has_role\): [^.]+.*\. [A-Z].*\.$/

describe('an answer that is not what is documented is never data', () => {
  it.each<[FaultOptions['kind'], string]>([
    ['hibernating_200', 'the instance is hibernating'],
    ['login_302', 'a redirect (HTTP 302) instead of data'],
    ['bad_gateway_502', 'something else than JSON (HTTP 502)'],
    ['unavailable_503', 'something else than JSON (HTTP 503)'],
    ['timeout_500', 'HTTP 500, “Transaction cancelled: maximum execution time exceeded'],
    ['reset', 'the connection broke off'],
    ['dropped_202', 'it answered 202'],
    ['empty_200', 'HTTP 200 with an empty body'],
    ['acl_403', 'HTTP 403, “User Not Authorized: User is unauthorized to access table: sys_user_has_role”'],
    ['truncated_200', 'HTTP 200, “Transaction cancelled: maximum execution time exceeded'],
    ['malformed_200', 'broke off or is no JSON'],
  ])('%s stops the scan with a sentence: %s', async (kind, expected) => {
    const { servicenow, simulator } = await open(undefined, { names })
    simulator.faults.add({ kind, table: 'sys_user_has_role' })
    const message = await messageOf(servicenow.scan())
    expect(message).toContain(expected)
    expect(message).toMatch(MESSAGE)
    expect(simulator.journal).toHaveLength(1)
  })

  it('stops the scan on a later page as well: half a scan is no scan', async () => {
    const { servicenow, simulator } = await open(undefined, { names, pageSize: 2 })
    const gate = simulator.hold({ table: 'sys_user_has_role' })
    const scan = messageOf(servicenow.scan())
    await gate.arrived
    simulator.faults.add({ kind: 'timeout_500', table: 'sys_user_grmember' })
    gate.release()
    expect(await scan).toContain('HTTP 500')
  })

  it.each<[what: string, status: number, type: string | undefined, body: string | Buffer, expected: string]>([
    ['the login page', 200, 'text/html', '<html><title>Log in | ServiceNow</title></html>', 'its login page'],
    ['another page', 200, 'text/html', '<html>Offline</html>', 'something else than JSON (HTTP 200)'],
    ['JSON that does not say so', 200, undefined, '{"result":[]}', 'something else than JSON'],
    ['half a body', 200, 'application/json', '{"result":[{"sys_id":"', 'broke off or is no JSON'],
    ['no result', 200, 'application/json', '{}', 'not documented'],
    ['one record for a list', 200, 'application/json', '{"result":{"sys_id":"x"}}', 'not documented'],
    [
      'a number for a text',
      200,
      'application/json',
      `{"result":[{"sys_id":"${'a'.repeat(32)}","state":1}]}`,
      'not documented',
    ],
    [
      'null for a text',
      200,
      'application/json',
      `{"result":[{"sys_id":"${'a'.repeat(32)}","state":null}]}`,
      'not documented',
    ],
    ['a row without sys_id', 200, 'application/json', '{"result":[{"state":"active"}]}', 'not documented'],
    [
      'a sys_id of another form',
      200,
      'application/json',
      '{"result":[{"sys_id":"1^NQactive=true"}]}',
      'not documented',
    ],
    [
      'a failure without an error',
      200,
      'application/json',
      '{"result":[],"status":"failure"}',
      'no reason given',
    ],
    ['an error of another form', 200, 'application/json', '{"result":[],"error":"x"}', 'no reason given'],
    ['another success', 201, 'application/json', '{"result":[]}', 'HTTP 201'],
    ['half a packed body', 200, 'gzip', gzipSync('{"result":[]}').subarray(0, 12), 'the answer broke off'],
    ['a packed body that is none', 200, 'gzip', 'no gzip at all', 'could not be unpacked'],
  ])('%s', async (_, status, type, body, expected) => {
    const { url, requests } = await openScripted(response => {
      const encoding = type === 'gzip' ? { 'content-encoding': 'gzip' } : {}
      const contentType = type === 'gzip' ? 'application/json' : type
      response.writeHead(status, { ...encoding, ...(contentType && { 'content-type': contentType }) })
      response.end(body)
    })
    expect(await messageOf(connect(url, { names }).scan())).toContain(expected)
    expect(requests).toHaveLength(1)
  })

  it('a body that is shorter than announced', async () => {
    const { url } = await openScripted(response => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write('{"result":[]}', () => response.destroy())
    })
    expect(await messageOf(connect(url, { names }).scan())).toContain('the connection broke off')
  })

  it('a body without end: nothing is read beyond a limit', async () => {
    const { url } = await openScripted(response => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => response.write('x'.repeat(1024 * 1024), error => !error && more())
      more()
    })
    expect(await messageOf(connect(url, { names }).scan())).toContain('too large')
  })

  it('a small packed body that unpacks to a huge one', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))
    const { url } = await openScripted(response => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(bomb)
    })
    expect(await messageOf(connect(url, { names }).scan())).toContain('too large')
  })

  it('no answer at all, or one that never ends, ends by the clock', async () => {
    for (const begin of [false, true]) {
      const { url } = await openScripted(response => {
        if (begin) response.writeHead(200, { 'content-type': 'application/json' }).write('{')
      })
      expect(await messageOf(connect(url, { names, timeoutMs: 200 }).scan())).toContain('no whole answer')
    }
  })

  it('an answer that drips for ever ends by the clock, too', async () => {
    const { url } = await openScripted(response => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    expect(await messageOf(connect(url, { names, timeoutMs: 200 }).scan())).toContain('no whole answer')
  })

  it('nobody who listens', async () => {
    const { servicenow, simulator } = await open()
    await simulator.close()
    expect(await messageOf(servicenow.scan())).toContain('the connection was refused')
  })

  it('holds for the last look alike', async () => {
    const { servicenow, simulator } = await open(undefined, { names })
    simulator.faults.add({ kind: 'hibernating_200' })
    expect(await messageOf(servicenow.inspect(idOf(ADA)))).toContain('hibernating')
  })

  it('is told without a secret and without what the rows hold', async () => {
    const { url } = await openScripted(response => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"result":[{"sys_id":"x","email":"ada@private.example"}]}')
    })
    const message = await messageOf(connect(url, { names }).scan())
    expect(message).not.toMatch(/secret|private|Basic|127\.0\.0\.1/)
  })
})

describe('an answer with more than is documented', () => {
  it('is fine: session debug messages, other headers, a byte order of its own', async () => {
    let pages = 0
    const { url } = await openScripted(response => {
      const row = {
        sys_id: 'a'.repeat(32),
        user: 'b'.repeat(32),
        state: 'active',
        'user.active': 'true',
        'role.name': 'itil',
      }
      response.writeHead(200, { 'Content-Type': 'Application/JSON;charset=UTF-8', 'X-Odd': '1' })
      response.end(JSON.stringify({ session: { notifications: [] }, result: pages++ === 0 ? [row] : [] }))
    })
    expect((await connect(url, { names: { ...names, groups: [] } }).scan()).accounts).toHaveLength(1)
  })
})

describe('429', () => {
  const laterOf = async (promise: Promise<unknown>): Promise<Later> => {
    const error: unknown = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (!(error instanceof Later)) throw new Error(`Not told to come later: ${error}`)
    return error
  }

  it('of a rate limit rule says when to come back', async () => {
    const { servicenow, simulator } = await open(undefined, { names })
    simulator.faults.add({ kind: 'rate_limit_429', retryAfterSeconds: 77 })
    const later = await laterOf(servicenow.scan())
    expect(later.retryAfterMs).toBe(77_000)
    expect(later.message).toContain('77 s')
    expect(simulator.journal).toHaveLength(1)
  })

  it('of a full queue, without headers or body, has a pause of its own', async () => {
    const { servicenow, simulator } = await open(undefined, { names })
    simulator.faults.add({ kind: 'saturated_429' })
    expect((await laterOf(servicenow.inspect(idOf(ADA)))).retryAfterMs).toBe(30_000)
  })

  it.each([
    [new Date(NOW + 120_000).toUTCString(), 120_000],
    [new Date(NOW - 120_000).toUTCString(), 1000],
    ['0', 1000],
    ['999999', 3_600_000],
    ['soon', 30_000],
  ])('with Retry-After %s waits %i ms', async (header, expected) => {
    const { url } = await openScripted(response => response.writeHead(429, { 'retry-after': header }).end())
    expect((await laterOf(connect(url, { names }).scan())).retryAfterMs).toBe(expected)
  })
})
