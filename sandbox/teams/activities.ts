import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../slack/json.ts'
import type { Button } from './buttons.ts'
import { type Place, threadOf } from './conversations.ts'
import type { Member } from './directory.ts'

/** The bot as Teams addresses it. */
export interface BotAccount {
  /** `28:` and the app id. */
  id: string
  name: string
}

/** Where activities come from and go to. */
export interface Scene {
  place: Place
  bot: BotAccount
  serviceUrl: string
  /** UTC ms */
  now: () => number
}

/** Who does something, in which tenant: another one for somebody who should not be here. */
export interface Doer {
  member: Member
  tenantId: string
}

/** Where it is done: in a thread of the channel, or in the doer's personal chat. */
export type Where = { rootId: string } | 'personal'

/** What every activity of a person carries. Source: Teams docs, "Messages in bot conversations". */
function fromPerson({ member, tenantId }: Doer, where: Where, scene: Scene): JsonObject {
  const { place } = scene
  const tenant = { id: tenantId }
  const spot =
    where === 'personal'
      ? {
          conversation: { conversationType: 'personal', id: member.chatId, tenantId },
          channelData: { tenant },
        }
      : {
          conversation: {
            isGroup: true,
            conversationType: 'channel',
            id: threadOf(place, where.rootId),
            tenantId,
          },
          channelData: {
            teamsChannelId: place.channelId,
            teamsTeamId: place.threadId,
            channel: { id: place.channelId },
            team: { id: place.threadId },
            tenant,
          },
        }
  return {
    ...envelope(scene),
    from: { id: member.memberId, name: member.realName, aadObjectId: member.userId },
    ...spot,
  }
}

function envelope({ now, serviceUrl, bot }: Scene): JsonObject {
  return {
    id: `f:${randomUUID()}`,
    timestamp: new Date(now()).toISOString(),
    localTimestamp: new Date(now()).toISOString(),
    channelId: 'msteams',
    serviceUrl,
    recipient: { id: bot.id, name: bot.name },
    locale: 'en-US',
    entities: [{ type: 'clientInfo', locale: 'en-US', country: 'US', platform: 'Web', timezone: 'Etc/UTC' }],
  }
}

/** A click on an Action.Execute. Source: Teams docs, "Universal Actions", adaptiveCard/action. */
export function execute(
  doer: Doer,
  on: { messageId: string; where: Where; button: Button },
  scene: Scene,
): JsonObject {
  const { verb, data, element } = on.button
  return {
    ...fromPerson(doer, on.where, scene),
    type: 'invoke',
    name: 'adaptiveCard/action',
    replyToId: on.messageId,
    value: {
      action: {
        type: 'Action.Execute',
        ...(typeof element.id === 'string' ? { id: element.id } : {}),
        title: on.button.title,
        verb,
        data,
      },
      trigger: 'manual',
    },
  }
}

/** A click on an Action.Submit: a message without text. Source: Teams docs, "Card actions", Action.Submit. */
export function submit(
  doer: Doer,
  on: { messageId: string; where: Where; data: unknown },
  scene: Scene,
): JsonObject {
  return {
    ...fromPerson(doer, on.where, scene),
    type: 'message',
    text: '',
    textFormat: 'plain',
    replyToId: on.messageId,
    value: on.data,
  }
}

/** The bot's mention as it begins a message in the channel. */
export function mentionOf({ name }: BotAccount): string {
  return `<at>${name}</at>`
}

/** A message of a person; `text` is what they wrote, with the mention if there is one. */
export function message(
  doer: Doer,
  said: { id: string; where: Where; text: string },
  scene: Scene,
): JsonObject {
  const { bot } = scene
  const base = fromPerson(doer, said.where, scene)
  const mention = { type: 'mention', mentioned: { id: bot.id, name: bot.name }, text: mentionOf(bot) }
  const entities = Array.isArray(base.entities) ? base.entities : []
  return {
    ...base,
    type: 'message',
    id: said.id,
    text: said.text,
    textFormat: 'plain',
    attachments: [{ contentType: 'text/html', content: `<p>${said.text}</p>` }],
    entities: said.where === 'personal' ? entities : [mention, ...entities],
  }
}

/** What Teams sends when the bot joins or leaves: source: Teams docs, "Conversation events in your Teams bot". */
export function installation(
  doer: Doer,
  { where, action }: { where: 'team' | 'personal'; action: 'add' | 'remove' },
  scene: Scene,
): JsonObject[] {
  const { place, bot } = scene
  const base = { ...fromPerson(doer, 'personal', scene) }
  const added = action === 'add'
  const personal = [{ id: bot.id }, { id: doer.member.memberId, aadObjectId: doer.member.userId }]
  const members = where === 'team' ? [{ id: bot.id }] : personal
  const changed = {
    type: 'conversationUpdate',
    ...(added ? { membersAdded: members } : { membersRemoved: members }),
  }
  const installed = { type: 'installationUpdate', action }
  if (where === 'personal') {
    return [
      { ...base, ...changed },
      { ...base, ...installed, id: `f:${randomUUID()}` },
    ]
  }
  const team = { id: place.threadId, name: place.teamName, aadGroupId: place.teamId }
  const tenant = { id: doer.tenantId }
  const conversation = (id: string) => ({
    isGroup: true,
    conversationType: 'channel',
    id,
    tenantId: doer.tenantId,
  })
  const eventType = added ? 'teamMemberAdded' : 'teamMemberRemoved'
  const channel = { id: place.channelId }
  return [
    {
      ...base,
      ...changed,
      conversation: conversation(place.threadId),
      channelData: { team, eventType, tenant },
    },
    {
      ...base,
      ...installed,
      id: `f:${randomUUID()}`,
      conversation: { ...conversation(place.channelId), name: place.channelName },
      channelData: {
        settings: { selectedChannel: channel },
        channel,
        team,
        tenant,
        source: { name: 'message' },
      },
    },
  ]
}
