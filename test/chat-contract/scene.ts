import type { Chat, MessageContent, Platform, ThreadLine } from '../../src/reclaim/ports.ts'
import { biography, lastLine, report, step } from '../bot/cast.ts'

/** What the bot asks of a platform; each is one request, but for the pages of a long list. */
export type Call = 'post' | 'reply' | 'update' | 'find' | 'thread' | 'person' | 'approver'

/** How a request goes wrong; `_after`: it had its effect all the same. */
export type Trouble =
  | {
      readonly kind:
        | '500'
        | '502'
        | '503'
        | 'html'
        | 'reset_before'
        | 'reset_after'
        | 'hang'
        | 'hang_after'
        | '502_after'
    }
  | { readonly kind: '429'; readonly retryAfterSeconds: number | null }
  /** The platform finds fault with the message itself, or says that what it is to be put to is not there any more. */
  | { readonly kind: 'never' | 'gone' }

/** A root message of the bot's channel, as people read it. */
type Shown = {
  readonly id: string
  readonly words: string
  readonly edits: 'none' | 'some'
  /** Reply by reply, its lines. */
  readonly thread: readonly (readonly string[])[]
}

/** A platform with one chat of the bot on it, whose channel is empty. */
export type Scene = {
  readonly chat: Chat
  /** Oldest first. */
  shown(): Promise<readonly Shown[]>
  /** The next request of this kind goes wrong. */
  trouble(call: Call, trouble: Trouble): void
  /** How many requests of this kind arrived, whatever became of them. */
  requests(call: Call): number
  /** How the platform calls somebody. */
  id(name: Cast): string
  /** Somebody becomes a guest. */
  demote(name: Cast): void
  pass(ms: number): void
}

/**
 * Mara, whose address is written with a capital; Noel, who is named in the settings; Gita, who is a guest, and Otto,
 * a full member who does not see the channel.
 */
type Cast = 'mara' | 'noel' | 'gita' | 'otto'

/** One platform, and in what it is unlike the others. */
export type Subject = {
  readonly platform: Platform
  /** @param connected whether the bot may be in its channel. */
  open(situation?: { readonly connected: boolean }): Promise<Scene>
  /** The troubles that this platform's stand-in can make beyond those that all make. */
  readonly furtherTroubles: readonly Trouble[]
  /** What no error may say. */
  readonly secrets: readonly string[]
  /** Looks like an id, but nobody has it. */
  readonly nobody: string
  /** Looks like a message, but there is none. */
  readonly nowhere: string
  /** Registers tests that hold for this platform alone: each difference that it has by nature. */
  unlike(): void
}

/** Two people who could lose their licence, as a message shows them. */
export const LIST: MessageContent = {
  ...{ kind: 'list', run: report(), asked: null, part: 1, parts: 1 },
  items: [biography('bob.marsh'), biography('greta.lund')],
}
/** The same message once something has been decided. */
export const LATER_LIST: MessageContent = {
  ...LIST,
  items: [biography('bob.marsh', [step('skip', 'slack:U0NORA')]), biography('greta.lund')],
}
export const HEADER: MessageContent = {
  ...{ kind: 'header', run: report(), withoutManager: 0, fromEarlierRuns: 0 },
}
export const notice = (reason: string): MessageContent => ({
  kind: 'notice',
  notice: { kind: 'run_gave_up', slot: report().startedAt, reason },
})

const line = (userName: string, seq: number, ...steps: Parameters<typeof step>[]): ThreadLine => {
  const { candidate, entry } = lastLine(userName, ...steps.map(each => step(...each)))
  return { candidate, entry: { ...entry, seq } }
}
/** What happened to three people, in this order; `seq` is each line's own number in the history. */
export const LINES = {
  greta: line('greta.lund', 31, ['skip', 'slack:U0NORA']),
  bob: line('bob.marsh', 32, ['approve', 'slack:U0NORA']),
  ines: line('ines.duarte', 35, ['expire', 'clock']),
} as const
