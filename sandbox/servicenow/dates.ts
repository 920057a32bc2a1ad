/**
 * An instant as ServiceNow stores and sends it: `YYYY-MM-DD HH:MM:SS`, UTC, no zone suffix
 * (ServiceNow KB0534905, Table API FAQs).
 * @param at epoch milliseconds
 */
export function toDateTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}

/**
 * The day of an instant, `YYYY-MM-DD`, as in `sys_user.last_login`, which has no time of day.
 * @param at epoch milliseconds
 */
export function toDate(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/**
 * Epoch milliseconds of a stored `YYYY-MM-DD HH:MM:SS` or `YYYY-MM-DD`; `undefined` if it is neither.
 */
export function fromDateTime(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?$/.test(text)) return undefined
  const at = Date.parse(`${text.length === 10 ? `${text} 00:00:00` : text}Z`.replace(' ', 'T'))
  return Number.isNaN(at) ? undefined : at
}
