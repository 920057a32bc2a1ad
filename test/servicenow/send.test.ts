import { describe, expect, it } from 'vitest'
import type { FaultOptions } from '../../sandbox/servicenow/faults.ts'
import type { Operation } from '../../src/reclaim/candidate.ts'
import type { WriteAnswer } from '../../src/reclaim/ports.ts'
import { ADA, connect, idOf, messageOf, open, openScripted } from './world.ts'

const DELETE_ADA: Operation = { method: 'DELETE', table: 'sys_user', sysId: idOf(ADA), body: null }

describe('a deletion', () => {
  it('is accepted with 204, asked for once, by sys_id, with both headers, by the writing account', async () => {
    const { servicenow, simulator } = await open()
    expect(await servicenow.send(DELETE_ADA)).toEqual({ kind: 'accepted', status: 204 })
    expect(simulator.tables.find('sys_user', ADA.sys_id)).toBeUndefined()
    expect(simulator.journal).toHaveLength(1)
    expect(simulator.journal[0]).toMatchObject({
      method: 'DELETE',
      path: `/api/now/v2/table/sys_user/${ADA.sys_id}`,
      user: 'bot.writer',
      committed: true,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
    })
  })

  it.each<[kind: FaultOptions['kind'], expected: Partial<WriteAnswer>, detail: RegExp]>([
    ['acl_403', { kind: 'refused', status: 403 }, /^Operation Failed: ACL Exception Delete Failed/],
    ['business_rule_403', { kind: 'refused', status: 403 }, /aborted by Business Rule/],
    ['commit_then_403', { kind: 'refused', status: 403 }, /aborted by Business Rule/],
    ['hidden_404', { kind: 'unknown', status: 404 }, /gone, or hidden/],
    ['false_204', { kind: 'accepted', status: 204 }, /^$/],
    ['dropped_202', { kind: 'unknown', status: 202 }, /202/],
    ['empty_200', { kind: 'unknown', status: 200 }, /empty body/],
    ['hibernating_200', { kind: 'unknown', status: 200 }, /hibernating/],
    ['login_302', { kind: 'unknown', status: 302 }, /redirect/],
    ['timeout_500', { kind: 'unknown', status: 500 }, /maximum execution time exceeded/],
    ['commit_then_500', { kind: 'unknown', status: 500 }, /maximum execution time exceeded/],
    ['bad_gateway_502', { kind: 'unknown', status: 502 }, /else than JSON/],
    ['unavailable_503', { kind: 'unknown', status: 503 }, /else than JSON/],
    ['rate_limit_429', { kind: 'unknown', status: 429 }, /limits/],
    ['saturated_429', { kind: 'unknown', status: 429 }, /limits/],
    ['reset', { kind: 'unknown', status: null }, /broke off/],
    ['commit_then_reset', { kind: 'unknown', status: null }, /broke off/],
  ])('that meets %s comes to %o, and is not sent again', async (kind, expected, detail) => {
    const { servicenow, simulator } = await open()
    simulator.faults.add({ kind, method: 'DELETE' })
    const answer = await servicenow.send(DELETE_ADA)
    expect(answer).toMatchObject(expected)
    expect('detail' in answer ? answer.detail : '').toMatch(detail)
    expect(simulator.journal).toHaveLength(1)
  })

  it('of a record with a “Restrict” reference, or of one that may not be written, is refused', async () => {
    const { servicenow, simulator } = await open()
    simulator.account('bot.writer').readOnly = true
    expect(await servicenow.send(DELETE_ADA)).toEqual({
      kind: 'refused',
      status: 403,
      detail: 'Operation Failed: ACL Exception Delete Failed due to security constraints',
    })
  })

  it('that is not answered in time is unknown, and may still happen', async () => {
    const { servicenow, simulator } = await open(undefined, { timeoutMs: 300 })
    const fault = simulator.faults.add({ kind: 'hang_then_commit' })
    expect(await servicenow.send(DELETE_ADA)).toMatchObject({
      kind: 'unknown',
      status: null,
      detail: expect.stringContaining('no whole answer'),
    })
    fault.release()
    expect(simulator.journal).toHaveLength(1)
  })

  it.each<[status: number, type: string, body: string, expected: WriteAnswer['kind']]>([
    [400, 'application/json', '{"error":{"message":"Bad","detail":null},"status":"failure"}', 'refused'],
    [405, 'application/json', '{"error":{"message":"Method not supported"},"status":"failure"}', 'refused'],
    [409, 'application/json', '{"error":{"message":"Conflict"},"status":"failure"}', 'refused'],
    [403, 'text/html', '<html>Forbidden</html>', 'unknown'],
    [400, 'application/json', '{"oops":1}', 'unknown'],
    [403, 'application/json', '', 'unknown'],
    [200, 'application/json', '{"result":{}}', 'unknown'],
    [200, 'application/json', '{"error":{"message":"x"},"status":"failure"}', 'unknown'],
    [410, 'application/json', '{"error":{"message":"x"},"status":"failure"}', 'unknown'],
    [301, 'text/html', '', 'unknown'],
    [503, 'text/plain', '', 'unknown'],
  ])('answered with %i %s %s is %s', async (status, type, body, expected) => {
    const { url, requests } = await openScripted(response => {
      response.writeHead(status, { 'content-type': type, location: 'https://elsewhere.example/' })
      response.end(body)
    })
    const answer = await connect(url).send(DELETE_ADA)
    expect(answer).toMatchObject({ kind: expected, status })
    expect(requests).toHaveLength(1)
  })

  it('that nobody listens to is unknown, too', async () => {
    const { simulator, servicenow } = await open()
    await simulator.close()
    expect(await servicenow.send(DELETE_ADA)).toEqual({
      kind: 'unknown',
      status: null,
      detail: 'the connection was refused',
    })
  })

  it('quotes ServiceNow on one short line', async () => {
    const words = `Line one\nline two\t${'long '.repeat(100)}`
    const { url } = await openScripted(response => {
      response.writeHead(403, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ error: { message: 'Operation Failed', detail: words }, status: 'failure' }),
      )
    })
    const answer = await connect(url).send(DELETE_ADA)
    const detail = answer.kind === 'refused' ? answer.detail : ''
    expect(detail).toMatch(/^Operation Failed: Line one line two long .*…$/)
    expect(detail.length).toBeLessThanOrEqual(200)
  })

  it.each([
    ['another table', { ...DELETE_ADA, table: 'sys_user_group' }],
    ['another method', { ...DELETE_ADA, method: 'PATCH' }],
    ['no sys_id, which would be the whole table', { ...DELETE_ADA, sysId: '' }],
    ['a sys_id that leads elsewhere', { ...DELETE_ADA, sysId: `../sys_user_group/${ADA.sys_id}` }],
  ])('never leaves for %s', async (_, operation) => {
    const { servicenow, simulator } = await open()
    await expect(servicenow.send(operation as Operation)).rejects.toThrow()
    expect(simulator.journal).toHaveLength(0)
  })

  it('does not leave, and throws, when the sign-in is known to be refused', async () => {
    const { servicenow, simulator } = await open(undefined, {
      writer: { kind: 'basic', username: 'bot.writer', password: 'wrong' },
    })
    expect(await servicenow.send(DELETE_ADA)).toMatchObject({ kind: 'refused', status: 401 })
    expect(await messageOf(servicenow.send(DELETE_ADA))).toContain(
      'refused the sign-in of the writing account',
    )
    expect(simulator.journal).toHaveLength(1)
  })
})
