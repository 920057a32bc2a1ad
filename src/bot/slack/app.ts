import { App, type BlockAction, type ButtonAction } from '@slack/bolt'
import type { PersonEvent } from '../../reclaim/lifecycle.ts'
import { say } from '../answer.ts'
import { DETAILS_FAILED, decided, detailsFor, type InteractionContext, obeyed } from '../interactions.ts'
import { namesIn } from '../names.ts'
import type { Card } from '../view.ts'
import { createAsides } from './asides.ts'
import { readable, type SlackClients, slackLogger } from './clients.ts'
import { createEars, type Ears, type SlackMode } from './receiver.ts'
import { renderMessage, renderModal } from './render.ts'
import { createRepeats } from './repeats.ts'
import { createRespond, type Respond } from './response-url.ts'

export type SlackAppContext = InteractionContext & { readonly clients: SlackClients }
type ListenerContext = SlackAppContext & {
  readonly respond: Respond
  readonly asides: ReturnType<typeof createAsides>
}

/**
 * Bolt with the bot's listeners. A click or a command becomes one short transaction, is acknowledged after that
 * transaction is on disk, and is answered to the person alone.
 * @param settings `apiUrl` left out = Slack's own.
 */
export async function createSlackApp(
  settings: SlackMode & { botToken: string; apiUrl?: string | undefined },
  context: SlackAppContext,
): Promise<Ears> {
  const logger = slackLogger(context.log)
  const ears = createEars(settings, settings.apiUrl, logger)
  const app = new App({
    receiver: ears.receiver,
    logger,
    authorize: async () => ({ botToken: settings.botToken }),
    convoStore: false,
    deferInitialization: true,
    ...(settings.apiUrl && { clientOptions: { slackApiUrl: settings.apiUrl } }),
  })
  const asides = createAsides()
  listen(app, { ...context, respond: createRespond(settings.apiUrl), asides })
  await app.init()
  return {
    ...ears,
    async stop() {
      await ears.stop()
      await asides.stop()
    },
  }
}

function listen(app: App, context: ListenerContext): void {
  const { log, asides } = context
  const repeats = createRepeats(context.clock)
  // Bolt runs every listener that matches, so there is one for all buttons.
  app.action<BlockAction<ButtonAction>>(/^/, async ({ body, action, ack }) => {
    const place = placeOf(body)
    const event = DECISIONS.find(event => action.action_id === `reclaim_${event}`)
    if (event) {
      asides.clicked()
      const card = await decision(event, body, action, context)
      await ack()
      asides.clicked()
      // Not waited for: until then, Bolt would keep the whole click in memory.
      return asides.say(place.user, () => whisper(card, place, context))
    }
    // Nothing is recorded, and two calls of Slack's API can take longer than the 3 seconds that it waits.
    await ack()
    if (action.action_id !== 'reclaim_details')
      return log.warn({ user: body.user.id }, 'a button that the bot does not know was pressed')
    const refusal = await details(body, action, context)
    if (refusal) await whisper(refusal, place, context)
  })
  app.command('/reclaim', async ({ command, ack }) => {
    await ack()
    const asker = { user: command.user_id, channel: command.channel_id, url: command.response_url }
    if (repeats.isRepeat(command.trigger_id)) return whisper(HEARD_BEFORE, asker, context)
    const typed = await namesForMentions(command.text, context)
    const soothe = (card: Card) => void whisper(card, asker, context)
    const card = await obeyed(typed, command.user_id, context, soothe)
    await whisper(card, asker, context)
  })
  app.error(async error => {
    log.error({ reason: error.message }, 'an interaction failed')
  })
}

const DECISIONS = ['approve', 'skip', 'undo', 'retry'] as const satisfies PersonEvent[]
const HEARD_BEFORE = say('This command was delivered twice, and is not carried out again.')

/** Slack sends a mention as an id (`<@U012AB3CD|bob>`); the store knows people by their address. */
async function namesForMentions(typed: string, { chat }: SlackAppContext): Promise<string> {
  const [mention, id] = /<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/.exec(typed) ?? []
  if (!mention || !id) return typed
  const person = await chat.person(id).catch(() => null)
  return typed.replace(mention, person?.email ?? person?.name ?? id)
}

function decision(
  event: PersonEvent,
  body: BlockAction<ButtonAction>,
  action: ButtonAction,
  context: SlackAppContext,
): Promise<Card> {
  const { channel, message } = body
  const at =
    channel && message ? { conversation: channel.id, id: String(message.thread_ts ?? message.ts) } : null
  return decided({ personId: body.user.id, event, token: action.value ?? '', at }, context)
}

/** Opens the details for whoever may read them. @returns what to tell the person instead, if anything. */
async function details(
  body: BlockAction<ButtonAction>,
  action: ButtonAction,
  context: SlackAppContext,
): Promise<Card | null> {
  try {
    const { kind, card } = await detailsFor(body.user.id, action.value ?? '', context)
    if (kind === 'refusal') return card
    const view = renderModal(card, 'Details', await namesIn(card, context.store))
    await context.clients.interactive.views.open({ trigger_id: body.trigger_id, view })
    return null
  } catch (error) {
    context.log.warn({ reason: readable(error).message }, 'the details could not be shown')
    return DETAILS_FAILED
  }
}

/** Whom to answer, and where they are. */
type Place = { readonly user: string; readonly channel: string; readonly url: string | undefined }

const placeOf = ({ user, channel, response_url: url }: BlockAction): Place => ({
  ...{ user: user.id, channel: channel?.id ?? '' },
  // Slack sends none with a click in a view.
  url: url as string | undefined,
})

/**
 * Says something to one person alone. A response_url is good for half an hour; after that, or without one, the answer
 * goes into the channel, for this person's eyes only. Nothing of it may fail what was already done.
 */
async function whisper(
  card: Card,
  { user, channel, url }: Place,
  { clients, store, log, respond }: ListenerContext,
): Promise<void> {
  try {
    const message = renderMessage(card, await namesIn(card, store).catch(() => new Map()))
    await respond(url, message).catch(() =>
      clients.interactive.chat.postEphemeral({ channel, user, ...message }),
    )
  } catch (error) {
    log.warn({ user, reason: readable(error).message }, 'an answer could not be delivered')
  }
}
