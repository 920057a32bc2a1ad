import { createElement as h, type ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { type Block, Message, type MessageProps } from 'slack-blocks-to-jsx'
import { type Button, buttonsIn } from '../slack/buttons.ts'
import { type JsonObject, objectOf, objectsOf, stringOf } from '../slack/json.ts'
import type { Eyes } from './eyes.ts'

/** Who looks at blocks, and where these stand; a click on one of their buttons names the place. */
export type Frame = Pick<Eyes, 'nameOf' | 'viewer' | 'drawn'> & {
  /** Of the message; null where nothing can be clicked. */
  readonly ts: string | null
}

/** Block Kit as people see it in Slack. */
export function Blocks({ blocks, frame }: { blocks: readonly JsonObject[]; frame: Frame }): ReactElement {
  const markup = blocks.map(block => drawnOnce(block, frame)).join('')
  // biome-ignore lint/security/noDangerouslySetInnerHtml: every piece of the markup was rendered, and escaped, by React
  return h('div', { className: 'blocks', dangerouslySetInnerHTML: { __html: markup } })
}

const MOST_DRAWN = 2000

/** The library takes its time, and most blocks are the same each time that the page is drawn. */
function drawnOnce(block: JsonObject, frame: Frame): string {
  const key = JSON.stringify([frame.ts, block])
  const markup = frame.drawn.get(key) ?? blockMarkup(block, frame)
  if (frame.drawn.size >= MOST_DRAWN) frame.drawn.clear()
  frame.drawn.set(key, markup)
  return markup
}

function blockMarkup(block: JsonObject, frame: Frame): string {
  if (block.type === 'divider') return '<hr>'
  const props: MessageProps = {
    blocks: [withoutMarkup(block) as unknown as Block],
    name: '',
    logo: '',
    theme: 'light',
    withoutWrapper: true,
    hooks: {
      user: ({ id }) => {
        const mine = id === frame.viewer ? ' mine' : ''
        return h('span', { className: `mention${mine}` }, `@${frame.nameOf(id)}`)
      },
    },
  }
  const markup = renderToStaticMarkup(h('div', { className: `block ${block.type}` }, h(Message, props)))
  return withButtons(withoutIds(markup), buttonsIn([block]), frame.ts)
}

/**
 * The library reads markup in `plain_text` of headers and contexts, where Slack shows it as it stands; in rich text
 * it reads none.
 */
function withoutMarkup(block: JsonObject): JsonObject {
  if (block.type === 'header') return richText(stringOf(objectOf(block.text)?.text), true)
  const plain = block.type === 'context' && objectsOf(block.elements)[0]?.type === 'plain_text'
  return plain
    ? richText(
        objectsOf(block.elements)
          .map(({ text }) => stringOf(text))
          .join(' '),
        false,
      )
    : block
}

function richText(text: string, bold: boolean): JsonObject {
  const span = { type: 'text', text, ...(bold ? { style: { bold } } : {}) }
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [span] }] }
}

/** The library's ids are the same for every message. Escaped text has no bare quotes, so only attributes match. */
function withoutIds(markup: string): string {
  return markup.replaceAll(/ id="[^"]*"/g, '')
}

/** Tells each rendered button which one it is: the library renders them in the order of the blocks. */
function withButtons(markup: string, buttons: readonly Button[], ts: string | null): string {
  let rendered = 0
  const marked = markup.replaceAll('<button ', () => {
    const button = buttons[rendered++]
    return button ? `<button ${attributes(dataOf(button, ts))} ` : '<button '
  })
  if (rendered !== buttons.length)
    throw new Error(`${rendered} of ${buttons.length} buttons were rendered; clicks would go astray.`)
  return marked
}

function dataOf({ blockId, actionId, value, element }: Button, ts: string | null): Record<string, string> {
  const confirm = objectOf(element.confirm)
  return {
    ...(ts === null ? {} : { 'data-ts': ts }),
    'data-block-id': blockId,
    'data-action-id': actionId,
    'data-value': value,
    ...(confirm ? { 'data-confirm': JSON.stringify(confirmTexts(confirm)) } : {}),
  }
}

/** Slack docs, "Confirmation dialog object". */
function confirmTexts(confirm: JsonObject): Record<string, string> {
  const text = (part: string) => stringOf(objectOf(confirm[part])?.text)
  return {
    title: text('title'),
    text: text('text'),
    yes: text('confirm'),
    no: text('deny'),
    style: stringOf(confirm.style),
  }
}

/** Escaped by React. */
function attributes(values: Record<string, string>): string {
  return renderToStaticMarkup(h('i', values)).slice('<i '.length, -'></i>'.length)
}
