import { describe, expect, it } from 'vitest'
import { clientOf, decisions, startBot, startCompany } from './slack-company.ts'

describe('a click', () => {
  it('reaches Bolt as Slack would send it', async () => {
    const workspace = await startCompany()
    const bodies: unknown[] = []
    await startBot(workspace, app => {
      app.action('reclaim_approve', async ({ ack, body }) => {
        bodies.push(body)
        await ack()
      })
    })
    const { ts = '' } = await clientOf(workspace).chat.postMessage({
      channel: workspace.channelId,
      text: 'x',
      blocks: decisions('a', 'b'),
    })
    const delivery = await workspace.driver
      .as('mara')
      .click({ on: ts, actionId: 'reclaim_approve', pick: 'b' })

    expect(delivery).toMatchObject({ status: 200, body: '' })
    expect(delivery.elapsedMs).toBeGreaterThan(0)
    const [message] = await workspace.messages()
    expect(bodies).toEqual([
      expect.objectContaining({
        type: 'block_actions',
        user: {
          id: workspace.userId('mara'),
          username: 'mara',
          name: 'mara',
          team_id: workspace.teamId,
        },
        team: { id: workspace.teamId, domain: 'small-company' },
        channel: { id: workspace.channelId, name: 'privategroup' },
        container: {
          type: 'message',
          message_ts: ts,
          channel_id: workspace.channelId,
          is_ephemeral: false,
        },
        message: message?.raw,
        trigger_id: expect.any(String),
        response_url: expect.stringContaining('/response/'),
        actions: [
          {
            type: 'button',
            action_id: 'reclaim_approve',
            block_id: message?.blocks[2]?.block_id,
            value: 'b',
            text: { type: 'plain_text', text: 'Approve' },
            action_ts: expect.stringMatching(/^\d+\.\d{6}$/),
          },
        ],
      }),
    ])
  })

  it('names the team of a stranger', async () => {
    const workspace = await startCompany()
    const teams: unknown[] = []
    await startBot(workspace, app => {
      app.action('reclaim_approve', async ({ ack, body }) => {
        teams.push(body.user.team_id, body.team?.id)
        await ack()
      })
    })
    const { ts = '' } = await clientOf(workspace).chat.postMessage({
      channel: workspace.channelId,
      text: 'x',
      blocks: decisions('a'),
    })
    await workspace.driver.as('sven').click({ on: ts, actionId: 'reclaim_approve' })
    expect(teams).toEqual(['T0STRANGER', workspace.teamId])
  })

  it('on a reply names its thread', async () => {
    const workspace = await startCompany()
    const containers: unknown[] = []
    await startBot(workspace, app => {
      app.action('reclaim_skip', async ({ ack, body }) => {
        containers.push('container' in body ? body.container : undefined)
        await ack()
      })
    })
    const { chat } = clientOf(workspace)
    const channel = workspace.channelId
    const root = await chat.postMessage({ channel, text: 'root' })
    const thread = { channel, thread_ts: root.ts ?? '' }
    const reply = await chat.postMessage({ ...thread, text: 'reply', blocks: decisions('a') })
    await workspace.driver.as('mara').click({ on: reply.ts ?? '', actionId: 'reclaim_skip' })
    expect(containers).toMatchObject([{ message_ts: reply.ts, thread_ts: root.ts }])
  })

  it('can come from a screen that is out of date', async () => {
    const workspace = await startCompany()
    const values: unknown[] = []
    await startBot(workspace, app => {
      app.action('reclaim_approve', async ({ ack, payload }) => {
        values.push('value' in payload ? payload.value : undefined)
        await ack()
      })
    })
    const { chat } = clientOf(workspace)
    const channel = workspace.channelId
    const { ts = '' } = await chat.postMessage({ channel, text: 'x', blocks: decisions('round 1') })
    const [before] = await workspace.messages()
    await chat.update({ channel, ts, text: 'x', blocks: decisions('round 2') })

    const mara = workspace.driver.as('mara')
    await mara.click({ on: before ?? ts, actionId: 'reclaim_approve' })
    await mara.click({ on: ts, actionId: 'reclaim_approve' })
    expect(values).toEqual(['round 1', 'round 2'])
  })

  it('must be on one button that is there', async () => {
    const workspace = await startCompany()
    workspace.connect('http://127.0.0.1:9')
    const { ts = '' } = await clientOf(workspace).chat.postMessage({
      channel: workspace.channelId,
      text: 'x',
      blocks: decisions('a', 'b'),
    })
    const mara = workspace.driver.as('mara')
    await expect(mara.click({ on: ts, actionId: 'reclaim_undo' })).rejects.toThrow(
      /^0 buttons fit "reclaim_undo" where one must\. The buttons there: reclaim_approve \(Approve, value "a"\);/,
    )
    await expect(mara.click({ on: ts, actionId: 'reclaim_skip' })).rejects.toThrow(/^2 buttons fit/)
    const never = { on: ts, actionId: 'reclaim_skip', pick: () => false }
    await expect(mara.click(never)).rejects.toThrow(/^0 buttons fit/)
    await expect(mara.click({ on: '1.2', actionId: 'reclaim_skip' })).rejects.toThrow(
      'There is no message 1.2 in the channel',
    )
    expect(() => workspace.driver.as('nobody')).toThrow('Nobody in the Slack stand-in is called "nobody"')
  })
})

