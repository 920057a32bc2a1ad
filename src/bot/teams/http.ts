import { Agent, type Dispatcher, request } from 'undici'
import { TeamsFailure } from './failures.ts'

type HttpRequest = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

export type HttpAnswer = {
  readonly status: number
  /** By name in small letters. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export type Http = {
  /**
   * One request, whatever comes back. It is never sent again, and no redirect is followed.
   * @throws TeamsFailure when no answer came; `ambiguous` unless it cannot have left this machine.
   */
  send(wanted: HttpRequest): Promise<HttpAnswer>
  close(): Promise<void>
}

/** Errors of a connection that never came about. */
const NEVER_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']

/** HTTP to Microsoft. @param timeoutMs for connecting and answering together. */
export function createHttp(timeoutMs: number): Http {
  const dispatcher = new Agent({ connect: { timeout: timeoutMs } })
  return {
    async send({ method, url, headers, body }) {
      try {
        const answer = await request(url, {
          method: method as Dispatcher.HttpMethod,
          ...{ headers: { ...headers }, dispatcher, signal: AbortSignal.timeout(timeoutMs) },
          ...(body !== undefined && { body }),
        })
        return {
          status: answer.statusCode,
          headers: flat(answer.headers),
          text: await answer.body.text(),
        }
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : ''
        throw new TeamsFailure({ status: null, ambiguous: !NEVER_SENT.includes(code) })
      }
    },
    close: () => dispatcher.destroy(),
  }
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), [value].flat().join(', ')]],
    ),
  )
}

/** What an answer other than 2xx means; a 5xx may come after the work was done. */
export function failureOf({ status, headers, text }: HttpAnswer): TeamsFailure {
  const seconds = Number(headers['retry-after'])
  return new TeamsFailure({
    ...{ status, code: codeIn(text), ambiguous: status >= 500 },
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0,
  })
}

/**
 * What an answer says; `undefined` = nothing.
 * @throws TeamsFailure for what is no JSON, although it came with a good status: a proxy's page, an outage.
 */
export function jsonOf({ status, text }: HttpAnswer): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    throw noAnswer(status)
  }
}

/** Something came back, but not from the API that was asked: nobody knows what happened. */
export function noAnswer(status: number): TeamsFailure {
  const sentence = 'Microsoft Teams answered with something that is no answer of its API; it is tried again.'
  return new TeamsFailure({ status, ambiguous: true, sentence })
}

/** `{"error":{"code":"…"}}`, of the connector and of Graph; anything else has none. */
function codeIn(text: string): string {
  try {
    const { error } = JSON.parse(text)
    return /^\w{1,60}$/.test(error?.code) ? error.code : ''
  } catch {
    return ''
  }
}
