import { elsewhere, type Names } from '../names.ts'
import { cap, clean } from '../plain-text.ts'
import type { Line, Span } from '../view.ts'

/* Lines as Teams shows them. */

type Run = {
  readonly type: 'TextRun'
  readonly text: string
  readonly weight?: 'Bolder'
  readonly size?: 'Large' | 'Small'
  readonly isSubtle?: true
}
/** One line. Nothing in it is markup: of text only a `TextBlock` is read as markdown. */
export type PlainLine = { readonly type: 'RichTextBlock'; readonly inlines: readonly Run[] }
/** One line that somebody is mentioned in. */
export type MentionLine = { readonly type: 'TextBlock'; readonly text: string; readonly wrap: true }
/** The half of a mention that stands beside the text; `text` is the same string that stands in it. */
export type Mention = {
  readonly type: 'mention'
  readonly text: string
  readonly mentioned: { readonly id: string; readonly name: string }
}

const MENTIONED_NAME = 80

/** A line without mentions. @param limit characters of text, its end included */
export function plainLine(line: Line, limit: number, names: Names, style: Partial<Run> = {}): PlainLine {
  const parts: { text: string; bold: boolean }[] = []
  for (const span of line) {
    const bold = span.kind === 'text' && span.bold === true
    const before = parts.at(-1)
    if (before?.bold === bold) before.text += shown(span, names)
    else parts.push({ text: shown(span, names), bold })
  }
  let left = limit
  const inlines = parts.flatMap(({ text, bold }): Run[] => {
    const fitting = cap(inert(text), left)
    left -= [...fitting].length
    if (fitting === '') return []
    return [{ type: 'TextRun', text: fitting, ...(bold && { weight: 'Bolder' }), ...style }]
  })
  return { type: 'RichTextBlock', inlines: inlines.length > 0 ? inlines : [{ type: 'TextRun', text: '–' }] }
}

/** Whom a card calls, and in which of its lines. */
export type Call = { readonly line: Line; readonly place: number; readonly mention: Mention }

/** The first who is asked and whom Teams knows: a card calls nobody else, it only names them. */
export function callIn(lines: readonly Line[], names: Names): Call | null {
  for (const line of lines) {
    for (const [place, span] of line.entries()) {
      const id = span.kind === 'person' && span.asked ? entraId(span.actor) : undefined
      if (id === undefined) continue
      const name = mentionable(shown(span, names)) || 'somebody'
      return { line, place, mention: { type: 'mention', text: `<at>${name}</at>`, mentioned: { id, name } } }
    }
  }
  return null
}

/**
 * The line with the mention in it, every other word escaped. It has to be a TextBlock: mentions are made nowhere else
 * but in a FactSet, and the Entra object id is enough to name somebody.
 * Source: Microsoft Teams docs, "Format cards in Teams", mention support within Adaptive Cards.
 */
export function callingLine({ line, place, mention }: Call, limit: number, names: Names): MentionLine {
  const before = cap(inert(inWords(line.slice(0, place), names)), limit)
  const after = cap(inert(inWords(line.slice(place + 1), names)), limit - [...before].length)
  // Space at the start would hide from the escaping what else makes a list or a block of code of a line.
  const text = escapeMarkdown(before.trimStart()) + mention.text + escapeMarkdown(after.trimEnd())
  return { type: 'TextBlock', text, wrap: true }
}

/** A line as nothing but characters. */
export const inWords = (line: Line, names: Names): string => line.map(span => shown(span, names)).join('')

/** A person is called by name, as nobody but who is asked has to notice it. */
function shown(span: Span, names: Names): string {
  if (span.kind === 'text') return clean(span.text)
  const named = entraId(span.actor) === undefined ? elsewhere(span.actor, names) : names.get(span.actor)
  return clean(named ?? 'somebody')
}

/** The Entra object id of whoever Teams itself knows. */
const entraId = (actor: string) => /^teams:(.+)$/.exec(actor)?.[1]

/**
 * Text that is no function of Adaptive Cards (`{{DATE(…)}}` is one in runs of text, too) and holds no mention: Teams was
 * seen to go by the order of the `<at>` in a card to find whom each stands for, so one too many could call somebody else.
 * Source: Microsoft Q&A 5587981.
 */
export const inert = (value: string): string =>
  value.replace(/\{(?=\{)/g, '{ ').replace(/<(?=\/?at\b)/gi, '< ')

/** A name must be the same in the text and in the entity, so what markdown might change in it is left out. */
const mentionable = (name: string) => {
  const shown = cap(name.replace(/[<>&\\`*_~[\]{}#+=|:@!]/g, '').trim(), MENTIONED_NAME)
  // Last, as a cut can bring something close behind a dot.
  return shown.replace(/\.(?=\S)/g, '')
}

/** Backslashes before all that markdown, and what makes links of addresses, could make something of. */
function escapeMarkdown(value: string): string {
  return value
    .replace(/[\\`*_~[\]{}#+\-=|:@!]|\.(?=\S)|(?<=^\d+)[.)]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
