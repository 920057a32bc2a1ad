import { BOLT, HTTP, OURS } from './contestants.ts'
import type { Measured } from './round.ts'

/** How much slower than the bare Bolt app a click of ours may be. */
const GOALS = { p50: 1.2, p99: 1.5 } as const
const SLACK_WAITS_MS = 3000

const LABELS: Readonly<Record<string, string>> = {
  [OURS]: 'ours: the whole bot',
  [BOLT]: '(a) bare Bolt app',
  [HTTP]: '(b) bare HTTP server',
}

/** The smallest value that so great a share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? Number.NaN
}

/** One quantile, over the rounds. */
type Spread = { readonly median: number; readonly least: number; readonly most: number }

function spread(rounds: readonly (readonly number[])[], share: number): Spread {
  const each = rounds.map(latencies => quantile(latencies, share))
  return { median: quantile(each, 0.5), least: Math.min(...each), most: Math.max(...each) }
}

/** The table to be printed, and whether the goals hold. */
export function verdict(measured: ReadonlyMap<string, readonly Measured[]>): {
  readonly lines: readonly string[]
  readonly holds: boolean
} {
  const rows = new Map(
    [...measured].map(([name, rounds]) => {
      const clicks = rounds.map(round => round.clicks)
      return [
        name,
        {
          p50: spread(clicks, 0.5),
          p99: spread(clicks, 0.99),
          worst: Math.max(...rounds.flatMap(round => [...round.first, ...round.warmUp, ...round.clicks])),
        },
      ]
    }),
  )
  const [ours, bolt, http] = [OURS, BOLT, HTTP].map(name => rows.get(name))
  if (!ours || !bolt || !http) throw new Error('A contestant is missing.')
  const first = (measured.get(OURS) ?? []).map(round => round.first)
  const goals = (['p50', 'p99'] as const).map(which => {
    const ratio = ours[which].median / bolt[which].median
    const beside = ours[which].median / http[which].median
    const holds = ratio <= GOALS[which]
    return {
      holds,
      line: `${which}: ${ratio.toFixed(2)} × (a), goal ≤ ${GOALS[which]}: ${holds ? 'holds' : 'MISSED'}; ${beside.toFixed(2)} × (b)`,
    }
  })
  const isInTime = ours.worst < SLACK_WAITS_MS
  return {
    lines: [
      `${''.padEnd(22)}p50, median (least–most)    p99, median (least–most)    worst`,
      ...[...rows].map(
        ([name, { p50, p99, worst }]) =>
          `${(LABELS[name] ?? name).padEnd(22)}${shown(p50)}${shown(p99)}${worst.toFixed(1)}`,
      ),
      ...goals.map(goal => goal.line),
      `the slowest of our clicks took ${ours.worst.toFixed(0)} of the ${SLACK_WAITS_MS} ms that Slack waits: ${isInTime ? 'holds' : 'MISSED'}`,
      `first click of people whom the bot does not know yet: p50 ${shown(spread(first, 0.5)).trim()}, p99 ${shown(spread(first, 0.99)).trim()}`,
    ],
    holds: isInTime && goals.every(goal => goal.holds),
  }
}

const shown = ({ median, least, most }: Spread) =>
  `${median.toFixed(1)} (${least.toFixed(1)}–${most.toFixed(1)})`.padEnd(28)
