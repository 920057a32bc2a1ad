import type { Delivery } from '../slack/delivery.ts'
import { type JsonObject, stringOf } from '../slack/json.ts'
import type { Stage } from '../stage.ts'
import { isPerson, type Person } from './people.ts'

/** What a person does on the page; resolves with what went wrong, in a sentence, or null. */
export type Action = (stage: Stage, asked: JsonObject) => Promise<string | null>

const MINUTE_MS = 60_000
const LONGEST_PASS_MINUTES = 7 * 24 * 60

export const ACTIONS: Readonly<Record<string, Action>> = {
  async '/click'({ slack }, asked) {
    const delivery = await slack.driver.as(personIn(asked)).click({
      on: stringOf(asked.ts),
      actionId: stringOf(asked.actionId),
      pick: ({ blockId, value }) => blockId === asked.blockId && value === asked.value,
    })
    return problemOf(delivery)
  },
  async '/command'({ slack }, asked) {
    const line = stringOf(asked.line).trim()
    if (!/^\/reclaim(\s|$)/.test(line)) return 'This channel takes commands only: begin with /reclaim.'
    return problemOf(await slack.driver.as(personIn(asked)).command(escapedAsSlackDoes(line)))
  },
  async '/pass'(stage, asked) {
    const minutes = Number(asked.minutes)
    if (!(minutes > 0 && minutes <= LONGEST_PASS_MINUTES))
      return 'Between a minute and a week can pass at once.'
    await stage.pass(minutes * MINUTE_MS)
    return null
  },
}

function personIn({ person }: JsonObject): Person {
  const name = stringOf(person)
  if (!isPerson(name)) throw new Error('Nobody of that name can be acted as.')
  return name
}

function problemOf({ status }: Delivery): string | null {
  return status === 200 ? null : `The bot answered with HTTP ${status}; Slack would show a warning here.`
}

/** Slack docs, "Formatting text for app surfaces": three characters arrive escaped. */
function escapedAsSlackDoes(line: string): string {
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
