import { withIds } from './buttons.ts'
import type { Changes } from './changes.ts'
import type { JsonObject } from './json.ts'

/** Something that one person alone was shown. Slack keeps no such message: only this record does. */
export interface Whisper {
  /** Message timestamp, as a click on it names it. */
  ts: string
  /** UTC ms. */
  at: number
  /** Slack user id of the one person. */
  user: string
  /** chat.postEphemeral, a POST to a response_url, or the body of a slash command's acknowledgement. */
  via: 'ephemeral' | 'response_url' | 'ack'
  text: string
  blocks: JsonObject[]
  threadTs: string | null
  /** UTC ms when `replace_original` or `delete_original` last changed it; a deleted one has no text and no blocks. */
  changedAt: number | null
}

/** What is said in a whisper. */
interface Said {
  text: string
  blocks: readonly JsonObject[]
}

/** The record of whispers. */
export interface Whispers {
  all: readonly Whisper[]
  add(said: Said & Pick<Whisper, 'user' | 'via'> & { ts?: string; threadTs?: string | null }): Whisper
  change(whisper: Whisper, said: Said): void
}

/** An empty record. */
export function createWhispers(now: () => number, changes: Changes): Whispers {
  const all: Whisper[] = []
  return {
    all,
    add({ user, via, text, blocks, ts, threadTs }) {
      const whisper: Whisper = {
        // The counter keeps ts unique within a second, as Slack's are.
        ts: ts ?? `${Math.floor(now() / 1000)}.9${String(all.length).padStart(5, '0')}`,
        at: now(),
        user,
        via,
        text,
        blocks: withIds(blocks),
        threadTs: threadTs ?? null,
        changedAt: null,
      }
      all.push(whisper)
      changes.announce('whispers')
      return whisper
    },
    change(whisper, { text, blocks }) {
      whisper.text = text
      whisper.blocks = withIds(blocks)
      whisper.changedAt = now()
      changes.announce('whispers')
    },
  }
}
