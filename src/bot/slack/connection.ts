import type { WebClient } from '@slack/web-api'
import { isFinal, readable } from './clients.ts'

/** Slack's settings are wrong, or its answer says that no waiting will help. */
export class SlackRefused extends Error {
  override readonly name = 'SlackRefused'
}

export type SlackConnection = {
  /**
   * Asks Slack who the bot is and whether its channel is fit for what it will show.
   * @throws SlackRefused when only other settings can help; another Error when Slack cannot be reached.
   */
  check(): Promise<void>
  /** The bot's workspace; throws as long as {@link SlackConnection.check} has not succeeded. */
  teamId(): string
  /** One sentence on what is wrong; `null` = connected. */
  problem(): string | null
}

/** Nothing is posted, and nobody is recognised, before the channel was found to be private. */
export function createSlackConnection(
  client: WebClient,
  { channel, allowPublicChannel }: { channel: string; allowPublicChannel: boolean },
): SlackConnection {
  let team: string | null = null
  let problem: string | null = 'Slack was not asked yet.'

  return {
    async check() {
      try {
        const { team_id } = await client.auth.test()
        await checkChannel(client, channel, allowPublicChannel)
        team = team_id ?? null
        problem = null
      } catch (error) {
        const sentence = error instanceof SlackRefused ? error : readable(error)
        problem = sentence.message
        if (!isFinal(error) && !(error instanceof SlackRefused)) throw sentence
        team = null
        throw new SlackRefused(sentence.message)
      }
    },
    teamId() {
      if (team === null) throw new Error(problem ?? 'Slack is not connected.')
      return team
    },
    problem: () => problem,
  }
}

async function checkChannel(client: WebClient, channel: string, allowPublic: boolean): Promise<void> {
  const { channel: found } = await client.conversations.info({ channel })
  if (found?.is_member === false)
    throw new SlackRefused(
      'The bot is not a member of its Slack channel (slack.channel). Invite it there with /invite.',
    )
  if (allowPublic) return
  if (!found?.is_private)
    throw new SlackRefused(
      'The Slack channel (slack.channel) is public, and the bot posts names there. Use a private one, or set slack.allowPublicChannel: true.',
    )
  if (found.is_ext_shared || found.is_pending_ext_shared)
    throw new SlackRefused(
      'The Slack channel (slack.channel) is shared with another organisation, and the bot posts names there. Use one of your own.',
    )
}
