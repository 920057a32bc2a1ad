import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Order, Passed, Point } from './points.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PRELOAD = fileURLToPath(import.meta.resolve('./preload.ts'))
const COMPILED = join(tmpdir(), 'reclaim-kill-compiled')

/** The bot's process is dead, as it was told to be. */
export class Died extends Error {}

/** The real bot as a process of its own. Everything that is asked of a dead one throws {@link Died}. */
export type Child = {
  /** Where it listens. */
  readonly url: string
  /** Counts anew, to die at `at`. @returns what has happened to it since it started, or was armed last. */
  arm(at: Point | null): Promise<Passed>
  /** Sets its clock. */
  ahead(ms: number): Promise<Passed>
  isDead(): boolean
  /** Ends it from outside, wherever it is. */
  kill(): Promise<void>
}

/** Starts bots. Two processes are always loading in advance, since that is what takes long. */
export function createNursery() {
  const spares = [load(), load()]
  return {
    /** @param at where to die, counted from the start on. @param aheadMs of its clock. */
    async start(env: Readonly<Record<string, string>>, at: Point | null, aheadMs: number): Promise<Child> {
      const born = spares.shift() ?? load()
      spares.push(load())
      await born.give({ kind: 'ahead', ms: aheadMs })
      await born.give({ kind: 'start', env, at })
      const url = await born.url
      return {
        url,
        arm: next => born.give({ kind: 'arm', at: next }),
        ahead: ms => born.give({ kind: 'ahead', ms }),
        isDead: born.isDead,
        kill: born.kill,
      }
    },
    close: async () => {
      await Promise.all(spares.map(spare => spare.kill()))
    },
  }
}

/** A process in which everything is loaded and nothing has begun. */
function load() {
  const bot = spawn(
    join(ROOT, 'node_modules/.bin/node'),
    ['--import', PRELOAD, join(ROOT, 'src/cli.ts'), 'start'],
    {
      cwd: ROOT,
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED },
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    },
  )
  const said: string[] = []
  const url = Promise.withResolvers<string>()
  url.promise.catch(() => undefined)
  if (bot.stderr)
    createInterface({ input: bot.stderr }).on('line', line => {
      said.push(line)
      const [, found] = /"url":"([^"]+)"/.exec(line) ?? []
      if (found) url.resolve(found)
    })
  let dead = false
  const ended = once(bot, 'exit').then(([code, signal]) => {
    dead = true
    const why =
      signal === 'SIGKILL'
        ? new Died()
        : new Error(`The bot ended with ${code}:\n${said.slice(-5).join('\n')}`)
    url.reject(why)
    throw why
  })
  ended.catch(() => undefined)
  return {
    url: url.promise,
    isDead: () => dead,
    give: (order: Order) => Promise.race([asked(bot, order), ended]),
    async kill() {
      bot.kill('SIGKILL')
      await ended.catch(() => undefined)
    },
  }
}

/** One order at a time: the next thing that the process says is the answer. */
async function asked(bot: ChildProcess, order: Order): Promise<Passed> {
  const answer = once(bot, 'message')
  // A process that has just died takes no order any more; that it ended is what counts then.
  bot.send(order, () => undefined)
  const [passed] = await answer
  return passed
}
