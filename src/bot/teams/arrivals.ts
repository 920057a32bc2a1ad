import type { Log } from '../../reclaim/ports.ts'
import type { ViewSettings } from '../view.ts'
import { welcomeCard } from '../welcome.ts'
import type { Addresses } from './addresses.ts'
import type { Address } from './connector.ts'
import type { Inbound, Place } from './inbound.ts'
import type { Mouth } from './mouth.ts'

export type ArrivalContext = {
  readonly settings: { readonly team: string; readonly channel: string }
  readonly addresses: Addresses
  readonly mouth: Mouth
  readonly views: ViewSettings
  readonly log: Log
  /** The app came to its team or left it: whether the bot is connected has changed. */
  readonly moved: () => void
}

/**
 * Teams tells with everything that it sends where it can be answered: kept until the app is removed. Whoever added the
 * app is welcomed, once, although Teams tells of it in two ways.
 */
export async function keepAddress(
  inbound: Inbound,
  place: Place,
  from: Address,
  context: ArrivalContext,
): Promise<void> {
  const { addresses, mouth, settings, views, log, moved } = context
  if (inbound.kind === 'other') return
  if (place.kind === 'personal') {
    if (!inbound.by) return
    if (inbound.kind === 'removed') return addresses.dropPerson(inbound.by.id)
    const isNew = await addresses.keepPerson(inbound.by.id, from)
    if (isNew && inbound.kind === 'added') await mouth.reply(from, welcomeCard(views))
    return
  }
  if (place.channel !== settings.channel && place.team !== settings.team) {
    if (inbound.kind === 'added') log.warn(place, 'the app was added to a team that is not in the settings')
    return
  }
  if (inbound.kind === 'removed') {
    // From another channel of the team it may go without leaving ours; whether it did, the connection finds out.
    if (place.wholeTeam || place.channel === settings.channel) await addresses.dropChannel()
    return moved()
  }
  const channel = { ...from, conversation: settings.channel }
  if (!(await addresses.keepChannel(channel))) return
  moved()
  if (inbound.kind === 'added') await mouth.post(channel, welcomeCard(views))
}
