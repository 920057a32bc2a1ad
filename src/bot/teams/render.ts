import type { Names } from '../names.ts'
import { cap, clean } from '../plain-text.ts'
import { type Block, type Button, bold, type Card, text } from '../view.ts'
import {
  type Call,
  callIn,
  callingLine,
  inert,
  inWords,
  type Mention,
  type MentionLine,
  type PlainLine,
  plainLine,
} from './card-text.ts'

/**
 * Characters. Teams takes 100 KB a message, counted as UTF-16 and with what the connector adds ("Format your bot
 * messages"); a button's text is one line and cut where it does not fit ("Types of cards"). The rest is our own, for
 * whoever reads. A card may have six primary actions ("Designing Adaptive Cards"); no set of ours has more than three.
 * Source: Microsoft Teams docs.
 */
const LIMITS = {
  message: 40_000,
  summary: 500,
  title: 150,
  line: 600,
  small: 1000,
  buttonText: 40,
  spoken: 150,
  words: 2000,
} as const

/** What a card of ours is found by: the id of its first element. */
export const markOf = (key: string): string => `reclaim-${key}`

/** What the connector takes as the content of an activity. `summary` is what a notification says. */
export type TeamsMessage = {
  summary: string
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive'; content: AdaptiveCard }]
}

/** The part of the format that we use. Teams shows nothing of a card that declares a later version than 1.5. */
type AdaptiveCard = {
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json'
  type: 'AdaptiveCard'
  version: '1.5'
  msteams: { width: 'Full'; entities: Mention[] }
  body: CardElement[]
}

export type CardElement = (PlainLine | MentionLine | ActionSet) & {
  readonly id?: string
  readonly spacing?: 'None' | 'Small' | 'Medium'
  readonly separator?: true
}
type ActionSet = { readonly type: 'ActionSet'; readonly id: string; readonly actions: readonly Execute[] }
type Execute = {
  readonly type: 'Action.Execute'
  readonly title: string
  readonly verb: string
  readonly data: { readonly value: string }
  readonly tooltip: string
  readonly style?: 'positive'
  readonly fallback: Readonly<Record<string, unknown>>
}

/**
 * A card as a message: to the channel, to a thread, or to one person.
 * @param key the id of a root message, by which the bot finds it again: its first element is called `reclaim-<key>`
 */
export function renderMessage(card: Card, names: Names, key?: string): TeamsMessage {
  // Where a message would be too long, its longest lines are shortened, and those alone.
  for (let limit: number = LIMITS.line; ; limit = Math.floor(limit * 0.8)) {
    const message = withLines(card, limit, names, key)
    if (JSON.stringify(message).length <= LIMITS.message || limit === 0) return message
  }
}

function withLines(card: Card, limit: number, names: Names, key?: string): TeamsMessage {
  const lines = card.blocks.flatMap(block => (block.kind === 'lines' ? block.lines : []))
  const call = callIn(lines, names)
  const body: CardElement[] = []
  let divided = false
  for (const block of card.blocks) {
    if (block.kind === 'divider') {
      divided = true
      continue
    }
    for (const element of renderBlock(block, limit, call, names)) {
      body.push({
        ...element,
        ...(divided && { separator: true as const, spacing: 'Medium' as const }),
        ...(key !== undefined && body.length === 0 && { id: markOf(key) }),
      })
      divided = false
    }
  }
  const content: AdaptiveCard = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.5',
    msteams: { width: 'Full', entities: call ? [call.mention] : [] },
    body,
  }
  return {
    summary: cap(inert(inWords(card.summary, names)), LIMITS.summary),
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  }
}

function renderBlock(
  block: Exclude<Block, { kind: 'divider' }>,
  limit: number,
  call: Call | null,
  names: Names,
): CardElement[] {
  switch (block.kind) {
    case 'title':
      return [plainLine([bold(block.text)], LIMITS.title, names, { size: 'Large' })]
    case 'lines':
      return block.lines.map((line, index) => ({
        ...(line === call?.line ? callingLine(call, limit, names) : plainLine(line, limit, names)),
        ...(index > 0 && { spacing: 'None' as const }),
      }))
    case 'small':
      return [plainLine([text(block.text)], LIMITS.small, names, { size: 'Small', isSubtle: true })]
    case 'buttons':
      return [{ type: 'ActionSet', id: block.id, spacing: 'Small', actions: block.buttons.map(renderButton) }]
  }
}

/** Teams asks nothing before a click counts: grace time and Undo stand for `confirm`. */
function renderButton(button: Button): Execute {
  const verb = `reclaim_${button.does}`
  const look = {
    title: cap(clean(button.label), LIMITS.buttonText),
    tooltip: cap(inert(clean(button.spoken)), LIMITS.spoken),
    ...(button.does === 'approve' && { style: 'positive' as const }),
  }
  return {
    type: 'Action.Execute',
    verb,
    data: { value: button.token },
    ...look,
    // For clients older than universal actions.
    fallback: { type: 'Action.Submit', data: { verb, value: button.token }, ...look },
  }
}

/**
 * One line for one person: the text of an answer to a click. Microsoft says of it only that the client displays it
 * ("Universal Action Model"), not whether markup counts. So neither a tag nor a link nor an address with a scheme is
 * left in it, and no backslash is added.
 */
export function renderText(card: Card, names: Names): string {
  const lines = card.blocks.flatMap(block => (block.kind === 'lines' ? block.lines : []))
  return cap(
    lines.map(line => withoutMarkup(cap(inWords(line, names), LIMITS.line))).join('\n'),
    LIMITS.words,
  )
}

function withoutMarkup(value: string): string {
  return value
    .replace(/[<>[\]]|@(?!Reclaim\b)/g, sign => LOOK_ALIKES[sign] ?? '')
    .replaceAll('://', ': //')
    .replace(/(www)\./gi, '$1 ')
}

const LOOK_ALIKES: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '[': '(', ']': ')', '@': '＠' }
