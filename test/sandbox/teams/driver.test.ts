import { describe, expect, it } from 'vitest'
import { callerOf, decisions, postCard, startBot, startCompany } from './company.ts'

const shown = (value: string) => ({
  statusCode: 200,
  type: 'application/vnd.microsoft.activity.message',
  value,
})

describe('a click', () => {
  it('reaches the bot as Teams would send it, and its answer is shown to that person only', async () => {
    const tenant = await startCompany({ now: () => 1_700_000_000_000 })
    const heard = await startBot(tenant, shown('Done'))
    const root = await postCard(tenant, decisions('a', 'b'))
    const delivery = await tenant.driver
      .as('mara')
      .click({ on: root, verb: 'approve', pick: ({ data }) => data.token === 'b' })

    expect(delivery).toEqual({ status: 200, body: shown('Done'), ms: expect.any(Number) })
    expect(heard).toEqual([
      {
        method: 'POST',
        authorization: expect.stringMatching(/^Bearer ey/),
        activity: {
          type: 'invoke',
          name: 'adaptiveCard/action',
          id: expect.stringMatching(/^f:/),
          timestamp: '2023-11-14T22:13:20.000Z',
          localTimestamp: '2023-11-14T22:13:20.000Z',
          channelId: 'msteams',
          serviceUrl: tenant.serviceUrl,
          locale: 'en-US',
          entities: [expect.objectContaining({ type: 'clientInfo' })],
          from: { id: tenant.memberId('mara'), aadObjectId: tenant.userId('mara'), name: 'Mara Manager' },
          recipient: { id: tenant.botId, name: 'Reclaim' },
          conversation: {
            id: `${tenant.channelId};messageid=${root}`,
            conversationType: 'channel',
            isGroup: true,
            tenantId: tenant.tenantId,
          },
          channelData: {
            tenant: { id: tenant.tenantId },
            team: { id: expect.stringMatching(/^19:/) },
            channel: { id: tenant.channelId },
            teamsTeamId: expect.stringMatching(/^19:/),
            teamsChannelId: tenant.channelId,
          },
          replyToId: root,
          value: {
            action: { type: 'Action.Execute', title: 'Approve', verb: 'approve', data: { token: 'b' } },
            trigger: 'manual',
          },
        },
      },
    ])
    expect(tenant.whispers).toEqual([
      {
        user: tenant.userId('mara'),
        via: 'invoke',
        text: 'Done',
        card: null,
        id: null,
        at: 1_700_000_000_000,
      },
    ])
  })

  it('of an older client is a message with the data of the fallback', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    const root = await postCard(tenant, decisions('a'))
    const mara = tenant.driver.as('mara')
    expect(await mara.click({ on: root, verb: 'skip' }, { how: 'submit' })).toMatchObject({
      status: 200,
      body: '',
    })
    expect(heard).toMatchObject([
      {
        activity: {
          type: 'message',
          text: '',
          value: { verb: 'skip', token: 'a' },
          replyToId: root,
          conversation: { id: `${tenant.channelId};messageid=${root}` },
          from: { aadObjectId: tenant.userId('mara') },
        },
      },
    ])
    expect(tenant.whispers).toEqual([])

    const alone = { type: 'Action.Execute', title: 'Skip', verb: 'skip' }
    const on = await postCard(tenant, { ...decisions(), actions: [alone] })
    await expect(mara.click({ on, verb: 'skip' }, { how: 'submit' })).rejects.toThrow(
      'no Action.Submit as its fallback',
    )
  })

  it('in a thread names the reply, and its root', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    const root = await postCard(tenant, decisions('a'))
    const call = await callerOf(tenant)
    const thread = `${tenant.channelId};messageid=${root}`
    const card = { contentType: 'application/vnd.microsoft.card.adaptive', content: decisions('b') }
    const { body } = await call('POST', `/teams/v3/conversations/${encodeURIComponent(thread)}/activities`, {
      type: 'message',
      attachments: [card],
    })
    await tenant.driver.as('mara').click({ on: String(body.id), verb: 'approve' })
    expect(heard).toMatchObject([{ activity: { replyToId: body.id, conversation: { id: thread } } }])
  })

  it('can come from a screen that is out of date', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    const root = await postCard(tenant, decisions('round 1'))
    const [before] = tenant.messages()
    const call = await callerOf(tenant)
    const path = `/teams/v3/conversations/${encodeURIComponent(tenant.channelId)}/activities/${root}`
    const card = { contentType: 'application/vnd.microsoft.card.adaptive', content: decisions('round 2') }
    await call('PUT', path, { type: 'message', attachments: [card] })
    const mara = tenant.driver.as('mara')
    await mara.click({ on: before ?? root, verb: 'approve' })
    await mara.click({ on: root, verb: 'approve' })
    expect(heard).toMatchObject(
      ['round 1', 'round 2'].map(token => ({ activity: { value: { action: { data: { token } } } } })),
    )
  })

  it('must be on one button that is there', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    const root = await postCard(tenant, decisions('a', 'b'))
    const mara = tenant.driver.as('mara')
    await expect(mara.click({ on: root, verb: 'undo' })).rejects.toThrow(
      /^0 buttons fit "undo" where one must\. The buttons there: approve \(Approve, data {"token":"a"}\);/,
    )
    await expect(mara.click({ on: root, verb: 'skip' })).rejects.toThrow(/^2 buttons fit/)
    await expect(mara.click({ on: root, verb: 'skip', pick: () => false })).rejects.toThrow(/^0 buttons fit/)
    await expect(mara.click({ on: '12', verb: 'skip' })).rejects.toThrow('There is no message 12')
    expect(() => tenant.driver.as('nobody')).toThrow('Nobody in the Teams stand-in is called "nobody"')
    expect(heard).toEqual([])
  })

  it('may come from another tenant', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    await tenant.driver.stranger().click({ on: await postCard(tenant, decisions('a')), verb: 'skip' })
    const [{ activity } = { activity: {} }] = heard
    expect(activity).toMatchObject({
      conversation: { tenantId: expect.not.stringMatching(tenant.tenantId) },
      channelData: {
        tenant: { id: expect.not.stringMatching(tenant.tenantId) },
        channel: { id: tenant.channelId },
      },
    })
  })

  it('in a personal chat is for its owner', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    const call = await callerOf(tenant)
    const card = { contentType: 'application/vnd.microsoft.card.adaptive', content: decisions('a') }
    const members = [{ id: tenant.userId('mara') }]
    const { body } = await call('POST', '/teams/v3/conversations', {
      tenantId: tenant.tenantId,
      members,
      activity: { type: 'message', attachments: [card] },
    })
    const on = tenant.whispers.at(-1)?.id ?? ''
    await tenant.driver.as('mara').click({ on, verb: 'skip' })
    expect(heard).toMatchObject([
      { activity: { replyToId: on, conversation: { id: body.id, conversationType: 'personal' } } },
    ])
    expect(heard[0]?.activity.channelData).toEqual({ tenant: { id: tenant.tenantId } })
    await expect(tenant.driver.as('noel').click({ on, verb: 'skip' })).rejects.toThrow(
      'noel cannot act on what only',
    )
  })

  it.each([
    [
      'an error',
      { statusCode: 500, type: 'application/vnd.microsoft.error', value: { code: 'x', message: 'y' } },
    ],
    ['nothing', null],
    ['nonsense', { ok: true }],
  ])('that is answered with %s shows nothing', async (_what, answer) => {
    const tenant = await startCompany()
    await startBot(tenant, answer)
    await tenant.driver.as('mara').click({ on: await postCard(tenant, decisions('a')), verb: 'skip' })
    expect(tenant.whispers).toEqual([])
  })

  it('can be answered with a card, if Teams would show it', async () => {
    const tenant = await startCompany()
    const root = await postCard(tenant, decisions('a'))
    const type = 'application/vnd.microsoft.card.adaptive'
    await startBot(tenant, { statusCode: 200, type, value: decisions('b') })
    await tenant.driver.as('mara').click({ on: root, verb: 'skip' })
    expect(tenant.whispers).toMatchObject([{ via: 'invoke', text: '', card: decisions('b') }])
    await startBot(tenant, { statusCode: 200, type, value: { ...decisions('b'), version: '1.6' } })
    await expect(tenant.driver.as('mara').click({ on: root, verb: 'skip' })).rejects.toThrow(
      'that Teams refuses',
    )
  })
})

