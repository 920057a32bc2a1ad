import type { Chat, Clock, Log } from '../../reclaim/ports.ts'
import type { Store } from '../../reclaim/storage.ts'
import type { CommandContext } from '../commands.ts'
import { createSlackApp } from './app.ts'
import { createSlackChat } from './chat.ts'
import { createSlackClients } from './clients.ts'
import { createSlackConnection, type SlackConnection } from './connection.ts'
import { createPeople } from './people.ts'
import type { Ears, SlackMode } from './receiver.ts'

export type SlackSettings = SlackMode & {
  readonly botToken: string
  /** Left out = Slack's own. */
  readonly apiUrl?: string | undefined
  readonly channel: string
  readonly allowPublicChannel: boolean
  /** Named approvers, and user groups of them. */
  readonly users: readonly string[]
  readonly usergroups: readonly string[]
  /** How long Slack wants between two posts. */
  readonly paceMs: number
}

export type SlackParts = Omit<CommandContext, 'chat'> & {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
}

/** The bot in Slack: its mouth (`chat`), its `ears`, and whether it is connected. */
export type Slack = { readonly chat: Chat; readonly ears: Ears; readonly connection: SlackConnection }

/** Puts the bot in Slack together. Asks Slack nothing yet: its connection does, when it is checked. */
export async function createSlack(settings: SlackSettings, parts: SlackParts): Promise<Slack> {
  const { channel, users, usergroups, allowPublicChannel, paceMs } = settings
  const { log, clock, store, views } = parts
  const clients = createSlackClients(settings.botToken, settings.apiUrl, log)
  const connection = createSlackConnection(clients.outbox, settings)
  const team = { channel, users, usergroups, membersOnly: !allowPublicChannel }
  const people = createPeople(clients, team, connection.teamId, clock)
  const chat = createSlackChat({ clients, people, connection, channel, store, clock, views, paceMs })
  const ears = await createSlackApp(settings, { ...parts, chat, clients })
  return { chat, ears, connection }
}
