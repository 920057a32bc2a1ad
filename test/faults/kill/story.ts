import { setTimeout as pause } from 'node:timers/promises'
import { type createNursery, Died } from './child.ts'
import type { Passed, Point } from './points.ts'
import { about, type Scene, setScene } from './scene.ts'

/** A step of the story. Whoever finds it undone does it; that a bot dies in it does not change what people want. */
type Step = {
  readonly name: string
  isDone(scene: Scene): Promise<boolean>
  act(scene: Scene): Promise<unknown>
}

const [BOB, LENA, RUTH] = ['Bob Marsh', 'Lena Vogel', 'Ruth Adeyemi']
/** ServiceNow is read again 90 s after a write whose outcome is not known. */
const UNTIL_READ_AGAIN_MS = 100_000

const happened = async ({ history }: Scene, name: string, event: string, times = 1) =>
  about(await history(), name).filter(row => row.event === event).length >= times
const isPaused = async ({ summary }: Scene) => (await summary()).paused !== null
const press = (...[person, event, name]: Parameters<Scene['press']>) => ({
  isDone: (scene: Scene) => happened(scene, name, event),
  act: (scene: Scene) => scene.press(person, event, name),
})
const say = (words: string) => (scene: Scene) => scene.command('nora', words)

/** All that the bot does for a living, once. */
export const STEPS: readonly Step[] = [
  { name: 'start', isDone: async scene => scene.isUp(), act: async () => {} },
  { name: 'run', isDone: async ({ history }) => (await history()).length > 0, act: say('run') },
  { name: 'approve', ...press('dana', 'approve', BOB) },
  { name: 'pause', isDone: isPaused, act: say('pause') },
  { name: 'approve, paused', ...press('priya', 'approve', LENA) },
  { name: 'undo', ...press('nora', 'undo', LENA) },
  { name: 'skip', ...press('tomas', 'skip', RUTH) },
  { name: 'resume', isDone: async scene => !(await isPaused(scene)), act: say('resume') },
  {
    name: 'approve again, and ServiceNow fails',
    isDone: scene => happened(scene, LENA, 'approve', 2),
    async act({ stage, press }) {
      stage.servicenow.faults.clear()
      stage.servicenow.faults.add({ kind: 'timeout_500', method: 'DELETE', times: 1 })
      await press('nora', 'approve', LENA)
    },
  },
  {
    name: 'read again, and write again',
    isDone: async ({ history }) => about(await history(), LENA).at(-1)?.to === 'reclaimed',
    act: ({ advance }) => advance(UNTIL_READ_AGAIN_MS),
  },
  {
    // Bolt refuses what Slack signed more than five minutes ago, and more may have been let pass by now.
    name: 'second run, from the shell',
    isDone: async ({ summary }) => (await summary()).lastRun?.proposed === 0,
    act: ({ runOnShell }) => runOnShell(),
  },
]

/** Where to kill: for each step, where the process dies that begins it, where the one that comes after that, and so on. */
export type Kills = Readonly<Record<string, readonly Point[]>>

/** What a story came to: what happened to the process that ended each step, and which kills took place. */
export type Telling = {
  readonly passed: Readonly<Record<string, Passed>>
  readonly died: readonly { readonly step: string; readonly at: Point }[]
}

/**
 * Tells the story up to the last step with a kill (or to its end, without any), and lets the bot on the stage's clock
 * bring it to its end.
 * @param check looks at the scene when nothing is left to do.
 */
export async function tellStory(
  nursery: ReturnType<typeof createNursery>,
  kills: Kills,
  check: (scene: Scene) => Promise<void>,
): Promise<Telling> {
  const scene = await setScene(nursery)
  const passed: Record<string, Passed> = {}
  const died: { step: string; at: Point }[] = []
  const last = STEPS.findLastIndex(({ name }) => kills[name]?.length)
  const steps = STEPS.slice(0, last === -1 ? STEPS.length : last + 1)
  try {
    for (const step of steps) {
      const own = [...(kills[step.name] ?? [])]
      let next = own.shift() ?? null
      if (scene.isUp()) await scene.arm(next)
      for (;;)
        try {
          if (!scene.isUp()) await scene.start(next)
          await carryOut(step, scene)
          passed[step.name] = await scene.arm(null)
          break
        } catch (error) {
          if (!(error instanceof Died) || !next) throw error
          died.push({ step: step.name, at: next })
          next = own.shift() ?? null
        }
    }
    await bringToItsEnd(scene)
    await check(scene)
    return { passed, died }
  } finally {
    await scene.close()
  }
}

/** On a machine with much else to do, people are asked to try again in a minute. */
const LONG_MS = 60_000

async function carryOut(step: Step, scene: Scene): Promise<void> {
  let answer: unknown
  for (const end = Date.now() + LONG_MS; ; await pause(100)) {
    await scene.quiet()
    if (await step.isDone(scene)) return
    if (Date.now() > end) throw new Error(`“${step.name}” cannot be done: ${answer}`)
    answer = await step.act(scene)
  }
}

const PATIENCE_MS = 6 * 60_000

/** Whatever is still open now has been interrupted; some minutes later it must have come to its end. */
async function bringToItsEnd(scene: Scene): Promise<void> {
  await scene.takeOver()
  if (await isPaused(scene)) await scene.command('nora', 'resume')
  await scene.quiet()
  for (let wait = 0; wait < 4 && scene.hasTasks(); wait++) {
    await scene.stage.pass(PATIENCE_MS)
    await scene.quiet()
  }
}
