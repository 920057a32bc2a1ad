import { existsSync } from 'node:fs'
import { loadSettings } from '../config.ts'
import { isOwned } from '../store/store.ts'
import { distrust } from '../store/witness.ts'
import { print } from './output.ts'
import type { ExitCode } from './program.ts'

/**
 * Says that the store was put back from a backup, where the bot cannot notice it by itself: a whole folder or machine
 * was restored, and the witness beside the store with it.
 */
export async function restored(): Promise<ExitCode> {
  const { path } = loadSettings().store
  if (!existsSync(path)) throw new Error(`There is no store at ${path}; put the backup there first.`)
  if (isOwned(path)) throw new Error(`The bot is running on ${path}. Stop it before you put a backup back.`)
  distrust(path)
  print([
    'Noted. When the bot starts, it withdraws the approvals in this store and reads every open account again before it deletes anything.',
  ])
  return 0
}
