import { expect, test } from 'vitest'
import { createAsides } from '../../../src/bot/slack/asides.ts'

/** Clicks at these times, in ms from the first. @returns when what is said about the first one is said. */
async function saidAfter(first: number, ...others: readonly number[]): Promise<number> {
  let nowMs = first
  const asides = createAsides({
    now: () => nowMs,
    async pause(ms) {
      const until = nowMs + ms
      for (const at of others.filter(at => at > nowMs && at <= until)) {
        nowMs = at
        asides.clicked()
      }
      nowMs = until
    },
  })
  asides.clicked()
  return new Promise(said => asides.say('dana', async () => said(nowMs)))
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
  const asides = createAsides({ now: () => 0, pause })
  await new Promise<void>(said => asides.say('dana', async () => said()))
})

test('ten are said at once, the others after them', async () => {
  const asides = createAsides({ now: () => 0, pause: async () => {} })
  const { promise, resolve } = Promise.withResolvers<void>()
  const begun: number[] = []
  for (let n = 0; n < 25; n++)
    asides.say(String(n), () => {
      begun.push(n)
      return promise
    })
  await new Promise(setImmediate)
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  resolve()
  await asides.stop()
  expect(begun).toHaveLength(25)
})

test('a bot that stops says what is left, however many click', async () => {
  const said: number[] = []
  const asides = createAsides({
    now: () => 0,
    async pause() {
      asides.clicked()
      await new Promise(setImmediate)
    },
  })
  asides.clicked()
  for (let n = 0; n < 25; n++) asides.say(String(n), async () => void said.push(n))
  await new Promise(setImmediate)
  expect(said).toEqual([])
  await asides.stop()
  expect(said).toHaveLength(25)
})

test('one person hears everything in order', async () => {
  const asides = createAsides({ now: () => 0, pause: async () => {} })
  const said: number[] = []
  for (let n = 0; n < 5; n++)
    asides.say('dana', async () => {
      for (let waits = n; waits < 5; waits++) await new Promise(setImmediate)
      said.push(n)
    })
  await asides.stop()
  expect(said).toEqual([0, 1, 2, 3, 4])
})
