import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startChats } from '../sandbox/chats.ts'
import { startServiceNow } from '../sandbox/servicenow/simulator.ts'
import { buttonsIn } from '../sandbox/slack/buttons.ts'
import type { ShownMessage } from '../sandbox/slack/messages.ts'
import type { SlackWorkspace } from '../sandbox/slack/workspace.ts'
import { stageSettings } from '../sandbox/stage.ts'
import { stageEnv, stageFile } from '../sandbox/stage-settings.ts'
import { startBot } from '../src/main.ts'
import { openReports } from '../src/store/store.ts'
import { APPROVERS, createLargeCompany } from './company.ts'
import { startRecorder } from './recorder.ts'

/**
 * How often each approver clicks: before the clock starts, and after. Before, all three make their connections, learn
 * who people are and compile their code, and V8 gives the bot's heap the size that it keeps: while that grows, every
 * click touches fresh memory.
 */
export const CLICKS_EACH = { before: 12, measured: 4 } as const
const CANDIDATES_EACH = CLICKS_EACH.before + CLICKS_EACH.measured

/** A press of Approve as Slack sends it, but for the signature. `token` is the button's value. */
export type Click = { readonly token: string; readonly body: string }

/** The stand-ins, and a store in which a run's candidates wait for their managers. */
export type World = {
  readonly approvers: number
  /** A store with open candidates; to be copied. */
  readonly storePath: string
  /** The settings and the secrets of a bot in this world, as its operator would write them. */
  readonly settings: {
    readonly yaml: string
    readonly rosterCsv: string
    readonly env: Record<string, string>
  }
  /** One press for each candidate, by approver. A press is good for one round: its response_url wears out. */
  clicks(): Promise<Click[][]>
  /** Resolves once so many of the round's clicks were told what came of them. @throws Error after half a minute */
  told(clicks: number): Promise<void>
  close(): Promise<void>
}

/** Lets the real bot propose {@link CANDIDATES_EACH} accounts to each manager, in the real messages, and stops it. */
export async function createWorld(folder: string): Promise<World> {
  const company = createLargeCompany(Date.now(), CANDIDATES_EACH)
  const servicenow = await startServiceNow({ seed: company.servicenow })
  const { slack } = await startChats(['slack'], company, Date.now)
  if (!slack) throw new Error('Slack did not start.')
  const home = join(folder, 'template')
  mkdirSync(home)
  writeFileSync(join(home, 'roster.csv'), company.rosterCsv)
  const surroundings = { servicenow, chats: { slack }, folder: home }
  const changes = { reclaim: { maxPerRun: 10_000, maxSharePercent: 100 } }
  const storePath = await propose(slack, stageSettings(surroundings, changes, 0))
  const messages = await slack.messages()
  const recorder = await startRecorder()
  slack.connect(recorder.url)
  let before = 0
  return {
    approvers: APPROVERS.length,
    storePath,
    settings: {
      yaml: JSON.stringify(stageFile(surroundings, changes, 0)),
      rosterCsv: company.rosterCsv,
      env: { ...stageEnv(surroundings), LOG_LEVEL: 'info' },
    },
    async clicks() {
      before = slack.whispers.length
      const all: Click[][] = []
      for (const approver of APPROVERS) all.push(await press(approver, messages, slack, recorder.record))
      return all
    },
    async told(clicks) {
      const missing = () => before + clicks - slack.whispers.length
      for (let waits = 0; missing() > 0; waits++) {
        if (waits > 600) throw new Error(`${missing()} clicks were not told what came of them.`)
        await pause(50)
      }
    },
    async close() {
      await Promise.all([recorder.close(), slack.close(), servicenow.close()])
    },
  }
}

async function propose(slack: SlackWorkspace, settings: Parameters<typeof startBot>[0]): Promise<string> {
  const { path } = settings.store
  const bot = await startBot(settings, { paceMs: 0, log: { debug() {}, info() {}, warn() {}, error() {} } })
  slack.connect(bot.url)
  await slack.driver.as('nora').command('/reclaim run')
  const reports = openReports(path)
  const posted = async () =>
    (await slack.messages()).length > APPROVERS.length && (await reports.summary(0)).tasks.waiting === 0
  while (!(await posted())) await pause(50)
  reports.close()
  await bot.close()
  return path
}

/** Somebody presses Approve at each of their candidates. */
async function press(
  { name }: (typeof APPROVERS)[number],
  messages: readonly ShownMessage[],
  slack: SlackWorkspace,
  record: (act: () => Promise<unknown>) => Promise<string>,
): Promise<Click[]> {
  const id = slack.userId(name)
  const actionId = 'reclaim_approve'
  const clicks: Click[] = []
  for (const on of messages.filter(({ blocks }) => JSON.stringify(blocks).includes(`"${id}"`)))
    for (const { value: token } of buttonsIn(on.blocks).filter(button => button.actionId === actionId)) {
      const body = await record(() => slack.driver.as(name).click({ on, actionId, pick: token }))
      clicks.push({ token, body })
    }
  if (clicks.length !== CANDIDATES_EACH) throw new Error(`${name} has ${clicks.length} buttons.`)
  return clicks
}
