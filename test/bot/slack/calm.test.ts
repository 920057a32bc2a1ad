import { expect, test } from 'vitest'
import { createCalm } from '../../../src/bot/slack/calm.ts'

/** Clicks at these times, in ms from the first. @returns when what is said about the first one is said. */
async function saidAfter(first: number, ...others: readonly number[]): Promise<number> {
  let nowMs = first
  const calm = createCalm({
    now: () => nowMs,
    async pause(ms) {
      const until = nowMs + ms
      for (const at of others.filter(at => at > nowMs && at <= until)) {
        nowMs = at
        calm.clicked()
      }
      nowMs = until
    },
  })
  calm.clicked()
  await calm.settled()
  return nowMs
}

test('what is said about a click waits for a tenth of a second', async () => {
  expect(await saidAfter(0)).toBe(100)
})

test('whoever clicks meanwhile goes first', async () => {
  expect(await saidAfter(0, 50, 120, 219)).toBe(319)
})

test('whoever clicks later does not', async () => {
  expect(await saidAfter(0, 50, 151)).toBe(150)
})

test('in a rush without an end it waits for a second', async () => {
  expect(await saidAfter(0, ...Array.from({ length: 100 }, (_, n) => n * 50))).toBe(1000)
})

test('where nobody clicks, nothing waits', async () => {
  const pause = () => Promise.reject(new Error('It waited.'))
  await createCalm({ now: () => 0, pause }).settled()
})
