import { isIPv4 } from 'node:net'
import { CronPattern } from 'croner'
import { validate as nodeCronAccepts } from 'node-cron'
import { z } from 'zod'
import { unknownKeys } from './config-problems.ts'

/** Makes one sentence the message of whatever is wrong with a value: its type, its range, its absence. */
export const hint = (text: string) => ({
  error: ({ input }: { input?: unknown }) => {
    if (input === undefined) return `missing; ${text}`
    return input === null ? `empty; ${text}` : text
  },
})

/** A map with exactly these keys. */
export function section<Shape extends z.ZodRawShape>(shape: Shape, text = 'write its keys below it') {
  const other = hint(text).error
  return z.strictObject(shape, {
    error: issue =>
      issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys, Object.keys(shape)) : other(issue),
  })
}

/**
 * Options of a check across the keys of a section: it runs even where one of them is wrong, so that the first message
 * holds every problem; each key may then hold anything. zod skips it all the same after an issue that says
 * `continue: false`, as `z.int()` and `max()` of a list do: say the same with `refine`.
 */
export const acrossKeys = { when: ({ value }: { value: unknown }) => isMap(value) }
/** The same for a check across the items of a list. */
export const acrossItems = { when: ({ value }: { value: unknown }) => Array.isArray(value) }

/** Whether a value has keys: no list, no `null`. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether something was written: an empty list says nothing. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0)
}

/** One of the values that are built; those that are planned are told so. */
export function choice<const Built extends readonly string[]>(built: Built, planned: readonly string[] = []) {
  const instead = `write ${built.join(' or ')}`
  const other = hint(instead).error
  return z.enum(built, {
    error: ({ input }) => {
      const known = planned.find(name => name === input)
      return known ? `${known} is not built yet; ${instead}` : other({ input })
    },
  })
}

/** A list; left out = empty. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z.array(item, hint('write a list, like [a, b]')).default([])

/** `true` or `false`, and nothing that looks like it: `yes` is text in YAML 1.2. */
export const flag = () => z.boolean(hint('write true or false'))

/** A whole number. @param what names it, with its unit; @param from and @param to are allowed, too. */
export function whole(what: string, from: number, to: number) {
  const range = hint(`write a whole ${what} from ${from} to ${to}`)
  return z.number(range).refine(value => Number.isInteger(value) && value >= from && value <= to, range)
}

/** Text of a certain form. @param what the sentence for any other, as it continues “missing; …”. */
export const text = (what: string, fits: RegExp) => z.string(hint(what)).regex(fits, hint(what))

/** How Microsoft Entra writes ids. */
export const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** An id of Microsoft Entra, in lower case. */
export const guid = (what: string) => text(what, GUID).toLowerCase()

/** Text on one line, without characters that disguise it in chat: control characters, changes of direction. */
export const name = (what: string) =>
  text(
    `write ${what} on one line, in quotes if it looks like a number`,
    /^(?!\s)[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+(?<!\s)$/u,
  )

/** `^` and `,` part the terms and the values of an encoded query, so no role can be asked for that holds them. */
export const role = text(
  'write the name of a role as in sys_user_role.name: text without ^ and comma',
  /^(?!\s)[^\p{Cc}^,]+(?<!\s)$/u,
)

/** Whether secrets may be sent there: encrypted, or to this very machine; and none stands in the address itself. */
export function isSafeAddress(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, username, password } = new URL(address)
  const loopback =
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  const guarded = protocol === 'https:' || (protocol === 'http:' && loopback)
  return guarded && username === '' && password === ''
}

const ORIGIN =
  'write the address and nothing after it, like https://acme.service-now.com (http:// only for this machine)'

/** Scheme, host and port; a slash at the end is dropped. */
export const origin = z
  .string(hint(ORIGIN))
  .refine(value => /^https?:\/\/[^/?#@\\\s]+\/?$/i.test(value) && isSafeAddress(value), hint(ORIGIN))
  .transform(value => new URL(value).origin)

const CRON = 'write five fields in quotes, like "0 9 * * 1" (minute, hour, day, month, weekday)'

/** node-cron wakes the bot and croner computes when; what only one of them understands would never run, or always. */
export const cron = z.string(hint(CRON)).refine(pattern => {
  if (pattern.trim().split(/\s+/).length !== 5) return false
  return succeeds(() => new CronPattern(pattern, undefined, { mode: '5-part' })) && nodeCronAccepts(pattern)
}, hint(CRON))

const ZONE = 'write a time zone of the IANA database, like Europe/Berlin or UTC'

/** Intl also takes bare offsets such as +02:00, which know no summer time: refused. */
export const timezone = z.string(hint(ZONE)).refine(zone => {
  return /^[A-Za-z]/.test(zone) && succeeds(() => new Intl.DateTimeFormat('en', { timeZone: zone }))
}, hint(ZONE))

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}

const CURRENCY = 'write a currency code, like USD or EUR'
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))

/** ISO 4217, as far as the runtime knows it. */
export const currency = z.string(hint(CURRENCY)).refine(code => CURRENCIES.has(code), hint(CURRENCY))
