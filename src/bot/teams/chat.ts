import {
  type Chat,
  type Clock,
  type MessageContent,
  type ThreadLine,
  Undeliverable,
} from '../../reclaim/ports.ts'
import type { Store } from '../../reclaim/storage.ts'
import { lineMark, messageCard, threadCard } from '../message-view.ts'
import { namesIn } from '../names.ts'
import { sinceStart } from '../settling.ts'
import type { Card, ViewSettings } from '../view.ts'
import type { Addresses } from './addresses.ts'
import type { Address, Connector } from './connector.ts'
import { isGone, readable, readably } from './failures.ts'
import type { ChannelReader } from './graph.ts'
import type { People } from './people.ts'
import { markOf, renderMessage } from './render.ts'

export type TeamsChatParts = {
  readonly connector: Connector
  readonly reader: ChannelReader
  readonly addresses: Addresses
  readonly people: People
  readonly store: Pick<Store, 'names'>
  readonly clock: Clock
  /** The channel's id. */
  readonly channel: string
  readonly views: ViewSettings
  readonly paceMs: number
}

const LINES = 'lines'

/** The bot's channel in Teams. Everything waits until the app was added to the team. */
export function createTeamsChat(parts: TeamsChatParts): Chat {
  const { connector, reader, addresses, people, store, clock, channel, views, paceMs } = parts
  const render = async (card: Card, key: string) => renderMessage(card, await namesIn(card, store), key)
  const renderRoot = (content: MessageContent, key: string, again = false) =>
    render(messageCard(content, views, again), key)
  const demandSettled = sinceStart(clock)

  const toldAlready = async (root: string): Promise<ReadonlySet<string>> => {
    const prefix = markOf(`${LINES}-`)
    const marks = await reader.marksIn(root, prefix).catch((error: Error) => {
      // Where the bot may not read, a line is told twice rather than not at all.
      if (error instanceof Undeliverable) return []
      throw error
    })
    return new Set(marks.flatMap(mark => mark.slice(prefix.length).split('-')))
  }

  return {
    platform: 'teams',
    paceMs,
    person: people.person,
    findApprover: people.findApprover,
    post: (key, content, again) =>
      readably(async () => {
        const message = await renderRoot(content, key, again)
        return { conversation: channel, id: await connector.post(await addresses.channel(), message) }
      }),
    find: key =>
      readably(async () => {
        demandSettled()
        const id = await reader.findRoot(markOf(key))
        return id === null ? null : { conversation: channel, id }
      }),
    async reply(to, lines, again) {
      const told = again ? await readably(() => toldAlready(to.id)) : new Set<string>()
      const fresh = lines.filter(line => !told.has(lineMark(line)))
      if (fresh.length === 0) return 'done'
      return unlessGone(async () => {
        const message = await render(threadCard(fresh, views), linesKey(fresh))
        await connector.say(threadOf(await addresses.channel(), to.id), message)
      })
    },
    update: (ref, key, content) =>
      unlessGone(async () => {
        const message = await renderRoot(content, key)
        await connector.update(threadOf(await addresses.channel(), ref.id), ref.id, message)
      }),
  }
}

const linesKey = (lines: readonly ThreadLine[]) => [LINES, ...lines.map(lineMark)].join('-')

/** The conversation of a thread (Microsoft Learn, "Send proactive messages", Start a new thread in a channel). */
function threadOf(channel: Address, root: string): Address {
  return { ...channel, conversation: `${channel.conversation};messageid=${root}` }
}

async function unlessGone(call: () => Promise<void>): Promise<'done' | 'gone'> {
  try {
    await call()
    return 'done'
  } catch (error) {
    if (isGone(error)) return 'gone'
    throw readable(error)
  }
}
