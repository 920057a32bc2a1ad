import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseSettings, type Settings } from '../src/config.ts'
import { type Bot, startBot } from '../src/main.ts'
import type { Log } from '../src/reclaim/ports.ts'
import { BOT_ACCOUNT, CHANNEL, type Company, createCompany, TEAM_NAME } from './company.ts'
import { type ServiceNowSimulator, startServiceNow } from './servicenow/simulator.ts'
import { type SlackWorkspace, startSlackWorkspace } from './slack/workspace.ts'

/** The real bot between two stand-ins, on loopback; the same for the demo and the stories. */
export type Stage = {
  readonly servicenow: ServiceNowSimulator
  readonly slack: SlackWorkspace
  readonly company: Company
  /** Where the settings, the roster and the store lie. */
  readonly folder: string
  readonly settings: Settings
  readonly clock: { now(): number; advance(ms: number): void }
  /** Lets time pass at once, and the bot notice. */
  pass(ms: number): Promise<void>
  /** The bot that runs now. */
  bot(): Bot
  /** Ends the bot, if it runs, and starts it again with other settings if some are given. */
  restart(changes?: SettingsChanges): Promise<void>
  close(): Promise<void>
}

/** What may differ from the demo's settings; each replaces a whole line of `reclaim.yml`. */
export type SettingsChanges = Partial<
  Record<'reclaim' | 'rules' | 'exclude' | 'approvers' | 'schedule' | 'slack', object>
>

export type StageOptions = {
  readonly now?: number
  readonly changes?: SettingsChanges
  readonly log?: Log
  readonly slackPaceMs?: number
  readonly port?: number
}

const SECRETS = {
  signingSecret: 'sandbox-signing-secret',
  botToken: 'xoxb-sandbox-bot-token',
  appToken: 'xapp-sandbox-app-token',
} as const
/** As in manifest.yml. */
const SCOPES = [
  'chat:write',
  'commands',
  'users:read',
  'users:read.email',
  'usergroups:read',
  'groups:read',
  'groups:history',
]

/** Sets the stage: ServiceNow, Slack, a roster file, settings, and the bot. */
export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const clock = createClock(options.now ?? Date.now())
  const company = createCompany(clock.now())
  const folder = mkdtempSync(join(tmpdir(), 'reclaim-'))
  writeFileSync(join(folder, 'roster.csv'), company.rosterCsv)
  const servicenow = await startServiceNow({ seed: company.servicenow, now: clock.now })
  const slack = await startSlackWorkspace({
    ...SECRETS,
    teamName: TEAM_NAME,
    people: company.people,
    channel: CHANNEL,
    usergroups: [{ handle: 'licence-managers', members: ['nora'] }],
    scopes: SCOPES,
    now: clock.now,
  })
  const world = { servicenow, slack, folder }
  const settingsFor = (changes: SettingsChanges) =>
    stageSettings(world, { ...options.changes, ...changes }, options.port ?? 0)
  let settings = settingsFor({})
  const start = async () => {
    const started = await startBot(settings, {
      clock,
      log: options.log ?? silent,
      slackPaceMs: options.slackPaceMs ?? 0,
    })
    // The clock may only be set once the bot has looked at it.
    await started.tick()
    // In socket mode it is the bot that calls.
    if (settings.slack.mode === 'http') slack.connect(started.url)
    return started
  }
  let bot = await start()
  return {
    ...world,
    company,
    clock,
    get settings() {
      return settings
    },
    bot: () => bot,
    async pass(ms) {
      clock.advance(ms)
      await bot.tick()
    },
    async restart(changes = {}) {
      await bot.close()
      settings = settingsFor(changes)
      bot = await start()
    },
    async close() {
      await bot.close()
      await Promise.all([servicenow.close(), slack.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type World = Pick<Stage, 'servicenow' | 'slack' | 'folder'>

/** The settings as an operator would write them, pointing at the stand-ins. */
export function stageFile({ servicenow, slack }: World, changes: SettingsChanges, port: number): object {
  return {
    servicenow: { instance: servicenow.url, auth: 'basic' },
    reclaim: {
      action: 'delete-account',
      dryRun: false,
      graceMinutes: 15,
      maxSharePercent: 60,
      ...changes.reclaim,
    },
    rules: changes.rules ?? {
      inactiveInRoster: { missingCountsAsInactive: false },
      neverLoggedIn: { afterDays: 30 },
      inactive: { afterDays: 90 },
    },
    licenses: [
      { name: 'ITSM Fulfiller', roles: ['itil', 'itil_admin'], yearlyCost: 1200 },
      { name: 'Business Stakeholder', roles: ['business_stakeholder'], yearlyCost: 300 },
    ],
    currency: 'USD',
    exclude: {
      users: [],
      roles: ['admin', 'security_admin', 'user_admin'],
      groups: [],
      departments: [],
      vip: true,
      ...changes.exclude,
    },
    roster: {
      source: 'csv',
      path: './roster.csv',
      columns: {
        email: 'Email',
        employeeNumber: 'Employee ID',
        status: 'Status',
        endDate: 'Termination Date',
      },
      inactiveValues: ['Terminated', 'Inactive', 'Left'],
      maxAgeHours: 24 * 365,
    },
    schedule: { cron: '0 9 * * 1', timezone: 'Europe/Berlin', ...changes.schedule },
    approvers: {
      managers: true,
      slackUsers: [],
      slackUsergroups: [slack.usergroupId('licence-managers')],
      ...changes.approvers,
    },
    slack: { channel: slack.channelId, mode: 'http', ...changes.slack },
    store: { path: './reclaim.db' },
    http: { host: '127.0.0.1', port },
  }
}

/** The secrets as an operator would set them. */
export function stageEnv({ slack }: Pick<World, 'slack'>): Record<string, string> {
  return {
    SERVICENOW_USERNAME: BOT_ACCOUNT.userName,
    SERVICENOW_PASSWORD: BOT_ACCOUNT.password,
    SLACK_BOT_TOKEN: SECRETS.botToken,
    SLACK_SIGNING_SECRET: SECRETS.signingSecret,
    SLACK_APP_TOKEN: SECRETS.appToken,
    SLACK_API_URL: slack.apiUrl,
    LOG_LEVEL: 'warn',
  }
}

function stageSettings(world: World, changes: SettingsChanges, port: number): Settings {
  // JSON is YAML.
  return parseSettings(JSON.stringify(stageFile(world, changes, port)), stageEnv(world), world.folder)
}

/** Real time, plus what a story lets pass at once. */
function createClock(start: number) {
  let ahead = start - Date.now()
  return {
    now: () => Date.now() + ahead,
    advance: (ms: number) => {
      ahead += ms
    },
  }
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
