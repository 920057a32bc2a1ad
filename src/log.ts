import pino from 'pino'
import type { Log } from './reclaim/ports.ts'

/** Values under these names never reach the log, wherever they stand. */
const SECRET = [
  'password',
  'token',
  'secret',
  'clientSecret',
  'authorization',
  'cookie',
  'botToken',
  'appToken',
  'signingSecret',
]

/** One JSON object a line, on stderr: stdout belongs to what a command prints. */
export function createLog(level: string): Log {
  const paths = SECRET.flatMap(name => [name, `*.${name}`, `*.*.${name}`])
  return pino(
    { level, base: null, redact: { paths, censor: '(secret)' } },
    pino.destination({ dest: 2, sync: true }),
  )
}
