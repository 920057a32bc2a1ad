import { type Answer, failure } from './answers.ts'
import { sysId } from './rows.ts'

const HOUR_MS = 3_600_000

/** The headers of each call that a rate limit rule matches (ServiceNow docs, Inbound REST API rate limiting). */
function rateHeaders(limit: number, resetAt: number): Record<string, string> {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Reset': String(Math.floor(resetAt / 1000)),
    'X-RateLimit-Rule': sysId('rate limit rule'),
  }
}

/** 429 of a rate limit rule. @param retryAfterSeconds for the header `Retry-After` */
export function rateLimited(limit: number, now: number, retryAfterSeconds: number): Answer {
  const detail = `Rate limit of ${limit} requests per hour for Table API exceeded`
  return failure(429, 'Rate limit exceeded', detail, {
    ...rateHeaders(limit, now + retryAfterSeconds * 1000),
    'Retry-After': String(retryAfterSeconds),
  })
}

/** What a counted request gets: headers for its answer, or the refusal. */
type Counted = { readonly headers: Record<string, string> } | { readonly refusal: Answer }

/**
 * Counts requests per user in windows of a full hour.
 * @returns a function that counts one request
 */
export function createRateRule(now: () => number): (userName: string, perHour: number) => Counted {
  const counts = new Map<string, { window: number; requests: number }>()
  return (userName, perHour) => {
    const window = Math.floor(now() / HOUR_MS)
    const last = counts.get(userName)
    const requests = last?.window === window ? last.requests + 1 : 1
    counts.set(userName, { window, requests })
    const resetAt = (window + 1) * HOUR_MS
    if (requests <= perHour) return { headers: rateHeaders(perHour, resetAt) }
    return { refusal: rateLimited(perHour, now(), Math.ceil((resetAt - now()) / 1000)) }
  }
}
