import type { Control, Job } from './control.ts'
import type { Clock, Log } from './ports.ts'
import type { RunOutcome } from './scan.ts'

const RETRY_MS = 5 * 60 * 1000
const GIVE_UP_AFTER_MS = 6 * 60 * 60 * 1000

export type ScheduleOptions = {
  readonly store: Pick<Control, 'job' | 'saveJob' | 'notify'>
  readonly clock: Clock
  readonly log: Log
  /** Cron and zone as one text: what the next slot was computed from. */
  readonly schedule: string
  /** The first slot after an instant; both in UTC epoch ms. */
  readonly nextSlot: (after: number) => number
  readonly run: (slot: number) => Promise<RunOutcome>
}

export type Schedule = {
  /**
   * Runs the slot that is due, if any. Call it as often as you like: it never overlaps itself, and never rejects, as
   * the next tick tries again what this one could not do.
   */
  tick(): Promise<void>
}

/**
 * Decides when the scheduled run is due. The truth is the stored job, not a timer, so that
 * - the first start waits for its slot, and so does a changed schedule;
 * - slots missed while the bot was down, blocked or suspended come to one late run, under the first one's name;
 * - a slot whose run failed is tried again every 5 minutes for 6 hours, across restarts, before it is given up;
 * - a clock that is set back waits until the stored slot comes round again, and runs no slot twice.
 */
export function createSchedule(options: ScheduleOptions): Schedule {
  let current: Promise<void> | null = null
  return {
    tick() {
      current ??= attend(options)
        .catch(error => options.log.error({ reason: reasonOf(error) }, 'the schedule could not be kept'))
        .finally(() => {
          current = null
        })
      return current
    },
  }
}

async function attend(options: ScheduleOptions): Promise<void> {
  const { store, clock, log, schedule, nextSlot, run } = options
  const now = clock.now()
  const job = await store.job()
  if (job?.schedule !== schedule) {
    const nextDueAt = nextSlot(now)
    log.info({ schedule, nextDueAt }, 'the schedule is new')
    return store.saveJob(fresh(schedule, nextDueAt))
  }
  if (now < (job.retryAt ?? job.nextDueAt)) return

  const slot = job.nextDueAt
  const outcome = await run(slot).catch(error => ({ kind: 'failed' as const, reason: reasonOf(error) }))
  log.info({ slot, outcome: outcome.kind }, 'a slot came round')
  if (outcome.kind === 'busy') return
  if (outcome.kind === 'failed' && !(await hasFailedForGood(job, outcome.reason, options))) return
  // Counted from when the run began: a slot that came round meanwhile was missed, and is still to run.
  await store.saveJob(fresh(schedule, nextSlot(Math.max(slot, now))))
}

/** After a failure: books the next attempt, or says that there will be none. */
async function hasFailedForGood(
  job: Job,
  reason: string,
  { store, clock, log }: ScheduleOptions,
): Promise<boolean> {
  const now = clock.now()
  const failingSince = job.failingSince ?? now
  if (now - failingSince < GIVE_UP_AFTER_MS) {
    await store.saveJob({ ...job, failingSince, retryAt: now + RETRY_MS })
    log.warn({ slot: job.nextDueAt, failingSince, reason }, 'the run failed and will be tried again')
    return false
  }
  // Before the slot is left behind: said twice after a death in between is better than never.
  await store.notify({ kind: 'run_gave_up', slot: job.nextDueAt, reason }, now)
  log.error({ slot: job.nextDueAt, failingSince, reason }, 'the run failed for 6 hours and was given up')
  return true
}

const fresh = (schedule: string, nextDueAt: number): Job => ({
  schedule,
  nextDueAt,
  failingSince: null,
  retryAt: null,
})

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
