import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { LineCounter, parseDocument } from 'yaml'
import { isSafeAddress } from './config-fields.ts'
import { type Problem, problemsOf, SettingsError } from './config-problems.ts'
import { type SettingsFile, secretChoices, settingsFile } from './config-schema.ts'
import {
  type Credentials,
  type Environment,
  given,
  type SlackSecrets,
  secretReader,
  servicenowSecrets,
  slackBotToken,
  slackSecrets,
} from './config-secrets.ts'
import type { Action } from './reclaim/candidate.ts'
import type { Policy } from './reclaim/rules.ts'

export { SettingsError } from './config-problems.ts'

/** Everything an operator decides, checked and complete. Lengths of time in ms, paths absolute. Holds secrets: never log it. */
export type Settings = {
  readonly servicenow: {
    /** Scheme, host and port, without a slash at the end. */
    readonly instance: string
    readonly concurrency: number
    readonly writer: Credentials
    /** The account that scans and reads back, where it is another one. */
    readonly reader?: Credentials
  }
  readonly reclaim: {
    readonly action: Action
    readonly dryRun: boolean
    readonly graceMs: number
    readonly maxPerRun: number
    readonly maxPerDay: number
    readonly maxPerApproverPerDay: number
    readonly maxSharePercent: number
    readonly expireAfterMs: number
    readonly skipForMs: number
  }
  readonly policy: Policy
  /** ISO 4217. */
  readonly currency: string
  readonly roster?: {
    readonly path: string
    /** Headers of the CSV file. At least `email` or `employeeNumber`, and `status` or `endDate`. */
    readonly columns: {
      readonly email?: string
      readonly employeeNumber?: string
      readonly status?: string
      readonly endDate?: string
    }
    /** Empty if and only if `columns.status` is not mapped. */
    readonly inactiveValues: readonly string[]
    readonly maxAgeHours: number
  }
  readonly schedule: { readonly cron: string; readonly timezone: string }
  readonly approvers: {
    readonly managers: boolean
    readonly slackUsers: readonly string[]
    readonly slackUsergroups: readonly string[]
    readonly required: 1
  }
  readonly slack: SlackSecrets & {
    readonly channel: string
    readonly allowPublicChannel: boolean
    /** Left out = Slack's own. */
    readonly apiUrl?: string
  }
  readonly store: { readonly path: string }
  readonly http: { readonly host: string; readonly port: number }
  readonly logLevel: LogLevel
}

/** As pino names them. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
type LogLevel = (typeof LOG_LEVELS)[number]

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/**
 * Reads the settings of this process: `.env` in `cwd` if it is there (it never overrides the environment), and the file
 * that RECLAIM_CONFIG names, else `reclaim.yml`. Paths inside that file are relative to its folder.
 * @throws SettingsError naming every problem at once.
 */
export function loadSettings(options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}): Settings {
  const { env: own = process.env, cwd = process.cwd() } = options
  const env = withDotEnv(own, resolve(cwd, '.env'))
  const path = resolve(cwd, given(env, 'RECLAIM_CONFIG') ?? 'reclaim.yml')
  const hint =
    'copy reclaim.example.yml to reclaim.yml and fill it in, or name another file in RECLAIM_CONFIG'
  return parseSettings(readText(path, hint), env, dirname(path))
}

function withDotEnv(own: Environment, path: string): Environment {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return own
    throw unreadable(path, error, 'let the bot read it, or delete it')
  }
  const set = Object.entries(own).filter(([name]) => given(own, name) !== undefined)
  return { ...parseEnv(text), ...Object.fromEntries(set) }
}

function readText(path: string, hint: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error, hint)
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown'

