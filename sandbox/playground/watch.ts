import { openReports } from '../../src/store/store.ts'
import { deeds } from '../demo/happenings.ts'
import type { Entry, Watched } from '../demo/transcript.ts'
import { createUserList } from '../demo/users.ts'
import { type JsonObject, objectsOf, stringOf } from '../slack/json.ts'
import type { PlaygroundStage } from './stage.ts'

const LOOK_EVERY_MS = 250

/** The stage as something whose transcript can be printed. Begin before anything happens on it. */
export function watchPlayground(stage: PlaygroundStage): Watched & { close(): void } {
  const { servicenow, cloud, clock, nameOf } = stage
  const reports = openReports(stage.storePath)
  const users = createUserList(servicenow, clock.now)
  const seenAt = new Map<string, number>()
  const said = (where: 'channel' | 'thread') => (message: { id: string; card: JsonObject | null }) => {
    const at = seenAt.get(message.id) ?? clock.now()
    seenAt.set(message.id, at)
    return [message.id, { at, where, lines: linesOf(message.card) }] as const
  }
  const whispers = () =>
    cloud.whispers.map(({ at, to, text, card }, index): [string, Entry] => {
      const [first = '', ...rest] = card ? linesOf(card) : text.split('\n')
      const lines = [`to ${nameOf(to)} alone: ${first}`, ...rest]
      return [`whisper ${index}`, { at, where: 'whisper', lines }]
    })
  return {
    async happenings() {
      const history = await reports.history({})
      const roots = cloud.messages()
      return [
        ...deeds({ history, requests: servicenow.journal, users: users.all() }, nameOf),
        ...roots.map(said('channel')),
        ...roots.flatMap(({ replies }) => replies).map(said('thread')),
        ...whispers(),
      ]
    },
    onChange(listener) {
      const timer = setInterval(listener, LOOK_EVERY_MS)
      return () => clearInterval(timer)
    },
    close() {
      users.close()
      reports.close()
    },
  }
}

/** The words of a card as a reader sees them, line by line; buttons have none. */
function linesOf(card: JsonObject | null): string[] {
  return objectsOf(card?.body).flatMap(element => {
    const words =
      stringOf(element.text).replace(/<\/?at>/g, '') ||
      objectsOf(element.inlines)
        .map(({ text }) => stringOf(text))
        .join('')
    return words === '' ? [] : [words]
  })
}
