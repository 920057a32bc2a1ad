import type { Company } from '../company.ts'
import type { JsonObject } from '../slack/json.ts'
import type { SlackWorkspace } from '../slack/workspace.ts'

/** Who is behind an id of a chat; the id itself for a stranger. */
export type NameOf = (userId: string) => string

const BOT_NAME = 'Reclaim Bot'

export function namesOf(company: Company, slack: Pick<SlackWorkspace, 'userId' | 'botUserId'>): NameOf {
  const names = new Map(company.people.map(({ name, realName }) => [slack.userId(name), realName]))
  names.set(slack.botUserId, BOT_NAME)
  return userId => names.get(userId) ?? userId
}

/** Who stands behind an actor of the history: a person in a chat by name, anything else as it is. */
export function actorName(actor: string, nameOf: NameOf): string {
  const [platform, id] = actor.split(':')
  return (platform === 'slack' || platform === 'teams') && id ? nameOf(id) : actor
}

/** The words of blocks as a reader sees them, line by line; buttons and dividers have none. */
export function linesOf(blocks: readonly JsonObject[], nameOf: NameOf): string[] {
  return blocks
    .flatMap(block => (block.type === 'actions' ? [] : wordsOf(block, nameOf).split('\n')))
    .map(line => line.trim())
    .filter(line => line !== '')
}

function wordsOf(part: unknown, nameOf: NameOf): string {
  if (Array.isArray(part)) return part.map(each => wordsOf(each, nameOf)).join('')
  if (typeof part === 'string') return part
  if (typeof part !== 'object' || part === null) return ''
  const { type, user_id: userId, text, elements } = part as JsonObject
  if (type === 'user') return `@${nameOf(String(userId))}`
  return wordsOf(text ?? elements, nameOf)
}

/** A clock on the wall of the company, `10:46:02`. */
export function timeOfDay(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' }).format(at)
}
