import type { Log } from '../reclaim/ports.ts'

/** A chat says that no waiting will help: its settings or the bot's rights there have to change. */
export class ChatRefused extends Error {
  override readonly name = 'ChatRefused'
}

/** Whether the bot is where it should be on a platform. */
export type Connection = {
  /** `Slack`, `Microsoft Teams`. */
  readonly label: string
  /**
   * Asks the platform who the bot is and whether its channel is fit for what it will show.
   * @throws ChatRefused when only other settings can help; another Error when the platform cannot be reached or waits
   * for something.
   */
  check(): Promise<void>
  /** One sentence on what is wrong; `null` = connected. */
  problem(): string | null
}

const RETRY_MS = 5000
/** A channel may become public or shared, and a token be revoked, while the bot runs. */
const CHECK_AGAIN_MS = 10 * 60 * 1000

/**
 * Asks a platform until it answers. `first` rejects when it refuses; one that cannot be reached is asked again and
 * again. `reached` resolves when the bot is connected.
 */
export function keepChecking(connection: Connection, log: Log) {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let said = ''
  const { promise: reached, resolve } = Promise.withResolvers<void>()
  const again = (ms: number) => {
    if (!stopped) timer = setTimeout(() => attempt().catch(() => {}), ms)
  }
  const attempt = async (): Promise<void> => {
    try {
      await connection.check()
      said = ''
      resolve()
      again(CHECK_AGAIN_MS)
    } catch (error) {
      const reason = (error as Error).message
      if (reason !== said) log.error({ reason }, `${connection.label} is not connected`)
      said = reason
      again(RETRY_MS)
      if (error instanceof ChatRefused) throw error
    }
  }
  const stop = () => {
    stopped = true
    clearTimeout(timer)
  }
  return { first: attempt(), reached, stop }
}
