import { describe, expect, it } from 'vitest'
import type { FaultKind } from '../../../sandbox/teams/faults.ts'
import { callerOf, decisions, GRAPH, newThread, requestToken, startCompany, withCard } from './company.ts'

const operation = 'create'
const thread = (tenant: Parameters<typeof newThread>[0]) =>
  ['POST', '/teams/v3/conversations', newThread(tenant, withCard(decisions('a')))] as const

describe('an injected fault', () => {
  it.each([
    [{ kind: '429', retryAfterSeconds: 7 }, 429, 'Throttled'],
    [{ kind: '412' }, 412, 'PreconditionFailed'],
    [{ kind: '500' }, 500, 'ServiceError'],
    [{ kind: '502' }, 502, 'ServiceError'],
    [{ kind: 'error', status: 403, code: 'BotNotInConversationRoster' }, 403, 'BotNotInConversationRoster'],
  ] satisfies [FaultKind, number, string][])('is the answer: %o', async (fault, status, code) => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    tenant.faults.add({ operation, ...fault })
    const answer = await call(...thread(tenant))
    expect(answer).toMatchObject({ status, body: { error: { code } } })
    expect(answer.headers.get('retry-after')).toBe(fault.kind === '429' ? '7' : null)
    expect(tenant.messages()).toEqual([])
    expect(tenant.calls.at(-1)).toMatchObject({ operation, status })
    expect(await call(...thread(tenant))).toMatchObject({ status: 201 })
  })

  it('may not say how long to wait, and may have no body or the wrong one', async () => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    tenant.faults.add({ operation, kind: '429', retryAfterSeconds: null })
    expect((await call(...thread(tenant))).headers.get('retry-after')).toBeNull()
    tenant.faults.add({ operation, kind: '503' })
    expect(await call(...thread(tenant))).toMatchObject({ status: 503, text: '' })
    tenant.faults.add({ operation, kind: 'html' })
    expect(await call(...thread(tenant))).toMatchObject({
      status: 200,
      text: expect.stringContaining('<html>'),
    })
    expect(tenant.messages()).toEqual([])
  })

  it.each([
    [{ kind: 'reset_before' }, 0],
    [{ kind: 'hang' }, 0],
    [{ kind: 'reset_after' }, 1],
    [{ kind: 'hang_after' }, 1],
  ] satisfies [FaultKind, number][])('leaves the caller without an answer: %o', async (fault, posted) => {
    const tenant = await startCompany()
    const { body } = await requestToken(tenant)
    tenant.faults.add({ operation, ...fault })
    const [method, path, sent] = thread(tenant)
    const request = fetch(tenant.url + path, {
      method,
      headers: { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify(sent),
      signal: AbortSignal.timeout(500),
    })
    await expect(request).rejects.toThrow(fault.kind.startsWith('hang') ? /timeout/ : 'fetch failed')
    expect(tenant.messages()).toHaveLength(posted)
    expect(tenant.calls.at(-1)).toMatchObject({ operation, status: 0 })
  })

  it('can come after the work', async () => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    tenant.faults.add({ operation, kind: '502_after' })
    expect(await call(...thread(tenant))).toMatchObject({ status: 502 })
    expect(tenant.messages()).toHaveLength(1)
    expect(tenant.calls.at(-1)).toMatchObject({ status: 502, outcome: 'fault: 502_after (ok)' })
  })

  it('hits its operation only, as often as it is told, until it is cleared', async () => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    tenant.faults.add({ operation: 'members', kind: '500', times: 2 })
    tenant.faults.add({ operation: 'reply', kind: '500', times: Number.POSITIVE_INFINITY })
    const { body } = await call(...thread(tenant))
    const path = `/teams/v3/conversations/${encodeURIComponent(String(body.id))}`
    const statuses = async (what: () => Promise<{ status: number }>) => {
      const all: number[] = []
      for (let turn = 0; turn < 3; turn += 1) all.push((await what()).status)
      return all
    }
    expect(await statuses(() => call('GET', `${path}/pagedmembers`))).toEqual([500, 500, 200])
    const reply = () => call('POST', `${path}/activities`, { type: 'message', text: 'x' })
    expect(await statuses(reply)).toEqual([500, 500, 500])
    tenant.faults.clear()
    expect(await statuses(reply)).toEqual([201, 201, 201])
  })

  it('hits every operation, tokens and Graph too, but not the keys', async () => {
    const tenant = await startCompany()
    const graph = await callerOf(tenant, GRAPH)
    tenant.faults.add({ operation: '*', kind: '500', times: 2 })
    expect((await fetch(`${tenant.url}/v1/.well-known/keys`)).status).toBe(200)
    expect(await requestToken(tenant)).toMatchObject({ status: 500, body: { error: 'ServiceError' } })
    const path = `/v1.0/teams/${tenant.teamId}/channels/${tenant.channelId}/messages`
    expect(await graph('GET', path)).toMatchObject({ status: 500, body: { error: { code: 'ServiceError' } } })
    expect(await requestToken(tenant)).toMatchObject({ status: 200 })
  })
})
