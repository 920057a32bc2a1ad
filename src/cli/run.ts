import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { loadSettings } from '../config.ts'
import { isOwned, leaveRequest, openReports } from '../store/store.ts'
import { complain, print } from './output.ts'
import type { ExitCode } from './program.ts'

const WAIT_MS = 60_000
const LOOK_EVERY_MS = 200

/** Asks the running bot for a run and waits for what it came to. */
export async function run(): Promise<ExitCode> {
  const { path } = loadSettings().store
  if (!existsSync(path) || !isOwned(path)) {
    complain(
      new Error(
        `No bot is running on ${path}. Start it with \`npm start\`, or use \`scan\` to look without proposing.`,
      ),
    )
    return 1
  }
  // Refuses a store of another version, which leaving a request would bring up to date under the running bot.
  openReports(path).close()
  const request = leaveRequest(path, { kind: 'run', actor: `cli:${osUser()}` }, Date.now())
  try {
    const deadline = performance.now() + WAIT_MS
    while (performance.now() < deadline) {
      const answer = request.answer()
      if (answer) {
        print([answer.text])
        return answer.ok ? 0 : 1
      }
      await pause(LOOK_EVERY_MS)
    }
  } finally {
    request.close()
  }
  complain(
    new Error(
      'The bot has not answered for 60 s; the run may still be under way. `status` shows the last run.',
    ),
  )
  return 1
}

/** Whoever runs in a container under a bare number has no name. */
function osUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
