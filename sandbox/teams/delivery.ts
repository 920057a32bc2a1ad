import { type JsonObject, parseJson } from '../slack/json.ts'

/** What may be unusual about a delivery. */
export interface DeliveryOptions {
  /** Default: a genuine one. null: no Authorization header. */
  token?: string | null
  headers?: Record<string, string>
}

/** What the bot answered. */
export interface Delivery {
  /** HTTP status */
  status: number
  /** JSON if it is that, else text. */
  body: unknown
  /** Teams shows an error to a person who clicked when 3,000 ms are over. */
  ms: number
}

/** Delivers to the bot; throws if it cannot be reached or has not answered after ten seconds. */
export type Deliver = (
  sent: { body: string | JsonObject; method?: string },
  options: DeliveryOptions,
) => Promise<Delivery>

/** Long after Teams would have given up, so that a slow answer can still be measured. */
const GIVE_UP_AFTER_MS = 10_000

/** Posts to the `/api/messages` of a bot, with a channel's token. */
export function createDelivery(botUrl: () => string | undefined, genuine: () => Promise<string>): Deliver {
  return async ({ body, method = 'POST' }, { token, headers }) => {
    const url = botUrl()
    if (url === undefined) {
      throw new Error(
        'No bot to deliver to: call tenant.connect(botUrl) with the address that it listens on.',
      )
    }
    const bearer = token === undefined ? await genuine() : token
    const started = performance.now()
    const response = await fetch(new URL('/api/messages', url), {
      method,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      ...(method === 'GET' || method === 'HEAD'
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(GIVE_UP_AFTER_MS),
    })
    const answer = await response.text()
    return { status: response.status, body: parseJson(answer) ?? answer, ms: performance.now() - started }
  }
}
