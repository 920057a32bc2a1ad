import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contestantsIn } from './contestants.ts'
import { diskOf } from './disk.ts'
import { verdict } from './figures.ts'
import { type Measured, measure } from './round.ts'
import { CLICKS_EACH, createWorld } from './world.ts'

/*
 * How long a click waits for its answer: the real bot, beside a bare Bolt app and a bare HTTP server that commit one
 * row a click. One round uncounted, then nine; in each the three take turns, in another order every time.
 */

const ROUNDS = 9

const print = (line: string) => process.stdout.write(`${line}\n`)
const folder = mkdtempSync(join(tmpdir(), 'reclaim-bench-'))
try {
  print(`Stores lie in ${folder}, on ${diskOf(folder)}.`)
  const world = await createWorld(folder)
  try {
    const contestants = contestantsIn(world)
    const measured = new Map(contestants.map(({ name }) => [name, [] as Measured[]]))
    for (let round = 0; round <= ROUNDS; round++) {
      const clicks = await world.clicks()
      const first = round % contestants.length
      for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
        const figures = await measure(
          contestant,
          clicks,
          join(folder, `${round}-${contestant.name}`),
          world.told,
        )
        if (round > 0) measured.get(contestant.name)?.push(figures)
      }
      print(`round ${round} of ${ROUNDS}${round === 0 ? ', not counted' : ''}`)
    }
    const { lines, holds } = verdict(measured)
    print(
      `\n${world.approvers} approvers at once, ${CLICKS_EACH.measured} clicks each, one after another; ms`,
    )
    for (const line of lines) print(line)
    process.exitCode = holds ? 0 : 1
  } finally {
    await world.close()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
