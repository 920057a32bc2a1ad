import { z } from 'zod'
import type { MessageRef } from '../../reclaim/ports.ts'
import type { Address } from './connector.ts'

/** Somebody in Teams, as a request names them. */
export type Sender = {
  /** Microsoft Entra object id, in small letters. */
  readonly id: string
  /** Teams' own id for them, `29:…`. */
  readonly memberId: string
}

/** What came in, in our words. */
export type Inbound =
  | {
      readonly kind: 'pressed'
      readonly by: Sender
      /** `submit`: from a client that knows no `Action.Execute`, and shows no answer. */
      readonly how: 'execute' | 'submit'
      readonly verb: string
      readonly token: string
      /** The message that was clicked, where it stands in a channel. */
      readonly at: MessageRef | null
    }
  | {
      readonly kind: 'typed'
      readonly by: Sender
      /** Without the mention of the bot. */
      readonly text: string
      /** Other people whom the text mentions. */
      readonly mentions: readonly { readonly text: string; readonly memberId: string }[]
    }
  /** The bot was added to a team or by a person, or removed. */
  | { readonly kind: 'added' | 'removed'; readonly by: Sender | null }
  | { readonly kind: 'other' }

/** Where something happened. */
export type Place =
  | {
      /** Or a group chat, which is nobody's channel. */
      readonly kind: 'channel'
      /** The Entra group id, where Teams says it. */
      readonly team: string | null
      readonly channel: string
      /** Whether it is said of the team as such, not of one of its channels. */
      readonly wholeTeam: boolean
    }
  | { readonly kind: 'personal' }

const account = z.looseObject({ id: z.string(), aadObjectId: z.string().optional() })
const mention = z.object({ type: z.literal('mention'), text: z.string(), mentioned: account })
/** What our buttons carry, by the one way and by the other. */
const carried = z.object({ value: z.string() })
const execute = z.object({ action: z.object({ verb: z.string(), data: carried }) })
const submit = carried.extend({ verb: z.string() })

const activity = z.looseObject({
  type: z.string(),
  channelId: z.literal('msteams'),
  serviceUrl: z.string(),
  name: z.string().optional(),
  action: z.string().optional(),
  text: z.string().nullish(),
  value: z.unknown().optional(),
  replyToId: z.string().nullish(),
  from: account,
  recipient: z.looseObject({ id: z.string() }),
  conversation: z.looseObject({
    id: z.string(),
    conversationType: z.string().optional(),
    tenantId: z.string().optional(),
  }),
  channelData: z
    .looseObject({
      tenant: z.looseObject({ id: z.string() }).optional(),
      team: z.looseObject({ id: z.string().optional(), aadGroupId: z.string().optional() }).nullish(),
    })
    .nullish(),
  membersAdded: z.array(account).nullish(),
  membersRemoved: z.array(account).nullish(),
  entities: z.array(z.unknown()).nullish(),
})

/** What Teams sends (Microsoft Learn, Bot Framework Activity schema), as far as the bot reads it. */
export type TeamsActivity = z.output<typeof activity>

/** @returns `null` for anything that Teams would not send. */
export function parseActivity(body: string): TeamsActivity | null {
  try {
    return activity.parse(JSON.parse(body))
  } catch {
    return null
  }
}

/** The tenant that an activity is of; `''` = it does not say. */
export function tenantOf({ conversation, channelData }: TeamsActivity): string {
  return (conversation.tenantId ?? channelData?.tenant?.id ?? '').toLowerCase()
}

/** The address under which Teams can be answered. */
export function addressOf(sent: TeamsActivity): Address {
  const { serviceUrl, recipient, conversation } = sent
  return { serviceUrl, tenant: tenantOf(sent), bot: recipient.id, conversation: conversation.id }
}

/** Where an activity happened. */
export function placeOf({ conversation, channelData }: TeamsActivity): Place {
  if (conversation.conversationType === 'personal') return { kind: 'personal' }
  const team = channelData?.team?.aadGroupId?.toLowerCase() ?? null
  // A thread's conversation is its channel's with the root behind it.
  const channel = conversation.id.split(';')[0] ?? ''
  return { kind: 'channel', team, channel, wholeTeam: channel === channelData?.team?.id }
}

/** Reads an activity that was found genuine. */
export function inboundOf(sent: TeamsActivity): Inbound {
  const by = senderOf(sent)
  const isBot = ({ id }: { id: string }) => id === sent.recipient.id
  switch (sent.type) {
    case 'invoke':
      return by ? executed(sent, by) : { kind: 'other' }
    case 'message':
      return by ? submittedOrTyped(sent, by) : { kind: 'other' }
    case 'installationUpdate':
      return { kind: sent.action?.startsWith('remove') ? 'removed' : 'added', by }
    case 'conversationUpdate':
      if (sent.membersAdded?.some(isBot)) return { kind: 'added', by }
      return sent.membersRemoved?.some(isBot) ? { kind: 'removed', by } : { kind: 'other' }
    default:
      return { kind: 'other' }
  }
}

function senderOf({ from }: TeamsActivity): Sender | null {
  return from.aadObjectId ? { id: from.aadObjectId.toLowerCase(), memberId: from.id } : null
}

function executed(sent: TeamsActivity, by: Sender): Inbound {
  const { data } = execute.safeParse(sent.value)
  if (sent.name !== 'adaptiveCard/action' || !data) return { kind: 'other' }
  const { verb, data: carried } = data.action
  return { kind: 'pressed', by, how: 'execute', verb, token: carried.value, at: clickedIn(sent) }
}

function submittedOrTyped(sent: TeamsActivity, by: Sender): Inbound {
  const { data } = submit.safeParse(sent.value)
  if (!data) return typed(sent, by)
  return { kind: 'pressed', by, how: 'submit', verb: data.verb, token: data.value, at: clickedIn(sent) }
}

function clickedIn(sent: TeamsActivity): MessageRef | null {
  const place = placeOf(sent)
  if (place.kind === 'personal' || !sent.replyToId) return null
  return { conversation: place.channel, id: sent.replyToId }
}

/**
 * With the right to read the channel's messages the bot is sent all of them; those that do not mention it are between
 * other people (Microsoft Learn, "Receive all conversation messages for bots").
 */
function typed(sent: TeamsActivity, by: Sender): Inbound {
  const { text, entities, recipient } = sent
  const mentions = (entities ?? []).flatMap(entity => mention.safeParse(entity).data ?? [])
  const own = mentions.filter(({ mentioned }) => mentioned.id === recipient.id)
  if (own.length === 0 && placeOf(sent).kind === 'channel') return { kind: 'other' }
  const words = own.reduce((rest, each) => rest.replace(each.text, ' '), text ?? '')
  return {
    ...{ kind: 'typed', by, text: words.replaceAll('&nbsp;', ' ').trim() },
    mentions: mentions
      .filter(({ mentioned }) => mentioned.id !== recipient.id)
      .map(each => ({ text: each.text, memberId: each.mentioned.id })),
  }
}
