import { objectOf, stringOf } from '../slack/json.ts'
import type { FaultKind } from './faults.ts'
import { type Answer, failure, type Operation } from './routes.ts'

/** What the caller gets: an answer, or a connection that is cut or never answered. */
export interface Outcome {
  answer: HttpAnswer | 'cut' | 'silence'
  /** For the journal. */
  words: string
}

interface HttpAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** An answer as HTTP. */
export function answered({ status, body, headers }: Answer): Outcome {
  const error = objectOf(body)?.error
  const code = stringOf(error) || stringOf(objectOf(error)?.code)
  return {
    answer: {
      status,
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: JSON.stringify(body),
    },
    words: status < 400 ? 'ok' : code || `HTTP ${status}`,
  }
}

/** What comes of a call that a fault has hit. */
export async function failing(
  fault: FaultKind,
  operation: Operation,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const words = `fault: ${fault.kind}`
  const refused = (status: number, code: string, message: string, headers = {}) => ({
    answer: answered({ ...refusal(operation, status, code, message), headers }).answer,
    words,
  })
  switch (fault.kind) {
    case 'reset_before':
      return { answer: 'cut', words }
    case 'hang':
      return { answer: 'silence', words }
    case 'reset_after':
      return { answer: 'cut', words: `${words} (${(await work()).words})` }
    case 'hang_after':
      return { answer: 'silence', words: `${words} (${(await work()).words})` }
    case '502_after': {
      const done = await work()
      return { ...refused(502, 'ServiceError', 'Bad gateway'), words: `${words} (${done.words})` }
    }
    case '429': {
      const { retryAfterSeconds: wait } = fault
      return refused(
        429,
        'Throttled',
        'Too many requests.',
        wait === null ? {} : { 'retry-after': String(wait) },
      )
    }
    case '412':
      return refused(412, 'PreconditionFailed', 'Precondition failed, please try again.')
    case '500':
      return refused(500, 'ServiceError', 'Internal server error.')
    case '502':
      return refused(502, 'ServiceError', 'Bad gateway.')
    case '503':
      return { answer: { status: 503, headers: {}, body: '' }, words }
    case 'html': {
      const page = '<html><body>Down for maintenance.</body></html>'
      return { answer: { status: 200, headers: { 'content-type': 'text/html' }, body: page }, words }
    }
    case 'error':
      return { ...refused(fault.status, fault.code, fault.message ?? fault.code), words: fault.code }
  }
}

/** An error in the words of the face that the operation belongs to. */
function refusal(operation: Operation, status: number, code: string, message: string): Answer {
  return operation === 'token'
    ? { status, body: { error: code, error_description: message } }
    : failure(status, code, message)
}
