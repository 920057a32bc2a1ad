import type { EventName, LogEntry } from './lifecycle.ts'

/** What came of the writes so far is read off their history: these events end one. */
export const OUTCOMES = ['done', 'refused', 'lose_track'] as const satisfies EventName[]

/** So many unexpected answers in a row stop all further writes. */
export const TRIPS_AFTER = 3

/**
 * Whether ServiceNow has answered the last writes in a way that nobody can explain. One such answer is read back and
 * proven; a row of them says that something is wrong with the instance, or with what the bot believes about it.
 * @param outcomes of the latest writes since somebody last closed the breaker, at least {@link TRIPS_AFTER} of them if
 * there are so many
 */
export function isTripped(outcomes: readonly LogEntry[]): boolean {
  return outcomes.length >= TRIPS_AFTER && outcomes.slice(-TRIPS_AFTER).every(isUnexpected)
}

/** What tripped it, as a sentence. @param outcomes as for {@link isTripped} */
export function tripReason(outcomes: readonly LogEntry[]): string {
  const answers = outcomes.slice(-TRIPS_AFTER).map(({ note }) => note.status ?? 'no answer')
  return `The last ${TRIPS_AFTER} deletions had answers that ServiceNow does not document or that a read did not confirm: ${answers.join(', ')}.`
}

/**
 * Neither the documented success, a 204 that a read confirmed, nor a clear no. A write that the bot's own end interrupted
 * had no answer, and one that was asked for patience (429) none that says anything: they are not among the outcomes.
 */
function isUnexpected({ event, note: { status } }: LogEntry): boolean {
  if (event === 'refused') return false
  return event === 'lose_track' || status !== 204
}
