import { type JsonObject, objectOf, objectsOf, stringOf } from '../slack/json.ts'
import { refusedByTeams } from './lint.ts'
import type { Said } from './messages.ts'
import { type Answer, failure } from './routes.ts'

const CARD = 'application/vnd.microsoft.card.adaptive'

/** Teams docs, "Format your bot messages": 100 KB, with everything in it, counted as UTF-16. */
const MOST_BYTES = 100 * 1024

/** What a message activity says. */
export function saidIn(activity: JsonObject): Said {
  const attachment = objectsOf(activity.attachments).find(({ contentType }) => contentType === CARD)
  return { text: stringOf(activity.text), card: objectOf(attachment?.content) ?? null }
}

/** Why Teams would refuse a message, or undefined. */
export function refusalOf(activity: JsonObject): Answer | undefined {
  if (JSON.stringify(activity).length * 2 > MOST_BYTES) {
    return failure(413, 'MessageSizeTooBig', 'Message size too large.')
  }
  if (activity.type !== 'message') {
    return failure(400, 'BadSyntax', `Activity of type "${stringOf(activity.type)}" instead of a message`)
  }
  const attachments = objectsOf(activity.attachments)
  if (stringOf(activity.text) === '' && attachments.length === 0) {
    return failure(400, 'BadSyntax', 'A message without text and attachments')
  }
  const problems = attachments.flatMap(problemsOf)
  return problems.length === 0 ? undefined : failure(400, 'BadSyntax', problems.join('; '))
}

function problemsOf({ contentType, content }: JsonObject): string[] {
  if (contentType !== CARD) return [`attachment of type "${stringOf(contentType)}" instead of ${CARD}`]
  return cardProblems(content)
}

/** Why Teams would not show a card, in words. */
export function cardProblems(content: unknown): string[] {
  const card = objectOf(content)
  if (card?.type !== 'AdaptiveCard') return ['content that is no AdaptiveCard']
  return refusedByTeams(card).map(({ at, message }) => `${message} (${at || '/'})`)
}
