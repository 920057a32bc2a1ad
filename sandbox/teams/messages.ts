import type { Changes } from '../slack/changes.ts'
import type { JsonObject } from '../slack/json.ts'

/** What is said in a message. */
export interface Said {
  text: string
  /** The adaptive card, or null. */
  card: JsonObject | null
}

/** A message as it is now; a copy, so that a message read earlier stays as it was. */
export interface ShownMessage extends Said {
  /** UTC ms of its posting, as Teams names messages; unique and increasing. */
  id: string
  /** `bot`, or the Entra object id of its author. */
  from: string
  /** How often it was updated. */
  edited: number
  /** UTC ms of the latest update, or null. */
  editedAt: number | null
  /** The id of the thread's root; null for a root, and in personal chats. */
  rootId: string | null
  /** The Entra object id of the person in whose personal chat it is; null in the channel. */
  chatOf: string | null
  /** Oldest first; none for a reply. */
  replies: ShownMessage[]
}

/** A message to be written down. */
type Posted = Said & { from: string; rootId?: string; chatOf?: string }

/** The record of the channel and the personal chats. */
export interface Messages {
  /** Answers the new message's id. */
  post(posted: Posted): string
  /** Throws if there is no such message. */
  update(id: string, said: Said): void
  /** Root messages of the channel, oldest first, with their replies. */
  roots(): ShownMessage[]
  /** One message, wherever it is, or undefined. */
  find(id: string): ShownMessage | undefined
}

/** An empty record. */
export function createMessages(now: () => number, changes: Changes): Messages {
  const all: ShownMessage[] = []
  let lastId = 0
  const copy = (message: ShownMessage): ShownMessage => ({
    ...message,
    replies: all.filter(({ rootId }) => rootId === message.id).map(reply => ({ ...reply })),
  })
  return {
    post({ text, card, from, rootId = null, chatOf = null }) {
      lastId = Math.max(lastId + 1, Math.floor(now()))
      const id = String(lastId)
      all.push({ id, from, text, card, edited: 0, editedAt: null, rootId, chatOf, replies: [] })
      changes.announce('messages')
      return id
    },
    update(id, { text, card }) {
      const message = all.find(each => each.id === id)
      if (message === undefined) throw new Error(`There is no message ${id} to update.`)
      Object.assign(message, { text, card, edited: message.edited + 1, editedAt: now() })
      changes.announce('messages')
    },
    roots: () => all.filter(({ rootId, chatOf }) => rootId === null && chatOf === null).map(copy),
    find(id) {
      const message = all.find(each => each.id === id)
      return message && copy(message)
    },
  }
}
