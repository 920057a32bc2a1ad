import { createElement as h, type ReactElement } from 'react'
import type { Scene } from '../demo/scene.ts'
import { type JsonObject, objectOf, objectsOf, stringOf } from '../slack/json.ts'
import type { Whisper } from '../slack/whispers.ts'
import { Blocks } from './blocks.ts'
import type { Eyes } from './eyes.ts'

/** What the bot told the acting person alone: the newest answer, and those before folded away. */
export function Whispers({ scene, eyes }: { scene: Scene; eyes: Eyes }): ReactElement | null {
  const mine = scene.whispers.filter(
    ({ user, changedAt, text }) => user === eyes.viewer && !(changedAt && !text),
  )
  const newest = mine.at(-1)
  if (!newest) return null
  const earlier = mine.slice(0, -1)
  return h(
    'div',
    null,
    earlier.length > 0 &&
      h(
        'details',
        null,
        h('summary', null, `Earlier answers (${earlier.length})`),
        earlier.map(whisper => h(Answer, { key: whisper.ts, whisper, scene, eyes })),
      ),
    h(Answer, { whisper: newest, scene, eyes }),
  )
}

function Answer({ whisper, scene, eyes }: { whisper: Whisper; scene: Scene; eyes: Eyes }): ReactElement {
  return h(
    'article',
    { className: 'whisper', 'data-key': `whisper ${whisper.ts}` },
    h(
      'header',
      null,
      h('span', null, 'Only visible to you'),
      h('time', { dateTime: new Date(whisper.at).toISOString() }, eyes.minute(whisper.at, scene.now)),
    ),
    h(Blocks, { blocks: blocksOf(whisper), frame: { ...eyes, ts: null } }),
  )
}

function blocksOf({ blocks, text }: Whisper): readonly JsonObject[] {
  if (blocks.length > 0) return blocks
  return [{ type: 'section', text: { type: 'mrkdwn', text } }]
}

/** The latest dialog that the bot opened for the acting person. */
export function Modal({ scene, eyes }: { scene: Scene; eyes: Eyes }): ReactElement | null {
  const shown = scene.views.findLast(({ user }) => user === eyes.viewer)
  if (!shown) return null
  const { title, close, blocks } = shown.view
  return h(
    'div',
    { 'data-view': shown.id },
    h('h2', { id: 'modal-title' }, textOf(title)),
    h(
      'div',
      { className: 'modal-body', tabIndex: 0 },
      h(Blocks, { blocks: objectsOf(blocks), frame: { ...eyes, ts: null } }),
    ),
    h(
      'div',
      { className: 'dialog-buttons' },
      h('button', { type: 'button', className: 'plain', 'data-close': '' }, textOf(close) || 'Close'),
    ),
  )
}

const textOf = (text: unknown) => stringOf(objectOf(text)?.text)
