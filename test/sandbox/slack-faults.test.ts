import { describe, expect, it } from 'vitest'
import type { FaultKind } from '../../sandbox/slack/faults.ts'
import { clientOf, startCompany } from './slack-company.ts'

const CUT: FaultKind[] = [{ kind: 'reset_before' }, { kind: 'hang' }]
const CUT_AFTERWARDS: FaultKind[] = [{ kind: 'reset_after' }, { kind: 'hang_after' }]
const method = 'chat.postMessage'

describe('an injected fault', () => {
  it('tells a client to wait', async () => {
    const workspace = await startCompany()
    workspace.faults.add({ method, kind: '429', retryAfterSeconds: 7 })
    const post = clientOf(workspace).chat.postMessage({ channel: workspace.channelId, text: 'x' })
    await expect(post).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 7 })
    expect(workspace.calls).toMatchObject([{ method, status: 429, ok: false, outcome: 'fault: 429' }])
  })

  it('tells a client to wait, but not how long', async () => {
    const workspace = await startCompany()
    workspace.faults.add({ method, kind: '429', retryAfterSeconds: null })
    const post = clientOf(workspace).chat.postMessage({ channel: workspace.channelId, text: 'x' })
    await expect(post).rejects.toThrow('retry-after header: null')
  })

  it('is an internal error', async () => {
    const workspace = await startCompany()
    workspace.faults.add({ method, kind: '500' })
    const post = clientOf(workspace).chat.postMessage({ channel: workspace.channelId, text: 'x' })
    await expect(post).rejects.toMatchObject({ code: 'slack_webapi_http_error', statusCode: 500 })
  })

  it('is a page of HTML with status 200', async () => {
    const workspace = await startCompany()
    workspace.faults.add({ method, kind: 'html' })
    const post = clientOf(workspace).chat.postMessage({ channel: workspace.channelId, text: 'x' })
    await expect(post).rejects.toMatchObject({
      code: 'slack_webapi_platform_error',
      data: { error: expect.stringContaining('<html>') },
    })
  })

  it("is any of Slack's errors", async () => {
    const workspace = await startCompany()
    workspace.faults.add({ method, kind: 'error', error: 'not_in_channel' })
    const post = clientOf(workspace).chat.postMessage({ channel: workspace.channelId, text: 'x' })
    await expect(post).rejects.toMatchObject({ data: { error: 'not_in_channel' } })
    expect(workspace.calls).toMatchObject([{ method, status: 200, ok: false, outcome: 'not_in_channel' }])
    expect(await workspace.messages()).toEqual([])
  })

  it.each(CUT)('leaves nothing done: $kind', async fault => {
    const workspace = await startCompany()
    workspace.faults.add({ ...fault, method })
    const { chat } = clientOf(workspace, { timeout: 200 })
    await expect(chat.postMessage({ channel: workspace.channelId, text: 'x' })).rejects.toMatchObject({
      code: 'slack_webapi_request_error',
    })
    const noted = { status: 0, ok: false, outcome: `fault: ${fault.kind}` }
    await expect.poll(() => workspace.calls).toMatchObject([noted])
    expect(await workspace.messages()).toEqual([])
  })

  it.each(CUT_AFTERWARDS)('leaves the work done, and the client in doubt: $kind', async fault => {
    const workspace = await startCompany()
    workspace.faults.add({ ...fault, method })
    const { chat, conversations } = clientOf(workspace, { timeout: 500 })
    const channel = workspace.channelId
    const metadata = { event_type: 'candidate', event_payload: { id: '7' } }
    await expect(chat.postMessage({ channel, text: 'x', metadata })).rejects.toMatchObject({
      code: 'slack_webapi_request_error',
    })
    const noted = { status: 0, ok: false, outcome: `fault: ${fault.kind} (ok)` }
    await expect.poll(() => workspace.calls).toMatchObject([noted])
    expect(await workspace.messages()).toMatchObject([{ text: 'x', metadata }])

    const { messages } = await conversations.history({ channel, include_all_metadata: true })
    expect(messages).toMatchObject([{ text: 'x', metadata }])
  })

  it('leaves the work to be done later, and the client in doubt', async () => {
    const workspace = await startCompany()
    const { promise: until, resolve: land } = Promise.withResolvers<void>()
    workspace.faults.add({ method, kind: 'reset_late', until })
    const { chat } = clientOf(workspace)
    await expect(chat.postMessage({ channel: workspace.channelId, text: 'x' })).rejects.toMatchObject({
      code: 'slack_webapi_request_error',
    })
    expect(await workspace.messages()).toEqual([])
    land()
    await expect.poll(() => workspace.messages()).toMatchObject([{ text: 'x' }])
    expect(workspace.calls).toHaveLength(1)
  })

  it('hits its own method only, as often as it says', async () => {
    const workspace = await startCompany()
    workspace.faults.add({ method, kind: '500', times: 2 })
    const { chat, auth } = clientOf(workspace)
    const post = () => chat.postMessage({ channel: workspace.channelId, text: 'x' })
    expect((await auth.test()).ok).toBe(true)
    await expect(post()).rejects.toThrow()
    await expect(post()).rejects.toThrow()
    expect((await post()).ok).toBe(true)
  })

  it('can hit every method until it is taken back', async () => {
    const workspace = await startCompany()
    workspace.faults.add({ method: '*', kind: 'reset_before', times: Number.POSITIVE_INFINITY })
    const { chat, auth } = clientOf(workspace)
    await expect(auth.test()).rejects.toThrow()
    await expect(chat.postMessage({ channel: workspace.channelId, text: 'x' })).rejects.toThrow()
    workspace.faults.clear()
    expect((await auth.test()).ok).toBe(true)
  })
})

it('closes while a call still hangs', async () => {
  const workspace = await startCompany()
  workspace.faults.add({ method: 'auth.test', kind: 'hang' })
  const call = clientOf(workspace).auth.test()
  const refused = expect(call).rejects.toThrow()
  await expect.poll(() => workspace.calls).toHaveLength(1)
  await workspace.close()
  await refused
})
