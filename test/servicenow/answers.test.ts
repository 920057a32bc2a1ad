import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { ADA, BOB, connect, idOf, messageOf, NAMES, openScripted } from './world.ts'

const names = { ...NAMES, groups: [], departments: [] }
const ROW = {
  sys_id: 'a'.repeat(32),
  user: 'b'.repeat(32),
  state: 'active',
  'user.active': 'true',
  'role.name': 'itil',
}

/** A ServiceNow whose first answer is this one, and which then has no more rows. */
async function answering(first: (response: ServerResponse) => void) {
  let asked = 0
  const { url, requests } = await openScripted(response => {
    response.setHeader('content-type', 'application/json')
    if (asked++ === 0) first(response)
    else response.end('{"result":[]}')
  })
  return { servicenow: connect(url, { names }), requests }
}
const withBody = (status: number, body: unknown) =>
  answering(response => {
    response.statusCode = status
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })

describe('JSON that is no answer of the Table API is never data', () => {
  it.each(['null', '3', '"result"', 'true', '[]'])('%s is not documented', async body => {
    const { servicenow } = await withBody(200, body)
    expect(await messageOf(servicenow.scan())).toContain('a form that is not documented')
  })

  it('a body of blanks is empty', async () => {
    const { servicenow } = await withBody(200, ' \r\n ')
    expect(await messageOf(servicenow.scan())).toContain('HTTP 200 with an empty body')
  })

  it('of another type is no JSON, even if its name holds that of JSON', async () => {
    const { servicenow } = await answering(response => {
      response.setHeader('content-type', 'text/plain; was=application/json')
      response.end('{"result":[]}')
    })
    expect(await messageOf(servicenow.scan())).toContain('something else than JSON')
  })

  it('the lowest of all redirects is one', async () => {
    const { servicenow } = await withBody(300, { result: [] })
    expect(await messageOf(servicenow.scan())).toContain('a redirect (HTTP 300)')
  })

  it('a packed answer without a body is an empty one', async () => {
    const { servicenow } = await answering(response => {
      response.setHeader('content-encoding', 'gzip')
      response.end()
    })
    expect(await messageOf(servicenow.scan())).toContain('HTTP 200 with an empty body')
  })
})

describe('an answer that says of itself that all is well', () => {
  it('is data, as long as it names no error', async () => {
    const { servicenow } = await withBody(200, { result: [ROW], status: 'success' })
    expect((await servicenow.scan()).accounts).toHaveLength(1)
  })

  it('may hold references as objects, where the instance does not leave their links out', async () => {
    const user = { link: 'https://elsewhere.example/api/now/v2/table/sys_user/b', value: ROW.user }
    const { servicenow } = await withBody(200, { result: [{ ...ROW, user }] })
    expect((await servicenow.scan()).accounts).toMatchObject([{ sysId: ROW.user }])
  })

  it.each(['many', '3 rows', 'about 3', ''])(
    'may count its rows as %j, which counts for nothing',
    async count => {
      const { servicenow } = await answering(response => {
        response.setHeader('x-total-count', count)
        response.end(JSON.stringify({ result: [ROW] }))
      })
      expect(await servicenow.scan()).toMatchObject({ hidden: 0, accounts: { length: 1 } })
    },
  )
})

