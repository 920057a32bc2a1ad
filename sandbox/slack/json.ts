/** JSON as it comes off the wire: nothing is known about its members until they are asked for. */
export type JsonObject = Record<string, unknown>

/** The value if it is a JSON object (not an array, not null). */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

/** The objects in the value if it is an array; anything else in it is left out. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf).filter(item => item !== undefined) : []
}

/** The value if it is a string, else the empty string. */
export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Slack's booleans in forms: `true`, `"true"`, `"1"`, `1`. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === 'true' || value === '1'
}

/** The JSON in a text, or undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * An argument that Slack takes as JSON: in a form body it is text, in a JSON body it is already parsed
 * (Slack docs, "Using the Slack Web API": POST bodies).
 */
export function jsonArgument(value: unknown): unknown {
  return typeof value === 'string' ? parseJson(value) : value
}
