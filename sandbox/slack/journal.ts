import { type JsonObject, jsonArgument, objectOf, stringOf } from './json.ts'

/** One call that reached the workspace. */
export interface JournalEntry {
  /** A Web API method, or `response_url`. */
  method: string
  /** UTC ms when it came. */
  at: number
  /** HTTP status; 0 if the connection was cut or no answer came. */
  status: number
  /** Whether the caller was told that it worked. */
  ok: boolean
  /** `ok`, Slack's error, or `fault: …` with the kind of the fault that hit the call. */
  outcome: string
  /** The arguments in short: texts cut, blocks as a number, metadata by its event type. */
  args: Record<string, string>
}

const LONGEST = 120

/** Arguments in short, for people who read the journal. */
export function summaryOf(args: JsonObject): Record<string, string> {
  const said = Object.entries(args).filter(([key]) => key !== 'token')
  return Object.fromEntries(said.map(([key, value]) => [key, inShort(key, value)]))
}

function inShort(key: string, value: unknown): string {
  const parsed = jsonArgument(value)
  if (key === 'blocks' && Array.isArray(parsed)) return `${parsed.length} blocks`
  if (key === 'metadata') return stringOf(objectOf(parsed)?.event_type)
  if (key === 'view') return stringOf(objectOf(parsed)?.callback_id)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const characters = [...text]
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST).join('')}…` : text
}
