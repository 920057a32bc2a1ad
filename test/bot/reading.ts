import { renderMessage, renderModal } from '../../src/bot/slack/render.ts'
import type { Card } from '../../src/bot/view.ts'
import { NAMES } from './cast.ts'

/** What goes over the wire: a message, or a modal. */
export type Shown = ReturnType<typeof renderMessage> | ReturnType<typeof renderModal>

export const message = (card: Card): Shown => renderMessage(card, NAMES)
export const modal = (card: Card, title: string): Shown => renderModal(card, title, NAMES)

type Json = Readonly<Record<string, unknown>>

/**
 * What people see, as text in reading order: the notification, then block by block, buttons as `[Approve]`, each with
 * the question that it asks. `nameOf` says who is behind a user id.
 */
export function reading(shown: Shown, nameOf: (id: string) => string): string {
  const { text, title, blocks } = shown as unknown as Json
  const first =
    typeof text === 'string'
      ? `Notification: ${text.replace(/<@(\w+)>/g, (_, id: string) => `@${nameOf(id)}`)}`
      : `Window: ${wordsOf(title, nameOf)}`
  return [first, ...(blocks as Json[]).map(block => blockIn(block, nameOf))].join('\n')
}

function blockIn(block: Json, nameOf: (id: string) => string): string {
  switch (block.type) {
    case 'header':
      return `# ${wordsOf(block.text, nameOf)}`
    case 'context':
      return `(${wordsOf(block.elements, nameOf)})`
    case 'divider':
      return '---'
    case 'actions':
      return buttonsIn(block.elements as Json[])
    case 'rich_text':
      return wordsOf(block.elements, nameOf)
    default:
      throw new Error(`Nobody knows how a block “${block.type}” is read.`)
  }
}

function buttonsIn(buttons: readonly Json[]): string {
  const words = (value: unknown) => wordsOf(value, String)
  const questions = buttons.flatMap(({ text, confirm }) => {
    if (!confirm) return []
    const { title, text: question, confirm: yes, deny: no } = confirm as Json
    return `    ${words(text)} asks: ${words(title)} ${words(question)} [${words(yes)}] [${words(no)}]`
  })
  return [buttons.map(({ text }) => `[${words(text)}]`).join(' '), ...questions].join('\n')
}

function wordsOf(part: unknown, nameOf: (id: string) => string): string {
  if (typeof part === 'string') return part
  if (Array.isArray(part)) return part.map(each => wordsOf(each, nameOf)).join('')
  if (typeof part !== 'object' || part === null) return ''
  const { type, user_id: user, text, elements } = part as Json
  return type === 'user' ? `@${nameOf(String(user))}` : wordsOf(text ?? elements, nameOf)
}

/** Every string in what goes over the wire, with the key that it stands under. */
export function stringsIn(value: unknown, key = ''): { key: string; value: string }[] {
  if (typeof value === 'string') return [{ key, value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => stringsIn(part, Array.isArray(value) ? key : name))
}
