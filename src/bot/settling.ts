import { type Clock, Later } from '../reclaim/ports.ts'

/** How long a message that may have arrived is given to show up before somebody looks for it. */
export const SETTLE_MS = 10_000

const JUST_STARTED =
  'The bot has just been started; a message that may have arrived is looked for in a moment.'

/**
 * A bot that was killed in the middle of a post may be back before the chat shows it.
 * @returns what throws `Later` until the chat has had its time.
 */
export function sinceStart(clock: Clock): () => void {
  const startedAt = clock.now()
  return () => {
    if (Math.abs(clock.now() - startedAt) < SETTLE_MS) throw new Later(JUST_STARTED, SETTLE_MS)
  }
}
