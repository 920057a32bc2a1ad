import { Later } from '../ports.ts'
import type { Answer } from './transport.ts'

/** What a body holds, or why it holds nothing that may be used. */
export type Reading = { readonly kind: 'json'; readonly body: unknown } | Fault

/** `reason` continues “ServiceNow …: ”; `advice` is a sentence of its own. */
type Fault = {
  readonly kind: 'fault'
  readonly reason: string
  readonly advice: string
  /** ServiceNow's own words, where the body is its documented error envelope. */
  readonly refusal: string | null
}

/** For a 429 without `Retry-After`: the queue of the API semaphore is full, which passes in seconds (ServiceNow docs). */
const DEFAULT_RETRY_MS = 30_000
const MAX_RETRY_MS = 60 * 60 * 1000
const MAX_WORDS = 200

/**
 * Reads the body of an answer. Only JSON without an error is data, whatever the status says: a 200 may be a
 * hibernating instance or a login page, or end in the error of a transaction that ran too long, with half of the
 * rows before it (ServiceNow docs, REST API response codes; Transaction quotas; KB0546297).
 */
export function readBody(answer: Answer): Reading {
  const { status, text } = answer
  if (status >= 300 && status < 400)
    return fault(
      `it answered with a redirect (HTTP ${status}) instead of data`,
      'Check servicenow.instance, and that single sign-on does not cover /api/now.',
    )
  if (status === 202)
    return fault(
      'it answered 202, by which it drops a request because too many are waiting',
      'The bot tries again later; if this lasts, lower servicenow.concurrency.',
    )
  if (text.trim() === '')
    return fault(`it answered HTTP ${status} with an empty body`, 'The bot tries again later.')
  if (!/^application\/json\b/i.test(answer.headers['content-type'] ?? '')) return webPage(status, text)

  const body = parse(text)
  if (body === undefined)
    return fault(
      `its answer (HTTP ${status}) broke off or is no JSON`,
      'It is not used in part; the bot tries again later.',
    )
  if (isFailure(body)) return refusal(status, body)
  if (status !== 200)
    return fault(
      `it answered HTTP ${status}, which is not documented`,
      'Nothing of it is used; ask the owners of the instance.',
    )
  return { kind: 'json', body }
}

/** What a 429 asks for. @param now epoch ms; `Retry-After` is seconds or a date (RFC 9110, 10.2.3). */
export function later(answer: Answer, now: number): Later {
  const given = answer.headers['retry-after']
  const wanted = /^\d+$/.test(given ?? '') ? Number(given) * 1000 : Date.parse(given ?? '') - now
  const retryAfterMs = Number.isNaN(wanted)
    ? DEFAULT_RETRY_MS
    : Math.min(Math.max(wanted, 1000), MAX_RETRY_MS)
  const seconds = Math.round(retryAfterMs / 1000)
  return new Later(
    `ServiceNow limits the bot's requests (HTTP 429); the bot goes on in ${seconds} s.`,
    retryAfterMs,
  )
}

/** Text from elsewhere, made fit for one line of a message or a log: nothing in it breaks, hides or turns round text. */
export function oneLine(text: string): string {
  const line = text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069]/gu, '')
    .trim()
  return line.length <= MAX_WORDS ? line : `${line.slice(0, MAX_WORDS - 1)}…`
}

function fault(reason: string, advice: string, words: string | null = null): Fault {
  return { kind: 'fault', reason, advice, refusal: words }
}

function webPage(status: number, text: string): Fault {
  if (/hibernating/i.test(text))
    return fault(
      'the instance is hibernating',
      'If it is a developer instance, wake it at developer.servicenow.com; the bot tries again later.',
    )
  if (/<title>\s*(log in|login|sign in)/i.test(text) || /login(_page)?\.do/i.test(text))
    return fault(
      'it answered with its login page instead of data',
      'Check the credentials, and that single sign-on does not cover /api/now.',
    )
  return fault(
    `it answered with something else than JSON (HTTP ${status}), as it does during an upgrade or an outage`,
    'The bot tries again later.',
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isFailure(body: unknown): body is { error?: unknown } {
  if (typeof body !== 'object' || body === null) return false
  return 'error' in body || ('status' in body && body.status === 'failure')
}

function refusal(status: number, { error }: { error?: unknown }): Fault {
  const parts = typeof error === 'object' && error !== null ? error : {}
  const message = 'message' in parts && typeof parts.message === 'string' ? parts.message : ''
  const detail = 'detail' in parts && typeof parts.detail === 'string' ? parts.detail : ''
  const words = oneLine([message, detail].filter(Boolean).join(': ')) || 'no reason given'
  const advice =
    status === 403
      ? 'Give the account a role that has this right.'
      : 'The bot tries again later; if this lasts, ask the owners of the instance.'
  return fault(`it answered HTTP ${status}, “${words}”`, advice, words)
}
