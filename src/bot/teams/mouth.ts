import type { Log } from '../../reclaim/ports.ts'
import type { Store } from '../../reclaim/storage.ts'
import { namesIn } from '../names.ts'
import type { Card } from '../view.ts'
import type { Addresses } from './addresses.ts'
import type { Address, Connector } from './connector.ts'
import { TeamsFailure } from './failures.ts'
import type { Sender } from './inbound.ts'
import { renderMessage } from './render.ts'

/** `refused`: Teams does not let the bot write there; `failed`: it may work another time. */
export type Delivery = 'delivered' | 'refused' | 'failed'

/**
 * What the bot says at once, because somebody did something; runs and transitions are told by the task table. Said
 * once: what could not be delivered is logged.
 */
export type Mouth = {
  /**
   * Says something to one person alone, in their personal chat with the bot.
   * @param from where they were heard.
   */
  tell(person: Sender, from: Address, card: Card): Promise<Delivery>
  /** Answers where somebody wrote, for all to see. */
  reply(to: Address, card: Card): Promise<Delivery>
  /** Starts a thread in a channel. */
  post(channel: Address, card: Card): Promise<Delivery>
}

/** The bot's mouth for what cannot wait. */
export function createMouth(
  connector: Connector,
  addresses: Addresses,
  store: Pick<Store, 'names'>,
  log: Log,
): Mouth {
  const render = async (card: Card) => renderMessage(card, await namesIn(card, store).catch(() => new Map()))
  const delivered = async (attempt: () => Promise<unknown>): Promise<Delivery> => {
    try {
      await attempt()
      return 'delivered'
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'an answer could not be delivered')
      return isRefused(error) ? 'refused' : 'failed'
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
          if (!isRefused(error)) throw error
          await addresses.dropPerson(person.id)
          await connector.say(await openChat(person, from), message)
        }
      }),
    reply: (to, card) => delivered(async () => connector.say(to, await render(card))),
    post: (channel, card) => delivered(async () => connector.post(channel, await render(card))),
  }
}

const isRefused = (error: unknown) =>
  error instanceof TeamsFailure && (error.status === 403 || error.status === 404)
