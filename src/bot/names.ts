import type { People } from '../reclaim/control.ts'
import type { Card } from './view.ts'
import { capitalise } from './words.ts'

/** What people are called, by actor. A name can be missing: it was erased, or never known. */
export type Names = ReadonlyMap<string, string>

/** Whether an actor is a person in a chat, not a part of the bot and not somebody at a shell. */
export const isPerson = (actor: string): boolean => /^(slack|teams):./.test(actor)

/** The names of all whom a card speaks of, as far as the store knows them. */
export function namesIn(card: Card, store: Pick<People, 'names'>): Promise<Names> {
  const lines = [card.summary, ...card.blocks.flatMap(block => (block.kind === 'lines' ? block.lines : []))]
  const actors = lines.flat().flatMap(span => (span.kind === 'person' ? [span.actor] : []))
  return store.names([...new Set(actors)])
}

/** How to speak of somebody whom the platform that shows it does not know: `Nora Lindqvist (Teams)`. */
export function elsewhere(actor: string, names: Names): string {
  const platform = capitalise(actor.split(':')[0] ?? '')
  return `${names.get(actor) ?? 'somebody'} (${platform})`
}
