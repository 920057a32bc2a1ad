import { describe, expect, it } from 'vitest'
import { callerOf, decisions, newThread, postCard, startBot, startCompany, withCard } from './company.ts'

const text = (said: string) => ({ type: 'message', text: said })
const pathOf = (conversation: string, ...rest: string[]) =>
  ['/teams/v3/conversations', ...[conversation, ...rest].map(encodeURIComponent)].join('/')

describe('a new thread', () => {
  it('is a root message of the bot', async () => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    const answer = await call('POST', '/teams/v3/conversations', newThread(tenant, withCard(decisions('a'))))
    const [message] = tenant.messages()
    expect(answer).toMatchObject({
      status: 201,
      body: { id: `${tenant.channelId};messageid=${message?.id}`, activityId: message?.id },
    })
    expect(message).toMatchObject({ from: 'bot', text: '', card: decisions('a'), edited: 0, replies: [] })
    expect(message?.id).toMatch(/^\d{13}$/)
    expect(tenant.calls.at(-1)).toMatchObject({
      operation: 'create',
      method: 'POST',
      path: '/teams/v3/conversations',
      status: 201,
      body: { isGroup: true },
    })
  })

  it('has an id of its own and later than all before it, even at the same instant', async () => {
    const tenant = await startCompany({ now: () => 1_700_000_000_000 })
    for (const token of ['a', 'b', 'c']) await postCard(tenant, decisions(token))
    expect(tenant.messages().map(({ id }) => id)).toEqual(['1700000000000', '1700000000001', '1700000000002'])
  })

  it.each([
    ['without a tenant', { tenantId: undefined }, 403, 'Forbidden'],
    ['of another tenant', { tenantId: 'another' }, 403, 'Forbidden'],
    [
      'in another channel',
      { channelData: { channel: { id: '19:x@thread.tacv2' } } },
      404,
      'ConversationNotFound',
    ],
    ['without an activity', { activity: undefined }, 400, 'BadSyntax'],
    ['without a channel', { channelData: {} }, 400, 'BadSyntax'],
    ['that is no group', { isGroup: false }, 400, 'BadSyntax'],
    ['without words', { activity: { type: 'message' } }, 400, 'BadSyntax'],
  ])('%s is refused', async (_what, changes, status, code) => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    const body = { ...newThread(tenant, text('x')), ...changes }
    expect(await call('POST', '/teams/v3/conversations', body)).toMatchObject({
      status,
      body: { error: { code } },
    })
    expect(tenant.messages()).toEqual([])
  })

  it('of more than 100 KB of UTF-16 is refused', async () => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    const post = (length: number) =>
      call('POST', '/teams/v3/conversations', newThread(tenant, text('x'.repeat(length))))
    expect(await post(51_000)).toMatchObject({ status: 201 })
    expect(await post(51_200)).toMatchObject({ status: 413, body: { error: { code: 'MessageSizeTooBig' } } })
  })
})

describe('a reply', () => {
  it('stands in its thread, by either path', async () => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    const root = await postCard(tenant, decisions('a'))
    const thread = `${tenant.channelId};messageid=${root}`
    const first = await call('POST', pathOf(thread, 'activities'), text('one'))
    await call('POST', pathOf(thread, 'activities', root), text('two'))
    const [message] = tenant.messages()
    expect(first).toMatchObject({ status: 201, body: { id: message?.replies[0]?.id } })
    expect(message?.replies).toMatchObject([
      { from: 'bot', text: 'one', rootId: root },
      { from: 'bot', text: 'two', rootId: root },
    ])
    expect(tenant.calls.at(-1)).toMatchObject({
      operation: 'reply',
      path: `/teams/v3/conversations/${thread}/activities/${root}`,
    })
  })

  it('needs its thread', async () => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    const root = await postCard(tenant, decisions('a'))
    const reply = await call(
      'POST',
      pathOf(`${tenant.channelId};messageid=${root}`, 'activities'),
      text('one'),
    )
    for (const conversation of [
      '19:x',
      `${tenant.channelId};messageid=1`,
      `${tenant.channelId};messageid=${reply.body.id}`,
    ]) {
      expect(await call('POST', pathOf(conversation, 'activities'), text('x'))).toMatchObject({
        status: 404,
        body: { error: { code: 'ConversationNotFound' } },
      })
    }
  })
})

