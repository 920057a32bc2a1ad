import { z } from 'zod'
import { type Clock, Unsent } from '../../reclaim/ports.ts'
import type { Store } from '../../reclaim/storage.ts'
import type { Address } from './connector.ts'

/** The channel's address stands under this name, a person's under their Entra object id. */
const CHANNEL = 'channel'

const kept = z.object({
  serviceUrl: z.string(),
  tenant: z.string(),
  bot: z.string(),
  conversation: z.string(),
})

export type Addresses = {
  /** Where the bot's channel can be written to; throws as long as the app is not in the team. */
  channel(): Promise<Address>
  person(id: string): Promise<Address | null>
  /** @returns whether there was none before. */
  keepChannel(address: Address): Promise<boolean>
  keepPerson(id: string, address: Address): Promise<boolean>
  dropChannel(): Promise<void>
  dropPerson(id: string): Promise<void>
}

const LOOK_AGAIN_MS = 5000
const NOT_INSTALLED =
  'Microsoft Teams has not told the bot yet where its team is. Add the app to the team (teams.team), or, if it is there already, mention it in the channel once.'

/**
 * Where Teams can be written to, in our own words, never as the SDK has it. Teams tells it with everything that it
 * sends, and an address can change; without one nothing can be posted.
 */
export function createAddresses(store: Store, clock: Clock): Addresses {
  const read = async (name: string): Promise<Address | null> => {
    const address = await store.address('teams', name)
    return address === null ? null : kept.parse(JSON.parse(address))
  }
  const keep = (name: string, address: Address) =>
    store.keepAddress('teams', name, JSON.stringify(kept.parse(address)), clock.now())
  return {
    async channel() {
      const address = await read(CHANNEL)
      if (!address) throw new Unsent(NOT_INSTALLED, LOOK_AGAIN_MS)
      return address
    },
    person: read,
    keepChannel: address => keep(CHANNEL, address),
    keepPerson: keep,
    dropChannel: () => store.dropAddress('teams', CHANNEL),
    dropPerson: id => store.dropAddress('teams', id),
  }
}
