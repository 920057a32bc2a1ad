import { onTestFinished } from 'vitest'
import type { RunId } from '../../src/reclaim/ids.ts'
import type { Licences } from '../../src/reclaim/ports.ts'
import { performRun, type RunOutcome } from '../../src/reclaim/scan.ts'
import { createSchedule } from '../../src/reclaim/schedule.ts'
import type { ScanSettings } from '../../src/reclaim/survey.ts'
import { openStore, randomIds } from '../../src/store/store.ts'
import { nextSlotOf } from '../../src/timer.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const settings: ScanSettings = {
  action: 'delete-account',
  dryRun: true,
  policy: {
    rules: { inactive: { afterDays: 90 } },
    licenses: [],
    exclude: { users: [], roles: [], groups: [], departments: [], vip: true },
    ownUserNames: [],
  },
  currency: 'USD',
  maxPerRun: 50,
  maxSharePercent: 10,
  skipForMs: 90 * DAY,
  inactiveValues: [],
}

/** The schedule with the real store and real runs, on a clock that stands until it is set; ServiceNow alone is played. */
export function createOffice(start: string) {
  let now = Date.parse(start)
  let outage: string | null = null
  let duringScan = async () => {}
  const clock = { now: () => now }
  const store = openStore(':memory:', { platforms: ['slack'], graceMs: 0 })
  onTestFinished(() => store.close())
  const licences: Licences = {
    instance: 'https://example.service-now.com',
    async scan() {
      await duringScan()
      if (outage !== null) throw new Error(outage)
      return { accounts: [], hidden: 0 }
    },
    managers: async () => new Map(),
    inspect: async () => ({ kind: 'gone' }),
    snapshot: async () => ({ account: {}, roles: [], groups: [], hidden: 0 }),
    send: async () => ({ kind: 'unknown', status: null, detail: 'not in this test' }),
    signInAgain: () => {},
  }
  const runs: { slot: string; at: string; outcome: RunOutcome['kind'] }[] = []
  const logged: { level: string; message: string; fields: object }[] = []
  const log = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, message, fields })

  return {
    store,
    runs,
    logged,
    /** The bot's schedule, as one process has it. */
    open(cron: string, timeZone: string) {
      return createSchedule({
        store,
        clock,
        log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
        schedule: `${cron} ${timeZone}`,
        nextSlot: nextSlotOf(cron, timeZone),
        async run(slot) {
          const at = new Date(now).toISOString()
          const asked = { id: randomIds.next() as RunId, slot, actor: 'schedule', release: null }
          const outcome = await performRun(store, settings, { licences, roster: null, clock }, asked)
          runs.push({ slot: new Date(slot).toISOString(), at, outcome: outcome.kind })
          return outcome
        },
      })
    },
    set: (instant: string) => {
      now = Date.parse(instant)
    },
    advance: (ms: number) => {
      now += ms
    },
    now: () => now,
    /** From now on ServiceNow cannot be read, for this reason; `null` = it can again. */
    setOutage: (reason: string | null) => {
      outage = reason
    },
    setDuringScan: (what: () => Promise<void>) => {
      duringScan = what
    },
    /** What the channel is told: the notices that wait to be posted. */
    async notices() {
      const found: unknown[] = []
      for (;;) {
        const task = await store.takeTask('slack', now)
        if (!task) return found
        if (task.kind === 'post') found.push((await store.message(task.messageId))?.content)
        await store.settle(task.id)
      }
    },
  }
}