describe('an update', () => {
  it('changes the message in its place', async () => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    const root = await postCard(tenant, decisions('a'))
    const [before] = tenant.messages()
    for (const conversation of [tenant.channelId, `${tenant.channelId};messageid=${root}`]) {
      const answer = await call('PUT', pathOf(conversation, 'activities', root), withCard(decisions('b')))
      expect(answer).toMatchObject({ status: 200, body: { id: root } })
    }
    expect(tenant.messages()).toMatchObject([{ id: root, edited: 2, card: decisions('b') }])
    expect(before).toMatchObject({ edited: 0, card: decisions('a') })
  })

  it('needs its message, in this thread, and of the bot', async () => {
    const tenant = await startCompany()
    await startBot(tenant)
    const call = await callerOf(tenant)
    const [one, two] = [await postCard(tenant, decisions('a')), await postCard(tenant, decisions('b'))]
    const unknown = { status: 404, body: { error: { code: 'ActivityNotFoundInConversation' } } }
    expect(await call('PUT', pathOf(tenant.channelId, 'activities', '1'), text('x'))).toMatchObject(unknown)
    const other = `${tenant.channelId};messageid=${two}`
    expect(await call('PUT', pathOf(other, 'activities', one), text('x'))).toMatchObject(unknown)

    await tenant.driver.as('mara').say('hello')
    const said = tenant.messages().at(-1)?.id ?? ''
    expect(await call('PUT', pathOf(tenant.channelId, 'activities', said), text('x'))).toMatchObject({
      status: 403,
    })
    expect(tenant.messages().every(({ edited }) => edited === 0)).toBe(true)
  })
})

describe('a personal chat', () => {
  it('is always the same one, by either id, and shows what is posted to that person only', async () => {
    const tenant = await startCompany({ now: () => 1_700_000_000_000 })
    const call = await callerOf(tenant)
    const open = (id: string, activity?: object) =>
      call('POST', '/teams/v3/conversations', { members: [{ id }], tenantId: tenant.tenantId, activity })
    const first = await open(tenant.memberId('mara'))
    const second = await open(tenant.userId('mara'), text('hello'))
    const other = await open(tenant.userId('noel'))
    expect(first).toMatchObject({ status: 201, body: { id: expect.stringMatching(/^a:/) } })
    expect(second.body).toEqual(first.body)
    expect(other.body.id).not.toBe(first.body.id)

    const { body } = await call('POST', pathOf(String(first.body.id), 'activities'), withCard(decisions('a')))
    await call('PUT', pathOf(String(first.body.id), 'activities', String(body.id)), withCard(decisions('b')))
    const mara = { user: tenant.userId('mara'), via: 'personal', at: 1_700_000_000_000 }
    expect(tenant.whispers).toMatchObject([
      { ...mara, text: 'hello', card: null },
      { ...mara, text: '', card: decisions('b'), id: body.id },
    ])
    expect(tenant.messages()).toEqual([])
    expect(tenant.calls.filter(({ operation }) => operation === 'personal')).toHaveLength(4)
  })

  it('is not to be had with those whom the bot does not know', async () => {
    const tenant = await startCompany()
    await startBot(tenant)
    const call = await callerOf(tenant)
    const open = (id: string) =>
      call('POST', '/teams/v3/conversations', { members: [{ id }], tenantId: tenant.tenantId })
    expect(await open('29:nobody')).toMatchObject({ status: 400, body: { error: { code: 'BadSyntax' } } })
    const refused = { status: 403, body: { error: { code: 'BotNotInConversationRoster' } } }
    expect(await open(tenant.userId('otto'))).toMatchObject(refused)
    await tenant.driver.installPersonal('otto')
    expect(await open(tenant.userId('otto'))).toMatchObject({ status: 201 })
  })
})

