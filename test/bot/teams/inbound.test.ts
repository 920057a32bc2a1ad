import { describe, expect, test } from 'vitest'
import { addressOf, inboundOf, parseActivity, placeOf, tenantOf } from '../../../src/bot/teams/inbound.ts'
import {
  BOT,
  executed,
  installed,
  MARA,
  PLACE,
  parsed,
  SERVICE_URL,
  submitted,
  TENANT,
  written,
} from './sent.ts'

const THREAD = { rootId: '55' }
const BY = { id: MARA.userId, memberId: MARA.memberId }
const read = (activity: object) => inboundOf(parsed(activity))

describe('a click', () => {
  test.each([
    ['execute', executed(THREAD)],
    ['submit', submitted(THREAD)],
  ])('(%s) on a message in the channel says who, what, and on which message', (how, activity) => {
    expect(read(activity)).toEqual({
      ...{ kind: 'pressed', by: BY, how, verb: 'reclaim_skip', token: 'token' },
      at: { conversation: PLACE.channelId, id: '77' },
    })
  })

  test.each([
    ['execute', executed('personal')],
    ['submit', submitted('personal')],
  ])('(%s) in a personal chat is on no message of the channel', (how, activity) => {
    expect(read(activity)).toMatchObject({ kind: 'pressed', how, at: null })
  })

  test('that does not say on which message is a click all the same', () => {
    expect(read({ ...executed(THREAD), replyToId: undefined })).toMatchObject({ kind: 'pressed', at: null })
  })

  test.each([
    ['of another kind of invoke', { name: 'task/fetch' }],
    ['without data', { value: { action: { verb: 'reclaim_skip' } } }],
    ['whose value is no text', { value: { action: { verb: 'reclaim_skip', data: { value: 7 } } } }],
    ['without a verb', { value: { action: { data: { value: 'token' } } } }],
    ['of nothing', { value: null }],
    ['of somebody without an Entra id', { from: { id: '29:anonymous' } }],
  ])('%s is none', (_what, changes) => {
    expect(read({ ...executed(THREAD), ...changes })).toEqual({ kind: 'other' })
  })

  test('by an older client with another card’s data is none', () => {
    expect(read(submitted(THREAD, { colour: 'blue' }))).toEqual({ kind: 'other' })
  })
})

describe('what somebody wrote', () => {
  test.each([
    ['mentions nobody', 'run'],
    ['mentions somebody else', '<at>Bob</at> run'],
  ])('in the channel and %s is between other people', (_what, text) => {
    const entities = [{ type: 'mention', text: '<at>Bob</at>', mentioned: { id: '29:bob', name: 'Bob' } }]
    expect(read({ ...written(THREAD, text), entities })).toEqual({ kind: 'other' })
  })

  test('in the channel comes without the mention of the bot', () => {
    const activity = written(THREAD, `<at>${BOT.name}</at> status bob.marsh`)
    expect(read(activity)).toEqual({ kind: 'typed', by: BY, text: 'status bob.marsh', mentions: [] })
  })

  test('in a personal chat comes as it is', () => {
    expect(read(written('personal', ' run '))).toMatchObject({ kind: 'typed', text: 'run' })
  })

  test('with the spaces that Teams makes of it', () => {
    expect(read(written(THREAD, `<at>${BOT.name}</at>&nbsp;history&nbsp;bob`))).toMatchObject({
      text: 'history bob',
    })
  })

  test('names the others whom it mentions, by Teams’ own ids', () => {
    const entities = [
      { type: 'mention', text: '<at>Reclaim</at>', mentioned: { id: BOT.id, name: 'Reclaim' } },
      { type: 'mention', text: '<at>Bob</at>', mentioned: { id: '29:bob', name: 'Bob' } },
      { type: 'clientInfo', locale: 'en-US' },
      { type: 'mention', text: 7 },
      null,
    ]
    const activity = { ...written(THREAD, '<at>Reclaim</at> status <at>Bob</at>'), entities }
    expect(read(activity)).toMatchObject({
      text: 'status <at>Bob</at>',
      mentions: [{ text: '<at>Bob</at>', memberId: '29:bob' }],
    })
  })

  test.each([undefined, null, ''])('is nothing where there is no text (%s)', text => {
    expect(read({ ...written('personal', 'x'), text, entities: null })).toMatchObject({
      kind: 'typed',
      text: '',
    })
  })

  test('by somebody without an Entra id is not heard', () => {
    expect(read({ ...written(THREAD, 'run'), from: { id: '29:anonymous' } })).toEqual({ kind: 'other' })
  })
})

