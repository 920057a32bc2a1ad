import { type Change, createChanges } from '../slack/changes.ts'
import { messageRoutes } from './connector.ts'
import type { Place } from './conversations.ts'
import { createDelivery } from './delivery.ts'
import { createDirectory, guidOf, type Person, type PersonChange } from './directory.ts'
import { createDriver, type Driver } from './driver.ts'
import { createFaults, type Faults } from './faults.ts'
import { graphRoutes } from './graph.ts'
import { createIdentity } from './identity.ts'
import type { JournalEntry } from './journal.ts'
import { memberRoutes } from './members.ts'
import { createMessages, type ShownMessage } from './messages.ts'
import { createRoster } from './roster.ts'
import { close, createTeamsServer, listen } from './server.ts'
import { CONNECTOR, GRAPH, guarded, tokenRoutes } from './tokens.ts'
import { createWhispers, type Whisper } from './whispers.ts'

/** What a tenant is like. */
export interface TeamsTenantOptions {
  /** Default 0: a free one. */
  port?: number
  /** The bot's app registration. */
  appId: string
  appPassword: string
  botName: string
  tenantId: string
  /** `id` is the Entra group's; `threadId` (made up if absent) is what the bot API calls the team's id. */
  team: { id: string; name: string; threadId?: string }
  /** `id` is made up if absent: `19:…@thread.tacv2`. */
  channel: { id?: string; name: string }
  people: readonly Person[]
  /** How many members come at once, at most. Default 50. */
  pageSize?: number
  /** Whether the bot was granted ChannelMessage.Read.Group in this team. Default true. */
  graphGranted?: boolean
  /** UTC ms, for message ids and for `at` in the records; tokens are dated by the real time. */
  now?: () => number
}

/** A Microsoft 365 tenant with one team, one channel and one bot, on loopback. */
export interface TeamsTenant {
  /** What the bot gets as TEAMS_API_URL; no slash at the end. */
  url: string
  /** The connector as activities name it; ends in a slash. */
  serviceUrl: string
  tenantId: string
  /** The Entra group. */
  teamId: string
  channelId: string
  appId: string
  /** `28:` and the app id. */
  botId: string
  /** Entra object id by handle; throws if nobody has it. */
  userId(name: string): string
  /** `29:…` by handle; throws if nobody has it. */
  memberId(name: string): string
  /** Somebody leaves the team, becomes a guest, loses the e-mail address or changes the name. */
  change(name: string, change: PersonChange): void
  /** The channel's root messages, oldest first, with thread replies, as they are now. */
  messages(): ShownMessage[]
  /** All that was shown to one person only, oldest first; live. */
  whispers: readonly Whisper[]
  /** Every call of the connector, of Graph and for tokens, oldest first; live. */
  calls: readonly JournalEntry[]
  faults: Pick<Faults, 'add' | 'clear'>
  /** Calls the listener after each change; returns the way to stop that. */
  onChange(listener: (change: Change) => void): () => void
  /** Says where the bot listens, for instance `http://127.0.0.1:3000`; deliveries go to its `/api/messages`. */
  connect(botUrl: string): void
  driver: Driver
  close(): Promise<void>
}

/** Starts a tenant: one HTTP server for identity, connector and Graph, the records and the driver. */
export async function startTeamsTenant(options: TeamsTenantOptions): Promise<TeamsTenant> {
  const { appId, botName, tenantId, pageSize = 50, graphGranted = true, now = Date.now } = options
  const place = placeOf(options)
  const directory = createDirectory(options.people, tenantId)
  const changes = createChanges()
  const messages = createMessages(now, changes)
  const whispers = createWhispers(now, changes)
  const roster = createRoster(directory)
  const identity = await createIdentity({ appId, tenantId, url: () => url })
  const conversations = { place, directory, roster, messages }
  const faults = createFaults()
  const calls: JournalEntry[] = []
  const connector = [
    ...messageRoutes({ ...conversations, whispers }),
    ...memberRoutes({ ...conversations, pageSize }),
  ]
  const app = { appId, botName }
  const graph = graphRoutes({ place, directory, messages, app, granted: graphGranted, url: () => url })
  const server = createTeamsServer({
    routes: [
      ...identity.routes,
      ...tokenRoutes(options, identity),
      ...guarded(connector, CONNECTOR, identity),
      ...guarded(graph, GRAPH, identity),
    ],
    faults,
    journal: calls,
    now,
  })
  const url = await listen(server, options.port ?? 0)
  const serviceUrl = `${url}/teams/`
  const botId = `28:${appId}`
  let botUrl: string | undefined
  const driver = createDriver({
    directory,
    roster,
    messages,
    whispers,
    scene: () => ({ place, bot: { id: botId, name: botName }, serviceUrl, now }),
    deliver: createDelivery(
      () => botUrl,
      () => identity.channelToken(),
    ),
    token: identity.channelToken,
  })
  return {
    url,
    serviceUrl,
    tenantId,
    teamId: place.teamId,
    channelId: place.channelId,
    appId,
    botId,
    userId: name => directory.named(name).userId,
    memberId: name => directory.named(name).memberId,
    change: directory.change,
    messages: messages.roots,
    whispers: whispers.all,
    calls,
    faults,
    onChange: changes.onChange,
    connect: to => {
      botUrl = to
    },
    driver,
    close: () => close(server),
  }
}

function placeOf({ tenantId, team, channel }: TeamsTenantOptions): Place {
  const thread = (of: string) => `19:${guidOf(of).replaceAll('-', '')}@thread.tacv2`
  return {
    tenantId,
    teamId: team.id,
    teamName: team.name,
    threadId: team.threadId ?? thread(`team ${team.id}`),
    channelId: channel.id ?? thread(`channel ${channel.name}`),
    channelName: channel.name,
  }
}
