import { describe, expect, test } from 'vitest'
import { keepAddress } from '../../../src/bot/teams/arrivals.ts'
import { addressOf, inboundOf, placeOf } from '../../../src/bot/teams/inbound.ts'
import { VIEWS } from '../cast.ts'
import { desk } from './desk.ts'
import { executed, installed, MARA, PLACE, parsed, SERVICE_URL, written } from './sent.ts'

/** The bot hears what Teams sends, one after another. */
async function hearing() {
  const parts = await desk({
    channel: { id: PLACE.channelId, name: PLACE.channelName },
    team: { id: PLACE.teamId, name: PLACE.teamName, threadId: PLACE.threadId },
  })
  const { addresses, mouth, log, tenant } = parts
  let moves = 0
  const context = {
    ...{ addresses, mouth, log, views: VIEWS, settings: { team: PLACE.teamId, channel: PLACE.channelId } },
    moved: () => {
      moves += 1
    },
  }
  return {
    ...parts,
    moves: () => moves,
    async hear(...activities: object[]) {
      for (const activity of activities) {
        const sent = parsed({ ...activity, serviceUrl: tenant.serviceUrl })
        await keepAddress(inboundOf(sent), placeOf(sent), addressOf(sent), context)
      }
    },
    channelKnown: () => addresses.channel().catch(() => null),
  }
}

describe('added to its team', () => {
  test('the bot knows its channel, and says hello there once, although it is told twice', async () => {
    const { hear, channelKnown, tenant, moves } = await hearing()
    await hear(...installed('team', 'add'))
    expect(await channelKnown()).toEqual({
      ...{ serviceUrl: tenant.serviceUrl, tenant: tenant.tenantId, bot: tenant.botId },
      conversation: PLACE.channelId,
    })
    expect(tenant.messages()).toHaveLength(1)
    expect(JSON.stringify(tenant.messages())).toContain('Hello, I take ServiceNow licences back')
    expect(moves()).toBe(1)
  })

  test('says hello in its own channel, in whichever one it was added', async () => {
    const { hear, channelKnown, tenant } = await hearing()
    const [, inAnotherChannel] = installed('team', 'add', { channelId: '19:general@thread.tacv2' })
    await hear(inAnotherChannel ?? {})
    expect(await channelKnown()).toMatchObject({ conversation: PLACE.channelId })
    expect(tenant.messages()).toHaveLength(1)
  })

  test('to another team, it stays silent, and the log says so', async () => {
    const { hear, channelKnown, tenant, lines, moves } = await hearing()
    const elsewhere = { teamId: 'another', threadId: '19:t@thread.tacv2', channelId: '19:x@thread.tacv2' }
    await hear(...installed('team', 'add', elsewhere), written({ rootId: '1' }, 'hi'))
    const warnings = lines.filter(({ words }) => words.includes('a team that is not in the settings'))
    expect(warnings).toMatchObject([
      { level: 'warn', fields: { team: 'another' } },
      { level: 'warn', fields: { team: 'another', channel: '19:x@thread.tacv2' } },
    ])
    expect(tenant.messages()).toEqual([])
    expect([await channelKnown(), moves()]).toEqual([expect.anything(), 1])
  })

  test('removed from another team, it keeps its own', async () => {
    const { hear, channelKnown } = await hearing()
    const elsewhere = { teamId: 'another', threadId: '19:t@thread.tacv2', channelId: '19:x@thread.tacv2' }
    await hear(...installed('team', 'add'), ...installed('team', 'remove', elsewhere))
    expect(await channelKnown()).not.toBeNull()
  })
})

test('removed from another channel of its team, it keeps its own, and has it looked at', async () => {
  const { hear, channelKnown, moves } = await hearing()
  await hear(...installed('team', 'add'))
  const before = moves()
  const [, removed = {}] = installed('team', 'remove')
  const conversation = { id: '19:secret@thread.tacv2', conversationType: 'channel', tenantId: PLACE.tenantId }
  await hear({ ...removed, conversation })
  expect(await channelKnown()).not.toBeNull()
  expect(moves()).toBe(before + 1)
})

describe('spoken to in its channel', () => {
  test.each([
    ['a mention', written({ rootId: '1' }, 'status')],
    ['a click', executed({ rootId: '1' })],
  ])('it knows the channel by that, too (%s), without a hello', async (_how, activity) => {
    const { hear, channelKnown, tenant, moves } = await hearing()
    await hear(activity, activity)
    expect(await channelKnown()).toMatchObject({ conversation: PLACE.channelId })
    expect([tenant.messages(), moves()]).toEqual([[], 1])
  })

  test('an address that has changed is the one that counts', async () => {
    const { hear, channelKnown, addresses, channel, moves } = await hearing()
    await addresses.keepChannel({ ...channel, serviceUrl: SERVICE_URL })
    await hear(executed({ rootId: '1' }))
    expect(await channelKnown()).toMatchObject({ serviceUrl: channel.serviceUrl })
    expect(moves(), 'it was connected before').toBe(0)
  })
})

test('removed from the team, it forgets the channel, and is welcome to come back', async () => {
  const { hear, channelKnown, tenant, moves } = await hearing()
  await hear(...installed('team', 'add'), ...installed('team', 'remove'))
  expect(await channelKnown()).toBeNull()
  expect(moves()).toBeGreaterThan(1)
  await hear(...installed('team', 'add'))
  expect(await channelKnown()).not.toBeNull()
  expect(tenant.messages()).toHaveLength(2)
})

describe('added by somebody for themselves', () => {
  test('it says hello to them alone, once', async () => {
    const { hear, addresses, tenant, channelKnown, moves } = await hearing()
    await hear(...installed('personal', 'add'))
    expect(await addresses.person(MARA.userId)).toMatchObject({ conversation: MARA.chatId })
    expect(tenant.whispers).toMatchObject([{ user: MARA.userId }])
    expect([tenant.messages(), await channelKnown(), moves()]).toEqual([[], null, 0])
  })

  test('or merely written to, it knows where to answer', async () => {
    const { hear, addresses, tenant } = await hearing()
    await hear(written('personal', 'status'))
    expect(await addresses.person(MARA.userId)).toMatchObject({ conversation: MARA.chatId })
    expect(tenant.whispers).toEqual([])
  })

  test('and removed, it forgets them, and nobody else', async () => {
    const { hear, addresses, channel, channelKnown } = await hearing()
    await hear(...installed('team', 'add'), ...installed('personal', 'add'))
    await addresses.keepPerson('noel', channel)
    await hear(...installed('personal', 'remove'))
    expect(await addresses.person(MARA.userId)).toBeNull()
    expect(await addresses.person('noel')).not.toBeNull()
    expect(await channelKnown()).not.toBeNull()
  })
})

test('what is nothing to the bot leaves no address', async () => {
  const { hear, addresses, channelKnown } = await hearing()
  const reaction = { ...written({ rootId: '1' }, ''), type: 'messageReaction' }
  const anonymous = { ...written('personal', 'run'), from: { id: '29:anonymous' } }
  await hear(reaction, anonymous)
  expect([await channelKnown(), await addresses.person(MARA.userId)]).toEqual([null, null])
})
