import { describe, expect, it } from 'vitest'
import { clientOf, decisions, startCompany } from './slack-company.ts'

const platformError = (error: string) => expect.objectContaining({ data: expect.objectContaining({ error }) })

describe('the channel', () => {
  it('shows posts, edits and thread replies in order', async () => {
    const workspace = await startCompany()
    const { chat } = clientOf(workspace)
    const channel = workspace.channelId
    const first = await chat.postMessage({ channel, text: 'first', blocks: decisions('a') })
    await chat.postMessage({ channel, text: 'second' })
    await chat.postMessage({ channel, text: 'reply', thread_ts: first.ts ?? '' })
    await chat.update({ channel, ts: first.ts ?? '', text: 'first, edited', blocks: decisions('b') })

    const [one, two, ...rest] = await workspace.messages()
    expect(rest).toEqual([])
    expect(one).toMatchObject({
      ts: first.ts,
      text: 'first, edited',
      user: workspace.botUserId,
      threadTs: null,
    })
    expect(one?.edited).toMatchObject({ user: workspace.botUserId })
    expect(JSON.stringify(one?.blocks)).toContain('"value":"b"')
    expect(one?.replies.map(({ text, threadTs }) => ({ text, threadTs }))).toEqual([
      { text: 'reply', threadTs: first.ts },
    ])
    expect(two).toMatchObject({ text: 'second', edited: null, replies: [] })
  })

  it("gives blocks without a block_id one, and marks the message as the app's", async () => {
    const workspace = await startCompany()
    await clientOf(workspace).chat.postMessage({
      channel: workspace.channelId,
      text: 'x',
      blocks: decisions('a'),
    })
    const [message] = await workspace.messages()
    const [one, two] = message?.blocks.map(block => block.block_id) ?? []
    expect([one, two]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)])
    expect(one).not.toBe(two)
    expect(message?.raw).toMatchObject({ bot_id: 'B0RECLAIM0', app_id: 'A0RECLAIM0' })
  })

  it('loses its blocks when it is updated with text alone', async () => {
    const workspace = await startCompany()
    const { chat } = clientOf(workspace)
    const channel = workspace.channelId
    const { ts = '' } = await chat.postMessage({ channel, text: 'x', blocks: decisions('a') })
    await chat.update({ channel, ts, text: 'only text' })
    expect(await workspace.messages()).toMatchObject([{ text: 'only text', blocks: [] }])
  })

  it('does not know a message that was never posted', async () => {
    const workspace = await startCompany()
    const update = clientOf(workspace).chat.update({
      channel: workspace.channelId,
      ts: '1700000000.000001',
      text: 'x',
    })
    await expect(update).rejects.toEqual(platformError('message_not_found'))
  })

  it('does not know a thread that was never begun', async () => {
    const workspace = await startCompany()
    const replies = clientOf(workspace).conversations.replies({
      channel: workspace.channelId,
      ts: '1700000000.000001',
    })
    await expect(replies).rejects.toEqual(platformError('thread_not_found'))
  })

  it('shows files that were uploaded into it', async () => {
    const workspace = await startCompany({ scopes: ['chat:write', 'files:write'] })
    await clientOf(workspace).filesUploadV2({
      channel_id: workspace.channelId,
      filename: 'history.csv',
      content: 'a,b',
      initial_comment: 'As asked',
    })
    expect(await workspace.messages()).toMatchObject([
      { text: 'As asked', raw: { files: [{ name: 'history.csv', size: 3 }] } },
    ])
  })

  it('tells of each change', async () => {
    const workspace = await startCompany()
    const { chat } = clientOf(workspace)
    const channel = workspace.channelId
    const heard: string[] = []
    const stop = workspace.onChange(change => heard.push(change))
    await chat.postMessage({ channel, text: 'x' })
    await chat.postEphemeral({ channel, user: workspace.userId('mara'), text: 'x' })
    stop()
    await chat.postMessage({ channel, text: 'unheard' })
    expect(heard).toEqual(['messages', 'whispers'])
  })
})

