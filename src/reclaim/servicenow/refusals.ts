import { type Clock, SignInRefused } from '../ports.ts'
import type { AccountLabel } from './auth.ts'

/** What is known of whether ServiceNow takes the sign-in of one account, and how often it may still be tried. */
export type Refusals = {
  /** @throws Error for some minutes after a refusal; {@link SignInRefused} after a second one in a row, for good */
  check(): void
  /** Counts a refusal and returns what to throw; those of requests that were under way together count as one. */
  count(): Error
  /** Forgets the refusals, if an answer shows that ServiceNow took the sign-in. @param shows asked only while in question */
  clear(shows: () => boolean): void
  /** Runs requests one after the other while it is in question whether the sign-in is taken: one is enough to learn it. */
  inTurn<Result>(request: () => Promise<Result>): Promise<Result>
  /** A person says that the sign-in is in order. */
  forget(): void
}

/** More than a request lasts, so that a refusal within it belongs to the one before. */
const WAIT_MS = 5 * 60 * 1000
/** Instances lock an account after some failed attempts (ServiceNow docs, Specify lockout for failed login attempts). */
const MAX_REFUSALS = 2

/** Keeps the bot from locking its own account by trying a sign-in that is refused again and again. */
export function createRefusals(label: AccountLabel, clock: Clock): Refusals {
  let inRow = 0
  let waitUntil = Number.NEGATIVE_INFINITY
  let taken = false
  let underWay: Promise<void> | undefined
  const isWaiting = () => clock.now() < waitUntil
  const error = () => (waitUntil === Number.POSITIVE_INFINITY ? stopped(label) : refused(label))
  const check = () => {
    if (isWaiting()) throw error()
  }
  return {
    check,
    count() {
      taken = false
      if (isWaiting()) return error()
      inRow += 1
      waitUntil = inRow < MAX_REFUSALS ? clock.now() + WAIT_MS : Number.POSITIVE_INFINITY
      return error()
    },
    clear(shows) {
      if (taken || isWaiting() || !shows()) return
      taken = true
      inRow = 0
    },
    async inTurn(request) {
      while (!taken && underWay) await underWay
      check()
      if (taken) return request()
      const { promise, resolve } = Promise.withResolvers<void>()
      underWay = promise
      try {
        return await request()
      } finally {
        underWay = undefined
        resolve()
      }
    },
    forget() {
      inRow = 0
      waitUntil = Number.NEGATIVE_INFINITY
      taken = false
    },
  }
}

// One 401 for every reason: password, lock, missing role, Basic restriction, multi-factor (ServiceNow docs, REST API).
function refused({ name, variables }: AccountLabel): Error {
  return new Error(
    `ServiceNow refused the sign-in of the ${name}. Its secret is wrong, it is locked or inactive, or it may not use the REST API in this way. ` +
      `Check ${variables}* and the account; the bot tries once more in ${WAIT_MS / 60_000} minutes and then no more, so as not to lock it.`,
  )
}

function stopped({ name, variables }: AccountLabel): SignInRefused {
  return new SignInRefused(
    `ServiceNow refused the sign-in of the ${name} twice, so the bot has stopped trying: more attempts could lock the account. ` +
      `Correct the secret in the environment (${variables}*) and restart the bot, or have the account unlocked; then write resume in the chat.`,
  )
}
