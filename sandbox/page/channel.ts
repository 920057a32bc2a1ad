import { createElement as h, type ReactElement } from 'react'
import type { Scene } from '../demo/scene.ts'
import type { JsonObject } from '../slack/json.ts'
import type { ShownMessage } from '../slack/messages.ts'
import { Blocks } from './blocks.ts'
import type { Eyes } from './eyes.ts'

/** The channel: messages in order, each with its thread below. */
export function Channel({ scene, eyes }: { scene: Scene; eyes: Eyes }): ReactElement {
  if (scene.messages.length === 0)
    return h('p', { className: 'empty' }, 'Nothing was posted yet. Act as Nora and write /reclaim run.')
  return h(
    'div',
    null,
    scene.messages.map(message => h(Root, { key: message.ts, message, scene, eyes })),
  )
}

function Root({ message, scene, eyes }: { message: ShownMessage; scene: Scene; eyes: Eyes }): ReactElement {
  const mine = mentions(message.blocks.slice(0, 1), eyes.viewer)
  return h(
    'article',
    { className: 'message', 'data-key': message.ts, 'data-ts': message.ts, ...(mine && { 'data-mine': '' }) },
    h(Byline, { message, scene, eyes }),
    h(Blocks, { blocks: message.blocks, frame: { ...eyes, ts: message.ts } }),
    message.replies.length > 0 && h(Thread, { replies: message.replies, scene, eyes }),
  )
}

function Thread({ replies, scene, eyes }: { replies: readonly ShownMessage[]; scene: Scene; eyes: Eyes }) {
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`
  return h(
    'section',
    { className: 'thread', 'aria-label': 'Thread' },
    h('h3', null, `Thread · ${count}`),
    replies.map((reply, index) => {
      const before = replies[index - 1]
      const follows =
        before !== undefined &&
        before.user === reply.user &&
        eyes.minute(scene.postedAt(before.ts), scene.now) === eyes.minute(scene.postedAt(reply.ts), scene.now)
      return h(
        'article',
        { key: reply.ts, className: 'reply', 'data-key': reply.ts },
        !follows && h(Byline, { message: reply, scene, eyes }),
        h(Blocks, { blocks: reply.blocks, frame: { ...eyes, ts: reply.ts } }),
      )
    }),
  )
}

function Byline({ message, scene, eyes }: { message: ShownMessage; scene: Scene; eyes: Eyes }): ReactElement {
  const at = scene.postedAt(message.ts)
  return h(
    'header',
    { className: 'byline' },
    h('span', { className: 'avatar', 'aria-hidden': true }, h(BotMark)),
    h('b', null, eyes.nameOf(message.user)),
    h('span', { className: 'app' }, 'APP'),
    h('time', { dateTime: new Date(at).toISOString() }, eyes.minute(at, scene.now)),
    message.edited && h('span', { className: 'edited' }, '(edited)'),
  )
}

/** A key: the bot's picture. */
function BotMark(): ReactElement {
  return h(
    'svg',
    { viewBox: '0 0 24 24', width: 20, height: 20 },
    h('path', {
      d: 'M2.5 12a4.5 4.5 0 1 1 9 0a4.5 4.5 0 1 1 -9 0M11.5 12H22v4M17.5 12v3',
      fill: 'none',
      stroke: 'currentColor',
      strokeWidth: 2.2,
      strokeLinecap: 'round',
      strokeLinejoin: 'round',
    }),
  )
}

function mentions(blocks: readonly JsonObject[], userId: string): boolean {
  return JSON.stringify(blocks).includes(`"user_id":${JSON.stringify(userId)}`)
}
