import { createRequire } from 'node:module'
import { type JsonObject, objectOf, objectsOf, stringOf } from '../slack/json.ts'
import { type Part, partsOf } from './card-walk.ts'
import { isKnown } from './elements.ts'

// Its ES modules import each other without extensions, which Node does not take; the bundle works.
const library: typeof import('adaptivecards') = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
)

/** What a finding is about. */
type Rule = 'version' | 'size' | 'type' | 'verb' | 'fallback' | 'id' | 'mention' | 'parse'

/** One thing that is wrong with a card. */
export interface Finding {
  rule: Rule
  /** A JSON pointer into the card. */
  at: string
  /** What is wrong, in words. */
  message: string
}

/** Teams docs, "Limits": a message has 100 KB counted as UTF-16; this leaves room for the rest of it. */
const MOST_CHARACTERS = 40_000

/** Everything that is wrong with an adaptive card for Teams; empty if it is good. */
export function lintCard(card: JsonObject): Finding[] {
  const parts = partsOf(card)
  return [
    ...versionFindings(card),
    ...sizeFindings(card),
    ...parts.flatMap(part => [...typeFindings(part), ...executeFindings(part), ...chartFindings(part)]),
    ...idFindings(parts),
    ...mentionFindings(card, parts),
    ...parseFindings(card),
  ]
}

/** The part of it for which Teams refuses a card, or shows nothing of it. */
export function refusedByTeams(card: JsonObject): Finding[] {
  const parts = partsOf(card)
  const tooNew = versionFindings(card).filter(() => !(Number(card.version) <= 1.5))
  const types = parts.flatMap(part => [...typeFindings(part), ...executeFindings(part)])
  return [...tooNew, ...types.filter(({ rule }) => rule === 'type' || rule === 'verb')]
}

function versionFindings(card: JsonObject): Finding[] {
  if (card.version === '1.5') return []
  return [
    { rule: 'version', at: '/version', message: `version ${JSON.stringify(card.version)} is not "1.5"` },
  ]
}

function sizeFindings(card: JsonObject): Finding[] {
  const size = JSON.stringify(card).length
  if (size <= MOST_CHARACTERS) return []
  return [{ rule: 'size', at: '', message: `${size} characters of JSON, more than ${MOST_CHARACTERS}` }]
}

function typeFindings({ kind, type, at }: Part): Finding[] {
  return isKnown(kind, type) ? [] : [{ rule: 'type', at, message: `unknown ${kind} type "${type}"` }]
}

/** Teams docs, "Universal Actions", backward compatibility: older clients get the Action.Submit. */
function executeFindings({ kind, type, value, at }: Part): Finding[] {
  if (kind !== 'action' || type !== 'Action.Execute') return []
  const findings: Finding[] = []
  if (stringOf(value.verb) === '')
    findings.push({ rule: 'verb', at, message: 'Action.Execute without a verb' })
  // A refresh is no button: clients that do not know it leave it out.
  if (at !== '/refresh/action' && objectOf(value.fallback)?.type !== 'Action.Submit')
    findings.push({
      rule: 'fallback',
      at,
      message: 'Action.Execute without an Action.Submit as its fallback',
    })
  return findings
}

/** Charts came after Adaptive Cards 1.5: clients that do not know them need something else to show. */
function chartFindings({ type, value, at }: Part): Finding[] {
  if (!type.startsWith('Chart.') || value.fallback !== undefined) return []
  return [{ rule: 'fallback', at, message: `${type} without a fallback` }]
}

function idFindings(parts: readonly Part[]): Finding[] {
  // What stands in a fallback may repeat the id of what it stands in for.
  const named = parts.filter(({ value, inFallback }) => stringOf(value.id) !== '' && !inFallback)
  const seen = new Set<string>()
  return named.flatMap(({ value, at }) => {
    const id = stringOf(value.id)
    if (seen.has(id)) return [{ rule: 'id' as const, at, message: `id "${id}" is used more than once` }]
    seen.add(id)
    return []
  })
}

/**
 * Of all texts only those of TextBlocks and FactSets can mention somebody; elsewhere `<at>` is just characters.
 * Source: Teams docs, "Format cards in Teams", mention support within Adaptive Cards.
 */
function mentionFindings(card: JsonObject, parts: readonly Part[]): Finding[] {
  const entities = objectsOf(objectOf(card.msteams)?.entities).filter(({ type }) => type === 'mention')
  const mentioned = new Set(parts.flatMap(textsOf).flatMap(text => text.match(/<at>.*?<\/at>/gs) ?? []))
  const finding = (message: string): Finding => ({ rule: 'mention', at: '/msteams/entities', message })
  const missing = [...mentioned].flatMap(text => {
    const count = entities.filter(entity => entity.text === text).length
    return count === 1 ? [] : [finding(`${text} has ${count} entities instead of one`)]
  })
  const idle = entities.flatMap(entity => {
    const text = stringOf(entity.text)
    const problems = mentioned.has(text) ? [] : [finding(`the entity ${text} is in no text`)]
    const whom = stringOf(objectOf(entity.mentioned)?.id)
    return whom === '' ? [...problems, finding(`the entity ${text} names nobody`)] : problems
  })
  return [...missing, ...idle]
}

function textsOf({ type, value }: Part): string[] {
  if (type === 'TextBlock') return [stringOf(value.text)]
  if (type !== 'FactSet') return []
  return objectsOf(value.facts).flatMap(fact => [stringOf(fact.title), stringOf(fact.value)])
}

function parseFindings(card: JsonObject): Finding[] {
  const context = new library.SerializationContext()
  new library.AdaptiveCard().parse(card, context)
  return Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index))
    .filter(({ event, message }) => !isAboutKnownType(event, message))
    .map(({ event, message }) => ({
      rule: 'parse',
      at: '',
      message: `${library.ValidationEvent[event]}: ${message}`,
    }))
}

/** The library knows no elements of Teams' own. */
function isAboutKnownType(event: number, message: string): boolean {
  const type = /^Unknown (?:element|action) type "([^"]*)"/.exec(message)?.[1] ?? ''
  if (event === library.ValidationEvent.UnknownElementType) return isKnown('element', type)
  if (event === library.ValidationEvent.UnknownActionType) return isKnown('action', type)
  return false
}