describe('a slash command', () => {
  it('reaches Bolt with its text, and its acknowledgement is shown to the person who typed it', async () => {
    const workspace = await startCompany()
    const commands: unknown[] = []
    await startBot(workspace, app => {
      app.command('/reclaim', async ({ ack, command }) => {
        commands.push(command)
        await ack(command.text === 'help' ? 'Ask me' : { text: 'Counts', blocks: decisions('a').slice(0, 1) })
      })
    })
    const noel = workspace.driver.as('noel')
    await noel.command('/reclaim help')
    await noel.command('/reclaim status bob member')
    expect(commands).toMatchObject([
      { command: '/reclaim', text: 'help', user_id: workspace.userId('noel'), channel_name: 'privategroup' },
      { command: '/reclaim', text: 'status bob member', channel_id: workspace.channelId },
    ])
    expect(workspace.whispers).toMatchObject([
      { user: workspace.userId('noel'), via: 'ack', text: 'Ask me', blocks: [] },
      { user: workspace.userId('noel'), via: 'ack', text: 'Counts', blocks: [{ type: 'section' }] },
    ])
  })
})

describe('an event', () => {
  it('reaches Bolt, again if it is delivered again', async () => {
    const workspace = await startCompany()
    const seen: unknown[] = []
    await startBot(workspace, app => {
      app.event('app_home_opened', async ({ event, body, context }) => {
        seen.push([event.user, body.event_id, context.retryNum])
      })
    })
    const event = { type: 'app_home_opened', channel: 'D1', tab: 'home' }
    const mara = workspace.driver.as('mara')
    await mara.event(event, { eventId: 'Ev1' })
    await mara.event(event, { eventId: 'Ev1', retry: { number: 1, reason: 'http_timeout' } })
    await expect
      .poll(() => seen)
      .toEqual([
        [workspace.userId('mara'), 'Ev1', undefined],
        [workspace.userId('mara'), 'Ev1', 1],
      ])
  })
})

describe('a signature', () => {
  it.each([
    ['valid', 200],
    ['future', 200],
    ['forged', 401],
    ['none', 401],
    ['stale', 401],
  ] as const)('that is %s is answered %d by Bolt', async (signature, status) => {
    const workspace = await startCompany()
    const heard: string[] = []
    await startBot(workspace, app => {
      app.command('/reclaim', async ({ ack, command }) => {
        heard.push(command.text)
        await ack()
      })
    })
    const delivery = await workspace.driver.as('mara').command('/reclaim status', { signature })
    expect(delivery.status).toBe(status)
    expect(heard).toEqual(status === 200 ? ['status'] : [])
  })

  it('is put under any body', async () => {
    const workspace = await startCompany()
    await startBot(workspace, () => undefined)
    const challenge = JSON.stringify({ type: 'url_verification', challenge: 'c' })
    const { raw } = workspace.driver
    expect(await raw(challenge, { contentType: 'application/json' })).toMatchObject({
      status: 200,
      body: '{"challenge":"c"}',
    })
    expect(
      await raw('payload={}', { contentType: 'application/x-www-form-urlencoded;charset=UTF-8' }),
    ).toMatchObject({
      status: 400,
    })
    expect(await raw(challenge, { contentType: 'application/json', signature: 'forged' })).toMatchObject({
      status: 401,
    })
  })
})

it('says so when no bot is connected', async () => {
  const workspace = await startCompany()
  await expect(workspace.driver.as('mara').command('/reclaim status')).rejects.toThrow(
    'No bot to deliver to: call workspace.connect(botUrl)',
  )
})
