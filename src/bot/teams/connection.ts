import type { Connection } from '../connection.ts'
import type { Addresses } from './addresses.ts'
import type { Connector } from './connector.ts'
import { isNoMember } from './failures.ts'
import { CONNECTOR, type Tokens } from './tokens.ts'

/**
 * Whether Microsoft accepts the bot, and the app is in its team.
 * @param somebody an Entra object id: whoever it is, the answer shows that the app may look into the team.
 */
export function createTeamsConnection(
  tokens: Tokens,
  addresses: Addresses,
  connector: Pick<Connector, 'member'>,
  somebody: string,
): Connection {
  let problem: string | null = 'Microsoft Teams was not asked yet.'
  return {
    label: 'Microsoft Teams',
    async check() {
      try {
        await tokens.tokenFor(CONNECTOR)
        await connector.member(await addresses.channel(), somebody).catch((error: Error) => {
          if (!isNoMember(error)) throw error
        })
        problem = null
      } catch (error) {
        problem = (error as Error).message
        throw error
      }
    },
    problem: () => problem,
  }
}
