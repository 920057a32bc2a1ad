import { describe, expect, onTestFinished, test } from 'vitest'
import { createAddresses } from '../../../src/bot/teams/addresses.ts'
import { createConnector } from '../../../src/bot/teams/connector.ts'
import { TeamsFailure } from '../../../src/bot/teams/failures.ts'
import { createHttp } from '../../../src/bot/teams/http.ts'
import { createPeople } from '../../../src/bot/teams/people.ts'
import { surroundings } from '../../chat-contract/surroundings.ts'
import { desk } from './desk.ts'
import { startServer } from './server.ts'

describe('a member of the team', () => {
  test('is known by either id, each asked about once', async () => {
    const { people, addresses, channel, tenant, asked } = await desk()
    await addresses.keepChannel(channel)
    const [id, memberId] = [tenant.userId('mara'), tenant.memberId('mara')]
    for (const each of [id, memberId, id, memberId]) expect(await people.person(each)).toMatchObject({ id })
    expect(asked('members')).toHaveLength(2)
  })

  test('cannot be told before the app is in the team: that is said, and nobody is nobody', async () => {
    const { people, asked } = await desk()
    await expect(people.person('29:1')).rejects.toThrow(/not told the bot yet where its team is.*teams\.team/)
    await expect(people.findApprover('mara@small.example')).rejects.toThrow(/teams\.team/)
    expect(asked('members')).toEqual([])
  })

  test.each([
    ['the app was removed', 403, 'BotNotInConversationRoster', /was removed from the team/],
    ['the channel is not there', 404, 'ConversationNotFound', /does not know the channel/],
    ['something else says 404', 404, 'ServiceError', /answered HTTP 404/],
  ])('when %s: is an error, never a nobody, and asked about again', async (_what, status, code, sentence) => {
    const { people, addresses, channel, tenant } = await desk()
    await addresses.keepChannel(channel)
    tenant.faults.add({ operation: 'members', kind: 'error', status, code })
    await expect(people.person(tenant.userId('mara'))).rejects.toThrow(sentence)
    expect(await people.person(tenant.userId('mara'))).toMatchObject({ fullMember: true })
  })
})

describe('what the roster says of somebody', () => {
  /** People on a roster that answers so about everybody. */
  async function described(...members: Record<string, unknown>[]) {
    const server = await startServer(({ path }) => ({
      status: 200,
      body: path.includes('pagedmembers') ? { members } : (members[0] ?? {}),
    }))
    const http = createHttp(1000)
    const { store, clock } = surroundings('teams')
    onTestFinished(async () => {
      await http.close()
      await server.close()
    })
    const addresses = createAddresses(store, clock)
    await addresses.keepChannel({
      serviceUrl: `${server.url}/`,
      tenant: 't',
      bot: '28:1',
      conversation: '19:c',
    })
    const connector = createConnector('1', { tokenFor: async () => 'token' }, http)
    return createPeople({ interactive: connector, outbox: connector }, addresses, ['abc'], clock)
  }
  const mara = {
    id: '29:1',
    aadObjectId: 'ABC',
    name: 'Mara',
    email: 'mara@small.example',
    userRole: 'user',
    tenantId: 'T',
  }

  test('their id is compared in small letters', async () => {
    const people = await described(mara)
    expect(await people.person('ABC')).toEqual({
      ...{ platform: 'teams', id: 'abc', name: 'Mara', email: 'mara@small.example' },
      ...{ fullMember: true, named: true },
    })
  })

  test.each<[string, object, boolean]>([
    ['a user', {}, true],
    ['of whom no role is known', { userRole: undefined }, true],
    ['of another tenant, in a shared channel', { tenantId: 'another' }, false],
    ['of a tenant that is not said', { tenantId: undefined }, false],
    ['a guest', { userRole: 'guest' }, false],
    ['anonymous', { userRole: 'anonymous' }, false],
    ['of a role that nobody knows', { userRole: 'skypeuser' }, false],
    ['invited from elsewhere', { userPrincipalName: 'mara_x.example#EXT#@home.example' }, false],
    ['invited from elsewhere, in small letters', { userPrincipalName: 'mara_x#ext#@home.example' }, false],
  ])('who is %s', async (_what, differences, fullMember) => {
    const people = await described({ ...mara, ...differences })
    expect(await people.person('29:1')).toMatchObject({ fullMember })
    expect(await people.findApprover('mara@small.example')).toEqual(
      fullMember ? expect.objectContaining({ id: 'abc' }) : null,
    )
  })

  test('who has no address, or an empty one, is nobody’s approver', async () => {
    const people = await described({ ...mara, email: '' }, { ...mara, email: undefined })
    expect(await people.person('29:1')).toMatchObject({ email: null })
    expect(await people.findApprover('')).toBeNull()
  })

  test('whose id is told as Microsoft’s documents have it', async () => {
    const people = await described({ ...mara, aadObjectId: undefined, objectId: 'ABC' })
    expect(await people.person('29:1')).toMatchObject({ id: 'abc', named: true })
  })

  test('who has no Entra id cannot decide: a bot, or somebody without an account', async () => {
    const people = await described({ ...mara, aadObjectId: undefined })
    expect(await people.person('29:1')).toBeNull()
    expect(await people.findApprover('mara@small.example')).toBeNull()
  })

  test('that is no description is an error', async () => {
    const server = await startServer(() => ({ status: 200, body: '<html>' }))
    const http = createHttp(1000)
    onTestFinished(async () => {
      await http.close()
      await server.close()
    })
    const connector = createConnector('1', { tokenFor: async () => 'token' }, http)
    const address = { serviceUrl: `${server.url}/`, tenant: 't', bot: '28:1', conversation: '19:c' }
    await expect(connector.member(address, 'abc')).rejects.toThrow(TeamsFailure)
    await expect(connector.members(address)).rejects.toThrow(TeamsFailure)
  })
})
