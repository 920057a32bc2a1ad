import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseSettings, type Settings } from '../src/config.ts'
import { type Bot, startBot } from '../src/main.ts'
import type { Log, Platform } from '../src/reclaim/ports.ts'
import { type Chats, startChats } from './chats.ts'
import { type Company, createCompany } from './company.ts'
import { type ServiceNowSimulator, startServiceNow } from './servicenow/simulator.ts'
import type { SlackWorkspace } from './slack/workspace.ts'
import { type SettingsChanges, stageEnv, stageFile, type World } from './stage-settings.ts'
import type { TeamsTenant } from './teams/tenant.ts'

/** The real bot between stand-ins, on loopback; the same for the demo and the stories. */
export type Stage = {
  readonly servicenow: ServiceNowSimulator
  readonly chats: Chats
  /** Where the settings, the roster and the store lie. */
  readonly folder: string
  readonly company: Company
  /** Those of the chats that are on stage; asking for the other one is a mistake, and throws. */
  readonly slack: SlackWorkspace
  readonly teams: TeamsTenant
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

export type StageOptions = {
  /** Where the bot is; left out = Slack. */
  readonly on?: readonly Platform[]
  readonly now?: number
  readonly changes?: SettingsChanges
  readonly log?: Log
  readonly paceMs?: number
  readonly port?: number
}

/** Sets the stage: ServiceNow, the chats, a roster file, settings, and the bot, which is added to its team in Teams. */
export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const clock = createClock(options.now ?? Date.now())
  const company = createCompany(clock.now())
  const folder = mkdtempSync(join(tmpdir(), 'reclaim-'))
  writeFileSync(join(folder, 'roster.csv'), company.rosterCsv)
  const servicenow = await startServiceNow({ seed: company.servicenow, now: clock.now })
  const chats = await startChats(options.on ?? ['slack'], company, clock.now)
  const world = { servicenow, chats, folder }
  const settingsFor = (changes: SettingsChanges) =>
    stageSettings(world, { ...options.changes, ...changes }, options.port ?? 0)
  let settings = settingsFor({})
  const start = async () => {
    const started = await startBot(settings, {
      clock,
      log: options.log ?? silent,
      paceMs: options.paceMs ?? 0,
    })
    // The clock may only be set once the bot has looked at it.
    await started.tick()
    // In socket mode it is the bot that calls.
    if (settings.slack?.mode === 'http') chats.slack?.connect(started.url)
    chats.teams?.connect(started.url)
    return started
  }
  let bot = await start()
  await chats.teams?.driver.install('nora')
  return {
    ...world,
    company,
    clock,
    get slack() {
      return onStage(chats.slack)
    },
    get teams() {
      return onStage(chats.teams)
    },
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
      await Promise.all([servicenow.close(), chats.slack?.close(), chats.teams?.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function onStage<Chat>(chat: Chat | undefined): Chat {
  if (chat === undefined) throw new Error('This chat is not on stage; name it in `on`.')
  return chat
}

export function stageSettings(world: World, changes: SettingsChanges, port: number): Settings {
  // JSON is YAML.
  return parseSettings(JSON.stringify(stageFile(world, changes, port)), stageEnv(world), world.folder)
}

/** Real time, plus what a story lets pass at once. */
export function createClock(start: number) {
  let ahead = start - Date.now()
  return {
    now: () => Date.now() + ahead,
    advance: (ms: number) => {
      ahead += ms
    },
  }
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
