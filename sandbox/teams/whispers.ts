import type { Changes } from '../slack/changes.ts'
import type { Said } from './messages.ts'

/** Something that one person alone was shown. */
export interface Whisper extends Said {
  /** UTC ms. */
  at: number
  /** The person's Entra object id. */
  user: string
  /** The answer to a click, or a message in the personal chat with the bot. */
  via: 'invoke' | 'personal'
  /** The message in the personal chat, to click on; null for the answer to a click, which Teams does not keep. */
  id: string | null
}

/** The record of whispers. */
export interface Whispers {
  all: readonly Whisper[]
  add(whisper: Omit<Whisper, 'at'>): void
  /** After the bot updated a message in a personal chat. */
  change(id: string, said: Said): void
}

/** An empty record. */
export function createWhispers(now: () => number, changes: Changes): Whispers {
  const all: Whisper[] = []
  return {
    all,
    add(whisper) {
      all.push({ ...whisper, at: now() })
      changes.announce('whispers')
    },
    change(id, { text, card }) {
      const whisper = all.find(each => each.id === id)
      if (whisper === undefined) return
      Object.assign(whisper, { text, card })
      changes.announce('whispers')
    },
  }
}
