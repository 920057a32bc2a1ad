import { createServer } from 'node:http'
import {
  type Activity,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  type ConversationParameters,
  TeamsInfo,
  type TurnContext,
} from 'botbuilder'
import { ServiceClientCredentialsFactory } from 'botframework-connector'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { close, listen } from '../../../sandbox/teams/server.ts'
import type { TeamsTenant } from '../../../sandbox/teams/tenant.ts'
import { CONNECTOR, decisions, postCard, requestToken, startCompany, withCard } from './company.ts'

class Adapter extends CloudAdapter {
  receive(authorization: string, activity: Activity, logic: (turn: TurnContext) => Promise<void>) {
    return this.processActivity(authorization, activity, logic)
  }
}

class Credentials extends ServiceClientCredentialsFactory {
  readonly #tenant: TeamsTenant
  constructor(tenant: TeamsTenant) {
    super()
    this.#tenant = tenant
  }
  async isValidAppId(appId: string) {
    return appId === this.#tenant.appId
  }
  async isAuthenticationDisabled() {
    return false
  }
  async createCredentials() {
    const tenant = this.#tenant
    return {
      async signRequest<T extends { headers: { set(name: string, value: string): void } }>(request: T) {
        const { body } = await requestToken(tenant)
        request.headers.set('authorization', `Bearer ${body.access_token}`)
        return request
      },
    }
  }
}

/** A bot with the real SDK, connected to the tenant; 401 for what the SDK does not believe. */
async function startSdkBot(
  tenant: TeamsTenant,
  logic: (turn: TurnContext) => Promise<void>,
): Promise<Adapter> {
  const adapter = new Adapter(
    new ConfigurationBotFrameworkAuthentication(
      {
        ToChannelFromBotLoginUrl: `https://login.microsoftonline.com/${tenant.tenantId}`,
        ToChannelFromBotOAuthScope: CONNECTOR,
        ToBotFromChannelTokenIssuer: CONNECTOR,
        ToBotFromChannelOpenIdMetadataUrl: `${tenant.url}/v1/.well-known/openidconfiguration`,
      },
      new Credentials(tenant),
    ),
  )
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    try {
      const answer = await adapter.receive(request.headers.authorization ?? '', JSON.parse(text), logic)
      response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json' })
      response.end(answer?.body === undefined ? '' : JSON.stringify(answer.body))
    } catch {
      response.writeHead(401).end()
    }
  })
  tenant.connect(await listen(server, 0))
  onTestFinished(() => close(server))
  return adapter
}

const answer = { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Done' }

describe('the real SDK', () => {
  it('believes a click, looks the person up, answers, and writes into the thread', async () => {
    const tenant = await startCompany({ pageSize: 2 })
    const seen: unknown[] = []
    await startSdkBot(tenant, async turn => {
      const page = await TeamsInfo.getPagedMembers(turn, 500)
      const rest = await TeamsInfo.getPagedMembers(turn, 500, page.continuationToken)
      const team = await TeamsInfo.getTeamDetails(turn)
      seen.push(await TeamsInfo.getMember(turn, turn.activity.from.aadObjectId ?? ''))
      seen.push(
        [...page.members, ...rest.members].map(({ name }) => name),
        team.aadGroupId,
      )
      await turn.sendActivity('Approved by Mara Manager')
      await turn.updateActivity({ ...withCard(decisions('b')), id: turn.activity.replyToId ?? '' })
      await turn.sendActivity({ type: 'invokeResponse', value: { status: 200, body: answer } })
    })
    const root = await postCard(tenant, decisions('a'))
    const delivery = await tenant.driver.as('mara').click({ on: root, verb: 'approve' })

    expect(delivery).toMatchObject({ status: 200, body: answer })
    expect(seen).toMatchObject([
      { aadObjectId: tenant.userId('mara'), email: 'Mara@small.example', userRole: 'user' },
      ['Mara Manager', 'Noel Named', 'Gita Guest'],
      tenant.teamId,
    ])
    expect(tenant.messages()).toMatchObject([
      {
        id: root,
        edited: 1,
        card: decisions('b'),
        replies: [{ text: 'Approved by Mara Manager', from: 'bot' }],
      },
    ])
    expect(tenant.whispers).toMatchObject([{ user: tenant.userId('mara'), text: 'Done' }])
  })

  it('begins a thread, and a personal chat', async () => {
    const tenant = await startCompany()
    const adapter = await startSdkBot(tenant, async () => undefined)
    const { tenantId, channelId, botId } = tenant
    const base = { bot: { id: botId, name: '' }, tenantId, isGroup: false }
    const conversations: string[] = []
    const create = (parameters: Partial<ConversationParameters>, said: string) =>
      adapter.createConversationAsync(
        ...([tenant.appId, 'msteams', tenant.serviceUrl, CONNECTOR] as const),
        { ...base, ...parameters } as ConversationParameters,
        async turn => {
          conversations.push(turn.activity.conversation.id)
          await turn.sendActivity(said)
        },
      )
    const channelData = { channel: { id: channelId }, tenant: { id: tenantId } }
    await create({ isGroup: true, channelData, activity: withCard(decisions('a')) as Activity }, 'a reply')
    await create({ members: [{ id: tenant.userId('mara'), name: '' }] }, 'hello')
    const [message] = tenant.messages()
    expect(message).toMatchObject({ card: decisions('a'), replies: [{ text: 'a reply' }] })
    expect(conversations).toEqual([`${channelId};messageid=${message?.id}`, expect.stringMatching(/^a:/)])
    expect(tenant.whispers).toMatchObject([{ user: tenant.userId('mara'), via: 'personal', text: 'hello' }])
  })

  it.each([
    ['none', async () => null],
    ['garbage', async () => 'garbage'],
    ['one for another app', ({ token }) => token({ aud: 'another app' })],
    ['one of another issuer', ({ token }) => token({ iss: 'https://sts.example' })],
    ['one for another service URL', ({ token }) => token({ serviceurl: 'https://evil.example/' })],
    ['one that has expired', ({ token }) => token({ exp: Math.floor(Date.now() / 1000) - 3600 })],
    ['one of an unknown key', ({ token }) => token({}, { kid: 'unknown' })],
    ['a forged one', ({ token }) => token({}, { forged: true })],
  ] satisfies [string, (driver: TeamsTenant['driver']) => Promise<string | null>][])(
    'does not believe a click whose token is bad: %s',
    async (_what, bad) => {
      const tenant = await startCompany()
      // The SDK writes what it does not believe to the console.
      vi.spyOn(console, 'error').mockReturnValue()
      onTestFinished(() => {
        vi.restoreAllMocks()
      })
      const heard: string[] = []
      await startSdkBot(tenant, async turn => {
        heard.push(turn.activity.type)
      })
      const on = await postCard(tenant, decisions('a'))
      const mara = tenant.driver.as('mara')
      const token = await bad(tenant.driver)
      expect(await mara.click({ on, verb: 'skip' }, { token })).toMatchObject({ status: 401 })
      expect(heard).toEqual([])
      await mara.click({ on, verb: 'skip' })
      expect(heard).toEqual(['invoke'])
    },
  )
})
