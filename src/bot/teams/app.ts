import type { PersonEvent } from '../../reclaim/lifecycle.ts'
import { say } from '../answer.ts'
import { DETAILS_FAILED, decided, detailsFor, type InteractionContext, obeyed } from '../interactions.ts'
import { namesIn } from '../names.ts'
import type { Card } from '../view.ts'
import { type ArrivalContext, keepAddress } from './arrivals.ts'
import type { Address } from './connector.ts'
import { addressOf, type Inbound, inboundOf, placeOf, type TeamsActivity } from './inbound.ts'
import type { Delivery } from './mouth.ts'
import type { People } from './people.ts'
import { renderText } from './render.ts'

export type TeamsAppContext = InteractionContext & ArrivalContext & { readonly people: People }
/** `workOn` keeps a job in mind, so that a stop waits for it. */
type HandlerContext = TeamsAppContext & { readonly workOn: (job: Promise<unknown>) => void }

/** The answer to an invoke (Microsoft Learn, "Universal Actions for Adaptive Cards", response format). */
type InvokeAnswer = {
  readonly statusCode: 200
  readonly type: 'application/vnd.microsoft.activity.message'
  readonly value: string
}

export type TeamsApp = {
  /**
   * Handles what Teams sent. A click is answered after its decision is on disk; what somebody typed is worked on
   * after the answer, as a run takes minutes and Teams waits seconds.
   * @returns what a click on a card is answered with; `null` = nothing is shown.
   */
  handle(sent: TeamsActivity): Promise<InvokeAnswer | null>
  /** Waits for what is still being worked on. */
  stop(): Promise<void>
}

/** The bot's listeners in Teams. */
export function createTeamsApp(parts: TeamsAppContext): TeamsApp {
  const { log } = parts
  const working = new Set<Promise<unknown>>()
  const workOn = (job: Promise<unknown>) => {
    const done = job
      .catch((error: Error) => log.error({ reason: error.message }, 'a message could not be handled'))
      .finally(() => working.delete(done))
    working.add(done)
  }
  const context = { ...parts, workOn }
  return {
    async handle(sent) {
      const inbound = inboundOf(sent)
      const from = addressOf(sent)
      const place = placeOf(sent)
      await keepAddress(inbound, place, from, context).catch((error: Error) =>
        log.error({ reason: error.message }, 'an address could not be kept'),
      )
      switch (inbound.kind) {
        case 'pressed':
          return pressed(inbound, from, context)
        case 'typed':
          workOn(typed(inbound, place.kind === 'personal', from, context))
          return null
        default:
          return null
      }
    },
    stop: async () => {
      await Promise.all(working)
    },
  }
}

type Pressed = Extract<Inbound, { kind: 'pressed' }>
type Typed = Extract<Inbound, { kind: 'typed' }>

const DECISIONS: Readonly<Record<string, PersonEvent>> = {
  reclaim_approve: 'approve',
  reclaim_skip: 'skip',
  reclaim_undo: 'undo',
  reclaim_retry: 'retry',
}

async function pressed(click: Pressed, from: Address, context: HandlerContext): Promise<InvokeAnswer | null> {
  const { mouth, store } = context
  const card = await answerTo(click, from, context)
  if (click.how === 'execute') {
    const names = await namesIn(card, store).catch(() => new Map<string, string>())
    return {
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
      value: renderText(card, names),
    }
  }
  // What was decided is on disk; its answer need not keep Teams waiting.
  if (card !== SHOWN) context.workOn(mouth.tell(click.by, from, card))
  return null
}

function answerTo(click: Pressed, from: Address, context: HandlerContext): Promise<Card> | Card {
  const { by, token, verb } = click
  const event = Object.hasOwn(DECISIONS, verb) ? DECISIONS[verb] : undefined
  if (event) {
    // A card that was carried elsewhere is no message of ours.
    const at = click.at?.conversation === context.settings.channel ? click.at : null
    return decided({ personId: by.id, event, token, at }, context)
  }
  if (verb === 'reclaim_details') return details(click, from, context)
  context.log.warn({ person: by.id }, 'a button that the bot does not know was pressed')
  return say('The bot does not know this button. Nothing was changed.')
}

/** Teams waits about three seconds for the answer to a click, and who it is was asked already. */
const DETAILS_WITHIN_MS = 700
const SHOWN = say('The details are in your chat with me.')
const ON_THEIR_WAY = say(
  'The details are on their way to your chat with me. If they do not come, press Details again.',
)

/** The details go into the personal chat: what a card in the channel is answered with, others could see too. */
async function details({ by, token }: Pressed, from: Address, context: HandlerContext): Promise<Card> {
  try {
    const { kind, card } = await detailsFor(by.id, token, context)
    if (kind === 'refusal') return card
    const told = context.mouth.tell(by, from, card)
    context.workOn(told)
    const soon = new Promise<'soon'>(resolve => setTimeout(resolve, DETAILS_WITHIN_MS, 'soon'))
    const outcome = await Promise.race([told, soon])
    return { delivered: SHOWN, soon: ON_THEIR_WAY, refused: CANNOT_WRITE, failed: DETAILS_FAILED }[outcome]
  } catch (error) {
    context.log.warn({ reason: (error as Error).message }, 'the details could not be shown')
    return DETAILS_FAILED
  }
}

const CANNOT_WRITE = say(
  'I cannot write to you alone. Add me for yourself (Apps, Reclaim, Add), then ask again: what I answer is for you only.',
)

/** What everybody reads where somebody asked. */
const POINTERS: Readonly<Record<Delivery, Card>> = {
  delivered: say('The answer is in your chat with me.'),
  refused: CANNOT_WRITE,
  failed: say('The answer could not be delivered to your chat with me. Please ask again in a minute.'),
}

async function typed(
  words: Typed,
  personal: boolean,
  from: Address,
  context: TeamsAppContext,
): Promise<void> {
  const { mouth } = context
  const answer = (card: Card) => mouth.tell(words.by, from, card)
  const line = (await namesForMentions(words, context)).replace(/^[/@]?reclaim\b/i, '')
  const outcome = await answer(await obeyed(line, words.by.id, context, card => void answer(card)))
  if (!personal) await mouth.reply(from, POINTERS[outcome])
}

/** Teams names a person whom a text mentions by an id; the store knows people by their address. */
async function namesForMentions({ text, mentions }: Typed, { people }: TeamsAppContext): Promise<string> {
  let line = text
  for (const mention of mentions) {
    const person = await people.person(mention.memberId).catch(() => null)
    line = line.replace(mention.text, () => person?.email ?? mention.text.replace(/<[^>]*>/g, ''))
  }
  return line
}
