import type { TroubleBoard } from '../demo/trouble-board.ts'
import type { Delivery } from '../slack/delivery.ts'
import { type JsonObject, stringOf } from '../slack/json.ts'
import type { Stage } from '../stage.ts'
import { isPerson, type Person } from './people.ts'

/** What a person does on the page; resolves with what went wrong, in a sentence, or null. */
export type Action = (on: Place, asked: JsonObject) => Promise<string | null>

/** Where people act. */
type Place = { readonly stage: Stage; readonly troubles: TroubleBoard }

const MINUTE_MS = 60_000
const LONGEST_PASS_MINUTES = 7 * 24 * 60

export const ACTIONS: Readonly<Record<string, Action>> = {
  async '/click'({ stage: { slack } }, asked) {
    const delivery = slack.driver.as(personIn(asked)).click({
      on: stringOf(asked.ts),
      actionId: stringOf(asked.actionId),
      pick: ({ blockId, value }) => blockId === asked.blockId && value === asked.value,
    })
    return problemOf(delivery)
  },
  async '/command'({ stage: { slack } }, asked) {
    const line = stringOf(asked.line).trim()
    if (!/^\/reclaim(\s|$)/.test(line)) return 'This channel takes commands only: begin with /reclaim.'
    return problemOf(slack.driver.as(personIn(asked)).command(escapedAsSlackDoes(line)))
  },
  async '/pass'({ stage, troubles }, asked) {
    if (troubles.isRestarting()) return 'The bot is being started again; wait until it is back.'
    const minutes = Number(asked.minutes)
    if (!(minutes > 0 && minutes <= LONGEST_PASS_MINUTES))
      return 'Between a minute and a week can pass at once.'
    await stage.pass(minutes * MINUTE_MS)
    return null
  },
  async '/trouble'({ troubles }, asked) {
    const id = stringOf(asked.trouble)
    if (asked.then === 'off') troubles.switchOff(id)
    else await troubles.switchOn(id)
    return null
  },
  async '/quiet'({ troubles }) {
    troubles.allQuiet()
    return null
  },
}

function personIn({ person }: JsonObject): Person {
  const name = stringOf(person)
  if (!isPerson(name)) throw new Error('Nobody of that name can be acted as.')
  return name
}

async function problemOf(delivery: Promise<Delivery>): Promise<string | null> {
  const { status } = await delivery.catch(unreached)
  if (status === null) return 'The bot cannot be reached just now; Slack would show a warning here.'
  return status === 200 ? null : `The bot answered with HTTP ${status}; Slack would show a warning here.`
}

/** What fetch throws without an answer is a TypeError (Fetch Standard, "fetch method"). */
function unreached(error: unknown): { status: null } {
  if (error instanceof TypeError) return { status: null }
  throw error
}

/** Slack docs, "Formatting text for app surfaces": three characters arrive escaped. */
function escapedAsSlackDoes(line: string): string {
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
