import { randomBytes } from 'node:crypto'
import type { Button } from './buttons.ts'
import { type Member, TEAM_ID, teamOf } from './directory.ts'
import { type JsonObject, objectsOf, stringOf } from './json.ts'
import type { ShownMessage } from './messages.ts'
import { APP } from './upstream.ts'
import type { ShownView } from './views.ts'
import type { Whisper } from './whispers.ts'

/** Where payloads come from. */
export interface Place {
  teamDomain: string
  channelId: string
  channelName: string
  channelPrivate: boolean
}

/** What Slack makes up for each action of a person. */
export interface Handles {
  triggerId: string
  responseUrl: string
}

/** Slack's old verification token; nobody should look at it. */
const VERIFICATION_TOKEN = 'not-used'

/** Slack docs, "block_actions payload": a click on a message in the channel. */
export function clickOnMessage(
  by: Member,
  {
    button,
    message,
    place,
    handles,
  }: { button: Button; message: ShownMessage; place: Place; handles: Handles },
): JsonObject {
  const container = {
    type: 'message',
    message_ts: message.ts,
    channel_id: place.channelId,
    is_ephemeral: false,
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
  }
  return {
    ...interaction('block_actions', by, place, handles.triggerId),
    container,
    channel: { id: place.channelId, name: shownChannelName(place) },
    message: message.raw,
    state: { values: {} },
    response_url: handles.responseUrl,
    actions: [action(button)],
  }
}

/** The same for an ephemeral message: Slack sends no `message` with it. */
export function clickOnWhisper(
  by: Member,
  { button, whisper, place, handles }: { button: Button; whisper: Whisper; place: Place; handles: Handles },
): JsonObject {
  const container = {
    type: 'message',
    message_ts: whisper.ts,
    channel_id: place.channelId,
    is_ephemeral: true,
    ...(whisper.threadTs ? { thread_ts: whisper.threadTs } : {}),
  }
  return {
    ...interaction('block_actions', by, place, handles.triggerId),
    container,
    channel: { id: place.channelId, name: shownChannelName(place) },
    state: { values: {} },
    response_url: handles.responseUrl,
    actions: [action(button)],
  }
}

/** The same for a view: no channel, no message, no response_url. */
export function clickInView(
  by: Member,
  { button, shown, place, triggerId }: { button: Button; shown: ShownView; place: Place; triggerId: string },
): JsonObject {
  return {
    ...interaction('block_actions', by, place, triggerId),
    container: { type: 'view', view_id: shown.id },
    view: shown.view,
    actions: [action(button)],
  }
}

/** What a person has filled in: for each block id and action id a text, or the element's state as Slack sends it. */
export type ViewValues = Record<string, Record<string, string | JsonObject>>

/** Slack docs, "view_submission payload". Throws if a value is for a block that the view has not. */
export function submission(
  by: Member,
  {
    shown,
    values,
    place,
    triggerId,
  }: { shown: ShownView; values: ViewValues; place: Place; triggerId: string },
): JsonObject {
  const blockIds = objectsOf(shown.view.blocks).map(block => stringOf(block.block_id))
  for (const blockId of Object.keys(values)) {
    if (blockIds.includes(blockId)) continue
    throw new Error(`The view has no block "${blockId}" to fill in. It has: ${blockIds.join(', ')}.`)
  }
  const filled = Object.entries(values).map(([blockId, actions]) => [
    blockId,
    Object.fromEntries(Object.entries(actions).map(([actionId, value]) => [actionId, elementState(value)])),
  ])
  return {
    ...interaction('view_submission', by, place, triggerId),
    view: { ...shown.view, state: { values: Object.fromEntries(filled) } },
    response_urls: [],
  }
}

function elementState(value: string | JsonObject): JsonObject {
  return typeof value === 'string' ? { type: 'plain_text_input', value } : value
}

/** Slack docs, "Slash commands": the fields of the form. `line` is what the person typed. */
export function slashCommand(
  by: Member,
  { line, place, handles }: { line: string; place: Place; handles: Handles },
): Record<string, string> {
  const [command = '', ...words] = line.trim().split(' ')
  return {
    token: VERIFICATION_TOKEN,
    team_id: TEAM_ID,
    team_domain: place.teamDomain,
    channel_id: place.channelId,
    channel_name: shownChannelName(place),
    user_id: by.id,
    user_name: by.name,
    command,
    text: words.join(' '),
    api_app_id: APP.id,
    is_enterprise_install: 'false',
    response_url: handles.responseUrl,
    trigger_id: handles.triggerId,
  }
}

/** Slack docs, "Events API": the envelope of an event. */
export function eventEnvelope(by: Member, event: JsonObject, eventId: string | undefined): JsonObject {
  const seconds = Math.floor(Date.now() / 1000)
  return {
    token: VERIFICATION_TOKEN,
    team_id: TEAM_ID,
    context_team_id: TEAM_ID,
    api_app_id: APP.id,
    event: { user: by.id, event_ts: `${seconds}.000100`, ...event },
    type: 'event_callback',
    event_id: eventId ?? `Ev${randomBytes(5).toString('hex').toUpperCase()}`,
    event_time: seconds,
    authorizations: [
      {
        enterprise_id: null,
        team_id: TEAM_ID,
        user_id: APP.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  }
}

function interaction(type: string, by: Member, { teamDomain }: Place, triggerId: string): JsonObject {
  return {
    type,
    user: { id: by.id, username: by.name, name: by.name, team_id: teamOf(by) },
    api_app_id: APP.id,
    token: VERIFICATION_TOKEN,
    trigger_id: triggerId,
    team: { id: TEAM_ID, domain: teamDomain },
    enterprise: null,
    is_enterprise_install: false,
  }
}

function action({ element, blockId, actionId }: Button): JsonObject {
  const { accessibility_label: _notSent, ...sent } = element
  return { ...sent, action_id: actionId, block_id: blockId, action_ts: `${(Date.now() / 1000).toFixed(6)}` }
}

/** Slack does not tell apps the name of a private channel here. */
function shownChannelName({ channelName, channelPrivate }: Place): string {
  return channelPrivate ? 'privategroup' : channelName
}
