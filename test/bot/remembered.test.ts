import { expect, test } from 'vitest'
import { remembered } from '../../src/bot/remembered.ts'

const FIVE_MINUTES_MS = 5 * 60_000

/** Answers how often it was asked about a key; fails while it is out of reach. */
function asking() {
  let now = 1_000_000
  let reachable = true
  const counts = new Map<string, number>()
  const answers = remembered({ now: () => now }, async key => {
    if (!reachable) throw new Error(`nothing about ${key}`)
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return key === 'nobody' ? null : count
  })
  return {
    get: answers.get,
    counts,
    pass: (ms: number) => {
      now += ms
    },
    reach: (is: boolean) => {
      reachable = is
    },
  }
}

test('an answer is given again for five minutes, and not a moment longer', async () => {
  const { get, pass } = asking()
  expect(await get('mara')).toBe(1)
  pass(FIVE_MINUTES_MS - 1)
  expect(await get('mara')).toBe(1)
  pass(1)
  expect(await get('mara')).toBe(2)
})

test('it counts from the answer, not from the latest question', async () => {
  const { get, pass } = asking()
  await get('mara')
  pass(FIVE_MINUTES_MS - 1)
  await get('mara')
  pass(FIVE_MINUTES_MS - 1)
  expect(await get('mara')).toBe(2)
})

test('each key has its own answer, a “nobody” too', async () => {
  const { get, counts } = asking()
  await get('mara')
  expect(await get('nobody')).toBeNull()
  expect(await get('nobody')).toBeNull()
  expect(Object.fromEntries(counts)).toEqual({ mara: 1, nobody: 1 })
})

test('a failure is not kept, and an old answer does not stand in for it', async () => {
  const { get, pass, reach } = asking()
  await get('mara')
  pass(FIVE_MINUTES_MS)
  reach(false)
  await expect(get('mara')).rejects.toThrow('nothing about mara')
  reach(true)
  expect(await get('mara')).toBe(2)
})

test('a clock that is set back makes no answer last longer', async () => {
  const { get, pass } = asking()
  await get('mara')
  pass(-FIVE_MINUTES_MS)
  expect(await get('mara')).toBe(2)
})
