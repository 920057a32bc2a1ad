import {
  type Logger,
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
} from '@slack/web-api'
import { type Log, Undeliverable, Unsent } from '../../reclaim/ports.ts'

export type SlackClients = {
  /** While a person waits: fails fast, so that the click is answered within Slack's 3 seconds. */
  readonly interactive: WebClient
  /** For tasks of the outbox: one request a call; trying again is the task table's business. */
  readonly outbox: WebClient
}

/**
 * Both clients have the SDK's own retries switched off: it would send a post again after a timeout, and Slack has no
 * idempotency key.
 * @param apiUrl left out = Slack's own.
 */
export function createSlackClients(token: string, apiUrl: string | undefined, log: Log): SlackClients {
  const common = {
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: slackLogger(log),
    ...(apiUrl && { slackApiUrl: apiUrl }),
  }
  return {
    interactive: new WebClient(token, { ...common, timeout: 2300 }),
    outbox: new WebClient(token, { ...common, timeout: 10_000 }),
  }
}

/** The SDK's own log lines, on our log's debug level: they can carry whole answers of Slack. */
export function slackLogger(log: Log): Logger {
  const write = (level: 'debug' | 'warn') => (first: unknown) =>
    log[level]({ from: 'slack' }, String(first).slice(0, 200))
  return {
    debug() {},
    info: write('debug'),
    warn: write('debug'),
    error: write('warn'),
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  }
}

/** Slack's word for why it refused (`not_in_channel`), or `null` when the answer never came or made no sense. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof WebAPIPlatformError)) return null
  // A 200 with HTML arrives as a platform error that carries the page.
  return /^[a-z_]{1,60}$/.test(error.data.error) ? error.data.error : null
}

const SENTENCES: Readonly<Record<string, string>> = {
  invalid_auth:
    'Slack does not accept the bot token. Check SLACK_BOT_TOKEN (it starts with xoxb-) and reinstall the app if it was removed.',
  not_authed: 'Slack got no bot token. Set SLACK_BOT_TOKEN.',
  account_inactive:
    'The Slack app was removed from the workspace. Reinstall it and set the new SLACK_BOT_TOKEN.',
  token_revoked: 'The bot token was revoked. Reinstall the Slack app and set the new SLACK_BOT_TOKEN.',
  not_in_channel: 'The bot is not a member of its Slack channel. Invite it there with /invite.',
  channel_not_found:
    'Slack does not show the bot its channel. Check slack.channel, and invite the bot there with /invite.',
  is_archived: 'The Slack channel is archived. Unarchive it, or set another one in slack.channel.',
  missing_scope: 'The Slack app lacks a permission. Compare its scopes with manifest.yml and reinstall it.',
}

/** It is the message that is wrong, not the moment (Slack docs, chat.postMessage: Errors). */
const UNDELIVERABLE = [
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_too_long',
  'msg_blocks_too_long',
  'no_text',
]

/** Makes an error of the SDK one readable sentence, and never passes on what Slack sent. */
export function readable(error: unknown): Error {
  if (error instanceof WebAPIRateLimitedError)
    return new Unsent('Slack asks for patience (rate limit).', error.retryAfter * 1000)
  const refusal = refusalOf(error)
  if (refusal && UNDELIVERABLE.includes(refusal))
    return new Undeliverable(`Slack will not take this message (${refusal}).`)
  if (refusal) return new Error(SENTENCES[refusal] ?? `Slack refused: ${refusal}.`)
  if (error instanceof WebAPIHTTPError)
    return new Error(`Slack answered HTTP ${error.statusCode}; it is tried again.`)
  if (error instanceof WebAPIPlatformError)
    return new Error('Slack answered with something that is no answer of its API.')
  return new Error('Slack cannot be reached, or its answer made no sense; it is tried again.')
}

/** Slack broke off, and may have done some of it (Slack docs, chat.postMessage: Errors). */
const BROKEN_OFF = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']

/** Whether what was asked for can have happened all the same, or may yet: there was no clear answer. */
export function isUnclear(error: unknown): boolean {
  if (error instanceof WebAPIRateLimitedError) return false
  const refusal = refusalOf(error)
  return refusal === null || BROKEN_OFF.includes(refusal)
}

/** Slack's words for its own troubles, which pass (Slack docs, auth.test: Errors). */
const PASSING = [
  'ratelimited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'accesslimited',
  'team_added_to_org',
]

/** Whether an error means that no waiting will help: the settings must change. */
export function isFinal(error: unknown): boolean {
  const refusal = refusalOf(error)
  return refusal !== null && !PASSING.includes(refusal)
}
