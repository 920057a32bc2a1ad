import type { MentionLine, PlainLine } from '../../../src/bot/teams/card-text.ts'
import type { CardElement, TeamsMessage } from '../../../src/bot/teams/render.ts'

export const cardOf = (message: TeamsMessage) => message.attachments[0].content

/** What people see, as text in reading order: the notification, then element by element, buttons as `[Approve]`. */
export function reading(message: TeamsMessage): string {
  return [`Notification: ${message.summary}`, ...cardOf(message).body.flatMap(readElement)].join('\n')
}

function readElement(element: CardElement): string[] {
  return [...(element.separator ? ['---'] : []), wordsIn(element)]
}

function wordsIn(element: CardElement): string {
  if (element.type === 'ActionSet') return element.actions.map(({ title }) => `[${title}]`).join(' ')
  const words = lineOf(element)
  if (element.type === 'TextBlock') return words
  const { size } = element.inlines[0] ?? {}
  return size === 'Large' ? `# ${words}` : size === 'Small' ? `(${words})` : words
}

/** The characters that are shown of a line: of markdown none but what was escaped, a mention as `@Name`. */
export function lineOf(element: PlainLine | MentionLine): string {
  if (element.type === 'RichTextBlock') return element.inlines.map(({ text }) => text).join('')
  if (element.text !== element.text.trim()) throw new Error(`“${element.text}” could be a block of code.`)
  return element.text
    .split(/(<at>[^<>]*<\/at>)/)
    .map(part => (part.startsWith('<at>') ? `@${part.slice(4, -5)}` : unescaped(part)))
    .join('')
}

/** Throws where something is left that markdown, or whoever makes links of addresses, could take for its own. */
function unescaped(markdown: string): string {
  const bare = markdown.replace(/\\[!-/:-@[-`{-~]|&(amp|lt|gt);/g, 'x')
  if (/[\\`*_~[\]{}#+\-=|:@!<>&]|\.\S|^\d+[.)]/.test(bare)) {
    throw new Error(`“${markdown}” is not only text.`)
  }
  return markdown
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
}
