import { dirname, resolve } from 'node:path'
import { isSafeAddress } from './config-fields.ts'
import { parseYaml, readText, withDotEnv } from './config-file.ts'
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
  snapshotKey,
  type TeamsSecrets,
  teamsSecrets,
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
    /** 2 = four eyes. */
    readonly required: 1 | 2
  }
  /** At least one of `slack` and `teams` is there, each with at least one named approver. */
  readonly slack?: SlackSecrets & {
    readonly channel: string
    readonly allowPublicChannel: boolean
    /** Left out = Slack's own. */
    readonly apiUrl?: string
  }
  readonly teams?: TeamsSecrets & {
    /** Lower case, as all GUIDs here. */
    readonly tenant: string
    readonly channel: string
    /** The Entra group behind the team. */
    readonly team: string
    /** Entra object ids of the named approvers. */
    readonly users: readonly string[]
    /** Left out = Microsoft's own. */
    readonly apiUrl?: string
  }
  readonly store: { readonly path: string }
  /** Snapshots of accounts are sealed with it; `null` = they are kept readable. */
  readonly snapshotKey: string | null
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

function missingSecrets(raw: unknown, env: Environment): readonly Problem[] {
  const reader = secretReader(env)
  const { servicenow, slack, teams } = secretChoices.parse(raw)
  if (servicenow.auth) servicenowSecrets(servicenow.auth, 'SERVICENOW_', env, reader)
  if (servicenow.auth && servicenow.scanAs)
    servicenowSecrets(servicenow.auth, 'SERVICENOW_READER_', env, reader)
  if (slack?.mode) slackSecrets(slack.mode, reader)
  else if (slack) slackBotToken(reader)
  if (teams) teamsSecrets(teams.tenant, env, reader)
  snapshotKey(env, reader)
  return reader.problems
}

function environmentProblems(env: Environment): Problem[] {
  const problems: Problem[] = []
  for (const path of ['SLACK_API_URL', 'TEAMS_API_URL']) {
    const api = given(env, path)
    if (api === undefined || isSafeAddress(api)) continue
    const message = 'write an https:// address (http:// only for this machine), or leave it out'
    problems.push({ path, message })
  }
  const level = given(env, 'LOG_LEVEL')
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
  const logLevel = given(env, 'LOG_LEVEL')
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
    ...(file.slack ? { slack: slackOf(file.slack, env) } : {}),
    ...(file.teams ? { teams: teamsOf(file.teams, file.approvers.teamsUsers, env) } : {}),
    store: { path: resolve(baseDir, file.store.path) },
    snapshotKey: snapshotKey(env, reader),
    http: file.http,
    logLevel: isLogLevel(logLevel) ? logLevel : 'info',
  }
}

function slackOf({ mode, ...file }: NonNullable<SettingsFile['slack']>, env: Environment) {
  const apiUrl = given(env, 'SLACK_API_URL')
  return { ...slackSecrets(mode, secretReader(env)), ...file, ...(apiUrl ? { apiUrl } : {}) }
}

function teamsOf(file: NonNullable<SettingsFile['teams']>, users: readonly string[], env: Environment) {
  const apiUrl = given(env, 'TEAMS_API_URL')
  const secrets = teamsSecrets(file.tenant, env, secretReader(env))
  return { ...secrets, ...file, users, ...(apiUrl ? { apiUrl } : {}) }
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
