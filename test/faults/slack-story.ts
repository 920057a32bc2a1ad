import { openForReading } from '../../src/store/database.ts'
import { type FaultStory, faultStory } from './story.ts'

export const ALWAYS = Number.POSITIVE_INFINITY
export const POST = 'chat.postMessage'
export type SlackFault = Parameters<FaultStory['stage']['slack']['faults']['add']>[0]

/** A story with Slack at hand: its faults, and what it was asked. */
export async function slackStory() {
  const told = await faultStory()
  const { slack } = told.stage
  return {
    ...told,
    slack,
    fails: (...faults: SlackFault[]) => faults.forEach(slack.faults.add),
    /** How often a method was called; all of them without one. */
    calls: (method?: string) => slack.calls.filter(call => !method || call.method === method).length,
    /** First lines of the messages in the channel. */
    heads: async () => (await told.messages()).map(({ text }) => text.split('\n')[0]),
    /** What the thread says, one word a line: the new state. */
    words: async () =>
      (await told.lines()).map(line =>
        /^Bob Marsh: (\w+)(?:.* (waiting) –)?/.exec(line)?.slice(1).findLast(Boolean),
      ),
  }
}

/** How often the messages that still wait were attempted, as far as that counts. */
export function attemptsOf({ stage }: FaultStory): number[] {
  const db = openForReading(stage.settings.store.path)
  try {
    return db
      .prepare<[], number>("SELECT attempts FROM outbox WHERE lane = 'slack' AND ended IS NULL")
      .pluck()
      .all()
  } finally {
    db.close()
  }
}
