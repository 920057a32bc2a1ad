import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Microsoft's Agents Playground, as a process of its own. */
export interface PlaygroundClient {
  /** Its page. */
  url: string
  close(): Promise<void>
}

const STARTS_WITHIN_MS = 60_000

/**
 * Starts the Playground. It listens on all interfaces of this machine, or of the network namespace that it is in.
 * @param endpoint where it sends what people do; @param serviceUrl where it says that bots can answer.
 * @throws Error with what it printed, when it does not come up.
 */
export async function startPlayground(
  file: string,
  { port, endpoint, serviceUrl }: { port: number; endpoint: string; serviceUrl: string },
): Promise<PlaygroundClient> {
  const folder = mkdtempSync(join(tmpdir(), 'playground-'))
  writeFileSync(join(folder, '.m365agentsplayground.yml'), file)
  const manifest = fileURLToPath(import.meta.resolve('@microsoft/m365agentsplayground/package.json'))
  const child = spawn(
    process.execPath,
    [
      join(dirname(manifest), 'cli.js'),
      ...['start', '-e', endpoint, '-c', 'msteams', '-p', String(port), '--su', serviceUrl],
      '--disable-telemetry',
    ],
    {
      cwd: folder,
      env: {
        ...process.env,
        // Without these it looks for Azure.
        APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
        APPLICATION_INSIGHTS_NO_DIAGNOSTIC_CHANNEL: 'true',
        // `--disable-telemetry` alone leaves a sign of life, with a mark of this machine, every fifteen minutes.
        APPLICATIONINSIGHTS_CONFIGURATION_CONTENT: JSON.stringify({ disableAppInsights: true }),
        // It opens a browser where it finds one.
        BROWSER: 'none',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  // Whatever ends this process by an error must not leave the Playground behind.
  const kill = () => child.kill()
  process.once('exit', kill)
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  let printed = ''
  const listening = new Promise<void>((resolve, reject) => {
    const see = (chunk: Buffer) => {
      printed += chunk
      if (/listening/i.test(printed)) resolve()
    }
    child.stdout.on('data', see)
    child.stderr.on('data', see)
    const fail = () => reject(new Error(`The Agents Playground did not start: ${printed.slice(-500)}`))
    child.once('error', fail)
    child.once('exit', fail)
    setTimeout(fail, STARTS_WITHIN_MS).unref()
  })
  const close = async () => {
    process.off('exit', kill)
    kill()
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await listening
  } catch (error) {
    await close()
    throw error
  }
  return { url: `http://127.0.0.1:${port}`, close }
}
