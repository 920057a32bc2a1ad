import { describe, expect, test } from 'vitest'
import { say } from '../../../src/bot/answer.ts'
import { type Card, text } from '../../../src/bot/view.ts'
import { desk } from './desk.ts'

const HELLO = say('Hello.')
const said = (whispers: readonly { card: object | null }[]) =>
  whispers.map(({ card }) => JSON.stringify(card))

describe('what is for one person', () => {
  test('goes into their personal chat, which is opened once', async () => {
    const { mouth, tenant, channel, sender, addresses, asked } = await desk()
    expect(await mouth.tell(sender('mara'), channel, HELLO)).toBe('delivered')
    expect(await mouth.tell(sender('mara'), channel, say('Again.'))).toBe('delivered')
    expect(said(tenant.whispers)).toEqual([
      expect.stringContaining('Hello'),
      expect.stringContaining('Again'),
    ])
    expect(tenant.whispers.every(({ user }) => user === tenant.userId('mara'))).toBe(true)
    expect(tenant.messages()).toEqual([])
    // Opened, then written into twice.
    expect(asked('personal')).toHaveLength(3)
    expect(await addresses.person(tenant.userId('mara'))).toMatchObject({
      ...channel,
      conversation: expect.stringMatching(/^a:/),
    })
  })

  test.each([
    ['is not there any more', 404, 'ConversationNotFound'],
    ['has been closed to the bot', 403, 'BotNotInConversationRoster'],
    ['was blocked', 403, 'ConversationBlockedByUser'],
  ])('is said in a new chat when the known one %s', async (_what, status, code) => {
    const { mouth, tenant, channel, sender, addresses, lines } = await desk()
    const stale = { ...channel, conversation: 'a:stale' }
    await addresses.keepPerson(tenant.userId('mara'), stale)
    tenant.faults.add({ operation: 'personal', kind: 'error', status, code })
    expect(await mouth.tell(sender('mara'), channel, HELLO)).toBe('delivered')
    expect(tenant.whispers).toHaveLength(1)
    expect(lines).toEqual([])
    expect(await addresses.person(tenant.userId('mara'))).not.toEqual(stale)
  })

  test('is logged where a new chat cannot be opened either', async () => {
    const { mouth, tenant, channel, sender, addresses, lines } = await desk()
    await addresses.keepPerson(tenant.userId('mara'), { ...channel, conversation: 'a:stale' })
    const blocked = { kind: 'error', status: 403, code: 'ConversationBlockedByUser' } as const
    tenant.faults.add({ operation: 'personal', ...blocked, times: 2 })
    expect(await mouth.tell(sender('mara'), channel, HELLO)).toBe('refused')
    expect(tenant.whispers).toEqual([])
    expect(lines).toMatchObject([{ level: 'warn', words: 'an answer could not be delivered' }])
    expect(await addresses.person(tenant.userId('mara'))).toBeNull()
  })

  test('keeps its chat when nobody knows whether it arrived, and says it once only', async () => {
    const { mouth, tenant, channel, sender, addresses, asked } = await desk()
    await mouth.tell(sender('mara'), channel, HELLO)
    const before = await addresses.person(tenant.userId('mara'))
    tenant.faults.add({ operation: 'personal', kind: 'reset_after' })
    expect(await mouth.tell(sender('mara'), channel, HELLO)).toBe('failed')
    expect(await addresses.person(tenant.userId('mara'))).toEqual(before)
    expect(asked('personal')).toHaveLength(3)
  })

  test('cannot be said to somebody outside the team who never added the app', async () => {
    const { mouth, tenant, channel, sender, addresses } = await desk()
    expect(await mouth.tell(sender('otto'), channel, HELLO)).toBe('refused')
    expect(await addresses.person(tenant.userId('otto'))).toBeNull()
    expect(tenant.whispers).toEqual([])
  })
})

describe('what is for all', () => {
  test('starts a thread, or goes into the one where somebody wrote', async () => {
    const { mouth, tenant, channel } = await desk()
    expect(await mouth.post(channel, HELLO)).toBe('delivered')
    const [root] = tenant.messages()
    const thread = { ...channel, conversation: `${channel.conversation};messageid=${root?.id}` }
    expect(await mouth.reply(thread, say('Here.'))).toBe('delivered')
    expect(tenant.messages()).toMatchObject([{ id: root?.id, replies: [{ rootId: root?.id }] }])
  })

  test.each(['post', 'reply'] as const)('%s: is said once; what fails is logged, never thrown', async how => {
    const { mouth, tenant, channel, lines } = await desk()
    tenant.faults.add({ operation: 'create', kind: '500' })
    expect(await mouth[how](channel, HELLO)).toBe('failed')
    expect(tenant.messages()).toEqual([])
    expect(lines).toMatchObject([{ fields: { reason: expect.stringContaining('answered HTTP 500') } }])
    expect(tenant.calls.filter(({ operation }) => operation === 'create')).toHaveLength(1)
  })
})

test('names that cannot be read are no reason to say nothing', async () => {
  const { mouth, store, channel, tenant } = await desk()
  const card: Card = { ...HELLO, summary: [{ kind: 'person', actor: 'teams:nora' }, text(' did it.')] }
  await store.close()
  expect(await mouth.post(channel, card)).toBe('delivered')
  expect(tenant.messages()).toHaveLength(1)
})