describe('message metadata', () => {
  it('comes with history and replies only when asked for', async () => {
    const workspace = await startCompany()
    const { chat, conversations } = clientOf(workspace)
    const channel = workspace.channelId
    const metadata = { event_type: 'candidate', event_payload: { id: '7' } }
    const { ts = '' } = await chat.postMessage({ channel, text: 'root', metadata })
    await chat.postMessage({ channel, text: 'reply', thread_ts: ts, metadata })
    const asked = { channel, include_all_metadata: true }

    expect((await conversations.history(asked)).messages).toMatchObject([{ metadata }])
    expect((await conversations.replies({ ...asked, ts })).messages).toMatchObject([
      { metadata },
      { metadata },
    ])
    expect((await conversations.history({ channel })).messages?.[0]).not.toHaveProperty('metadata')
    expect((await conversations.replies({ channel, ts })).messages?.[1]).not.toHaveProperty('metadata')
    expect(await workspace.messages()).toMatchObject([{ metadata, replies: [{ metadata }] }])
  })

  it('stays through an update that does not mention it', async () => {
    const workspace = await startCompany()
    const { chat } = clientOf(workspace)
    const channel = workspace.channelId
    const metadata = { event_type: 'candidate', event_payload: { id: '7' } }
    const { ts = '' } = await chat.postMessage({ channel, text: 'x', metadata })
    await chat.update({ channel, ts, text: 'y' })
    expect(await workspace.messages()).toMatchObject([{ text: 'y', metadata }])
  })

  it('is refused without its two parts', async () => {
    const workspace = await startCompany()
    const post = clientOf(workspace).apiCall('chat.postMessage', {
      channel: workspace.channelId,
      text: 'x',
      metadata: { event_type: 'candidate' },
    })
    await expect(post).rejects.toEqual(platformError('invalid_metadata_schema'))
    expect(await workspace.messages()).toEqual([])
  })
})

it('reads history between two instants, page by page', async () => {
  const workspace = await startCompany()
  const { chat, conversations } = clientOf(workspace)
  const channel = workspace.channelId
  const stamps: string[] = []
  for (const text of ['a', 'b', 'c', 'd']) {
    stamps.push((await chat.postMessage({ channel, text })).ts ?? '')
  }
  const [oldest = ''] = stamps
  const texts = async (window: { oldest: string; inclusive?: boolean; limit?: number; cursor?: string }) => {
    const page = await conversations.history({ channel, ...window })
    return { texts: page.messages?.map(({ text }) => text), next: page.response_metadata?.next_cursor ?? '' }
  }
  expect((await texts({ oldest })).texts).toEqual(['d', 'c', 'b'])
  expect((await texts({ oldest, inclusive: true })).texts).toEqual(['d', 'c', 'b', 'a'])
  const page = await texts({ oldest, limit: 2 })
  expect(page.texts).toEqual(['d', 'c'])
  expect(await texts({ oldest, limit: 2, cursor: page.next })).toEqual({ texts: ['b'], next: '' })
  const before = await conversations.history({ channel, latest: stamps[1] ?? '' })
  expect(before.messages?.map(({ text }) => text)).toEqual(['a'])
})

describe('ephemeral messages', () => {
  it('are kept as whispers to one person', async () => {
    const workspace = await startCompany({ now: () => 1_750_000_000_000 })
    const { message_ts } = await clientOf(workspace).chat.postEphemeral({
      channel: workspace.channelId,
      user: workspace.userId('mara'),
      text: 'Only you can see this',
      blocks: decisions('a'),
      thread_ts: '1.2',
    })
    expect(workspace.whispers).toEqual([
      {
        ts: message_ts,
        at: 1_750_000_000_000,
        user: workspace.userId('mara'),
        via: 'ephemeral',
        text: 'Only you can see this',
        blocks: [expect.objectContaining({ type: 'section' }), expect.objectContaining({ type: 'actions' })],
        threadTs: '1.2',
        changedAt: null,
      },
    ])
    expect(await workspace.messages()).toEqual([])
  })

  it('reach nobody outside the channel', async () => {
    const workspace = await startCompany()
    const whisper = clientOf(workspace).chat.postEphemeral({
      channel: workspace.channelId,
      user: workspace.userId('otto'),
      text: 'x',
    })
    await expect(whisper).rejects.toEqual(platformError('user_not_in_channel'))
    expect(workspace.whispers).toEqual([])
  })
})
