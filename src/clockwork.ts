import type { Forgotten, ShellRequest } from './reclaim/control.ts'
import { expireOverdue } from './reclaim/expiry.ts'
import type { Clock, Log } from './reclaim/ports.ts'
import type { RunOutcome } from './reclaim/scan.ts'
import { createSchedule } from './reclaim/schedule.ts'
import type { Store } from './reclaim/storage.ts'
import { nextSlotOf, wakeUp } from './timer.ts'

export type ClockworkParts = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly cron: string
  readonly timeZone: string
  readonly expireAfterMs: number
  /** Reads again what a restored store may have wrong. */
  readonly reconcile: () => Promise<void>
  readonly run: (actor: string, slot: number | null) => Promise<RunOutcome>
  /** How an outcome is told to whoever asked from the shell. */
  readonly sentence: (outcome: RunOutcome) => string
  readonly forgotten: (outcome: Forgotten) => { readonly text: string; readonly ok: boolean }
}

export type Clockwork = {
  /** Looks at the clock now: the schedule, and what nobody decided in time. */
  tick(): Promise<void>
  stop(): Promise<void>
}

const REQUESTS_EVERY_MS = 500
/** As long as a shell command waits for its answer. */
const REQUESTS_LAST_MS = 60_000
const CLOCK_EVERY_MS = 60_000

/** What happens by itself: requests from the shell within a second, the schedule and expiries within a minute. */
export function startClockwork(parts: ClockworkParts): Clockwork {
  const { store, clock, log, cron, timeZone, expireAfterMs, reconcile, run, sentence, forgotten } = parts
  const schedule = createSchedule({
    store,
    clock,
    log,
    schedule: `${cron} ${timeZone}`,
    nextSlot: nextSlotOf(cron, timeZone),
    run: slot => run('schedule', slot),
  })
  const obey = async ({ kind, actor, subject }: ShellRequest) => {
    switch (kind) {
      case 'forget': {
        const outcome = await store.forget(subject ?? '', actor, clock.now())
        log.info({ actor, outcome: outcome.kind }, 'somebody asked to forget a person')
        return forgotten(outcome)
      }
      case 'run': {
        const outcome = await run(actor, null)
        const ok = outcome.kind === 'finished' && outcome.report.held.length === 0
        return { text: sentence(outcome), ok }
      }
      default:
        return { text: `This bot does not know how to ${String(kind)}.`, ok: false }
    }
  }
  const takeRequests = async () => {
    for (const request of await store.takeRequests(clock.now() - REQUESTS_LAST_MS)) {
      const { text, ok } = await obey(request).catch((error: Error) => ({ text: error.message, ok: false }))
      await store.answerRequest(request.id, text, ok)
    }
  }
  // A store that cannot note this may still be read.
  const noteLife = () =>
    store
      .alive(clock.now())
      .catch((error: Error) => log.warn({ reason: error.message }, 'it could not be noted that the bot runs'))
  const tick = async () => {
    await noteLife()
    await reconcile()
    await schedule.tick()
    await expireOverdue(store, clock, expireAfterMs)
  }
  const requests = every(REQUESTS_EVERY_MS, takeRequests, log)
  const minute = every(CLOCK_EVERY_MS, tick, log)
  // A run can take longer than an absence that is told.
  const life = every(CLOCK_EVERY_MS, noteLife, log)
  const slots = wakeUp(cron, timeZone, async () => minute.now())
  return {
    tick,
    async stop() {
      slots.stop()
      await Promise.all([requests.stop(), minute.stop(), life.stop()])
      await noteLife()
    },
  }
}

/** Repeats a job, never two at a time, the first at once. A job that throws is tried again at the next turn. */
function every(ms: number, job: () => Promise<void>, log: Log) {
  let running: Promise<void> | null = null
  const now = () => {
    running ??= job()
      .catch((error: Error) => log.error({ reason: error.message }, 'a regular job failed'))
      .finally(() => {
        running = null
      })
  }
  now()
  const timer = setInterval(now, ms)
  return {
    now,
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
