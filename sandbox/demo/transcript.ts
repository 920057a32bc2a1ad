import { styleText } from 'node:util'
import type { HistoryRow } from '../../src/reclaim/reports.ts'
import type { JournalEntry } from '../servicenow/journal.ts'
import type { ShownMessage } from '../slack/messages.ts'
import type { Whisper } from '../slack/whispers.ts'
import type { Scene, Watch } from './scene.ts'
import { actorName, linesOf, type NameOf, timeOfDay } from './words.ts'

/** Something that happened, told in one line or a few. */
type Entry = { readonly at: number; readonly where: Where; readonly lines: readonly string[] }
type Where = 'channel' | 'thread' | 'whisper' | 'ServiceNow' | 'history'
type Style = Parameters<typeof styleText>[0]

const STYLES: Readonly<Record<Where, Style>> = {
  channel: 'bold',
  thread: 'green',
  whisper: 'magenta',
  ServiceNow: 'red',
  history: 'gray',
}

export type TranscriptOptions = {
  readonly nameOf: NameOf
  readonly timeZone: string
  /** Takes a line without its end. */
  readonly print: (line: string) => void
  readonly colour: boolean
}

/** Prints what happens on a stage while it happens: what is new in each scene, in the order in which it came. */
export function startTranscript(watch: Watch, { nameOf, timeZone, print, colour }: TranscriptOptions) {
  const told = new Set<string>()
  const news = (scene: Scene): Entry[] =>
    happenings(scene, nameOf).flatMap(([key, entry]) => {
      if (told.has(key)) return []
      told.add(key)
      return [entry]
    })
  const tell = async () => {
    const entries = news(await watch.scene()).sort((a, b) => a.at - b.at)
    for (const { at, where, lines } of entries) {
      const label = where.padEnd(10)
      const head = `${timeOfDay(at, timeZone)}  ${colour ? styleText(STYLES[where], label) : label}`
      for (const [index, line] of lines.entries())
        print(index === 0 ? `${head}  ${line}` : `${' '.repeat(22)}${line}`)
    }
  }
  // One at a time, so that nothing is told twice; a failure may only come from a stage that is being cleared.
  let telling = Promise.resolve()
  const queue = () => {
    telling = telling.then(tell).catch(() => {})
    return telling
  }
  const stop = watch.onChange(queue)
  return {
    /** Everything that has happened so far is printed once this resolves. */
    flush: queue,
    stop,
  }
}

/** All that has ever happened, by a key that stays the same. */
function happenings(scene: Scene, nameOf: NameOf): [key: string, entry: Entry][] {
  const names = new Map(scene.users.map(user => [user.sysId, user.name]))
  const posted =
    (where: 'channel' | 'thread') =>
    (message: ShownMessage): [string, Entry] => [
      message.ts,
      { at: scene.postedAt(message.ts), where, lines: linesOf(message.blocks, nameOf) },
    ]
  const writes = scene.requests.flatMap((request, index): [string, Entry][] =>
    request.table === null || request.method === 'GET' || request.outcome === 'under way'
      ? []
      : [[`request ${index}`, requested(request, names)]],
  )
  return [
    ...scene.history.map((row): [string, Entry] => [`event ${row.seq}`, recorded(row, nameOf)]),
    ...writes,
    ...scene.messages.map(posted('channel')),
    ...scene.messages.flatMap(({ replies }) => replies).map(posted('thread')),
    ...scene.whispers.map((each): [string, Entry] => [`whisper ${each.ts}`, whispered(each, nameOf)]),
  ]
}

function whispered({ at, user, blocks, text }: Whisper, nameOf: NameOf): Entry {
  const [first, ...rest] = blocks.length > 0 ? linesOf(blocks, nameOf) : [text]
  return { at, where: 'whisper', lines: [`to ${nameOf(user)} alone: ${first ?? ''}`, ...rest] }
}

function requested(
  { at, method, path, sysId, status, outcome }: Readonly<JournalEntry>,
  names: ReadonlyMap<string, string>,
): Entry {
  const whom = names.get(sysId ?? '')
  const answer = status ?? `no answer (${outcome})`
  return { at, where: 'ServiceNow', lines: [`${method} ${path}${whom ? ` (${whom})` : ''} → ${answer}`] }
}

function recorded({ seq, at, userName, from, to, event, actor }: HistoryRow, nameOf: NameOf): Entry {
  const step = from === null ? to : `${from} → ${to}`
  return {
    at,
    where: 'history',
    lines: [`#${seq} ${userName}: ${step} (${event}) by ${actorName(actor, nameOf)}`],
  }
}