describe('what somebody says', () => {
  it('in the channel begins a thread, with the mention of the bot', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    await tenant.driver.as('noel').say('reclaim status')
    const [message] = tenant.messages()
    expect(message).toMatchObject({
      from: tenant.userId('noel'),
      text: '<at>Reclaim</at> reclaim status',
      card: null,
    })
    expect(heard).toMatchObject([
      {
        activity: {
          type: 'message',
          id: message?.id,
          text: '<at>Reclaim</at> reclaim status',
          conversation: { id: `${tenant.channelId};messageid=${message?.id}`, isGroup: true },
          entities: [
            { type: 'mention', text: '<at>Reclaim</at>', mentioned: { id: tenant.botId, name: 'Reclaim' } },
            { type: 'clientInfo' },
          ],
        },
      },
    ])
    expect(heard[0]?.activity).not.toHaveProperty('replyToId')
  })

  it('in a thread stands there', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    const root = await postCard(tenant, decisions('a'))
    await tenant.driver.as('noel').say('help', { thread: root })
    await tenant.driver.as('noel').say('more', { thread: tenant.messages()[0]?.replies[0]?.id ?? '' })
    expect(tenant.messages()).toMatchObject([
      {
        id: root,
        replies: [{ text: '<at>Reclaim</at> help' }, { text: '<at>Reclaim</at> more', rootId: root }],
      },
    ])
    const conversation = { id: `${tenant.channelId};messageid=${root}` }
    expect(heard).toMatchObject([{ activity: { conversation } }, { activity: { conversation } }])
  })

  it('in the personal chat mentions nobody', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    await tenant.driver.as('noel').say('help', { personal: true })
    expect(heard).toMatchObject([
      {
        activity: {
          type: 'message',
          text: 'help',
          conversation: { conversationType: 'personal', id: expect.stringMatching(/^a:/) },
          entities: [{ type: 'clientInfo' }],
        },
      },
    ])
    expect([tenant.messages(), tenant.whispers]).toEqual([[], []])
  })
})

