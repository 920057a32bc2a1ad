import type { Log } from '../../reclaim/ports.ts'
import { ChatRefused, type Connection } from '../connection.ts'
import type { Addresses } from './addresses.ts'
import type { Connector } from './connector.ts'
import type { ChannelReader } from './graph.ts'
import { CONNECTOR, type Tokens } from './tokens.ts'

export type TeamsConnectionParts = {
  readonly tokens: Tokens
  readonly addresses: Addresses
  readonly connector: Pick<Connector, 'members'>
  readonly reader: Pick<ChannelReader, 'tryReading'>
  /** Entra object ids of the named approvers. */
  readonly named: readonly string[]
  readonly log: Log
}

/** Whether Microsoft accepts the bot, the app is in its team, and nobody from elsewhere reads there. */
export function createTeamsConnection(parts: TeamsConnectionParts): Connection {
  const { tokens, addresses, connector, reader, named, log } = parts
  let problem: string | null = 'Microsoft Teams was not asked yet.'
  const warned = new Set<string>()
  const warn = (sentence: string) => {
    if (!warned.has(sentence)) log.warn({ reason: sentence }, 'Microsoft Teams is not quite as it should be')
    warned.add(sentence)
  }

  const check = async () => {
    await tokens.tokenFor(CONNECTOR)
    const members = await connector.members(await addresses.channel())
    if (members.some(({ foreign }) => foreign)) throw new ChatRefused(SHARED)
    if (!named.some(id => members.some(member => member.id === id))) throw new Error(NOBODY_NAMED)
    for (const id of named)
      if (!members.some(member => member.id === id))
        warn(
          `${id} (approvers.teamsUsers) is not in the team, and so cannot decide. Add the person to the team.`,
        )
    // Without it everything works but for posts without a clear answer.
    await reader.tryReading().catch((error: Error) => warn(error.message))
  }

  return {
    label: 'Microsoft Teams',
    async check() {
      try {
        await check()
        problem = null
      } catch (error) {
        problem = (error as Error).message
        throw error
      }
    },
    problem: () => problem,
  }
}

const NOBODY_NAMED =
  'None of the named approvers (approvers.teamsUsers) is in the team, so nobody could decide where no manager can be asked. Add them to the team.'
const SHARED =
  'The Teams channel (teams.channel) is shared with another organisation, and the bot posts names there. Use one of your own.'
