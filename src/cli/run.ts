import { existsSync } from 'node:fs'
import { loadSettings } from '../config.ts'
import { isOwned } from '../store/store.ts'
import { askBot } from './ask-bot.ts'
import { complain } from './output.ts'
import type { ExitCode } from './program.ts'

/** Asks the running bot for a run and waits for what it came to. */
export async function run(): Promise<ExitCode> {
  const { path } = loadSettings().store
  if (existsSync(path) && isOwned(path)) return askBot(path, { kind: 'run', subject: null })
  complain(
    new Error(
      `No bot is running on ${path}. Start it with \`npm start\`, or use \`scan\` to look without proposing.`,
    ),
  )
  return 1
}