describe('the bot', () => {
  it('hears that it joins and leaves a team', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    await tenant.driver.remove('mara')
    await tenant.driver.install()
    const from = { aadObjectId: tenant.userId('mara') }
    const members = [{ id: tenant.botId }]
    const team = { id: expect.stringMatching(/^19:/), aadGroupId: tenant.teamId, name: 'IT Operations' }
    const selected = {
      settings: { selectedChannel: { id: tenant.channelId } },
      channel: { id: tenant.channelId },
      team,
    }
    expect(heard.map(({ activity }) => activity)).toMatchObject([
      {
        type: 'conversationUpdate',
        membersRemoved: members,
        channelData: { eventType: 'teamMemberRemoved', team },
        from,
      },
      { type: 'installationUpdate', action: 'remove', channelData: selected, from },
      {
        type: 'conversationUpdate',
        membersAdded: members,
        channelData: { eventType: 'teamMemberAdded', team },
        from,
      },
      { type: 'installationUpdate', action: 'add', channelData: selected, from },
    ])
  })

  it('hears that somebody adds it for themselves', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    await tenant.driver.installPersonal('otto')
    const conversation = { conversationType: 'personal', id: expect.stringMatching(/^a:/) }
    expect(heard.map(({ activity }) => activity)).toMatchObject([
      {
        type: 'conversationUpdate',
        membersAdded: [{ id: tenant.botId }, { aadObjectId: tenant.userId('otto') }],
        channelData: { tenant: { id: tenant.tenantId } },
        conversation,
      },
      { type: 'installationUpdate', action: 'add', conversation },
    ])
  })

  it('is sent anything, with any token or none', async () => {
    const tenant = await startCompany()
    const heard = await startBot(tenant)
    await tenant.driver.raw({ type: 'event' })
    await tenant.driver.raw('', { method: 'HEAD', token: null })
    await tenant.driver.raw('{', { token: 'garbage', headers: { 'content-type': 'text/plain' } })
    expect(heard).toEqual([
      { method: 'POST', authorization: expect.stringMatching(/^Bearer ey/), activity: { type: 'event' } },
      { method: 'HEAD', authorization: undefined, activity: {} },
      { method: 'POST', authorization: 'Bearer garbage', activity: {} },
    ])
  })

  it('must be connected', async () => {
    const tenant = await startCompany()
    await expect(tenant.driver.as('mara').say('help')).rejects.toThrow(
      'No bot to deliver to: call tenant.connect(botUrl)',
    )
  })
})

it('tells listeners what changed, until they are tired of it', async () => {
  const tenant = await startCompany()
  await startBot(tenant, shown('Done'))
  const seen: string[] = []
  const stop = tenant.onChange(change => seen.push(change))
  const root = await postCard(tenant, decisions('a'))
  await tenant.driver.as('mara').click({ on: root, verb: 'skip' })
  stop()
  await postCard(tenant, decisions('b'))
  expect(seen).toEqual(['messages', 'whispers'])
})
