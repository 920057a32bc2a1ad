const DATE = /^\d{4}-\d{2}-\d{2}$/
const DATE_TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * A boolean of the Table API, where every value is text and an empty one means "not set" (ServiceNow docs, Table API).
 * @returns `undefined` when the field is missing or holds anything else
 */
export function flag(value: string | undefined): boolean | undefined {
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0' || value === '') return false
  return undefined
}

/**
 * A date-time of the Table API: `YYYY-MM-DD HH:MM:SS`, always UTC (ServiceNow KB0534905).
 * @returns epoch ms; `undefined` for anything else, a date that does not exist included
 */
export function instant(value: string | undefined): number | undefined {
  return value !== undefined && DATE_TIME.test(value)
    ? existing(`${value.replace(' ', 'T')}.000Z`)
    : undefined
}

/**
 * The last login, from a date-time and a date that may disagree (official sample rows have one without the other):
 * the later of the two; where both name the same day, the exact time; a date alone counts to its end, in UTC.
 * @param time `sys_user.last_login_time`
 * @param date `sys_user.last_login`, which has no time of day
 * @returns epoch ms; `null` when both are empty: never logged in; `undefined` when one is missing or no date
 */
export function lastLogin(time: string | undefined, date: string | undefined): number | null | undefined {
  if (time === undefined || date === undefined) return undefined
  const at = time === '' ? null : instant(time)
  const dayEnd = date === '' ? null : endOfDay(date)
  if (at === undefined || dayEnd === undefined) return undefined
  if (at === null || dayEnd === null) return at ?? dayEnd
  return time.startsWith(date) ? at : Math.max(at, dayEnd)
}

function endOfDay(date: string): number | undefined {
  const start = DATE.test(date) ? existing(`${date}T00:00:00.000Z`) : undefined
  return start === undefined ? undefined : start + DAY_MS - 1
}

// Date.parse takes 30 February for 2 March.
function existing(iso: string): number | undefined {
  const at = Date.parse(iso)
  return !Number.isNaN(at) && new Date(at).toISOString() === iso ? at : undefined
}
