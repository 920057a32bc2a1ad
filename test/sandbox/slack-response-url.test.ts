import { describe, expect, it } from 'vitest'
import type { SlackWorkspace } from '../../sandbox/slack/workspace.ts'
import { clientOf, decisions, startBot, startCompany } from './slack-company.ts'

describe('a response_url', () => {
  /** What a person's command gets as its response_url. */
  async function newResponseUrl(workspace: SlackWorkspace): Promise<(body: object) => Promise<string>> {
    let url = ''
    await startBot(workspace, app => {
      app.command('/reclaim', async ({ ack, command }) => {
        url = command.response_url
        await ack()
      })
    })
    await workspace.driver.as('mara').command('/reclaim status')
    return async body => {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
      return `${response.status} ${await response.text()}`
    }
  }

  it('takes five answers, not six', async () => {
    const workspace = await startCompany()
    const outcomes: unknown[] = []
    await startBot(workspace, app => {
      app.command('/reclaim', async ({ ack, respond }) => {
        await ack()
        for (const text of ['1', '2', '3', '4', '5', '6']) {
          await respond(text).then(
            () => outcomes.push('ok'),
            (error: { code: string }) => outcomes.push(error.code),
          )
        }
      })
    })
    await workspace.driver.as('mara').command('/reclaim status')
    await expect.poll(() => outcomes).toHaveLength(6)
    expect(outcomes.slice(0, 5)).toEqual(Array(5).fill('ok'))
    expect(outcomes[5]).not.toBe('ok')
    expect(workspace.whispers.map(({ via, text, user }) => [via, text, user])).toEqual(
      ['1', '2', '3', '4', '5'].map(text => ['response_url', text, workspace.userId('mara')]),
    )
    expect(workspace.calls.at(-1)).toMatchObject({ method: 'response_url', status: 404, outcome: 'used_url' })
  })

  it('lives for thirty minutes', async () => {
    let now = 1_750_000_000_000
    const workspace = await startCompany({ now: () => now })
    const post = await newResponseUrl(workspace)
    now += 30 * 60_000
    expect(await post({ text: 'in time' })).toBe('200 {"ok":true}')
    now += 1
    expect(await post({ text: 'late' })).toBe('404 {"ok":false,"error":"expired_url"}')
    expect(workspace.whispers.map(({ text }) => text)).toEqual(['in time'])
  })

  it('refuses what Slack refuses', async () => {
    const workspace = await startCompany()
    const post = await newResponseUrl(workspace)
    const header = { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }
    expect(await post({ text: 'x', blocks: [header] })).toBe('400 invalid_blocks')
    expect(await post({})).toBe('400 no_text')
    expect(workspace.whispers).toEqual([])
  })

  it('is hit by faults', async () => {
    const workspace = await startCompany()
    const post = await newResponseUrl(workspace)
    workspace.faults.add({ method: 'response_url', kind: '500' })
    expect(await post({ text: 'x' })).toBe('500 Internal Server Error')
  })

  it('posts into the channel when told so', async () => {
    const workspace = await startCompany()
    const post = await newResponseUrl(workspace)
    await post({ response_type: 'in_channel', text: 'for all' })
    expect(await workspace.messages()).toMatchObject([{ text: 'for all', user: workspace.botUserId }])
    expect(workspace.whispers).toEqual([])
  })

  it('replaces or deletes the message that was clicked on', async () => {
    const workspace = await startCompany()
    await startBot(workspace, app => {
      app.action('reclaim_approve', async ({ ack, respond }) => {
        await respond({ replace_original: true, text: 'replaced', blocks: decisions('c') })
        await ack()
      })
      app.action('reclaim_skip', async ({ ack, respond }) => {
        await respond({ delete_original: true })
        await ack()
      })
    })
    const { ts = '' } = await clientOf(workspace).chat.postMessage({
      channel: workspace.channelId,
      text: 'x',
      blocks: decisions('a'),
    })
    const mara = workspace.driver.as('mara')
    await mara.click({ on: ts, actionId: 'reclaim_approve' })
    expect(await workspace.messages()).toMatchObject([{ ts, text: 'replaced' }])
    await mara.click({ on: ts, actionId: 'reclaim_skip', pick: button => button.value === 'c' })
    expect(await workspace.messages()).toEqual([])
    expect(workspace.whispers).toEqual([])
  })

  it('replaces the whisper that was clicked on', async () => {
    const workspace = await startCompany()
    const bodies: object[] = []
    await startBot(workspace, app => {
      app.action('reclaim_approve', async ({ ack, respond, body }) => {
        bodies.push(body)
        await respond({ replace_original: true, text: 'done' })
        await ack()
      })
    })
    await clientOf(workspace).chat.postEphemeral({
      channel: workspace.channelId,
      user: workspace.userId('mara'),
      text: 'Shall I?',
      blocks: decisions('a'),
    })
    const [whisper] = workspace.whispers
    const target = { on: whisper ?? '', actionId: 'reclaim_approve' }
    await expect(workspace.driver.as('noel').click(target)).rejects.toThrow('noel cannot act on what only')
    await workspace.driver.as('mara').click(target)

    expect(workspace.whispers).toMatchObject([{ text: 'done', blocks: [], changedAt: expect.any(Number) }])
    expect(bodies).toMatchObject([{ container: { is_ephemeral: true, message_ts: whisper?.ts } }])
    expect(bodies[0]).not.toHaveProperty('message')
  })
})
