import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bot, startBot } from '../../src/main.ts'
import type { Log } from '../../src/reclaim/ports.ts'
import { inTeams, TEAMS_APP, TEAMS_GROUP } from '../chats.ts'
import { CHANNEL, createCompany, TEAM_NAME } from '../company.ts'
import { type ServiceNowSimulator, startServiceNow } from '../servicenow/simulator.ts'
import type { JsonObject } from '../slack/json.ts'
import { createClock, stageSettings } from '../stage.ts'
import { execute } from '../teams/activities.ts'
import { buttonsIn } from '../teams/buttons.ts'
import { createDirectory, guidOf } from '../teams/directory.ts'
import { type PlaygroundClient, startPlayground } from './client.ts'
import { type PlaygroundCloud, startPlaygroundCloud } from './cloud.ts'
import { playgroundFile } from './roster.ts'

/** The real bot between the ServiceNow simulator and Microsoft's own client. */
export interface PlaygroundStage {
  servicenow: ServiceNowSimulator
  cloud: PlaygroundCloud
  client: PlaygroundClient
  bot: Bot
  /** The store of the bot. */
  storePath: string
  /** Who is behind an Entra object id, or Teams' own; the id itself for a stranger. */
  nameOf(id: string): string
  clock: { now(): number }
  timeZone: string
  /** The channel's name. */
  channel: string
  /** What Teams sends when somebody clicks the button with this tooltip, such as `Approve: Bob Marsh`. */
  clickOf(person: string, tooltip: string): JsonObject
  /** Lets time pass at once, and the bot notice. */
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

export interface PlaygroundStageOptions {
  /** Of the Playground's page. */
  port: number
  log: Log
  paceMs?: number
}

/** Sets it up. Nora, a named approver, sits at the screen; the app is not installed yet. */
export async function setPlaygroundStage(options: PlaygroundStageOptions): Promise<PlaygroundStage> {
  const { port, log, paceMs = 0 } = options
  const clock = createClock(Date.now())
  const company = createCompany(clock.now())
  const folder = mkdtempSync(join(tmpdir(), 'reclaim-'))
  writeFileSync(join(folder, 'roster.csv'), company.rosterCsv)
  const directory = createDirectory(inTeams(company.people), TEAMS_APP.tenantId)
  const place = {
    ...{ tenantId: TEAMS_APP.tenantId, teamId: TEAMS_GROUP, teamName: TEAM_NAME },
    threadId: `19:${guidOf('team')}@thread.tacv2`,
    ...{ channelId: `19:${guidOf('channel')}@thread.tacv2`, channelName: CHANNEL.name },
  }
  const servicenow = await startServiceNow({ seed: company.servicenow, now: clock.now })
  const cloud = await startPlaygroundCloud({
    ...{ app: TEAMS_APP, place, directory, playgroundUrl: `http://127.0.0.1:${port}`, now: clock.now },
  })
  const client = await startPlayground(
    playgroundFile({
      tenantId: place.tenantId,
      bot: { id: `28:${TEAMS_APP.appId}`, name: TEAMS_APP.botName },
      members: directory.members(),
      team: { id: place.teamId, name: place.teamName, threadId: place.threadId },
      channel: { id: place.channelId, name: place.channelName },
    }),
    { port, endpoint: cloud.endpoint, serviceUrl: cloud.serviceUrl },
  )
  const teams = {
    ...{ url: cloud.url, tenantId: place.tenantId, teamId: place.teamId, channelId: place.channelId },
    userId: (name: string) => directory.named(name).userId,
  }
  const settings = stageSettings({ servicenow, chats: { teams }, folder }, {}, 0)
  const bot = await startBot(settings, { clock, log, paceMs })
  await bot.tick()
  cloud.connect(bot.url)
  return {
    ...{ servicenow, cloud, client, bot, clock, storePath: settings.store.path },
    timeZone: settings.schedule.timezone,
    nameOf: id => directory.identified(id)?.realName ?? id,
    channel: place.channelName,
    clickOf(person, tooltip) {
      const found = cloud.messages().flatMap(({ id, card }) => {
        const button = card && buttonsIn(card).find(({ element }) => element.tooltip === tooltip)
        return button ? [{ messageId: id, where: { rootId: id }, button }] : []
      })
      const [on] = found
      if (!on) throw new Error(`No message has a button “${tooltip}”.`)
      const doer = { member: directory.named(person), tenantId: place.tenantId }
      const bot = { id: `28:${TEAMS_APP.appId}`, name: TEAMS_APP.botName }
      return execute(doer, on, { place, bot, serviceUrl: cloud.serviceUrl, now: clock.now })
    },
    async pass(ms) {
      clock.advance(ms)
      await bot.tick()
    },
    async close() {
      await bot.close()
      await Promise.all([servicenow.close(), client.close(), cloud.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
