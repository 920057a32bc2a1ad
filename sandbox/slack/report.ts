import { type JsonObject, objectOf, stringOf } from './json.ts'

/** How Slack counts characters, as far as anybody can see: code points. */
export function codePoints(text: string): number {
  return [...text].length
}

/** Takes down what is wrong with blocks, in Slack's words: `must be less than 151 characters [json-pointer:/…]`. */
export interface Report {
  add(message: string, at: string): void
  /** An optional string of at most `max` characters. */
  length(value: unknown, max: number, at: string): void
  /** A list of at most `max` items. */
  count(items: readonly unknown[], max: number, at: string): void
  /** A required text object of 1 to `max` characters; `plain` if mrkdwn is not allowed. */
  text(value: unknown, limit: { max: number; plain: boolean; at: string }): void
}

/** An empty report, and the list that it fills. */
export function complaints(): { found: string[]; report: Report } {
  const found: string[] = []
  const add = (message: string, at: string) => {
    found.push(`${message} [json-pointer:${at}]`)
  }
  const length = (value: unknown, max: number, at: string) => {
    if (value === undefined) return
    if (typeof value !== 'string') add('must be a string', at)
    else if (codePoints(value) > max) add(`must be less than ${max + 1} characters`, at)
  }
  return {
    found,
    report: {
      add,
      length,
      count: (items, max, at) => {
        if (items.length > max) add(`no more than ${max} items allowed`, at)
      },
      text(value, { max, plain, at }) {
        const text = objectOf(value)
        if (text === undefined) return add('missing required field: text', at)
        if (!isTextType(text, plain)) return add(`unsupported type: ${stringOf(text.type)}`, `${at}/type`)
        if (stringOf(text.text) === '') return add('must be more than 0 characters', `${at}/text`)
        length(text.text, max, `${at}/text`)
      },
    },
  }
}

function isTextType(text: JsonObject, plain: boolean): boolean {
  return text.type === 'plain_text' || (!plain && text.type === 'mrkdwn')
}
