import type { Passed, Point } from './points.ts'
import { type Kills, STEPS, type Telling } from './story.ts'

/** Where to kill in a step: at the last of these points, in a process that comes after one that died at each of the others. */
export type Place = { readonly step: string; readonly at: readonly Point[] }

/**
 * The points that one process passes in a step. A read that is repeated is the same point again, since it leaves
 * nothing behind, and a bot with nothing to do reads for ever; anything else is another one each time.
 */
export function placesIn(
  { passed }: Pick<Telling, 'passed'>,
  step: string,
  before: readonly Point[] = [],
): Place[] {
  const times = new Map<string, number>()
  return (passed[step] ?? []).flatMap(name => {
    const nth = (times.get(name) ?? 0) + 1
    times.set(name, nth)
    const isRepeatedRead = nth > 1 && name.startsWith('sql before SELECT')
    return isRepeatedRead ? [] : [{ step, at: [...before, { name, nth }] }]
  })
}

/** The `nth` time that this happened in a step. @throws Error if it did not. */
export function pointNamed(passed: Passed | undefined, words: string, nth = 1): Point {
  const name = passed?.find(each => each.includes(words))
  if (name === undefined) throw new Error(`Nothing like “${words}” has happened.`)
  return { name, nth }
}

/** In an order that the seed determines: first one of each name, so that a few hundred kills meet everything, then the others. */
export function ordered(places: readonly Place[], seed: number): Place[] {
  const random = generator(seed)
  const shuffled = places
    .map(place => ({ place, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ place }) => place)
  const firsts = new Map(shuffled.toReversed().map(place => [place.at.map(({ name }) => name).join(), place]))
  const first = new Set(firsts.values())
  return [...shuffled.filter(place => first.has(place)), ...shuffled.filter(place => !first.has(place))]
}

/** Takes the next places that one story can hold, one a step, off the front of the list. */
export function takeStory(places: Place[], atMost: number): Kills {
  const kills: Record<string, readonly Point[]> = {}
  let planned = 0
  for (const { name } of STEPS) {
    const index = places.findIndex(({ step }) => step === name)
    const place = places[index]
    if (!place || planned + place.at.length > Math.max(atMost, place.at.length)) continue
    places.splice(index, 1)
    kills[name] = place.at
    planned += place.at.length
    if (planned >= atMost) break
  }
  return kills
}

/** Mulberry32, by Tommy Ettinger (public domain): the same numbers in [0, 1) for the same seed. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
