import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settingsFor } from './instance.ts'
import { SECRETS, shell } from './shell.ts'

const settings = settingsFor('https://acme.service-now.com')
const refused = (stderr: RegExp) => ({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) })

describe('wrong usage ends with exit 2', () => {
  it.each([
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['statsu'], /Did you mean status\?/],
    [['scan', '--jsno'], /unknown option '--jsno'/],
    [['scan', 'now'], /too many arguments/],
    [['history', '--user'], /argument missing/],
    [['history', '--json', '--csv'], /'--csv' cannot be used with option '--json'/],
    [[], /^Usage: npm run -s reclaim -- /],
  ])('%j', async (args, message) => {
    expect(await shell(settings).reclaim(...args)).toMatchObject(refused(message))
  })

  it.each([
    ['doctor', '--json'],
    ['restore', 'a-candidate'],
  ])('%s is announced, but not built yet', async (...args) => {
    expect(await shell(settings).reclaim(...args)).toMatchObject(
      refused(new RegExp(`^“${args[0]}” is not built yet;[^\n]*\n$`)),
    )
  })
})

describe('unusable settings end with exit 2, whatever the command', () => {
  it.each(['start', 'scan', 'run', 'status', 'history', 'verify'])('%s without any', async command => {
    expect(await shell(null).reclaim(command)).toMatchObject(
      refused(/reclaim\.yml: there is no such file; copy reclaim\.example\.yml/),
    )
  })

  it('all problems are named at once', async () => {
    const { servicenow: _, ...rest } = settings
    const { SLACK_BOT_TOKEN: __, ...env } = SECRETS
    const answer = await shell({ ...rest, reclaim: { action: 'delete' }, extra: 1 }, env).reclaim('scan')
    expect(answer).toMatchObject(refused(/servicenow\.instance: missing/))
    expect(answer.stderr).toMatch(/reclaim\.action: write delete-account/)
    expect(answer.stderr).toMatch(/extra: unknown key/)
    expect(answer.stderr).toMatch(/SLACK_BOT_TOKEN: missing/)
  })

  it('a secret in the wrong place is not repeated', async () => {
    const wrong = { ...settings, slack: { channel: 'xoxb-cli-bot-token' } }
    expect(await shell(wrong).reclaim('scan')).toMatchObject(refused(/slack\.channel: /))
    const broken = 'slack: { channel: *xoxb-cli-bot-token }'
    expect(await shell(broken).reclaim('scan')).toMatchObject(refused(/not valid YAML/))
  })

  it('secrets in .env are read', async () => {
    const { reclaim, folder } = shell(settings, {})
    expect(await reclaim('verify')).toMatchObject(refused(/SERVICENOW_PASSWORD: missing/))
    const lines = Object.entries(SECRETS).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(join(folder, '.env'), lines.join(''))
    expect(await reclaim('verify')).toMatchObject({ code: 1 })
  })
})

describe('help', () => {
  it('lists the commands and the exit codes', async () => {
    const { code, stdout } = await shell(null).reclaim('--help')
    expect(code).toBe(0)
    for (const command of ['start', 'scan', 'run', 'status', 'history', 'verify'])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
    expect(stdout).not.toMatch(/doctor|restore\b/)
    expect(stdout).toContain('Exit codes: 0 fine, 1 a check or an action failed')
  })

  it('explains one command', async () => {
    const { code, stdout } = await shell(null).reclaim('history', '--help')
    expect(code).toBe(0)
    expect(stdout).toContain('--user <user>')
  })
})

describe('the runtime', () => {
  it('that is too old is named before anything else is loaded, and what to do', async () => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '23.11.1' } })`
    const { withNode } = shell(null)
    const answer = await withNode(['--import', `data:text/javascript,${encodeURIComponent(pretend)}`], 'scan')
    expect(answer).toMatchObject(refused(/^This needs Node 24 or newer and was started with 23\.11\.1\./))
    expect(answer.stderr).toContain('run it through npm, as npm start or npm run -s reclaim -- …')
  })
})
