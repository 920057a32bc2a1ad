import type { HistoryRow } from '../../src/reclaim/reports.ts'
import type { JournalEntry } from '../servicenow/journal.ts'
import type { ShownMessage } from '../slack/messages.ts'
import type { Whisper } from '../slack/whispers.ts'
import type { Scene, Watch } from './scene.ts'
import type { Entry, Happenings, Watched } from './transcript.ts'
import { markOf } from './troubles.ts'
import { actorName, linesOf, type NameOf } from './words.ts'

/** A Slack stage as something whose transcript can be printed. */
export function watchedBy(watch: Watch, nameOf: NameOf): Watched {
  return { happenings: async () => happenings(await watch.scene(), nameOf), onChange: watch.onChange }
}

/** What the store and ServiceNow tell, whatever the chat is. */
export function deeds(
  { history, requests, users }: Pick<Scene, 'history' | 'requests' | 'users'>,
  nameOf: NameOf,
): Happenings {
  const names = new Map(users.map(user => [user.sysId, user.name]))
  const writes = requests.flatMap((request, index): [string, Entry][] =>
    request.table === null || request.method === 'GET' || request.outcome === 'under way'
      ? []
      : [[`request ${index}`, requested(request, names)]],
  )
  return [...history.map((row): [string, Entry] => [`event ${row.seq}`, recorded(row, nameOf)]), ...writes]
}

function happenings(scene: Scene, nameOf: NameOf): Happenings {
  const posted =
    (where: 'channel' | 'thread') =>
    (message: ShownMessage): [string, Entry] => [
      message.ts,
      { at: scene.postedAt(message.ts), where, lines: linesOf(message.blocks, nameOf) },
    ]
  return [
    ...deeds(scene, nameOf),
    ...scene.messages.map(posted('channel')),
    ...scene.messages.flatMap(({ replies }) => replies).map(posted('thread')),
    ...scene.troubleNews.map(({ at, words }, index): [string, Entry] => [
      `trouble ${index}`,
      { at, where: 'trouble', lines: [words] },
    ]),
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
  const mark = markOf(outcome)
  const answer = status ?? (mark ? 'no answer' : `no answer (${outcome})`)
  const words = `${method} ${path}${whom ? ` (${whom})` : ''} → ${answer}${mark ? `, trouble: ${mark}` : ''}`
  return { at, where: 'ServiceNow', lines: [words] }
}

function recorded({ seq, at, userName, from, to, event, actor }: HistoryRow, nameOf: NameOf): Entry {
  const step = from === null ? to : `${from} → ${to}`
  return {
    at,
    where: 'history',
    lines: [`#${seq} ${userName}: ${step} (${event}) by ${actorName(actor, nameOf)}`],
  }
}
