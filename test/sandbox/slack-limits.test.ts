import type { Block, ModalView } from '@slack/web-api'
import { describe, expect, it } from 'vitest'
import type { SlackWorkspace } from '../../sandbox/slack/workspace.ts'
import { clientOf, decisions, startCompany } from './slack-company.ts'

type Json = Record<string, unknown>
const x = (length: number) => 'x'.repeat(length)
const plain = (text: string) => ({ type: 'plain_text', text })
const section = (length: number): Json => ({ type: 'section', text: plain(x(length)) })
const divider = (blockId: string): Json => ({ type: 'divider', block_id: blockId })
const button = (changes: Json = {}): Json => ({
  type: 'button',
  action_id: 'a',
  text: plain('Go'),
  ...changes,
})
const actions = (...elements: Json[]): Json => ({ type: 'actions', elements })
const context = (elements: Json[]): Json => ({ type: 'context', elements })
const fields = (texts: Json[]): Json => ({ type: 'section', fields: texts })
const confirm = (text: string) => ({
  title: plain('t'),
  text: plain(text),
  confirm: plain('y'),
  deny: plain('n'),
})
const rich = (text: string): Json => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
})
const cell = { type: 'raw_text', text: 'c' }
const table = (rows: number, columns: number): Json => ({
  type: 'table',
  rows: many(rows, () => many(columns, () => cell)),
})
function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

async function post(workspace: SlackWorkspace, blocks: Json[]) {
  const message = { channel: workspace.channelId, text: 'x', blocks: blocks as unknown as Block[] }
  return clientOf(workspace).chat.postMessage(message)
}

async function expectRefused(workspace: SlackWorkspace, blocks: Json[], error: string) {
  const before = (await workspace.messages()).length
  await expect(post(workspace, blocks)).rejects.toMatchObject({
    data: {
      ok: false,
      error: 'invalid_blocks',
      errors: expect.arrayContaining([error]),
      response_metadata: { messages: expect.arrayContaining([`[ERROR] ${error}`]) },
    },
  })
  expect(await workspace.messages()).toHaveLength(before)
}

it.each<[max: number, what: string, make: (text: string) => Json, at: string]>([
  [3000, 'a section', text => ({ type: 'section', text: plain(text) }), '/text/text'],
  [2000, 'a field', text => fields([plain(text)]), '/fields/0/text'],
  [150, 'a header', text => ({ type: 'header', text: plain(text) }), '/text/text'],
  [75, 'a button', text => actions(button({ text: plain(text) })), '/elements/0/text/text'],
  [
    75,
    'an accessory',
    text => ({ ...section(1), accessory: button({ text: plain(text) }) }),
    '/accessory/text/text',
  ],
  [
    75,
    'a label for screen readers',
    text => actions(button({ accessibility_label: text })),
    '/elements/0/accessibility_label',
  ],
  [
    300,
    'a confirmation',
    text => actions(button({ confirm: confirm(text) })),
    '/elements/0/confirm/text/text',
  ],
  [2000, 'a value', text => actions(button({ value: text })), '/elements/0/value'],
  [255, 'an action_id', text => actions(button({ action_id: text })), '/elements/0/action_id'],
  [255, 'a block_id', divider, '/block_id'],
])('allows %d characters in %s', async (max, _what, make, at) => {
  const workspace = await startCompany()
  await post(workspace, [make('🙂'.repeat(max))])
  const error = `must be less than ${max + 1} characters [json-pointer:/blocks/0${at}]`
  await expectRefused(workspace, [make(x(max + 1))], error)
})

it.each<[max: number, what: string, make: (count: number) => Json[], at: string]>([
  [50, 'blocks in a message', count => many(count, index => divider(`${index}`)), ''],
  [10, 'fields in a section', count => [fields(many(count, () => plain('f')))], '/0/fields'],
  [10, 'elements in a context', count => [context(many(count, () => plain('c')))], '/0/elements'],
  [
    25,
    'buttons in a row',
    count => [actions(...many(count, index => button({ action_id: `${index}` })))],
    '/0/elements',
  ],
  [100, 'rows in a table', count => [table(count, 1)], '/0/rows'],
  [20, 'columns in a table', count => [table(1, count)], '/0/rows/0'],
])('allows %d %s', async (max, _what, make, at) => {
  const workspace = await startCompany()
  await post(workspace, make(max))
  const error = `no more than ${max} items allowed [json-pointer:/blocks${at}]`
  await expectRefused(workspace, make(max + 1), error)
})

