import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { setStage } from '../../sandbox/stage.ts'
import { type SettingsChanges, stageEnv, stageFile } from '../../sandbox/stage-settings.ts'
import { isOwned } from '../../src/store/store.ts'
import { type Environment, finished, shellIn } from './shell.ts'

/** Stand-ins for ServiceNow and Slack, and the shell of an operator whose bot does not run yet. */
async function operator(given: { changes?: SettingsChanges; env?: Environment; port?: number } = {}) {
  const stage = await setStage()
  onTestFinished(() => stage.close())
  await stage.bot().close()
  const { changes = {}, env = {}, port = 0 } = given
  writeFileSync(join(stage.folder, 'reclaim.yml'), JSON.stringify(stageFile(stage, changes, port)))
  const shell = shellIn(stage.folder, { ...stageEnv(stage), LOG_LEVEL: 'info', ...env })
  return { stage, ...shell, path: join(stage.folder, 'reclaim.db'), start: () => start(shell) }
}

/** Starts the bot and waits until it runs. */
async function start({ open }: ReturnType<typeof shellIn>) {
  const child = open(['start'])
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = finished(child)
  const { promise: running, resolve, reject } = Promise.withResolvers<string>()
  createInterface(child.stderr).on('line', line => {
    const { url } = JSON.parse(line) as { url?: string }
    if (url) resolve(url)
  })
  child.once('close', () => reject(new Error('The bot did not start.')))
  return { child, ended, url: await running }
}

describe('npm start', () => {
  it('runs the bot until it is told to stop; logs are JSON on stderr', async () => {
    const { start, path } = await operator()
    const { child, ended, url } = await start()
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok')
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ ready: true })
    expect(isOwned(path)).toBe(true)

    child.kill('SIGTERM')
    const { code, signal, stdout, stderr } = await ended
    expect({ code, signal, stdout }).toEqual({ code: 0, signal: null, stdout: '' })
    for (const line of stderr.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg')
    expect(isOwned(path)).toBe(false)
  })

  it('told to stop, in two signals at once as by npm, finishes what is under way', async () => {
    const { start, reclaim, open, stage } = await operator()
    const bot = await start()
    const gate = stage.servicenow.hold({ table: 'sys_user_has_role' })
    const asked = finished(open(['run']))
    await gate.arrived
    bot.child.kill('SIGINT')
    bot.child.kill('SIGTERM')
    gate.release()
    expect(await asked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^The run is done: /) })
    expect(await bot.ended).toMatchObject({ code: 0 })
    expect(JSON.parse((await reclaim('status', '--json')).stdout)).toMatchObject({ running: null })
  })

  it('killed without warning frees its store at once', async () => {
    const { start, path, reclaim } = await operator()
    const { child } = await start()
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(isOwned(path)).toBe(false)
    expect(await reclaim('verify')).toMatchObject({ code: 0 })
  })

  it('a second time on one store is refused in one sentence, exit 2', async () => {
    const { start, reclaim, path } = await operator()
    await start()
    expect(await reclaim('start')).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: `Another bot is running on ${path}. Stop it first, or give this one its own store.path.\n`,
    })
  })
})

describe('a shell beside the running bot', () => {
  it('asks it for a run, and sees what came of it', async () => {
    const { start, reclaim } = await operator()
    await start()
    const run = await reclaim('run')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toMatch(/^The run is done: \d+ proposed, 0 still open from before\.\n$/)
    const proposed = Number(/(\d+) proposed/.exec(run.stdout)?.[1])
    const scan = JSON.parse((await reclaim('scan', '--json')).stdout)
    expect(scan.candidates).toHaveLength(proposed)
    const status = JSON.parse((await reclaim('status', '--json')).stdout)
    expect(status.byState).toEqual({ proposed })
    expect(status.lastRun).toMatchObject({ proposed, actor: expect.stringMatching(/^cli:/) })
    const history = JSON.parse((await reclaim('history', '--json')).stdout)
    expect(history).toHaveLength(proposed)
  })

  it('is told why the run failed, exit 1', async () => {
    const { start, reclaim, stage } = await operator()
    await start()
    stage.servicenow.faults.add({ kind: 'timeout_500' })
    const { code, stdout, stderr } = await reclaim('run')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/ServiceNow [^\n]*\n$/)
  })
})

describe('a bot that cannot run ends with exit 2', () => {
  it('the port is taken', async () => {
    const first = await operator()
    const { url } = await first.start()
    const port = Number(new URL(url).port)
    const second = await operator({ port })
    const { code, stderr } = await second.reclaim('start')
    expect(code).toBe(2)
    expect(stderr).toMatch(new RegExp(`^The bot cannot listen on 127\\.0\\.0\\.1, port ${port}: `, 'm'))
  })

  it('Slack refuses the token', async () => {
    const { reclaim } = await operator({ env: { SLACK_BOT_TOKEN: 'xoxb-revoked' } })
    const { code, stdout, stderr } = await reclaim('start')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/invalid_auth|token/)
  })
})
