import type { NameOf } from '../demo/words.ts'

/** Through whose eyes the page is shown. */
export type Eyes = {
  readonly nameOf: NameOf
  /** Slack user id of the person who acts. */
  readonly viewer: string
  /** The markup of blocks that these eyes have seen before. */
  readonly drawn: Map<string, string>
  /** An instant as `10:46` on the company's wall, or as `23 Nov, 10:46` if that was not today. */
  readonly minute: (at: number, now: number) => string
  /** The same with seconds. */
  readonly second: (at: number, now: number) => string
  /** As `Tue, 24 Nov 2026`. */
  readonly day: (at: number) => string
}

/** @param timeZone of the company; all times on the page are in it, but those that ServiceNow stores. */
export function eyesOf(viewer: string, nameOf: NameOf, timeZone: string): Eyes {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat('en-GB', { timeZone, ...options })
    return (at: number) => formatter.format(at)
  }
  const day = format({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
  const date = format({ day: 'numeric', month: 'short' })
  const dated = (time: (at: number) => string) => (at: number, now: number) =>
    day(at) === day(now) ? time(at) : `${date(at)}, ${time(at)}`
  return {
    nameOf,
    viewer,
    drawn: new Map(),
    minute: dated(format({ timeStyle: 'short' })),
    second: dated(format({ timeStyle: 'medium' })),
    day,
  }
}