function unreadable(path: string, error: unknown, hint: string): SettingsError {
  const code = codeOf(error)
  const what = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`
  return new SettingsError([{ path, message: `${what}; ${hint}` }])
}

/**
 * The same without touching the disk.
 * @param baseDir where relative paths of the file start, absolute.
 * @throws SettingsError naming every problem at once, and no secret.
 */
export function parseSettings(yamlText: string, env: Environment, baseDir: string): Settings {
  const raw = parseYaml(yamlText)
  const file = settingsFile.safeParse(raw)
  const problems = [
    ...(file.error?.issues.flatMap(problemsOf) ?? []),
    ...missingSecrets(raw, env),
    ...environmentProblems(env),
  ]
  if (!file.success || problems.length > 0) throw new SettingsError(problems)
  return assemble(file.data, env, baseDir)
}

function parseYaml(text: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const faults = [...document.errors, ...document.warnings].map(fault => {
    const { line, col } = lines.linePos(fault.pos[0])
    // The library's own message may cite the file, and what stands there may be a secret.
    const what = fault.code.toLowerCase().replaceAll('_', ' ')
    const message = `not valid YAML (${what}); check indentation, and put text with special characters in quotes`
    return { path: `line ${line}, column ${col}`, message }
  })
  if (faults.length > 0) throw new SettingsError(faults)
  try {
    return document.toJS() ?? {}
  } catch {
    const message =
      'not valid YAML: an alias (*name) without its anchor (&name); write text that starts with * in quotes'
    throw new SettingsError([{ path: 'the settings file', message }])
  }
}

function missingSecrets(raw: unknown, env: Environment): readonly Problem[] {
  const reader = secretReader(env)
  const { servicenow, slack } = secretChoices.parse(raw)
  if (servicenow.auth) servicenowSecrets(servicenow.auth, 'SERVICENOW_', env, reader)
  if (servicenow.auth && servicenow.scanAs)
    servicenowSecrets(servicenow.auth, 'SERVICENOW_READER_', env, reader)
  if (slack.mode) slackSecrets(slack.mode, reader)
  else slackBotToken(reader)
  return reader.problems
}

function environmentProblems(env: Environment): Problem[] {
  const problems: Problem[] = []
  const [api, level] = [given(env, 'SLACK_API_URL'), given(env, 'LOG_LEVEL')]
  if (api !== undefined && !isSafeAddress(api)) {
    const message = 'write an https:// address (http:// only for this machine), or leave it out'
    problems.push({ path: 'SLACK_API_URL', message })
  }
  if (level !== undefined && !isLogLevel(level))
    problems.push({ path: 'LOG_LEVEL', message: `write one of ${LOG_LEVELS.join(', ')}` })
  return problems
}

const isLogLevel = (text: string | undefined): text is LogLevel => LOG_LEVELS.some(level => level === text)

function assemble(file: SettingsFile, env: Environment, baseDir: string): Settings {
  const reader = secretReader(env)
  const { instance, auth, concurrency, scanAs } = file.servicenow
  const accounts = {
    writer: servicenowSecrets(auth, 'SERVICENOW_', env, reader),
    ...(scanAs ? { reader: servicenowSecrets(auth, 'SERVICENOW_READER_', env, reader) } : {}),
  }
  const { channel, mode, allowPublicChannel } = file.slack
  const [apiUrl, logLevel] = [given(env, 'SLACK_API_URL'), given(env, 'LOG_LEVEL')]
  const { graceMinutes, expireAfterDays, skipForDays, ...reclaim } = file.reclaim
  const { managers, slackUsers, slackUsergroups, required } = file.approvers
  return {
    servicenow: { instance, concurrency, ...accounts },
    reclaim: {
      ...reclaim,
      graceMs: graceMinutes * MINUTE_MS,
      expireAfterMs: expireAfterDays * DAY_MS,
      skipForMs: skipForDays * DAY_MS,
    },
    policy: {
      rules: file.rules,
      licenses: file.licenses,
      exclude: file.exclude,
      ownUserNames: Object.values(accounts).flatMap(account => account.username ?? []),
    },
    currency: file.currency,
    ...(file.roster ? { roster: rosterOf(file.roster, baseDir) } : {}),
    schedule: file.schedule,
    approvers: { managers, slackUsers, slackUsergroups, required },
    slack: { ...slackSecrets(mode, reader), channel, allowPublicChannel, ...(apiUrl ? { apiUrl } : {}) },
    store: { path: resolve(baseDir, file.store.path) },
    http: file.http,
    logLevel: isLogLevel(logLevel) ? logLevel : 'info',
  }
}

function rosterOf(file: NonNullable<SettingsFile['roster']>, baseDir: string) {
  const { email, employeeNumber, status, endDate } = file.columns
  return {
    path: resolve(baseDir, file.path),
    columns: {
      ...(email ? { email } : {}),
      ...(employeeNumber ? { employeeNumber } : {}),
      ...(status ? { status } : {}),
      ...(endDate ? { endDate } : {}),
    },
    inactiveValues: file.inactiveValues,
    maxAgeHours: file.maxAgeHours,
  }
}
