import type { JsonObject } from '../slack/json.ts'

/** What a bot does to Microsoft, as far as faults and the journal tell it apart. */
export type Operation = 'create' | 'reply' | 'update' | 'members' | 'personal' | 'token' | 'graph'

/** One request of the bot. */
export interface Call {
  method: string
  /** Decoded, without the query. */
  path: string
  query: URLSearchParams
  /** The token of the Authorization header, or the empty string. */
  bearer: string
  /** The body as it came. */
  text: string
  /** JSON or form, as an object; empty if it is neither. */
  body: JsonObject
}

/** What is answered, before it becomes HTTP. `body` becomes JSON. */
export interface Answer {
  status: number
  body: unknown
  headers?: Record<string, string>
}

/** One kind of request that the stand-in understands. */
export interface Route {
  method: string
  /** Compared with the encoded path; groups are decoded and handed on. */
  path: RegExp
  /** null: not in the journal, and no fault hits it. */
  operation: Operation | null | ((call: Call, params: readonly string[]) => Operation)
  answer(call: Call, params: readonly string[]): Answer | Promise<Answer>
}

/**
 * An error of the bot connector or of Graph. Source: Teams docs, "Messages in bot conversations", status codes;
 * Graph docs, "Error responses".
 */
export function failure(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } }
}
