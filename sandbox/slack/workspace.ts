import type { Server } from 'node:http'
import { closeHttpServer, waitForListening } from 'emulate'
import { type Change, createChanges } from './changes.ts'
import { createHttpDelivery } from './delivery.ts'
import { createDirectory, type Person, type PersonChange, TEAM_ID } from './directory.ts'
import { createDriver, type Driver, type DriverParts } from './driver.ts'
import { createFaults, type Faults } from './faults.ts'
import type { JournalEntry } from './journal.ts'
import { stringOf } from './json.ts'
import { createMessages, type ShownMessage } from './messages.ts'
import type { Place } from './payloads.ts'
import { createProxy } from './proxy.ts'
import { createResponses } from './responses.ts'
import { createSocketMode, type SocketMode } from './socketmode.ts'
import { APP, startUpstream, teamDomain, type Upstream } from './upstream.ts'
import { createUsergroups, type Usergroup } from './usergroups.ts'
import { createViews, type ShownView, type Views } from './views.ts'
import { createWebApi } from './webapi.ts'
import { createWhispers, type Whisper } from './whispers.ts'

/** What a workspace is like. */
export interface SlackWorkspaceOptions {
  /** Default 0: a free one. */
  port?: number
  teamName: string
  people: readonly Person[]
  /** `shared`: with another organisation, by Slack Connect. */
  channel: { name: string; private: boolean; shared?: boolean }
  usergroups?: readonly Usergroup[]
  signingSecret: string
  botToken: string
  /** The app-level token (`xapp-…`) with which a bot in socket mode connects. */
  appToken?: string
  /** The bot's scopes; whatever needs another one is answered missing_scope. */
  scopes: readonly string[]
  /** UTC ms, for the age of response_urls and for `at` in the records; signatures and triggers use the real time. */
  now?: () => number
}

/** A Slack workspace with one channel and one app, on loopback. */
export interface SlackWorkspace {
  /** What the bot gets as SLACK_API_URL; ends in `/api/`. */
  apiUrl: string
  teamId: string
  channelId: string
  botUserId: string
  /** Slack user id by handle; throws if nobody has it. */
  userId(name: string): string
  /** User group id by handle; throws if there is none. */
  usergroupId(handle: string): string
  /** Deactivates somebody, makes a guest of them, and so on. */
  change(name: string, change: PersonChange): void
  /** Somebody who may deletes a message. */
  deleteMessage(ts: string): Promise<void>
  /** The channel's root messages, oldest first, with thread replies, as the Web API shows them now. */
  messages(): Promise<ShownMessage[]>
  /** All that was shown to one person only, oldest first; live. */
  whispers: readonly Whisper[]
  /** All views that were shown, oldest first; live. */
  views: readonly ShownView[]
  /** Every call that reached the workspace, oldest first; live. */
  calls: readonly JournalEntry[]
  faults: Pick<Faults, 'add' | 'clear'>
  /** Calls the listener after each change; returns the way to stop that. */
  onChange(listener: (change: Change) => void): () => void
  /**
   * Says where the bot listens, for instance `http://127.0.0.1:3000`; deliveries go to its `/slack/events`.
   * Without it they go to the bot's connection in socket mode.
   */
  connect(botUrl: string): void
  socketMode: Pick<SocketMode, 'connected' | 'refresh' | 'cut'>
  driver: Driver
  close(): Promise<void>
}

/** Starts a workspace: `emulate`'s Slack, the proxy in front of it, the records and the driver. */
export async function startSlackWorkspace(options: SlackWorkspaceOptions): Promise<SlackWorkspace> {
  const { botToken, scopes, appToken, channel, now = Date.now } = options
  const directory = createDirectory(options.people)
  const usergroups = createUsergroups(options.usergroups ?? [], directory, scopes)
  const upstream = await startUpstream({ ...options, directory })
  const changes = createChanges()
  const records = { changes, whispers: createWhispers(now, changes), views: createViews(now, changes) }
  const messages = createMessages(upstream, changes)
  const responses = createResponses({ upstream, records, now })
  const faults = createFaults()
  const calls: JournalEntry[] = []
  const socketMode = createSocketMode()
  const webApi = createWebApi({
    upstream,
    directory,
    usergroups,
    records,
    rights: { botToken, scopes, appToken },
    channelShared: channel.shared === true,
    openConnection: () => socketMode.open(origin),
  })
  const server = createProxy({ webApi, responses, faults, journal: calls, now })
  server.on('upgrade', socketMode.upgrade)
  const origin = await listen(server, options.port ?? 0, upstream)
  let botUrl: string | undefined
  const driver = createDriver({
    directory,
    messages,
    whispers: records.whispers,
    place: placeOf(options, upstream.channelId),
    ...deliveries(options.signingSecret, socketMode, () => botUrl),
    trigger: user => newTrigger(user, upstream, records.views),
    responseUrl: (user, from) => origin + responses.issue(user, from),
  })
  return {
    apiUrl: `${origin}/api/`,
    teamId: TEAM_ID,
    channelId: upstream.channelId,
    botUserId: APP.botUserId,
    userId: name => directory.named(name).id,
    usergroupId: usergroups.id,
    change: directory.change,
    async deleteMessage(ts) {
      await upstream.asSlack('chat.delete', { channel: upstream.channelId, ts })
      changes.announce('messages')
    },
    messages: messages.read,
    whispers: records.whispers.all,
    views: records.views.all,
    calls,
    faults,
    socketMode,
    driver,
    onChange: changes.onChange,
    connect: url => {
      botUrl = url
    },
    async close() {
      socketMode.cut()
      await closeHttpServer(server)
      await upstream.close()
    },
  }
}

async function listen(server: Server, port: number, upstream: Upstream): Promise<string> {
  try {
    server.listen(port, '127.0.0.1')
    await waitForListening(server)
  } catch (error) {
    await upstream.close()
    throw error
  }
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`
}

function placeOf({ teamName, channel }: SlackWorkspaceOptions, channelId: string): Place {
  return {
    teamDomain: teamDomain(teamName),
    channelId,
    channelName: channel.name,
    channelPrivate: channel.private,
  }
}

/** Over HTTP once the bot's address is known, else over its connection in socket mode. */
function deliveries(
  signingSecret: string,
  socketMode: SocketMode,
  botUrl: () => string | undefined,
): Pick<DriverParts, 'deliver' | 'post'> {
  const http = createHttpDelivery(signingSecret)
  const missing =
    'No bot to deliver to: call workspace.connect(botUrl) with the address that it listens on, or let it connect in socket mode.'
  return {
    async deliver(parcel, options) {
      const url = botUrl()
      if (url !== undefined) return http.deliver(url, parcel, options)
      if (socketMode.connected()) return socketMode.deliver(parcel, options)
      throw new Error(missing)
    },
    async post(sent, options) {
      const url = botUrl()
      if (url === undefined) throw new Error(missing)
      return http.post(url, sent, options)
    },
  }
}

async function newTrigger(user: string, upstream: Upstream, views: Views): Promise<string> {
  const answer = await upstream.asSlack('views.generateTriggerId', { user_id: user })
  const triggerId = stringOf(answer.trigger_id)
  views.triggered(triggerId, user)
  return triggerId
}
