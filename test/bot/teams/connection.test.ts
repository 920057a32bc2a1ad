import { expect, test } from 'vitest'
import { ChatRefused } from '../../../src/bot/connection.ts'
import { createTeamsConnection } from '../../../src/bot/teams/connection.ts'
import { desk } from './desk.ts'

/** Mara is a named approver; nobody has the other id. */
async function connect(changes: Parameters<typeof desk>[0] = {}) {
  const parts = await desk(changes)
  const named = [parts.tenant.userId('mara'), 'deadbeef-0000-4000-8000-000000000000']
  return { ...parts, connection: createTeamsConnection({ ...parts, named }) }
}

test('the bot is connected once Microsoft knows it and the app is in the team, whoever is in there', async () => {
  const { connection, addresses, channel } = await connect()
  expect(connection.label).toBe('Microsoft Teams')
  expect(connection.problem()).toBe('Microsoft Teams was not asked yet.')
  await addresses.keepChannel(channel)
  await connection.check()
  expect(connection.problem()).toBeNull()
})

test('what is not quite right is said once: an approver who is not in the team, a channel that cannot be read', async () => {
  const { connection, addresses, channel, lines } = await connect({ graphGranted: false })
  await addresses.keepChannel(channel)
  await connection.check()
  await connection.check()
  expect(connection.problem()).toBeNull()
  expect(lines.map(({ fields }) => fields)).toEqual([
    { reason: expect.stringMatching(/^deadbeef.*approvers\.teamsUsers.*not in the team/) },
    { reason: expect.stringMatching(/ChannelMessage\.Read\.Group/) },
  ])
})

test('an app in a team without any named approver has nobody to turn to: said as a problem', async () => {
  const parts = await desk()
  await parts.addresses.keepChannel(parts.channel)
  const connection = createTeamsConnection({ ...parts, named: ['deadbeef-0000-4000-8000-000000000000'] })
  await expect(connection.check()).rejects.toThrow(/None of the named approvers/)
  expect(connection.problem()).toMatch(/approvers\.teamsUsers.*Add them to the team/)
})

test('a channel that another organisation reads, too, needs other settings', async () => {
  const { connection, addresses, channel, connector, tokens, reader, log } = await connect()
  await addresses.keepChannel({ ...channel, tenant: channel.tenant })
  const members = async (address: typeof channel) =>
    (await connector.members(address)).map(member => ({ ...member, foreign: true }))
  const shared = createTeamsConnection({
    ...{ addresses, tokens, reader, log, named: [] },
    connector: { members },
  })
  await expect(shared.check()).rejects.toThrow(ChatRefused)
  expect(shared.problem()).toMatch(/shared with another organisation/)
  await connection.check()
})

test('without the app in the team it waits, and says for what', async () => {
  const { connection } = await connect()
  const error = await connection.check().catch((reason: Error) => reason)
  expect(error).not.toBeInstanceOf(ChatRefused)
  expect(connection.problem()).toMatch(/not told the bot yet where its team is\. Add the app.*teams\.team/)
})

test('a refused secret needs other settings', async () => {
  const { connection, tenant } = await connect()
  tenant.faults.add({ operation: 'token', kind: 'error', status: 401, code: 'invalid_client' })
  await expect(connection.check()).rejects.toThrow(ChatRefused)
  expect(connection.problem()).toMatch(/MicrosoftAppPassword/)
})

test.each([
  ['members', 403, 'BotNotInConversationRoster', /was removed from the team.*Add it to the team again/],
  ['members', 404, 'ConversationNotFound', /does not know the channel \(teams\.channel\)/],
  ['members', 500, 'ServiceError', /answered HTTP 500/],
  ['token', 400, 'temporarily_unavailable', /Microsoft Entra cannot be reached/],
] as const)('%s: %i %s is a problem that passes', async (operation, status, code, sentence) => {
  const { connection, addresses, channel, tenant } = await connect()
  await addresses.keepChannel(channel)
  tenant.faults.add({ operation, kind: 'error', status, code })
  const error = await connection.check().catch((reason: Error) => reason)
  expect(error).not.toBeInstanceOf(ChatRefused)
  expect(connection.problem()).toMatch(sentence)
  await connection.check()
  expect(connection.problem()).toBeNull()
})
