import {
  type Activity,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  type ConversationParameters,
  type ConversationReference,
  TeamsInfo,
  type TurnContext,
} from 'botbuilder'
import { ClaimsIdentity, ServiceClientCredentialsFactory } from 'botframework-connector'
import { TeamsFailure } from './failures.ts'
import { failureOf, type Http, jsonOf } from './http.ts'
import type { TeamsMessage } from './render.ts'
import { CONNECTOR, type Tokens } from './tokens.ts'

/** Where Teams said that a channel or a person can be written to. */
export type Address = {
  readonly serviceUrl: string
  readonly tenant: string
  /** The bot as Teams calls it: `28:<app id>`. */
  readonly bot: string
  /** A channel, a thread in it (`…;messageid=<root>`), or a personal chat. */
  readonly conversation: string
}

/** A member of the team, as the roster has them. */
export type Member = {
  /** Microsoft Entra object id, in small letters. */
  readonly id: string
  /** Teams' own id for them, `29:…`. */
  readonly memberId: string
  readonly name: string
  readonly email: string | null
  /** Of the bot's own tenant, and no guest in it. */
  readonly full: boolean
  /** Of another organisation, in a channel that is shared with it. */
  readonly foreign: boolean
}

/**
 * The one place where the SDK is spoken to. Every method sends one request for each page or message, and throws a
 * TeamsFailure, or a ChatRefused where Microsoft gives the bot no token.
 */
export type Connector = {
  /** Handles one request that was found genuine. @returns what an invoke is answered with. */
  receive(activity: object, handle: () => Promise<object | null>): Promise<object | null>
  /** Starts a new thread in a channel. @returns the id of its root. */
  post(channel: Address, message: TeamsMessage): Promise<string>
  /** Writes into a thread or a personal chat. */
  say(to: Address, message: TeamsMessage): Promise<void>
  update(thread: Address, id: string, message: TeamsMessage): Promise<void>
  /** The personal chat with somebody; opened if there is none. */
  openChat(channel: Address, memberId: string): Promise<Address>
  /** @param id an Entra object id, or Teams' own. @returns `null` = no member. */
  member(channel: Address, id: string): Promise<Member | null>
  members(channel: Address): Promise<Member[]>
}

const CHANNEL = 'msteams'
const NOWHERE = 'Microsoft Teams accepted the message but did not say where it stands.'
const MEMBERS_A_PAGE = 500

/** botbuilder over our own HTTP: its own would send a post again after a 500 or a reset, and never time out. */
export function createConnector(appId: string, tokens: Tokens, http: Http): Connector {
  const authentication = new ConfigurationBotFrameworkAuthentication(
    {},
    new Credentials(appId, tokens),
    ...[undefined, undefined],
    { httpClient: clientOver(http) },
  )
  const adapter = new Adapter(authentication)

  const inConversation = (to: Address, logic: (turn: TurnContext) => Promise<unknown>) =>
    adapter.continueConversationAsync(appId, referenceOf(to), async turn => {
      await logic(turn)
    })

  const create = async (to: Address, parameters: Partial<ConversationParameters>): Promise<string> => {
    let created = ''
    const bot = { id: to.bot, name: '' }
    await adapter.createConversationAsync(
      ...[appId, CHANNEL, to.serviceUrl, CONNECTOR],
      { bot, tenantId: to.tenant, ...parameters } as ConversationParameters,
      async turn => {
        created = turn.activity.conversation.id
      },
    )
    return created
  }

  return {
    async receive(activity, handle) {
      const identity = new ClaimsIdentity([{ type: 'aud', value: appId }], true)
      const connectorFactory = authentication.createConnectorFactory(identity)
      const answer = await adapter.receive(
        { audience: CONNECTOR, claimsIdentity: identity, connectorFactory },
        activity as Activity,
        async turn => {
          const body = await handle()
          if (body) await turn.sendActivity({ type: 'invokeResponse', value: { status: 200, body } })
        },
      )
      return answer?.body ?? null
    },
    async post(channel, message) {
      const { conversation: id, tenant } = channel
      const created = await create(channel, {
        isGroup: true,
        channelData: { channel: { id }, tenant: { id: tenant } },
        activity: activityOf(message),
      })
      const [, root] = created.split(';messageid=')
      if (!root) throw new TeamsFailure({ status: 201, ambiguous: true, sentence: NOWHERE })
      return root
    },
    say: (to, message) => inConversation(to, turn => turn.sendActivity(activityOf(message))),
    update: (thread, id, message) =>
      inConversation(thread, turn => turn.updateActivity({ ...activityOf(message), id })),
    async openChat(channel, memberId) {
      const conversation = await create(channel, {
        isGroup: false,
        channelData: { tenant: { id: channel.tenant } },
        members: [{ id: memberId, name: '' }],
      })
      return { ...channel, conversation }
    },
    async member(channel, id) {
      let found: Member | null = null
      await inConversation(channel, async turn => {
        found = memberOf(await TeamsInfo.getMember(turn, id), channel.tenant)
      })
      return found
    },
    async members(channel) {
      const all: Member[] = []
      await inConversation(channel, async turn => {
        let next: string | undefined
        do {
          const page = await TeamsInfo.getPagedMembers(turn, MEMBERS_A_PAGE, next)
          all.push(...page.members.flatMap(member => memberOf(member, channel.tenant) ?? []))
          next = page.continuationToken || undefined
        } while (next)
      })
      return all
    },
  }
}

