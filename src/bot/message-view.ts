import type { MessageContent, ThreadLine } from '../reclaim/ports.ts'
import { listCard, threadLine } from './candidate-view.ts'
import { headerCard, noticeCard } from './run-view.ts'
import { type Card, type Line, text, type ViewSettings } from './view.ts'

const AGAIN = 'Posted again: it is not clear whether an earlier attempt arrived.'
const EITHER_WORKS = 'Should that message turn up as well, either of them works.'

/** A root message of the bot's channel, in its present state. @param again it may stand there once already. */
export function messageCard(content: MessageContent, settings: ViewSettings, again = false): Card {
  const card = cardOf(content, settings)
  if (!again) return card
  const words = content.kind === 'list' ? `${AGAIN} ${EITHER_WORKS}` : AGAIN
  return { ...card, blocks: [...card.blocks, { kind: 'small', text: words }] }
}

function cardOf(content: MessageContent, settings: ViewSettings): Card {
  switch (content.kind) {
    case 'header':
      return headerCard(content, settings)
    case 'list':
      return listCard(content, settings)
    case 'notice':
      return noticeCard(content.notice, settings)
  }
}

/**
 * What a thread's lines are marked with, to tell later which it was told. The number alone is not enough: a store that
 * was restored from a backup gives it to something else.
 */
export const lineMark = ({ entry: { seq, at } }: ThreadLine): string => `${seq}.${at.toString(36)}`

/** A reply in a message's thread: one or more transitions, each a line of its own. */
export function threadCard(lines: readonly ThreadLine[], settings: ViewSettings): Card {
  const shown = lines.map(line => threadLine(line, settings))
  const summary = shown.flatMap((line, index): Line => (index === 0 ? line : [text(' '), ...line]))
  return { summary, blocks: [{ kind: 'lines', lines: shown }] }
}
