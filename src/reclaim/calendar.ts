const HOUR_MS = 60 * 60 * 1000

/** The calendar day of an instant in a time zone, as `YYYY-MM-DD`. */
export function dayOf(at: number, timeZone: string): string {
  return daysIn(timeZone)(at)
}

/** The first instant of the day that `at` lies in. Found by search, so that days of 23 and 25 hours need no care. */
export function startOfDay(at: number, timeZone: string): number {
  const day = daysIn(timeZone)
  const today = day(at)
  return boundary(at - 26 * HOUR_MS, at, instant => day(instant) === today)
}

/** The first instant of the day after the one that `at` lies in. */
export function startOfNextDay(at: number, timeZone: string): number {
  const day = daysIn(timeZone)
  const today = day(at)
  return boundary(at, at + 26 * HOUR_MS, instant => day(instant) !== today)
}

/** Making a format takes far longer than using it: a search makes one and asks it many times. */
function daysIn(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })
  return at => format.format(at)
}

/** The first instant after `before` for which `reached` holds, given that it holds from there up to `after`. */
function boundary(before: number, after: number, reached: (instant: number) => boolean): number {
  let [outside, inside] = [before, after]
  while (inside - outside > 1) {
    const middle = Math.floor((outside + inside) / 2)
    if (reached(middle)) inside = middle
    else outside = middle
  }
  return inside
}