describe('what ServiceNow says of an error', () => {
  it.each([
    [{ message: 'No', detail: 'Not you' }, '“No: Not you”'],
    [{ message: 'No' }, '“No”'],
    [{ detail: 'Not you' }, '“Not you”'],
    [{ message: 7, detail: null }, '“no reason given”'],
    [{ message: { text: 'No' }, detail: 'Not you' }, '“Not you”'],
    [null, '“no reason given”'],
    [{ message: ' \n ' }, '“no reason given”'],
  ])('%j is told as %s', async (error, words) => {
    const { servicenow } = await withBody(500, { error, status: 'failure' })
    expect(await messageOf(servicenow.scan())).toContain(`it answered HTTP 500, ${words}.`)
  })

  it('is told on one line, without blanks around it, and not beyond 200 letters', async () => {
    const detailOf = async (message: string) => {
      const { servicenow } = await withBody(403, { error: { message }, status: 'failure' })
      const answer = await servicenow.send({
        method: 'DELETE',
        table: 'sys_user',
        sysId: idOf(ADA),
        body: null,
      })
      return answer.kind === 'refused' ? answer.detail : ''
    }
    expect(await detailOf('  one \r\n\t two\u0000three ')).toBe('one two three')
    expect(await detailOf('x'.repeat(200))).toBe('x'.repeat(200))
    expect(await detailOf('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`)
  })

  it.each([
    [403, 'Give the account a role that has this right.'],
    [500, 'The bot tries again later; if this lasts, ask the owners of the instance.'],
  ])('with HTTP %i comes with what to do: %s', async (status, advice) => {
    const { servicenow } = await withBody(status, { error: { message: 'No' }, status: 'failure' })
    expect(await messageOf(servicenow.scan())).toContain(advice)
  })
})

describe('every other answer comes with what to do', () => {
  it.each([
    ['<html><title> Log in | ServiceNow</title></html>', 'Check the credentials'],
    ['<html><title>\n  Login</title></html>', 'Check the credentials'],
    ['<html><title>Sign in</title></html>', 'Check the credentials'],
    ['<html><form action="/login.do"></form></html>', 'Check the credentials'],
    ['<html><meta content="0;url=login_page.do"></html>', 'Check the credentials'],
    ['<html>Your instance is Hibernating</html>', 'wake it at developer.servicenow.com'],
    ['<html>Offline</html>', 'The bot tries again later.'],
  ])('%s: %s', async (page, advice) => {
    const { servicenow } = await answering(response => {
      response.setHeader('content-type', 'text/html')
      response.end(page)
    })
    expect(await messageOf(servicenow.scan())).toContain(advice)
  })

  it.each([
    [201, '{"result":[]}', 'ask the owners of the instance'],
    [202, '', 'lower servicenow.concurrency'],
    [302, '', 'single sign-on does not cover /api/now'],
    [200, '', 'The bot tries again later.'],
    [200, '{"result":[', 'It is not used in part; the bot tries again later.'],
    [200, '{}', 'check that the account may read the field sys_id'],
  ])('HTTP %i with %j: %s', async (status, body, advice) => {
    const { servicenow } = await withBody(status, body)
    expect(await messageOf(servicenow.scan())).toContain(advice)
  })
})

describe('an answer to a deletion', () => {
  const send = (servicenow: ReturnType<typeof connect>) =>
    servicenow.send({ method: 'DELETE', table: 'sys_user', sysId: idOf(BOB), body: null })

  it('with data is none that is documented', async () => {
    const { servicenow } = await withBody(200, { result: {} })
    expect(await send(servicenow)).toEqual({
      kind: 'unknown',
      status: 200,
      detail: 'it answered HTTP 200 with data, where 204 is the success',
    })
  })

  it('that never was: of a request that is not one of ours, which is quoted', async () => {
    const { servicenow, requests } = await withBody(200, {})
    const operation = { method: 'PATCH', table: 'sys_user\ngroup', sysId: idOf(BOB), body: null } as never
    await expect(servicenow.send(operation)).rejects.toThrow(
      '“PATCH sys_user group” is not a request that this bot sends; nothing was sent.',
    )
    expect(requests).toEqual([])
  })
})

describe('a wait that a 429 asks for', () => {
  it.each(['5 minutes', 'soon', ''])('is the usual one where %j is no time', async header => {
    const { servicenow } = await answering(response => {
      response.writeHead(429, { 'retry-after': header }).end()
    })
    await expect(servicenow.scan()).rejects.toMatchObject({ retryAfterMs: 30_000 })
  })
})