describe('the bot’s coming and going', () => {
  test.each([
    ['team', 'add', 'added'],
    ['team', 'remove', 'removed'],
    ['personal', 'add', 'added'],
    ['personal', 'remove', 'removed'],
  ] as const)('(%s, %s) is told twice', (where, action, kind) => {
    expect(installed(where, action).map(read)).toEqual([
      { kind, by: BY },
      { kind, by: BY },
    ])
  })

  test.each([
    ['add-upgrade', 'added'],
    ['remove-upgrade', 'removed'],
  ])('by an upgrade (%s) counts too', (action, kind) => {
    const [, activity] = installed('team', 'add')
    expect(read({ ...activity, action })).toMatchObject({ kind })
  })

  test('is not that of others', () => {
    const [activity] = installed('team', 'add')
    const others = [{ id: '29:other' }]
    expect(read({ ...activity, membersAdded: others })).toEqual({ kind: 'other' })
    expect(read({ ...activity, membersAdded: undefined, membersRemoved: others })).toEqual({ kind: 'other' })
  })
})

describe('who and where', () => {
  test('a person is compared in small letters', () => {
    const activity = { ...executed(THREAD), from: { id: '29:Mara', aadObjectId: 'ABCDEF00' } }
    expect(read(activity)).toMatchObject({ by: { id: 'abcdef00', memberId: '29:Mara' } })
  })

  test('a tenant too; the conversation’s counts, then the channel data’s; none is none', () => {
    const activity = parsed(executed(THREAD))
    expect(tenantOf(activity)).toBe(TENANT)
    const { conversation } = activity
    expect(tenantOf({ ...activity, conversation: { ...conversation, tenantId: 'ABC' } })).toBe('abc')
    expect(tenantOf({ ...activity, conversation: { id: '1' } })).toBe(TENANT)
    expect(tenantOf({ ...activity, conversation: { id: '1' }, channelData: null })).toBe('')
  })

  test('a thread is in its channel, a chat is nowhere else', () => {
    expect(placeOf(parsed(executed(THREAD)))).toMatchObject({ kind: 'channel', channel: PLACE.channelId })
    expect(placeOf(parsed(executed('personal')))).toEqual({ kind: 'personal' })
  })

  test('the team is the Entra group, where Teams says it', () => {
    const [, activity] = installed('team', 'add', { teamId: 'ABC' })
    expect(placeOf(parsed(activity ?? {}))).toEqual({
      kind: 'channel',
      team: 'abc',
      channel: expect.any(String),
      wholeTeam: expect.any(Boolean),
    })
    expect(placeOf(parsed(written(THREAD, 'run')))).toMatchObject({
      ...{ team: null, channel: PLACE.channelId, wholeTeam: false },
    })
  })

  test('the address is where an answer goes', () => {
    expect(addressOf(parsed(written(THREAD, 'run')))).toEqual({
      ...{ serviceUrl: SERVICE_URL, tenant: TENANT, bot: BOT.id },
      conversation: `${PLACE.channelId};messageid=55`,
    })
    expect(addressOf(parsed(executed('personal')))).toMatchObject({ conversation: MARA.chatId })
  })
})

test('anything that Teams would not send is no activity', () => {
  for (const body of [
    '',
    'null',
    '[]',
    '{}',
    '{',
    JSON.stringify({ ...executed(THREAD), channelId: 'webchat' }),
  ])
    expect(parseActivity(body)).toBeNull()
  expect(parseActivity(JSON.stringify(executed(THREAD)))).toMatchObject({ type: 'invoke' })
})
