import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { inNamespace } from '../playground/namespace.ts'
import { runTeamsAuto } from './teams-auto.ts'
import { runTeamsLive } from './teams-live.ts'

const USAGE = 'npm run demo:teams [-- --port 56150], or npm run demo:teams -- --auto'
const DEFAULT_PORT = 56_150

/** @returns the exit code: 0 fine, 1 a surprise, 2 wrong usage. */
export async function main(args: string[]): Promise<number> {
  const print = (line: string) => void process.stdout.write(`${line}\n`)
  const wrong = (problem: string) => {
    process.stderr.write(`${problem} Usage: ${USAGE}\n`)
    return 2
  }
  try {
    const options = {
      auto: { type: 'boolean' },
      port: { type: 'string' },
      // Set by the demo itself, where it goes on in a network namespace.
      inside: { type: 'boolean' },
    } as const
    const { values } = parseArgs({ args, options })
    const port = Number(values.port ?? DEFAULT_PORT)
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      return wrong(`“${values.port}” is no port; it is a number from 1 to 65535.`)
    const colour = process.stdout.hasColors?.() === true && !process.env.NO_COLOR
    if (!values.auto) return await runTeamsLive({ port, print, colour })
    return values.inside ? await runTeamsAuto(print, colour) : inside(args)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS'))
      return wrong((error as Error).message)
    process.stderr.write(`The demo could not be shown: ${(error as Error).message}\n`)
    return 1
  }
}

/** Nobody needs to reach a demo that plays itself, so it plays where nobody can. */
function inside(args: readonly string[]): number {
  const [, script = ''] = process.argv
  const command = inNamespace([process.execPath, script, ...args, '--inside'])
  if (!command)
    throw new Error(
      '--auto needs unshare and ip, with the right to use them. Without --auto nothing is needed.',
    )
  const [program = '', ...rest] = command
  return spawnSync(program, rest, { stdio: 'inherit' }).status ?? 1
}
