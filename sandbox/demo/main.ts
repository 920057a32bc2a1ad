import { parseArgs } from 'node:util'
import { runAuto } from './auto.ts'
import { runLive } from './live.ts'

const USAGE = 'npm run demo [-- --port 4000], or npm run demo -- --auto'
const DEFAULT_PORT = 4000

/** @returns the exit code: 0 fine, 1 a surprise, 2 wrong usage. */
export async function main(args: string[]): Promise<0 | 1 | 2> {
  const print = (line: string) => void process.stdout.write(`${line}\n`)
  const wrong = (problem: string) => {
    process.stderr.write(`${problem} Usage: ${USAGE}\n`)
    return 2 as const
  }
  try {
    const options = { auto: { type: 'boolean' }, port: { type: 'string' } } as const
    const { values } = parseArgs({ args, options })
    const port = Number(values.port ?? DEFAULT_PORT)
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      return wrong(`“${values.port}” is no port; it is a number up to 65535.`)
    const colour = process.stdout.hasColors?.() === true && !process.env.NO_COLOR
    return values.auto ? await runAuto(print, colour) : await runLive({ port, print, colour })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS'))
      return wrong((error as Error).message)
    process.stderr.write(`The demo could not be shown: ${(error as Error).message}\n`)
    return 1
  }
}
