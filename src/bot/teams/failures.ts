import { Later, Undeliverable, Unsent } from '../../reclaim/ports.ts'
import { ChatRefused } from '../connection.ts'
import { SETTLE_MS } from '../settling.ts'

/** Microsoft said no, or nothing. The message is one readable sentence, and never what Microsoft sent. */
export class TeamsFailure extends Error {
  override readonly name = 'TeamsFailure'
  /** `null` = no answer came. */
  readonly status: number | null
  /** Microsoft's word for it, such as `BotNotInConversationRoster`; `''` = none. */
  readonly code: string
  /** How long Microsoft asked to wait; 0 = it did not say. */
  readonly retryAfterMs: number
  /** Whether what was asked for can have happened all the same. */
  readonly ambiguous: boolean

  constructor(what: {
    status: number | null
    code?: string
    retryAfterMs?: number
    ambiguous: boolean
    sentence?: string
  }) {
    const { status, code = '', retryAfterMs = 0, ambiguous, sentence } = what
    super(sentence ?? sentenceOf(status, code))
    this.status = status
    this.code = code
    this.retryAfterMs = retryAfterMs
    this.ambiguous = ambiguous
  }
}

/** Codes of the connector (Microsoft Learn, "Status codes from bot conversational APIs"). */
const SENTENCES: Readonly<Record<string, string>> = {
  BotNotInConversationRoster:
    'The app was removed from the team in Microsoft Teams. Add it to the team again (teams.team).',
  ConversationNotFound:
    'Microsoft Teams does not know the channel (teams.channel), or the app may not see it. Check the id, and add the app to the team.',
  ConversationBlockedByUser: 'This person has blocked the app in Microsoft Teams.',
  BotDisabledByAdmin:
    'An administrator has blocked the app in Microsoft Teams. Allow it in the Teams admin center.',
  MessageSizeTooBig: 'Microsoft Teams will not take this message: it is too large.',
  BadSyntax: 'Microsoft Teams will not take this message: it does not understand the card.',
}

function sentenceOf(status: number | null, code: string): string {
  if (status === null) return 'Microsoft Teams cannot be reached, or gave no answer; it is tried again.'
  if (status === 429) return 'Microsoft Teams asks for patience (rate limit).'
  return (
    SENTENCES[code] ?? `Microsoft Teams answered HTTP ${status}${code && ` (${code})`}; it is tried again.`
  )
}

/** It is the message that is wrong, not the moment. */
const UNDELIVERABLE = ['MessageSizeTooBig', 'BadSyntax']

/** A token, a right, or the app that is missing: what only people can mend need not be tried every second. */
const MENDED_BY_PEOPLE: readonly number[] = [401, 403, 404]
const MENDED_BY_PEOPLE_MS = 60_000

/** What a failed task of the outbox throws: how long to wait, or that there is no use in trying. */
export function readable(error: unknown): Error {
  if (error instanceof ChatRefused) return new Unsent(error.message, MENDED_BY_PEOPLE_MS)
  if (!(error instanceof TeamsFailure)) return error instanceof Error ? error : new Error(String(error))
  if (UNDELIVERABLE.includes(error.code)) return new Undeliverable(error.message)
  // 412: two writers at one conversation; to be tried again (Microsoft Learn, "Rate limiting for bots in Teams").
  if (error.status === 429 || error.status === 412) return new Unsent(error.message, error.retryAfterMs)
  if (error.ambiguous) return new Later(error.message, SETTLE_MS)
  if (error.status === null) return new Unsent(error.message, 0)
  // Any other no is about this request alone, which must not be waited with for ever.
  return MENDED_BY_PEOPLE.includes(error.status) ? new Unsent(error.message, MENDED_BY_PEOPLE_MS) : error
}

/** Does what a task asks for; every failure becomes a readable one. */
export async function readably<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    throw readable(error)
  }
}

/** Whether what was written to is not there, or not the bot's. A 404 without a code is some proxy's. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof TeamsFailure)) return false
  return (error.status === 404 && error.code !== '') || error.code === 'NotEnoughPermissions'
}

/** Whether whoever was asked about is no member; any other 404 says nothing about people. */
export function isNoMember(error: unknown): boolean {
  return error instanceof TeamsFailure && error.code === 'MemberNotFoundInConversation'
}
