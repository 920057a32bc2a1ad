import { Gauge, Registry } from 'prom-client'
import { isHalted } from './reclaim/control.ts'
import { LIFECYCLE, type State } from './reclaim/lifecycle.ts'
import type { Summary } from './reclaim/reports.ts'

export type Metrics = {
  /** The value of the header of that name. */
  readonly contentType: string
  /** What Prometheus scrapes, as it is this moment. */
  render(): Promise<string>
}

const STATES = Object.keys(LIFECYCLE) as State[]

/**
 * The store's counts in the text format of Prometheus; no names, no ids.
 * @param read the present summary; asked at each scrape, so that nothing has to be kept up to date.
 */
export function createMetrics(read: () => Promise<Summary>): Metrics {
  const registry = new Registry()
  const gauge = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge<Label>({ name: `reclaim_${name}`, help, labelNames, registers: [registry] })
  const candidates = gauge('candidates', 'Candidates by state.', 'state')
  const tasks = gauge('tasks', 'Tasks that wait, and those that were given up.', 'status')
  const writesToday = gauge('writes_today', 'Candidates whose write began today (zone of the schedule).')
  const paused = gauge('paused', '1 while nothing may begin.')
  const lastRun = gauge('last_run_timestamp_seconds', 'When the last run finished; 0 = none did yet.')
  const held = gauge('last_run_held', '1 if the last run proposed nothing because it found too many.')
  const nextRun = gauge('next_run_timestamp_seconds', 'When the next run is due; 0 = not scheduled yet.')

  return {
    contentType: registry.contentType,
    async render() {
      const summary = await read()
      for (const state of STATES) candidates.set({ state }, summary.byState[state] ?? 0)
      tasks.set({ status: 'waiting' }, summary.tasks.waiting)
      tasks.set({ status: 'given_up' }, summary.tasks.givenUp)
      writesToday.set(summary.writesToday)
      paused.set(isHalted(summary) ? 1 : 0)
      lastRun.set((summary.lastRun?.finishedAt ?? 0) / 1000)
      held.set(summary.lastRun?.held.length ? 1 : 0)
      nextRun.set((summary.nextRunAt ?? 0) / 1000)
      return registry.metrics()
    },
  }
}
