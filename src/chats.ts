import type { RequestListener } from 'node:http'
import type { CommandContext } from './bot/commands.ts'
import { type Connection, keepChecking } from './bot/connection.ts'
import type { ViewSettings } from './bot/view.ts'
import type { Settings } from './config.ts'
import type { Chat, Clock, Log, Platform } from './reclaim/ports.ts'
import type { Store } from './reclaim/storage.ts'

/** The bot on one platform. */
type Presence = {
  readonly chat: Chat
  readonly connection: Connection
  readonly ears: {
    /** `null` = it calls the platform itself. */
    readonly listener: RequestListener | null
    start(): Promise<void>
    stop(): Promise<void>
  }
}

/** All chats of the settings. */
export type Chats = {
  readonly byPlatform: ReadonlyMap<Platform, Chat>
  /** Who takes the POST requests to a path. */
  readonly routes: Readonly<Record<string, RequestListener>>
  /** By platform: `connected`, or a sentence. */
  health(): Readonly<Record<string, string>>
  /** Resolves once every platform was reached and its channel was found fit. */
  readonly connected: Promise<void>
  /** Begins to listen wherever the platform could be reached. */
  start(): Promise<void>
  stop(): Promise<void>
}

export type ChatParts = Pick<CommandContext, 'facts' | 'run' | 'signInAgain'> & {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** How long to wait between two posts; left out = as long as each platform wants. */
  readonly paceMs?: number | undefined
}

/** Slack docs, Rate limits: about one message a second and channel. */
const SLACK_PACE_MS = 1000
/**
 * A turn is up to two calls, a line and the card; 60 calls in 30 seconds are allowed a conversation.
 * Source: Microsoft Learn, "Optimize your bot with rate limiting in Teams", Per bot per thread limit.
 */
const TEAMS_PACE_MS = 1200

/** The platforms that the settings name, in the order in which people are told of them. */
export const platformsOf = ({ slack, teams }: Settings): Platform[] => [
  ...(slack ? (['slack'] as const) : []),
  ...(teams ? (['teams'] as const) : []),
]

/** What people write before a command. */
export const COMMANDS: Readonly<Record<Platform, string>> = { slack: '/reclaim', teams: '@Reclaim' }
const PATHS: Readonly<Record<Platform, string>> = { slack: '/slack/events', teams: '/api/messages' }

/**
 * Puts the chats together and asks each whether it will have the bot.
 * @throws Error with one readable sentence when one refuses: its credentials or its channel. One that merely cannot be
 * reached, or waits for the app to be added, is asked again and again.
 */
export async function createChats(settings: Settings, parts: ChatParts): Promise<Chats> {
  const presences: { platform: Platform; presence: Presence }[] = []
  for (const platform of platformsOf(settings))
    presences.push({ platform, presence: await PRESENCES[platform](settings, parts) })
  const present = presences.map(({ platform, presence }) => ({
    ...{ platform, presence },
    checking: keepChecking(presence.connection, parts.log),
  }))
  const stop = async () => {
    for (const { checking } of present) checking.stop()
    // One that fails must not keep the other from finishing what it is at.
    const ends = await Promise.allSettled(present.map(({ presence }) => presence.ears.stop()))
    const failed = ends.find(end => end.status === 'rejected')
    if (failed) throw failed.reason
  }
  try {
    await Promise.all(present.map(({ checking }) => checking.first))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    byPlatform: new Map(present.map(({ platform, presence }) => [platform, presence.chat])),
    routes: Object.fromEntries(
      present.flatMap(({ platform, presence: { ears } }) =>
        ears.listener ? [[PATHS[platform], ears.listener]] : [],
      ),
    ),
    health: () =>
      Object.fromEntries(
        present.map(({ platform, presence }) => [platform, presence.connection.problem() ?? 'connected']),
      ),
    connected: Promise.all(present.map(({ checking }) => checking.reached)).then(() => {}),
    async start() {
      for (const { presence, checking } of present) {
        const { label, problem } = presence.connection
        const listening = checking.reached.then(presence.ears.start)
        // A platform that was not reached yet must not keep the rest from starting.
        if (problem() === null) await listening
        else
          listening.catch((error: Error) =>
            parts.log.error({ reason: error.message }, `${label} cannot be heard`),
          )
      }
    },
    stop,
  }
}

/** Each platform's libraries are loaded only where it is configured: they take a while, and memory. */
const PRESENCES: Readonly<Record<Platform, (settings: Settings, parts: ChatParts) => Promise<Presence>>> = {
  async slack(settings, parts) {
    const { slack, approvers } = settings
    if (!slack) throw new Error('Slack is not in the settings.')
    const { createSlack } = await import('./bot/slack/slack.ts')
    return createSlack(
      {
        ...slack,
        ...{ users: approvers.slackUsers, usergroups: approvers.slackUsergroups },
        paceMs: parts.paceMs ?? SLACK_PACE_MS,
      },
      { ...parts, askManagers: approvers.managers, views: viewsOf(settings, 'slack') },
    )
  },
  async teams(settings, parts) {
    const { teams, approvers } = settings
    if (!teams) throw new Error('Microsoft Teams is not in the settings.')
    const { createTeams } = await import('./bot/teams/teams.ts')
    return createTeams(
      { ...teams, paceMs: parts.paceMs ?? TEAMS_PACE_MS },
      { ...parts, askManagers: approvers.managers, views: viewsOf(settings, 'teams') },
    )
  },
}

function viewsOf({ reclaim, schedule, approvers }: Settings, platform: Platform): ViewSettings {
  const { graceMs, expireAfterMs } = reclaim
  return {
    command: COMMANDS[platform],
    timeZone: schedule.timezone,
    ...{ graceMs, expireAfterMs },
    approvalsRequired: approvers.required,
  }
}
