import { expect, test } from 'vitest'
import { ChatRefused } from '../../../src/bot/connection.ts'
import { createTeamsConnection } from '../../../src/bot/teams/connection.ts'
import { desk } from './desk.ts'

const NOBODY = 'deadbeef-0000-4000-8000-000000000000'

async function connect() {
  const parts = await desk()
  return {
    ...parts,
    connection: createTeamsConnection(parts.tokens, parts.addresses, parts.connector, NOBODY),
  }
}

test('the bot is connected once Microsoft knows it and the app is in the team, whoever is in there', async () => {
  const { connection, addresses, channel } = await connect()
  expect(connection.label).toBe('Microsoft Teams')
  expect(connection.problem()).toBe('Microsoft Teams was not asked yet.')
  await addresses.keepChannel(channel)
  await connection.check()
  expect(connection.problem()).toBeNull()
})

test('without the app in the team it waits, and says for what', async () => {
  const { connection } = await connect()
  const error = await connection.check().catch((reason: Error) => reason)
  expect(error).not.toBeInstanceOf(ChatRefused)
  expect(connection.problem()).toMatch(/not in the team of the settings yet\. Add it there.*teams\.team/)
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