describe('members', () => {
  it('are found by either id, and described as Teams does', async () => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    const find = (id: string) => call('GET', pathOf(tenant.channelId, 'members', id))
    const mara = await find(tenant.memberId('mara'))
    expect(mara).toMatchObject({
      status: 200,
      body: {
        id: tenant.memberId('mara'),
        aadObjectId: tenant.userId('mara'),
        objectId: tenant.userId('mara'),
        name: 'Mara Manager',
        givenName: 'Mara',
        surname: 'Manager',
        email: 'Mara@small.example',
        userPrincipalName: 'Mara@small.example',
        tenantId: tenant.tenantId,
        userRole: 'user',
      },
    })
    expect((await find(tenant.userId('mara'))).body).toEqual(mara.body)
    expect(await find(tenant.userId('gita'))).toMatchObject({
      body: { userRole: 'guest', userPrincipalName: expect.stringContaining('#EXT#') },
    })
    for (const id of [tenant.userId('otto'), '29:nobody']) {
      expect(await find(id)).toMatchObject({
        status: 404,
        body: { error: { code: 'MemberNotFoundInConversation' } },
      })
    }
  })

  it('come page by page', async () => {
    const tenant = await startCompany({ pageSize: 2 })
    const call = await callerOf(tenant)
    const path = pathOf(tenant.channelId, 'pagedmembers')
    const first = await call('GET', `${path}?pageSize=500`)
    const second = await call('GET', `${path}?pageSize=500&continuationToken=${first.body.continuationToken}`)
    expect(first.body.members).toHaveLength(2)
    expect(second.body).toEqual({ members: [expect.objectContaining({ name: 'Gita Guest' })] })
    expect(await call('GET', `${path}?continuationToken=zzz`)).toMatchObject({ status: 400 })
  })

  it('change', async () => {
    const tenant = await startCompany()
    const call = await callerOf(tenant)
    const find = () => call('GET', pathOf(tenant.channelId, 'members', tenant.userId('mara')))
    tenant.change('mara', { email: null, guest: true, realName: 'Mara Married' })
    const { body } = await find()
    expect(body).toMatchObject({ name: 'Mara Married', userRole: 'guest' })
    expect(body).not.toHaveProperty('email')
    tenant.change('mara', { memberOfTeam: false })
    expect(await find()).toMatchObject({ status: 404 })
    expect(() => tenant.change('nobody', {})).toThrow('Nobody in the Teams stand-in is called "nobody"')
  })

  it('are of a team', async () => {
    const tenant = await startCompany({ team: { id: 'g', name: 'IT', threadId: '19:team@thread.tacv2' } })
    const call = await callerOf(tenant)
    expect(await call('GET', `/teams/v3/teams/${encodeURIComponent('19:team@thread.tacv2')}`)).toMatchObject({
      status: 200,
      body: { id: '19:team@thread.tacv2', name: 'IT', aadGroupId: 'g', memberCount: 3 },
    })
    expect(await call('GET', '/teams/v3/teams/g')).toMatchObject({ status: 404 })
  })
})

it('lets the bot do nothing in a team that it was removed from', async () => {
  const tenant = await startCompany()
  await startBot(tenant)
  const call = await callerOf(tenant)
  const root = await postCard(tenant, decisions('a'))
  await tenant.driver.remove()
  const refused = { status: 403, body: { error: { code: 'BotNotInConversationRoster' } } }
  const thread = `${tenant.channelId};messageid=${root}`
  expect(await call('POST', '/teams/v3/conversations', newThread(tenant, text('x')))).toMatchObject(refused)
  expect(await call('POST', pathOf(thread, 'activities'), text('x'))).toMatchObject(refused)
  expect(await call('PUT', pathOf(thread, 'activities', root), text('x'))).toMatchObject(refused)
  expect(await call('GET', pathOf(tenant.channelId, 'members', tenant.userId('mara')))).toMatchObject(refused)
  await expect(tenant.driver.as('mara').say('hello')).rejects.toThrow('The bot is not in the team')
  await tenant.driver.install()
  expect(await call('POST', pathOf(thread, 'activities'), text('x'))).toMatchObject({ status: 201 })
})

it.each([
  ['a newer version', { ...decisions(), version: '1.6' }, 'version "1.6" is not "1.5"'],
  ['no version', { ...decisions(), version: undefined }, 'version undefined'],
  ['an unknown element', { ...decisions(), body: [{ type: 'Pie' }] }, 'unknown element type "Pie" (/body/0)'],
  [
    'an unknown action',
    { ...decisions(), actions: [{ type: 'Action.Http' }] },
    'unknown action type "Action.Http"',
  ],
  ['an Execute without a verb', { ...decisions(), actions: [{ type: 'Action.Execute' }] }, 'without a verb'],
  ['no card in it', { type: 'Nothing' }, 'no AdaptiveCard'],
])('refuses a card with %s, wherever it is posted', async (_what, card, why) => {
  const tenant = await startCompany()
  const call = await callerOf(tenant)
  const root = await postCard(tenant, decisions('a'))
  const thread = `${tenant.channelId};messageid=${root}`
  const refused = {
    status: 400,
    body: { error: { code: 'BadSyntax', message: expect.stringContaining(why) } },
  }
  expect(await call('POST', '/teams/v3/conversations', newThread(tenant, withCard(card)))).toMatchObject(
    refused,
  )
  expect(await call('POST', pathOf(thread, 'activities'), withCard(card))).toMatchObject(refused)
  expect(await call('PUT', pathOf(thread, 'activities', root), withCard(card))).toMatchObject(refused)
  expect(tenant.messages()).toMatchObject([{ edited: 0, replies: [] }])
})

it('refuses any other attachment, and takes an older card', async () => {
  const tenant = await startCompany()
  const call = await callerOf(tenant)
  const hero = {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.hero', content: {} }],
  }
  expect(await call('POST', '/teams/v3/conversations', newThread(tenant, hero))).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('card.hero') } },
  })
  const older = withCard({ ...decisions(), version: '1.4' })
  expect(await call('POST', '/teams/v3/conversations', newThread(tenant, older))).toMatchObject({
    status: 201,
  })
})
