import { existsSync } from 'node:fs'
import { forgottenAnswer } from '../bot/forgotten.ts'
import { platformsOf } from '../chats.ts'
import { loadSettings } from '../config.ts'
import { isOwned, openStore } from '../store/store.ts'
import { askBot, shellActor } from './ask-bot.ts'
import { print } from './output.ts'
import type { ExitCode } from './program.ts'

/** Erases a person from the store: through the bot where one runs, as there is one writer to a file. */
export async function forget(user: string): Promise<ExitCode> {
  if (user.trim() === '') throw new Error('Whom? Write a user name, an e-mail address or a sys_id.')
  const settings = loadSettings()
  const { path } = settings.store
  if (!existsSync(path)) throw new Error(`There is no store at ${path}; nothing was erased.`)
  if (isOwned(path)) return askBot(path, { kind: 'forget', subject: user })
  const { graceMs } = settings.reclaim
  const store = openStore(path, { platforms: platformsOf(settings), graceMs })
  try {
    const { text, ok } = forgottenAnswer(await store.forget(user, shellActor(), Date.now()))
    print(text.split('\n'))
    return ok ? 0 : 1
  } finally {
    await store.close()
  }
}
