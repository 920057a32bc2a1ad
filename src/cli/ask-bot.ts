import { userInfo } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { ShellRequest } from '../reclaim/control.ts'
import { leaveRequest, openReports } from '../store/store.ts'
import { complain, print } from './output.ts'
import type { ExitCode } from './program.ts'

const WAIT_MS = 60_000
const LOOK_EVERY_MS = 200

/** Asks something of the bot that runs on a store, and prints what came of it. */
export async function askBot(path: string, request: Omit<ShellRequest, 'id' | 'actor'>): Promise<ExitCode> {
  // Refuses a store of another version, which leaving a request would bring up to date under the running bot.
  openReports(path).close()
  const left = leaveRequest(path, { ...request, actor: shellActor() }, Date.now())
  try {
    const deadline = performance.now() + WAIT_MS
    while (performance.now() < deadline) {
      const answer = left.answer()
      if (answer) {
        print(answer.text.split('\n'))
        return answer.ok ? 0 : 1
      }
      await pause(LOOK_EVERY_MS)
    }
  } finally {
    left.close()
  }
  complain(
    new Error('The bot has not answered for 60 s; what was asked may still be under way. See `status`.'),
  )
  return 1
}

/** Whoever sits at this shell, as the history names them. In a container under a bare number nobody has a name. */
export function shellActor(): string {
  try {
    return `cli:${userInfo().username}`
  } catch {
    return `cli:uid-${process.getuid?.() ?? 'unknown'}`
  }
}
