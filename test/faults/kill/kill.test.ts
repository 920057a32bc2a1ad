import { expect, onTestFinished, test } from 'vitest'
import { createNursery } from './child.ts'
import { ordered, type Place, placesIn, pointNamed, takeStory } from './plan.ts'
import { checkPromises } from './promises.ts'
import { type Kills, STEPS, type Telling, tellStory } from './story.ts'

/** How many processes to kill; at several hundred every kind of point has been met. */
const WANTED = Number(process.env.RECLAIM_KILLS ?? 30)
/** Printed, so that any run can be repeated. */
const SEED = Number(process.env.RECLAIM_KILL_SEED ?? Date.now() % 2 ** 31)

type Nursery = ReturnType<typeof createNursery>

/** Tells the story unharmed, and after the deaths that could do most harm, to learn where a process can be killed. */
async function findPlaces(nursery: Nursery): Promise<{ crucial: Place[]; places: Place[] }> {
  const unharmed = await tellStory(nursery, {}, checkPromises)
  const { run, approve } = unharmed.passed
  const crucial: Place[] = [
    // A message that is said, and of which nothing is known.
    { step: 'run', at: [pointNamed(run, 'left POST /api/chat.postMessage', 2)] },
    // A click that is not on disk.
    { step: 'approve', at: [pointNamed(approve, 'before INSERT INTO events')] },
    // A line that is not said yet; one that is, and of which nothing is known.
    { step: 'approve', at: [pointNamed(approve, 'before POST /api/chat.postMessage')] },
    { step: 'approve', at: [pointNamed(approve, 'left POST /api/chat.postMessage')] },
    // A deletion of which nothing is known.
    { step: 'approve', at: [pointNamed(approve, 'after DELETE /api/now/v2/table/sys_user/…')] },
  ]
  const places = STEPS.flatMap(({ name }) => placesIn(unharmed, name))
  for (const { step, at } of crucial) places.push(...placesIn(await tell(nursery, { [step]: at }), step, at))
  return { crucial, places }
}

/** @throws Error that says where the bot was killed, when a promise was not kept. */
function tell(nursery: Nursery, kills: Kills): Promise<Telling> {
  return tellStory(nursery, kills, checkPromises).catch((error: Error) => {
    throw new Error(`${error.message}\n(seed ${SEED}, killed at ${inShort(kills)})`, { cause: error })
  })
}

test(`wherever kill -9 meets the bot, the promises hold (${WANTED} kills)`, {
  timeout: WANTED * 20_000 + 60_000,
}, async () => {
  const nursery = createNursery()
  onTestFinished(nursery.close)
  const { crucial, ...found } = await findPlaces(nursery)
  const places = ordered(found.places, SEED)
  const all = places.length
  const met = new Set<string>()
  let [kills, stories] = [crucial.length, 0]
  const startedAt = performance.now()
  const tellStories = async () => {
    while (kills < WANTED && places.length > 0) {
      const story = takeStory(places, WANTED - kills)
      const { died } = await tell(nursery, story)
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
