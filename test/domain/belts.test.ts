import { describe, expect, test } from 'vitest'
import { holdsOf } from '../../src/reclaim/belts.ts'
import type { RunId } from '../../src/reclaim/ids.ts'
import type { RunReport } from '../../src/reclaim/run.ts'
import { reportOf } from '../store/contract/scene.ts'

const ALL = 100
const run = (differences: Partial<RunReport>): RunReport => reportOf('run' as RunId, differences)
const found = (...counts: number[]) => counts.map(n => run({ found: n }))

describe('the share of licensed accounts that a run may find', () => {
  test.each([
    ['over the limit', 21, 200, 10, 10.5],
    ['exactly the limit', 20, 200, 10, null],
    ['well below it', 20, 2000, 10, null],
    ['every account', 20, 20, 10, 100],
    ['every account, where all may be found', 20, 20, 100, null],
    // In a small company one leaver may be ten percent.
    ['every account, but fewer than 20', 19, 19, 10, null],
    ['nothing found, nobody licensed', 0, 0, 10, null],
  ])('%s: %i of %i at %i %%', (_, n, licensed, limit, percent) => {
    const expected = percent === null ? [] : [{ why: 'share', percent, limit }]
    expect(holdsOf({ found: n, licensed, rosterSize: null }, [], limit)).toEqual(expected)
  })
})

describe('a roster that lost people since the last run', () => {
  const holds = (rosterSize: number | null, ...before: (number | null)[]) =>
    holdsOf(
      { found: 0, licensed: 100, rosterSize },
      before.map(size => run({ rosterSize: size })),
      ALL,
    )

  test('more than 20 percent of them holds the run', () => {
    expect(holds(799, 1000)).toEqual([{ why: 'roster_shrunk', from: 1000, to: 799 }])
    expect(holds(0, 1000)).toEqual([{ why: 'roster_shrunk', from: 1000, to: 0 }])
  })

  test('20 percent, or growth, does not', () => {
    expect(holds(800, 1000)).toEqual([])
    expect(holds(5000, 1000)).toEqual([])
  })

  test('is compared with the last run that had one', () => {
    expect(holds(700, 800, 1000)).toEqual([])
    expect(holds(700, null, 1000)).toHaveLength(1)
    expect(holds(700)).toEqual([])
    expect(holds(null, 1000)).toEqual([])
  })
})

describe('three times as many as in the median of the last runs', () => {
  const holds = (n: number, ...before: number[]) =>
    holdsOf({ found: n, licensed: 10_000, rosterSize: null }, found(...before), ALL)

  test('holds the run', () => {
    expect(holds(30, 10)).toEqual([{ why: 'tripled', usual: 10 }])
    expect(holds(30, 9, 10, 400)).toEqual([{ why: 'tripled', usual: 10 }])
    expect(holds(30, 8, 10, 6, 900)).toEqual([{ why: 'tripled', usual: 9 }])
  })

  test('fewer do not, however few there were before', () => {
    expect(holds(29, 10)).toEqual([])
    expect(holds(9, 0, 1)).toEqual([])
    expect(holds(10, 0, 1)).toEqual([{ why: 'tripled', usual: 0.5 }])
  })

  test('the first run has nothing to be compared with', () => {
    expect(holds(500)).toEqual([])
  })
})

test('all that speaks against a run is said', () => {
  const now = { found: 60, licensed: 100, rosterSize: 10 }
  const holds = holdsOf(now, [run({ found: 5, rosterSize: 100 })], 10)
  expect(holds.map(({ why }) => why)).toEqual(['share', 'roster_shrunk', 'tripled'])
})
