import { expect, onTestFinished, test } from 'vitest'
import { createNursery } from './child.ts'
import { ordered, type Place, placesIn, pointNamed, takeStory } from './plan.ts'
import { checkPromises } from './promises.ts'
import { type Kills, STEPS, tellStory } from './story.ts'

/** How many processes to kill; at several hundred every kind of point has been met. */
const WANTED = Number(process.env.RECLAIM_KILLS ?? 30)
/** Printed, so that any run can be repeated. */
const SEED = Number(process.env.RECLAIM_KILL_SEED ?? Date.now() % 2 ** 31)

type Nursery = ReturnType<typeof createNursery>

/** Tells the story unharmed, and after the deaths that leave most behind, to learn where a process can be killed. */
async function findPlaces(nursery: Nursery): Promise<Place[]> {
  const unharmed = await tellStory(nursery, {}, checkPromises)
  const { run, approve } = unharmed.passed
  const recoveries = [
    { step: 'run', at: [pointNamed(run, 'left POST /api/chat.postMessage', 2)] },
    { step: 'approve', at: [pointNamed(approve, 'after DELETE /api/now/v2/table/sys_user/…')] },
    { step: 'approve', at: [pointNamed(approve, 'left POST /api/chat.postMessage')] },
  ]
  const places = STEPS.flatMap(({ name }) => placesIn(unharmed, name))
  for (const { step, at } of recoveries)
    places.push(...placesIn(await tellStory(nursery, { [step]: at }, checkPromises), step, at))
  return places
}

test(`wherever kill -9 meets the bot, the promises hold (${WANTED} kills)`, {
  timeout: WANTED * 20_000 + 60_000,
}, async () => {
  const nursery = createNursery()
  onTestFinished(nursery.close)
  const places = ordered(await findPlaces(nursery), SEED)
  const all = places.length
  const met = new Set<string>()
  let [kills, stories] = [0, 0]
  const startedAt = performance.now()
  const tellStories = async () => {
    while (kills < WANTED && places.length > 0) {
      const story = takeStory(places, WANTED - kills)
      const { died } = await tellStory(nursery, story, checkPromises).catch((error: Error) => {
        throw new Error(`${error.message}\n(seed ${SEED}, killed at ${inShort(story)})`, { cause: error })
      })
      stories++
      kills += died.length
      for (const { step, at } of died) met.add(`${step}: ${at.name} ${at.nth}`)
    }
  }
  // Most of a story is waiting.
  await Promise.all([tellStories(), tellStories()])
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  process.stdout.write(
    `seed ${SEED}: ${kills} kills at ${met.size} points of ${all} in ${stories} stories, ${seconds} s\n`,
  )
  expect(kills).toBeGreaterThanOrEqual(Math.min(WANTED, Math.floor(all / 2)))
})

const inShort = (kills: Kills) =>
  Object.entries(kills)
    .map(
      ([step, at]) =>
        `${step}: ${at.map(({ name, nth }) => `${name.slice(0, 80)} (${nth})`).join(', then ')}`,
    )
    .join('; ')
