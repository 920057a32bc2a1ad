import type { HistoryRow } from '../../src/reclaim/reports.ts'
import { openReports } from '../../src/store/store.ts'
import type { JournalEntry } from '../servicenow/journal.ts'
import type { ShownMessage } from '../slack/messages.ts'
import type { ShownView } from '../slack/views.ts'
import type { Whisper } from '../slack/whispers.ts'
import type { Stage } from '../stage.ts'
import {
  createTroubleBoard,
  type TroubleBoard,
  type TroubleNews,
  type TroubleState,
} from './trouble-board.ts'
import { createUserList, type ListedUser } from './users.ts'

/** All that there is to see on the stage at one moment; everything oldest first, all times UTC ms by the stage's clock. */
export type Scene = {
  readonly now: number
  /** The channel, with threads. */
  readonly messages: readonly ShownMessage[]
  /** When a message or reply was posted. */
  readonly postedAt: (ts: string) => number
  readonly whispers: readonly Whisper[]
  readonly views: readonly ShownView[]
  /** Those who were deleted, too. */
  readonly users: readonly ListedUser[]
  readonly history: readonly HistoryRow[]
  /** What ServiceNow was asked. */
  readonly requests: readonly Readonly<JournalEntry>[]
  readonly troubles: readonly TroubleState[]
  readonly troubleNews: readonly TroubleNews[]
}

export type Watch = {
  scene(): Promise<Scene>
  /** Calls the listener after every change, and every second for the clock's sake. @returns the way to stop that */
  onChange(listener: () => void): () => void
  /** The switches of what can go wrong on the stage. */
  readonly troubles: TroubleBoard
  /** Switches all troubles off, too, so that nothing hangs. */
  close(): void
}

const LOOK_EVERY_MS = 250

/** Watches a stage, for whoever shows it. Begin before anything happens on it: it dates messages by seeing them come. */
export function watchStage(stage: Stage): Watch {
  const { slack, servicenow, clock } = stage
  const reports = openReports(stage.settings.store.path)
  const users = createUserList(servicenow, clock.now)
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const troubles = createTroubleBoard(stage, tell)
  // Slack's own timestamps follow the computer's clock, which the stage's clock may have left far behind.
  const seenAt = new Map<string, number>()
  const see = (messages: readonly ShownMessage[], at: number) => {
    for (const { ts } of messages.flatMap(root => [root, ...root.replies]))
      if (!seenAt.has(ts)) seenAt.set(ts, at)
  }
  const date = async (at: number) => see(await slack.messages(), at)

  let shown = ''
  const look = async () => {
    const [newest] = await reports.history({ limit: 1 })
    const now = `${newest?.seq} ${Math.floor(clock.now() / 1000)}`
    if (now !== shown) tell()
    shown = now
  }
  // A look or a date may fail only because the stage is being cleared.
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS)
  const endings = [
    servicenow.onChange(tell),
    slack.onChange(change => {
      if (change === 'messages') date(clock.now()).then(tell, () => {})
      else tell()
    }),
    () => clearInterval(timer),
    () => reports.close(),
    users.close,
    troubles.allQuiet,
  ]

  return {
    troubles,
    async scene() {
      const [messages, history] = await Promise.all([slack.messages(), reports.history({})])
      const now = clock.now()
      see(messages, now)
      return {
        now,
        messages,
        postedAt: ts => seenAt.get(ts) ?? now,
        whispers: slack.whispers,
        views: slack.views,
        users: users.all(),
        history,
        requests: servicenow.journal,
        troubles: troubles.states(),
        troubleNews: troubles.news(),
      }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      for (const end of endings) end()
    },
  }
}
