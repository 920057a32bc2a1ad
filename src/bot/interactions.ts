import { entitlement, press } from '../reclaim/decision.ts'
import type { Log } from '../reclaim/ports.ts'
import { decisionCard, mayNotRead, say } from './answer.ts'
import { parseCommand } from './command.ts'
import { type CommandContext, deciding, obey } from './commands.ts'
import { detailsCard } from './details.ts'
import type { Card } from './view.ts'

export type InteractionContext = CommandContext & { readonly log: Log }

/** Records what a person pressed. @returns what to tell that person alone, whatever happened. */
export async function decided(
  pressed: Parameters<typeof press>[0],
  context: InteractionContext,
): Promise<Card> {
  try {
    const answer = await press(pressed, deciding(context))
    if (answer.kind === 'not_allowed') {
      const { personId: person, event } = pressed
      context.log.warn({ person, event, why: answer.why }, 'a decision was refused')
    }
    return decisionCard(answer, context.views)
  } catch (error) {
    context.log.error({ reason: (error as Error).message }, 'a decision could not be recorded')
    return say('Your decision could not be recorded, and nothing was changed. Please try again in a minute.')
  }
}

/** The details behind a button for a person, or what to tell whoever may not read them. */
export async function detailsFor(
  personId: string,
  token: string,
  context: InteractionContext,
): Promise<{ readonly kind: 'details' | 'refusal'; readonly card: Card }> {
  const { store, views, facts } = context
  const button = await store.candidateByToken(token)
  if (!button) return { kind: 'refusal', card: decisionCard({ kind: 'unknown_button' }, views) }
  const asked = await entitlement(personId, button.candidate, context)
  if (asked.kind === 'unreachable')
    return { kind: 'refusal', card: decisionCard({ kind: 'try_again' }, views) }
  if (!asked.person?.named && !asked.entitlement.allowed) return { kind: 'refusal', card: mayNotRead(views) }
  const timeline = await store.timeline(button.candidate.id)
  return { kind: 'details', card: detailsCard(button.candidate, timeline, facts.currency, views) }
}

/** A run on a large instance takes minutes; nobody should wonder whether the command was heard. */
const PATIENCE = say('Working on it. The answer follows here.')
const PATIENCE_AFTER_MS = 2000

/** Carries out what a person typed. @param soothe says something to that person while they wait. */
export async function obeyed(
  typed: string,
  personId: string,
  context: InteractionContext,
  soothe: (card: Card) => void,
): Promise<Card> {
  const { log, views } = context
  const impatience = setTimeout(() => soothe(PATIENCE), PATIENCE_AFTER_MS)
  try {
    return await obey(parseCommand(typed), personId, context)
  } catch (error) {
    log.error({ reason: (error as Error).message }, 'a command failed')
    return say(
      `Something went wrong. ${views.command} status shows how things stand; please try again in a minute.`,
    )
  } finally {
    clearTimeout(impatience)
  }
}

/** For whoever pressed Details when they could not be shown. */
export const DETAILS_FAILED = say('The details could not be shown. Please press Details again.')
