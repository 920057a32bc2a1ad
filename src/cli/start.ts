import { loadSettings } from '../config.ts'
import { type Bot, startBot } from '../main.ts'
import { complain } from './output.ts'
import type { ExitCode } from './program.ts'

/** npm passes on a Ctrl-C that the terminal has already sent here, so two signals may be one person's one wish. */
const SAME_WISH_MS = 1000

/** Runs the bot until somebody tells it to stop. */
export async function start(): Promise<ExitCode> {
  const settings = loadSettings()
  const stopped = stopSignal()
  let bot: Bot
  try {
    bot = await startBot(settings)
  } catch (error) {
    complain(error)
    return 2
  }
  await stopped
  await bot.close()
  return 0
}

/** Resolves at the first signal. Another one ends the process at once, which the store survives. */
function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let askedAt: number | null = null
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (askedAt !== null && performance.now() - askedAt > SAME_WISH_MS) process.exit(1)
      askedAt ??= performance.now()
      resolve()
    })
  return promise
}
