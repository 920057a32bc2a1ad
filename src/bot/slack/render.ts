import type { RichTextElement, Block as SlackBlock, Button as SlackButton, View } from '@slack/web-api'
import { elsewhere, type Names } from '../names.ts'
import { cap, clean } from '../plain-text.ts'
import type { Block, Button, Card, Line, Span } from '../view.ts'

/**
 * Slack's limits, and our own where Slack's are not written down: all text of a message's blocks together was refused
 * at 11,341 characters, so the lines of a message share what its other texts leave of 9,000.
 * Source: Slack docs, Block Kit reference.
 */
const LIMITS = {
  modalBlocks: 100,
  header: 150,
  allText: 9000,
  line: 600,
  modalLine: 300,
  fallback: 3000,
  small: 1000,
  buttonText: 75,
  spoken: 75,
  confirmTitle: 100,
  confirmText: 300,
  modalTitle: 24,
} as const

/** What `chat.postMessage` and its kin take. Always both: an update with text alone would delete the blocks. */
export type SlackMessage = { text: string; blocks: SlackBlock[] }

/** A card as a message: one to the channel, to a thread, or to one person. */
export function renderMessage(card: Card, names: Names): SlackMessage {
  const limit = lineLimit(card)
  return {
    text: fallback(card.summary, names),
    blocks: card.blocks.flatMap(block => renderBlock(block, limit, names)),
  }
}

/** A card as a modal. @param title at most 24 characters */
export function renderModal(card: Card, title: string, names: Names): View {
  return {
    type: 'modal',
    title: plain(title, LIMITS.modalTitle),
    close: plain('Close', LIMITS.modalTitle),
    blocks: card.blocks
      .flatMap(block => renderBlock(block, LIMITS.modalLine, names))
      .slice(0, LIMITS.modalBlocks),
  }
}

/** How long each line may be, its end included, so that a message of nothing but longest lines is still taken. */
function lineLimit({ blocks }: Card): number {
  const lines = blocks.reduce((sum, block) => sum + (block.kind === 'lines' ? block.lines.length : 0), 0)
  const others = blocks.flatMap(block => (block.kind === 'lines' ? [] : renderBlock(block, 0, new Map())))
  const share = Math.floor((LIMITS.allText - lengthOfTexts(others)) / Math.max(lines, 1)) - 1
  return Math.min(LIMITS.line, share)
}

/** Characters of every `text`, however deep. */
function lengthOfTexts(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [key, part]) =>
      sum + (key === 'text' && typeof part === 'string' ? [...part].length : lengthOfTexts(part)),
    0,
  )
}

function renderBlock(block: Block, lineLimit: number, names: Names): SlackBlock[] {
  switch (block.kind) {
    case 'title':
      return [{ type: 'header', text: plain(block.text, LIMITS.header) } as SlackBlock]
    case 'lines':
      return [richText(block.lines, lineLimit, names)]
    case 'small':
      return [{ type: 'context', elements: [plain(block.text, LIMITS.small)] } as SlackBlock]
    case 'buttons':
      return [
        { type: 'actions', block_id: block.id, elements: block.buttons.map(renderButton) } as SlackBlock,
      ]
    case 'divider':
      return [{ type: 'divider' }]
  }
}

/** Values of other systems go into rich text only, where nothing is markup. */
function richText(lines: readonly Line[], limit: number, names: Names): SlackBlock {
  const elements = lines.flatMap((line, index) => [
    ...(index > 0 ? [{ type: 'text' as const, text: '\n' }] : []),
    ...renderLine(line, limit, names),
  ])
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] } as SlackBlock
}

function renderLine(line: Line, limit: number, names: Names): RichTextElement[] {
  let left: number = limit
  return line.flatMap((part): RichTextElement[] => {
    const id = slackId(part)
    if (id) return [{ type: 'user', user_id: id }]
    const span = inWords(part, names)
    const shown = cap(clean(span.text), left)
    left -= [...shown].length
    if (shown === '') return []
    return [span.bold ? { type: 'text', text: shown, style: { bold: true } } : { type: 'text', text: shown }]
  })
}

/** The member id of whoever Slack itself can name; everybody else is named in words. */
const slackId = (span: Span) => (span.kind === 'person' ? /^slack:(.+)$/.exec(span.actor)?.[1] : undefined)

const inWords = (span: Span, names: Names) =>
  span.kind === 'person' ? { text: elsewhere(span.actor, names), bold: false } : span

function renderButton(button: Button): SlackButton {
  const { confirm } = button
  return {
    type: 'button',
    action_id: `reclaim_${button.does}`,
    value: button.token,
    text: plain(button.label, LIMITS.buttonText),
    accessibility_label: cap(clean(button.spoken), LIMITS.spoken),
    ...(button.does === 'approve' && { style: 'primary' as const }),
    ...(confirm && {
      confirm: {
        title: plain(confirm.title, LIMITS.confirmTitle),
        text: plain(confirm.text, LIMITS.confirmText),
        confirm: plain(confirm.yes, 30),
        deny: plain(confirm.no, 30),
        style: 'danger' as const,
      },
    }),
  }
}

function plain(value: string, limit: number) {
  return { type: 'plain_text' as const, text: cap(clean(value), limit) || '–', emoji: false }
}

/** For notifications and screen readers: the only place where Slack reads markup, so its three characters are escaped. */
function fallback(line: Line, names: Names): string {
  const parts = line.flatMap(span => {
    const id = slackId(span)
    return id ? [`<@${id}>`] : [...clean(inWords(span, names).text)].map(escapeMarkup)
  })
  let left: number = LIMITS.fallback
  const shown = parts.filter(part => {
    left -= part.length
    return left > 0
  })
  return shown.length < parts.length ? `${shown.join('')}…` : shown.join('')
}

const escapeMarkup = (value: string) =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
