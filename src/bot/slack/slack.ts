import type { Chat, Clock, Log } from '../../reclaim/ports.ts'
import type { Store } from '../../reclaim/storage.ts'
import type { CommandContext } from '../commands.ts'
import { createSlackApp } from './app.ts'
import { createSlackChat } from './chat.ts'
import { createSlackClients } from './clients.ts'
import { createSlackConnection, type SlackConnection, SlackRefused } from './connection.ts'
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

/** Puts the bot in Slack together. Asks Slack nothing yet: {@link keepChecking} does. */
export async function createSlack(settings: SlackSettings, parts: SlackParts): Promise<Slack> {
  const { channel, users, usergroups, allowPublicChannel, paceMs } = settings
  const { log, clock, views } = parts
  const clients = createSlackClients(settings.botToken, settings.apiUrl, log)
  const connection = createSlackConnection(clients.outbox, settings)
  const team = { channel, users, usergroups, membersOnly: !allowPublicChannel }
  const people = createPeople(clients, team, connection.teamId, clock)
  const chat = createSlackChat({ clients, people, connection, channel, views, paceMs })
  const ears = await createSlackApp(settings, { ...parts, chat, clients })
  return { chat, ears, connection }
}

const RETRY_MS = 5000
/** A channel may become public or shared, and a token be revoked, while the bot runs. */
const CHECK_AGAIN_MS = 10 * 60 * 1000

/**
 * Asks Slack until it answers. `first` rejects when Slack refuses; a Slack that cannot be reached is asked again
 * and again. `reached` resolves when the bot is connected.
 */
export function keepChecking(connection: SlackConnection, log: Log) {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const { promise: reached, resolve } = Promise.withResolvers<void>()
  const again = (ms: number) => {
    if (!stopped) timer = setTimeout(() => attempt().catch(() => {}), ms)
  }
  const attempt = async (): Promise<void> => {
    try {
      await connection.check()
      resolve()
      again(CHECK_AGAIN_MS)
    } catch (error) {
      log.error({ reason: (error as Error).message }, 'Slack is not connected')
      again(RETRY_MS)
      if (error instanceof SlackRefused) throw error
    }
  }
  const stop = () => {
    stopped = true
    clearTimeout(timer)
  }
  return { first: attempt(), reached, stop }
}
