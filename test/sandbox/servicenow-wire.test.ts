import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { sysId, user } from '../../sandbox/servicenow/rows.ts'
import { basic, callerOf, start } from './servicenow-caller.ts'

const account = { userName: 'bot', password: 'secret' }
const ann = user({ user_name: 'ann' })
const seed = { tables: { sys_user: [user({ user_name: 'bot' }), ann, user({ user_name: 'ben' })] } }

/** One request by hand, for what a comfortable client hides. */
function raw(url: string, path: string, headers: Record<string, string>, method = 'GET') {
  return new Promise<{
    status: number
    headers: Record<string, unknown>
    rawHeaders: string[]
    body: Buffer
  }>((done, failed) => {
    const outgoing = request(`${url}${path}`, { method, headers }, async response => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      const { statusCode: status = 0, rawHeaders } = response
      done({ status, headers: response.headers, rawHeaders, body: Buffer.concat(chunks) })
    })
    outgoing.on('error', failed)
    outgoing.end()
  })
}

describe('the transport', () => {
  const headers = { Authorization: basic('bot', 'secret'), Accept: 'application/json' }

  test('sends gzip in chunks, with the headers and cookies of the recorded instance', async () => {
    const { url } = await start({ seed, account })
    const reply = await raw(url, '/api/now/table/sys_user', { ...headers, 'Accept-Encoding': 'gzip' })
    expect(reply.headers).toMatchObject({
      'content-encoding': 'gzip',
      'transfer-encoding': 'chunked',
      'content-type': 'application/json;charset=UTF-8',
      'x-is-logged-in': 'true',
      'x-transaction-id': expect.stringMatching(/^[0-9a-f]{12}$/),
      'cache-control': 'no-cache,no-store,must-revalidate,max-age=-1',
      'keep-alive': 'timeout=70',
      server: 'ServiceNow',
    })
    expect(reply.headers['content-length']).toBeUndefined()
    const cookies = (reply.headers['set-cookie'] as string[]).map(cookie => cookie.split('=')[0])
    expect(cookies).toEqual(expect.arrayContaining(['JSESSIONID', 'glide_user_route', 'glide_session_store']))
    expect(JSON.parse(gunzipSync(reply.body).toString()).result).toHaveLength(3)
  })

  test('sends plain text to those who accept no gzip', async () => {
    const { url } = await start({ seed, account })
    const reply = await raw(url, '/api/now/table/sys_user', headers)
    expect(reply.headers['content-encoding']).toBeUndefined()
    expect(JSON.parse(reply.body.toString()).result).toHaveLength(3)
  })

  test('answers HEAD with the headers of GET and no body', async () => {
    const { url } = await start({ seed, account })
    const reply = await raw(url, '/api/now/table/sys_user', headers, 'HEAD')
    expect([reply.status, reply.headers['x-total-count'], reply.body.length]).toEqual([200, '3', 0])
  })

  test('takes the method from X-HTTP-Method-Override', async () => {
    const { url } = await start({ seed, account })
    const reply = await raw(
      url,
      '/api/now/table/sys_user',
      { ...headers, 'X-HTTP-Method-Override': 'GET' },
      'POST',
    )
    expect(JSON.parse(reply.body.toString()).result).toHaveLength(3)
  })

  test('refuses requests without Accept, and a DELETE without Content-Type, with 400', async () => {
    const simulator = await start({ seed, account })
    const path = `/api/now/table/sys_user/${ann.sys_id}`
    const noAccept = await raw(simulator.url, path, { Authorization: headers.Authorization })
    expect(noAccept.status).toBe(400)
    expect(noAccept.headers['x-cnection']).toBe('close')
    expect(noAccept.rawHeaders).not.toContain('Connection')
    expect((await raw(simulator.url, path, headers, 'DELETE')).status).toBe(400)
    expect(simulator.tables.find('sys_user', ann.sys_id)).toBeDefined()
  })

  test('refuses what is not JSON: 406 for the answer, 415 for the body', async () => {
    const { url } = await start({ seed, account })
    const path = `/api/now/table/sys_user/${ann.sys_id}`
    expect((await raw(url, path, { ...headers, Accept: 'application/xml' })).status).toBe(406)
    const xml = { ...headers, 'Content-Type': 'application/xml' }
    expect((await raw(url, path, xml, 'PATCH')).status).toBe(415)
  })
})

describe('a wrong address', () => {
  test.each([
    ['GET', '/api/now/table/sys_user_groups', 400, 'Invalid table sys_user_groups'],
    ['GET', '/api/now/v3/table/sys_user', 400, 'Requested URI does not represent any resource'],
    ['GET', `/api/now/table/sys_user/${sysId('nobody')}`, 404, 'No Record found'],
    ['DELETE', '/api/now/table/sys_user', 405, 'Method not supported'],
    ['DELETE', '/api/now/table/sys_user/', 405, 'Method not supported'],
  ])('%s %s is %i', async (method, path, status, message) => {
    const { url, tables } = await start({ seed, account })
    const reply = await callerOf(url).call(method, path, {
      headers: {
        Authorization: basic('bot', 'secret'),
        Accept: 'application/json',
        'Content-Type': 'application/json',
      },
    })
    expect(reply.status).toBe(status)
    expect(reply.body).toMatchObject({ error: { message }, status: 'failure' })
    expect(tables.rows('sys_user')).toHaveLength(3)
  })
})
