import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Stage, setStage } from '../../sandbox/stage.ts'
import { type SettingsChanges, stageEnv, stageFile } from '../../sandbox/stage-settings.ts'
import type { Platform } from '../../src/reclaim/ports.ts'
import { type Environment, shellIn } from '../cli/shell.ts'
import { filesIn, type Places } from './search.ts'
import { startServer } from './wiretap.ts'

/** What is answered instead; `null` = what the stand-in says. `ask` asks it. */
type Rewrite = (asked: Asked, ask: () => Promise<string>) => Promise<Answer | null>
type Asked = {
  readonly method: string
  readonly path: string
  readonly authorization: string
  readonly body: string
}
type Answer = { readonly status: number; readonly body: string }

type Given = {
  /** Where the bot is; left out = Slack. */
  readonly on?: readonly Platform[]
  /** Before the bot starts. */
  readonly prepare?: (stage: Stage) => void
  readonly changes?: SettingsChanges
  /** More about ServiceNow in `reclaim.yml`. */
  readonly account?: object
  readonly env?: Environment
  /** What ServiceNow and Slack answer instead. */
  readonly servicenow?: Rewrite
  readonly slack?: Rewrite
  /** With what ServiceNow is asked, for whoever signs in with that. */
  readonly signIn?: (authorization: string) => string
}

/** A machine on which the bot runs as a process of its own, and an operator's shell beside it. */
export async function startHost({
  on = ['slack'],
  prepare,
  changes = {},
  account = {},
  env = {},
  ...rewrites
}: Given = {}) {
  const stage = await setStage({ on })
  onTestFinished(() => stage.close())
  await stage.bot().close()
  prepare?.(stage)
  const servicenow = await startProxy(stage.servicenow.url, rewrites.servicenow, rewrites.signIn)
  const slack = stage.chats.slack && (await startProxy(new URL(stage.slack.apiUrl).origin, rewrites.slack))
  const file = {
    ...stageFile(
      { servicenow, chats: stage.chats, folder: stage.folder },
      { reclaim: { graceMinutes: 0 }, ...changes },
      0,
    ),
    servicenow: { instance: servicenow.url, auth: 'basic', ...account },
    store: { path: './data/reclaim.db' },
  }
  writeFileSync(join(stage.folder, 'reclaim.yml'), JSON.stringify(file))
  const shell = shellIn(stage.folder, {
    ...stageEnv(stage),
    ...(slack && { SLACK_API_URL: `${slack.url}/api/` }),
    LOG_LEVEL: 'trace',
    ...env,
  })
  const bot = shell.open(['start'])
  onTestFinished(() => void bot.kill('SIGKILL'))
  const printed = recorded(bot)
  const url = await urlIn(bot, printed)
  stage.chats.slack?.connect(url)
  stage.chats.teams?.connect(url)
  return {
    ...{ stage, bot, url, printed, ...shell },
    /** All that it has left on this machine so far, and what its pages say. */
    async leftovers(): Promise<Places> {
      const pages = await Promise.all(
        ['/readyz', '/metrics', '/healthz', '/'].map(async page => (await fetch(url + page)).text()),
      )
      return new Map([
        ['the log', Buffer.from(printed.stderr + printed.stdout)],
        ['the pages', Buffer.from(pages.join('\n'))],
        ['argv', readFileSync(`/proc/${bot.pid}/cmdline`)],
        ...filesIn(join(stage.folder, 'data')),
      ])
    },
  }
}

/** Sends each request on, and lets the answer be another; a request that is cut behind it is cut before it. */
async function startProxy(
  target: string,
  rewrite: Rewrite = async () => null,
  signIn = (authorization: string) => authorization,
): Promise<{ url: string }> {
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '' } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers
    const { authorization = '' } = headers
    const asking = () =>
      fetch(target + path, {
        method,
        redirect: 'manual',
        headers: Object.entries(headers).map(([name, value]): [string, string] => [
          name,
          name === 'authorization' ? signIn(authorization) : String(value),
        ]),
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      })
    const body = Buffer.concat(chunks).toString('utf8')
    const asked = { method, path, authorization, body }
    const instead = await rewrite(asked, async () => (await asking()).text())
    if (instead) {
      response.writeHead(instead.status, { 'content-type': 'application/json' }).end(instead.body)
      return
    }
    const answer = await asking()
    for (const name of ['content-type', 'x-total-count', 'retry-after']) {
      const value = answer.headers.get(name)
      if (value !== null) response.setHeader(name, value)
    }
    response.writeHead(answer.status).end(await answer.text())
  }
  return startServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
}

/** All that a process prints, as it comes; live. */
function recorded(child: ChildProcess) {
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text
    })
  return printed
}

async function urlIn(bot: ChildProcess, printed: { readonly stderr: string }): Promise<string> {
  for (;;) {
    const url = /"url":"([^"]+)"/.exec(printed.stderr)?.[1]
    if (url) return url
    if (bot.exitCode !== null) throw new Error(`The bot did not start: ${printed.stderr}`)
    if (bot.stderr) await Promise.race([once(bot.stderr, 'data'), once(bot, 'exit')])
  }
}
