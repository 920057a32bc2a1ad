import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Answer } from './answers.ts'

const COOKIE_ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=None; Secure'

/** How an answer is sent. */
export type SendOptions = {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly loggedIn: boolean
}

/**
 * Sends an answer with the headers and cookies of a recorded 2023 instance: gzip if accepted, bodies in chunks,
 * no body for HEAD. A 400 carries `X-Cnection: close` (sic) in place of `Connection`.
 */
export function sendAnswer(response: ServerResponse, answer: Answer, options: SendOptions): void {
  const zipped = answer.body !== '' && /\bgzip\b/.test(options.headers['accept-encoding']?.toString() ?? '')
  const headers = {
    'Server-Timing': 'sem_wait;dur=0, sesh_wait;dur=0',
    'X-Transaction-ID': randomBytes(6).toString('hex'),
    'X-Content-Type-Options': 'nosniff',
    Pragma: 'no-store,no-cache',
    'Cache-Control': 'no-cache,no-store,must-revalidate,max-age=-1',
    Expires: '0',
    Server: 'ServiceNow',
    'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
    ...(zipped && { 'Content-Encoding': 'gzip' }),
    ...(options.loggedIn && { 'X-Is-Logged-In': 'true', 'Set-Cookie': cookies() }),
    ...(answer.status === 400 && { 'X-Cnection': 'close' }),
    ...(answer.body === '' && answer.status !== 204 && { 'Content-Length': '0' }),
    ...answer.headers,
  }
  if (answer.status === 400) response.removeHeader('Connection')
  response.writeHead(answer.status, headers)
  if (answer.body !== '' && options.method !== 'HEAD') {
    response.write(zipped ? gzipSync(answer.body) : answer.body)
  }
  response.end()
}

function cookies(): string[] {
  const session = randomBytes(16).toString('hex').toUpperCase()
  const expired = 'Max-Age=0; Expires=Thu, 01-Jan-1970 00:00:10 GMT'
  return [
    `JSESSIONID=${session}; ${COOKIE_ATTRIBUTES}`,
    `glide_user=; ${expired}; ${COOKIE_ATTRIBUTES}`,
    `glide_user_session=; ${expired}; ${COOKIE_ATTRIBUTES}`,
    `glide_user_route=glide.${session.toLowerCase()}; Max-Age=2147483647; ${COOKIE_ATTRIBUTES}`,
    `glide_session_store=${session}; Max-Age=1800; ${COOKIE_ATTRIBUTES}`,
    `BIGipServerpool_example=2843957002.9537.0000; path=/; Httponly; Secure`,
    `glide_user_activity=${randomBytes(24).toString('base64')}; ${COOKIE_ATTRIBUTES}`,
  ]
}