it.each<[what: string, allowed: Json[], refused: Json[], error: string]>([
  [
    'a second table',
    [table(1, 1)],
    [table(1, 1), table(1, 1)],
    'only one table block is allowed per message [json-pointer:/blocks]',
  ],
  [
    'a button in a table',
    [table(1, 1)],
    [{ type: 'table', rows: [[button()]] }],
    'unsupported type: button [json-pointer:/blocks/0/rows/0/0/type]',
  ],
  [
    'markup on a button',
    [actions(button())],
    [actions(button({ text: { type: 'mrkdwn', text: 'x' } }))],
    'unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]',
  ],
  [
    'a button without text',
    [actions(button())],
    [actions({ type: 'button' })],
    'missing required field: text [json-pointer:/blocks/0/elements/0/text]',
  ],
  [
    'an empty section',
    [section(1)],
    [section(0)],
    'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'an empty rich text',
    [rich('x')],
    [rich('')],
    'must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]',
  ],
  [
    'an alert',
    [divider('a')],
    [{ type: 'alert', text: plain('x') }],
    'unsupported type: alert [json-pointer:/blocks/0/type]',
  ],
  [
    'a repeated block_id',
    [divider('a'), divider('b')],
    [divider('a'), divider('a')],
    'block_id already exists for another block [json-pointer:/blocks/1/block_id]',
  ],
  [
    'a repeated action_id',
    [actions(button(), button({ action_id: 'b' }))],
    [actions(button(), button())],
    'action_id already exists for another element [json-pointer:/blocks/0/elements/1/action_id]',
  ],
])('refuses %s', async (_what, allowed, refused, error) => {
  const workspace = await startCompany()
  await post(workspace, allowed)
  await expectRefused(workspace, refused, error)
})

it.each(['chat.postMessage', 'chat.update', 'chat.postEphemeral'])('holds in %s', async method => {
  const workspace = await startCompany()
  const client = clientOf(workspace)
  const channel = workspace.channelId
  const { ts } = await client.chat.postMessage({ channel, text: 'x' })
  const user = workspace.userId('mara')
  const call = client.apiCall(method, { channel, ts, user, text: 'x', blocks: [section(3001)] })
  await expect(call).rejects.toMatchObject({ data: { error: 'invalid_blocks' } })
  expect(await workspace.messages()).toMatchObject([{ blocks: [], edited: null }])
  expect(workspace.whispers).toEqual([])
})

it('refuses a message whose texts together are too long', async () => {
  const workspace = await startCompany()
  const atLimit = [3000, 3000, 3000].map(section)
  await post(workspace, atLimit)
  await expect(post(workspace, [...atLimit, section(1)])).rejects.toMatchObject({
    data: { error: 'msg_blocks_too_long' },
  })
})

it('refuses an update whose text is longer than 4,000 characters', async () => {
  const workspace = await startCompany()
  const { chat } = clientOf(workspace)
  const channel = workspace.channelId
  const { ts = '' } = await chat.postMessage({ channel, text: x(5000) })
  await chat.update({ channel, ts, text: x(4000) })
  await expect(chat.update({ channel, ts, text: x(4001) })).rejects.toMatchObject({
    data: { error: 'msg_too_long' },
  })
})

it.each([
  ['text that is not JSON', '{'],
  ['an object', '{}'],
  ['a list of texts', '["x"]'],
])('refuses blocks that are %s', async (_what, blocks) => {
  const workspace = await startCompany()
  const message = { channel: workspace.channelId, text: 'x', blocks }
  await expect(clientOf(workspace).apiCall('chat.postMessage', message)).rejects.toMatchObject({
    data: { error: 'invalid_blocks_format' },
  })
})

describe('a modal', () => {
  const atLimit = {
    type: 'modal',
    title: plain(x(24)),
    private_metadata: x(3000),
    blocks: many(100, index => divider(`${index}`)),
  }
  const open = (workspace: SlackWorkspace, changes: Json = {}) => {
    const view = { ...atLimit, ...changes } as unknown as ModalView
    return clientOf(workspace).views.open({ trigger_id: 'unknown', view })
  }

  it('is fine at its limits: only the trigger is missing', async () => {
    const workspace = await startCompany()
    await expect(open(workspace)).rejects.toMatchObject({ data: { error: 'invalid_trigger_id' } })
  })

  it.each<[what: string, changes: Json, error: string]>([
    [
      '100 blocks',
      { blocks: many(101, index => divider(`${index}`)) },
      'no more than 100 items allowed [json-pointer:/view/blocks]',
    ],
    [
      '24 characters of title',
      { title: plain(x(25)) },
      'must be less than 25 characters [json-pointer:/view/title/text]',
    ],
    [
      '3,000 characters of metadata',
      { private_metadata: x(3001) },
      'must be less than 3001 characters [json-pointer:/view/private_metadata]',
    ],
  ])('allows no more than %s', async (_what, changes, error) => {
    const workspace = await startCompany()
    await expect(open(workspace, changes)).rejects.toMatchObject({
      data: { error: 'invalid_arguments', response_metadata: { messages: [`[ERROR] ${error}`] } },
    })
  })

  it('allows no more than 250 kB', async () => {
    const workspace = await startCompany()
    await expect(open(workspace, { blocks: many(90, () => section(3000)) })).rejects.toMatchObject({
      data: { error: 'view_too_large' },
    })
  })
})

it('lets ordinary blocks pass', async () => {
  const workspace = await startCompany()
  await post(workspace, decisions('a', 'b'))
  expect(await workspace.messages()).toHaveLength(1)
})
