import { TEAMS_APP } from '../../sandbox/chats.ts'
import { type JsonObject, objectOf, stringOf } from '../../sandbox/slack/json.ts'
import { buttonsIn } from '../../sandbox/teams/buttons.ts'
import type { Delivery } from '../../sandbox/teams/delivery.ts'
import type { TeamsTenant } from '../../sandbox/teams/tenant.ts'

/* What stories send past the driver: as the bot itself, and what only some clients of Teams send. */

/** Posts a card into the channel with the bot's own credentials, behind its back. @returns the message's id. */
export async function postAsBot(teams: TeamsTenant, card: JsonObject): Promise<string> {
  const granted = await fetch(`${teams.url}/${teams.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'client_credentials', scope: 'https://api.botframework.com/.default' },
      ...{ client_id: TEAMS_APP.appId, client_secret: TEAMS_APP.appPassword },
    }),
  })
  const { access_token: token } = objectOf(await granted.json()) ?? {}
  const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }]
  const posted = await fetch(`${teams.serviceUrl}v3/conversations/${teams.channelId}/activities`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stringOf(token)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'message', attachments }),
  })
  return stringOf(objectOf(await posted.json())?.id)
}

/**
 * Somebody says something to the bot and mentions another person.
 * Source: Microsoft Learn, "Mentions in bot messages" – one entity for each `<at>` of the text.
 */
export function sayMentioning(
  teams: TeamsTenant,
  person: string,
  words: string,
  mentioned: { readonly name: string; readonly realName: string },
): Promise<Delivery> {
  const tags = { bot: `<at>${TEAMS_APP.botName}</at>`, person: `<at>${mentioned.realName}</at>` }
  return teams.driver.raw({
    ...inChannel(teams, person),
    type: 'message',
    text: `${tags.bot} ${words}${tags.person}`,
    entities: [
      { type: 'mention', text: tags.bot, mentioned: { id: teams.botId, name: TEAMS_APP.botName } },
      {
        ...{ type: 'mention', text: tags.person },
        mentioned: { id: teams.memberId(mentioned.name), name: mentioned.realName },
      },
    ],
  })
}

/** What everything carries that a person does in the channel: in the thread of its latest message. */
function inChannel(teams: TeamsTenant, person: string): JsonObject {
  const [{ id: root = '' } = {}] = teams.messages().slice(-1)
  const tenant = { id: teams.tenantId }
  return {
    ...{ channelId: 'msteams', serviceUrl: teams.serviceUrl },
    from: { id: teams.memberId(person), aadObjectId: teams.userId(person) },
    recipient: { id: teams.botId, name: TEAMS_APP.botName },
    conversation: {
      ...{ isGroup: true, conversationType: 'channel', tenantId: teams.tenantId },
      id: `${teams.channelId};messageid=${root}`,
    },
    channelData: { channel: { id: teams.channelId }, tenant },
  }
}

/** A message in another channel. */
export const ELSEWHERE = { channel: '19:elsewhere@thread.tacv2', id: '1700000000000' } as const

/** Clicks a button of a card that somebody carried into another channel. @returns what the person is told. */
export async function clickElsewhere(
  teams: TeamsTenant,
  person: string,
  card: JsonObject,
  spoken: string,
): Promise<string> {
  const button = buttonsIn(card).find(({ element }) => element.tooltip === spoken)
  const here = inChannel(teams, person)
  const { body } = await teams.driver.raw({
    ...here,
    ...{ type: 'invoke', name: 'adaptiveCard/action', replyToId: ELSEWHERE.id },
    conversation: {
      ...objectOf(here.conversation),
      id: `${ELSEWHERE.channel};messageid=${ELSEWHERE.id}`,
    },
    channelData: { channel: { id: ELSEWHERE.channel }, tenant: { id: teams.tenantId } },
    value: { action: { type: 'Action.Execute', verb: button?.verb, data: button?.data }, trigger: 'manual' },
  })
  return stringOf(objectOf(body)?.value)
}
