import type { Log } from '../../reclaim/ports.ts'
import type { Store } from '../../reclaim/storage.ts'
import { namesIn } from '../names.ts'
import type { Card } from '../view.ts'
import type { Addresses } from './addresses.ts'
import type { Address, Connector } from './connector.ts'
import { TeamsFailure } from './failures.ts'
import type { Sender } from './inbound.ts'
import { renderMessage } from './render.ts'

/**
 * What the bot says at once, because somebody did something; runs and transitions are told by the task table. Said
 * once: what could not be delivered is logged.
 */
export type Mouth = {
  /**
   * Says something to one person alone, in their personal chat with the bot.
   * @param from where they were heard. @returns whether it was delivered.
   */
  tell(person: Sender, from: Address, card: Card): Promise<boolean>
  /** Answers where somebody wrote, for all to see. */
  reply(to: Address, card: Card): Promise<boolean>
  /** Starts a thread in a channel. */
  post(channel: Address, card: Card): Promise<boolean>
}

export function createMouth(
  connector: Connector,
  addresses: Addresses,
  store: Pick<Store, 'names'>,
  log: Log,
): Mouth {
  const render = async (card: Card) => renderMessage(card, await namesIn(card, store).catch(() => new Map()))
  const delivered = async (attempt: () => Promise<unknown>) => {
    try {
      await attempt()
      return true
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'an answer could not be delivered')
      return false
    }
  }

  const openChat = async ({ id, memberId }: Sender, from: Address): Promise<Address> => {
    const opened = await connector.openChat(from, memberId)
    await addresses.keepPerson(id, opened)
    return opened
  }

  return {
    tell: (person, from, card) =>
      delivered(async () => {
        const message = await render(card)
        const known = await addresses.person(person.id)
        if (!known) return connector.say(await openChat(person, from), message)
        try {
          await connector.say(known, message)
        } catch (error) {
          // Only a chat that is no more is worth another one.
          if (!(error instanceof TeamsFailure) || (error.status !== 403 && error.status !== 404)) throw error
          await addresses.dropPerson(person.id)
          await connector.say(await openChat(person, from), message)
        }
      }),
    reply: (to, card) => delivered(async () => connector.say(to, await render(card))),
    post: (channel, card) => delivered(async () => connector.post(channel, await render(card))),
  }
}
