import type { JsonObject } from '../slack/json.ts'
import type { Call, Operation } from './routes.ts'

/** One call of the connector, of Graph or of the token endpoint. */
export interface JournalEntry {
  operation: Operation
  method: string
  /** Decoded, with the query. */
  path: string
  /** UTC ms when it came. */
  at: number
  /** HTTP status; 0 if the connection was cut or no answer came. */
  status: number
  /** `ok`, Microsoft's error code, or `fault: …` with the kind of the fault that hit the call. */
  outcome: string
  /** What was sent, without the secret. */
  body: JsonObject
}

/** The part of an entry that is known before the call is answered. */
export function asked(
  call: Call,
  operation: Operation,
  at: number,
): Omit<JournalEntry, 'status' | 'outcome'> {
  const { client_secret: _secret, ...body } = call.body
  const query = call.query.toString()
  const path = query === '' ? call.path : `${call.path}?${decodeURIComponent(query)}`
  return { operation, method: call.method, path, at, body }
}
