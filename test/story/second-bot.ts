import { expect } from 'vitest'
import type { Chats } from '../../sandbox/chats.ts'
import type { Stage } from '../../sandbox/stage.ts'
import { stageEnv, stageFile } from '../../sandbox/stage-settings.ts'
import { parseSettings, type Settings } from '../../src/config.ts'
import { startBot } from '../../src/main.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** What is different about a bot beside the stage's own. */
export type Differences = {
  /** Whole sections of `reclaim.yml`. */
  readonly file?: object
  readonly env?: Readonly<Record<string, string>>
  readonly chats?: Chats
}

/** The settings of a second bot, with a store of its own unless told otherwise. */
function settingsOf(stage: Stage, { file, env, chats = stage.chats }: Differences): Settings {
  const { servicenow, folder } = stage
  const world = { servicenow, folder, chats }
  const written = { ...stageFile(world, {}, 0), store: { path: './other.db' }, ...file }
  return parseSettings(JSON.stringify(written), { ...stageEnv(world), ...env }, folder)
}

/** Starts a bot beside the stage's own. */
export const startAnother = (stage: Stage, differences: Differences = {}) =>
  startBot(settingsOf(stage, differences), { log: silent, paceMs: 0 })

/** Why a second bot does not start: one sentence or two, on one line. */
export async function refusal(stage: Stage, differences: Differences): Promise<string> {
  const outcome = await startAnother(stage, differences).then(
    async bot => {
      await bot.close()
      return 'it started'
    },
    (error: Error) => error.message,
  )
  expect(outcome).not.toContain('\n')
  return outcome
}

/** Whether a bot says that it is up, and ready, and what it says of its chats. */
export async function healthOf({ url }: { readonly url: string }) {
  const [healthz, readyz] = await Promise.all([fetch(`${url}/healthz`), fetch(`${url}/readyz`)])
  const { chat }: { chat: Readonly<Record<string, string>> } = await readyz.json()
  return { up: healthz.status === 200, ready: readyz.status === 200, chat }
}
