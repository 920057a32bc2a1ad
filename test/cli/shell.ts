import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished } from 'vitest'

/** The runtime that npm scripts find, whatever runs the tests. */
const NODE = resolve('node_modules/.bin/node')
const CLI = resolve('src/cli.ts')

export type Environment = Readonly<Record<string, string>>

/** What the operator of the tests keeps secret. None of it may ever be printed. */
export const SECRETS = {
  SERVICENOW_USERNAME: 'reclaim.bot',
  SERVICENOW_PASSWORD: 'pa55-of-the-writer',
  SLACK_BOT_TOKEN: 'xoxb-cli-bot-token',
  SLACK_APP_TOKEN: 'xapp-cli-app-token',
}
const SECRET = /pa55-of-the|xoxb-[a-z]|xapp-[a-z]|sandbox-signing-secret|correct-horse-battery/

/** An operator's folder with a `reclaim.yml`, and a shell in it. */
export function shell(settings: object | string | null, env: Environment = SECRETS) {
  const folder = mkdtempSync(join(tmpdir(), 'reclaim-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  // JSON is YAML.
  const text = typeof settings === 'string' ? settings : JSON.stringify(settings)
  if (settings !== null) writeFileSync(join(folder, 'reclaim.yml'), text)
  return shellIn(folder, env)
}

export function shellIn(folder: string, env: Environment) {
  const open = (args: readonly string[], nodeArgs: readonly string[] = []) =>
    spawn(NODE, [...nodeArgs, CLI, ...args], { cwd: folder, env: { HOME: folder, ...env } })
  return {
    folder,
    open,
    /** Runs a command to its end. Whatever it is, it prints no stack trace and no secret. */
    async reclaim(...args: readonly string[]) {
      return finished(open(args))
    },
    async withNode(nodeArgs: readonly string[], ...args: readonly string[]) {
      return finished(open(args, nodeArgs))
    },
  }
}

export async function finished(child: ReturnType<typeof spawn>) {
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', chunk => {
    stdout += chunk
  })
  child.stderr?.on('data', chunk => {
    stderr += chunk
  })
  const [code, signal] = await new Promise<[number | null, string | null]>(done =>
    child.on('close', (...end) => done(end)),
  )
  expect(stdout + stderr).not.toMatch(/^\s+at .*:\d+/m)
  expect(stdout + stderr).not.toMatch(SECRET)
  return { code, signal, stdout, stderr }
}
