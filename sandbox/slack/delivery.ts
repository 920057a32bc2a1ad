import { createHmac } from 'node:crypto'
import type { JsonObject } from './json.ts'

/** What Slack delivers to an app; `kind` is the type of the envelope in socket mode. */
export type Parcel =
  | { kind: 'interactive'; payload: JsonObject }
  | { kind: 'slash_commands'; payload: Record<string, string> }
  | { kind: 'events_api'; payload: JsonObject }

/**
 * How a delivery is signed: as Slack does, with another secret, not at all, or rightly but at a wrong time
 * (`stale`: ten minutes ago; `future`: in ten minutes).
 */
type Signature = 'valid' | 'forged' | 'none' | 'stale' | 'future'

/** What may be unusual about a delivery. */
export interface DeliveryOptions {
  /** Default `valid`. Over HTTP only. */
  signature?: Signature
  /** Slack's marks of a repeated delivery. */
  retry?: { number: number; reason: string }
}

/** What the bot answered. */
export interface Delivery {
  /** HTTP status; in socket mode 200, an acknowledgement. */
  status: number
  body: string
  /** Slack gives a person's action up after 3,000 ms. */
  elapsedMs: number
}

/** Delivers to the bot; throws if it cannot be reached or has not answered after ten seconds. */
export type Deliver = (parcel: Parcel, options: DeliveryOptions) => Promise<Delivery>

/** Long after Slack would have given up, so that a slow answer can still be measured. */
export const GIVE_UP_AFTER_MS = 10_000

/** Bolt compares it literally: with a charset it answers 400. */
export const FORM = 'application/x-www-form-urlencoded'

/** Posts to the `/slack/events` of a bot. */
export interface HttpDelivery {
  deliver(botUrl: string, parcel: Parcel, options: DeliveryOptions): Promise<Delivery>
  /** Any body of any type, signed. */
  post(
    botUrl: string,
    sent: { body: string; contentType: string },
    options: DeliveryOptions,
  ): Promise<Delivery>
}

/** Deliveries over HTTP, signed with this secret. */
export function createHttpDelivery(signingSecret: string): HttpDelivery {
  const post: HttpDelivery['post'] = async (
    botUrl,
    { body, contentType },
    { signature = 'valid', retry },
  ) => {
    const started = performance.now()
    const response = await fetch(new URL('/slack/events', botUrl), {
      method: 'POST',
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        ...signatureHeaders(signingSecret, body, signature),
        ...(retry ? { 'x-slack-retry-num': String(retry.number), 'x-slack-retry-reason': retry.reason } : {}),
      },
      body,
      signal: AbortSignal.timeout(GIVE_UP_AFTER_MS),
    })
    const answer = await response.text()
    return { status: response.status, body: answer, elapsedMs: performance.now() - started }
  }
  return { post, deliver: (botUrl, parcel, options) => post(botUrl, encoded(parcel), options) }
}

/** Slack docs: interaction payloads are JSON in a form field `payload`, commands a form, events JSON. */
function encoded(parcel: Parcel): { body: string; contentType: string } {
  switch (parcel.kind) {
    case 'interactive': {
      const form = new URLSearchParams({ payload: JSON.stringify(parcel.payload) })
      return { body: form.toString(), contentType: FORM }
    }
    case 'slash_commands':
      return { body: new URLSearchParams(parcel.payload).toString(), contentType: FORM }
    case 'events_api':
      return { body: JSON.stringify(parcel.payload), contentType: 'application/json' }
  }
}

const OFFSET_MS: Partial<Record<Signature, number>> = { stale: -600_000, future: 600_000 }

/** Slack docs, "Verifying requests from Slack": HMAC-SHA256 of `v0:<timestamp>:<body>`. */
function signatureHeaders(secret: string, body: string, signature: Signature): Record<string, string> {
  if (signature === 'none') return {}
  const timestamp = Math.floor((Date.now() + (OFFSET_MS[signature] ?? 0)) / 1000)
  const key = signature === 'forged' ? `not ${secret}` : secret
  const hash = createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex')
  return { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': `v0=${hash}` }
}
