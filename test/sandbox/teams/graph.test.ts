import { expect, it } from 'vitest'
import { objectsOf } from '../../../sandbox/slack/json.ts'
import type { TeamsTenant } from '../../../sandbox/teams/tenant.ts'
import { callerOf, decisions, GRAPH, postCard, startBot, startCompany } from './company.ts'

const pathOf = ({ teamId, channelId }: TeamsTenant) =>
  `/v1.0/teams/${teamId}/channels/${encodeURIComponent(channelId)}/messages`
const ids = (body: { value?: unknown }) => objectsOf(body.value).map(({ id }) => id)

it('shows root messages, newest first, with their cards as text', async () => {
  const tenant = await startCompany()
  await startBot(tenant)
  const graph = await callerOf(tenant, GRAPH)
  const root = await postCard(tenant, decisions('a'))
  await tenant.driver.as('mara').say('hello')
  await tenant.driver.as('mara').say('in the thread', { thread: root })
  const { status, body } = await graph('GET', pathOf(tenant))
  expect(status).toBe(200)
  expect(body).not.toHaveProperty('@odata.nextLink')
  expect(body.value).toMatchObject([
    {
      replyToId: null,
      from: { application: null, user: { id: tenant.userId('mara'), displayName: 'Mara Manager' } },
      body: { contentType: 'html', content: '<at>Reclaim</at> hello' },
      attachments: [],
    },
    {
      id: root,
      replyToId: null,
      messageType: 'message',
      createdDateTime: new Date(Number(root)).toISOString(),
      from: { user: null, application: { id: tenant.appId, applicationIdentityType: 'bot' } },
      attachments: [
        { contentType: 'application/vnd.microsoft.card.adaptive', content: JSON.stringify(decisions('a')) },
      ],
      channelIdentity: { teamId: tenant.teamId, channelId: tenant.channelId },
    },
  ])
  const replies = await graph('GET', `${pathOf(tenant)}/${root}/replies`)
  expect(replies.body.value).toMatchObject([
    { replyToId: root, body: { content: '<at>Reclaim</at> in the thread' } },
  ])
  expect(await graph('GET', `${pathOf(tenant)}/1/replies`)).toMatchObject({ status: 404 })
  expect(tenant.calls.at(-1)).toMatchObject({ operation: 'graph', outcome: 'NotFound' })
})

it('comes page by page, by links that a new message does not shift', async () => {
  const tenant = await startCompany()
  const graph = await callerOf(tenant, GRAPH)
  const posted: string[] = []
  for (const token of ['a', 'b', 'c']) posted.unshift(await postCard(tenant, decisions(token)))
  const first = await graph('GET', `${pathOf(tenant)}?$top=2`)
  await postCard(tenant, decisions('d'))
  const link = String(first.body['@odata.nextLink'])
  expect(link.startsWith(`${tenant.url}/v1.0/`)).toBe(true)
  const second = await graph('GET', link.slice(tenant.url.length))
  expect([ids(first.body), ids(second.body)]).toEqual([posted.slice(0, 2), posted.slice(2)])
  expect(second.body).not.toHaveProperty('@odata.nextLink')
})

it('gives 20 messages unless asked for another number up to 50', async () => {
  const tenant = await startCompany()
  const graph = await callerOf(tenant, GRAPH)
  for (let count = 0; count < 21; count += 1) await postCard(tenant, decisions('a'))
  expect(ids((await graph('GET', pathOf(tenant))).body)).toHaveLength(20)
  expect(ids((await graph('GET', `${pathOf(tenant)}?$top=50`)).body)).toHaveLength(21)
  for (const top of ['51', '0', 'x']) {
    expect(await graph('GET', `${pathOf(tenant)}?$top=${top}`)).toMatchObject({ status: 400 })
  }
})

it('is forbidden without the permission, and knows one team and channel', async () => {
  const tenant = await startCompany({ graphGranted: false })
  const graph = await callerOf(tenant, GRAPH)
  expect(await graph('GET', pathOf(tenant))).toMatchObject({
    status: 403,
    body: { error: { code: 'Forbidden' } },
  })
  for (const other of [
    { ...tenant, teamId: 'another' },
    { ...tenant, channelId: '19:another' },
  ]) {
    expect(await graph('GET', pathOf(other))).toMatchObject({ status: 404 })
  }
})