class Adapter extends CloudAdapter {
  /** `process()` would answer a failure with its text, and checks tokens by a way that also lets emulators in. */
  receive(...args: Parameters<CloudAdapter['processActivity']>) {
    return this.processActivity(...args)
  }
}

class Credentials extends ServiceClientCredentialsFactory {
  readonly #appId: string
  readonly #tokens: Tokens
  constructor(appId: string, tokens: Tokens) {
    super()
    this.#appId = appId
    this.#tokens = tokens
  }
  async isValidAppId(appId: string) {
    return appId === this.#appId
  }
  async isAuthenticationDisabled() {
    return false
  }
  async createCredentials() {
    const tokens = this.#tokens
    return {
      async signRequest(request: WebResource) {
        request.headers.set('authorization', `Bearer ${await tokens.tokenFor(CONNECTOR)}`)
        return request
      },
    }
  }
}

type SdkOptions = NonNullable<ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>[4]>
type SdkHttpClient = NonNullable<SdkOptions['httpClient']>
type WebResource = Parameters<SdkHttpClient['sendRequest']>[0]

/** A failure is thrown as ours: the SDK sends again whatever it recognises as its own. */
function clientOver(http: Http): SdkHttpClient {
  return {
    async sendRequest(request) {
      const { method, url, body } = request
      const answer = await http.send({
        ...{ method, url, headers: request.headers.rawHeaders() },
        body: typeof body === 'string' ? body : undefined,
      })
      if (answer.status < 200 || answer.status > 299) throw failureOf(answer)
      // The SDK would take a page of a proxy for success.
      jsonOf(answer)
      const headers = request.headers.clone()
      for (const name of headers.headerNames()) headers.remove(name)
      for (const [name, value] of Object.entries(answer.headers)) headers.set(name, value)
      return { request, status: answer.status, headers, bodyAsText: answer.text }
    },
  }
}

function referenceOf({ serviceUrl, tenant, bot, conversation }: Address): ConversationReference {
  return {
    ...{ channelId: CHANNEL, serviceUrl, bot: { id: bot, name: '' } },
    // The SDK's type wants more, which only the platform knows.
    conversation: { id: conversation, tenantId: tenant } as ConversationReference['conversation'],
  }
}

function activityOf({ summary, attachments }: TeamsMessage): Activity {
  return { type: 'message', summary, attachments: [...attachments] } as Partial<Activity> as Activity
}

type Account = Awaited<ReturnType<typeof TeamsInfo.getMember>> & { objectId?: string }

/** Microsoft's documents call the Entra id `objectId`, the SDK `aadObjectId`; who says neither is nobody. */
function memberOf(account: Account, tenant: string): Member | null {
  const id = (account.aadObjectId ?? account.objectId)?.toLowerCase()
  if (!id) return null
  const foreign = account.tenantId !== undefined && account.tenantId.toLowerCase() !== tenant
  const isUser = account.userRole === undefined || account.userRole === 'user'
  const isInvited = /#ext#/i.test(account.userPrincipalName ?? '')
  return {
    ...{ id, memberId: account.id, name: account.name ?? '', email: account.email || null },
    ...{ full: account.tenantId !== undefined && !foreign && isUser && !isInvited, foreign },
  }
}
