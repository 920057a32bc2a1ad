import type { WebClient } from '@slack/web-api'
import { ChatRefused, type Connection } from '../connection.ts'
import { isFinal, readable } from './clients.ts'

export type SlackConnection = Connection & {
  /** The bot's workspace; throws as long as {@link Connection.check} has not succeeded. */
  teamId(): string
}

/** Nothing is posted, and nobody is recognised, before the channel was found to be private. */
export function createSlackConnection(
  client: WebClient,
  { channel, allowPublicChannel }: { channel: string; allowPublicChannel: boolean },
): SlackConnection {
  let team: string | null = null
  let problem: string | null = 'Slack was not asked yet.'

  return {
    label: 'Slack',
    async check() {
      try {
        const { team_id } = await client.auth.test()
        await checkChannel(client, channel, allowPublicChannel)
        team = team_id ?? null
        problem = null
      } catch (error) {
        const sentence = error instanceof ChatRefused ? error : readable(error)
        problem = sentence.message
        if (!isFinal(error) && !(error instanceof ChatRefused)) throw sentence
        team = null
        throw new ChatRefused(sentence.message)
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
    throw new ChatRefused(
      'The bot is not a member of its Slack channel (slack.channel). Invite it there with /invite.',
    )
  if (allowPublic) return
  if (!found?.is_private)
    throw new ChatRefused(
      'The Slack channel (slack.channel) is public, and the bot posts names there. Use a private one, or set slack.allowPublicChannel: true.',
    )
  if (found.is_ext_shared || found.is_pending_ext_shared)
    throw new ChatRefused(
      'The Slack channel (slack.channel) is shared with another organisation, and the bot posts names there. Use one of your own.',
    )
}
