import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Button, buttonsIn } from '../../../sandbox/slack/buttons.ts'
import { stringOf } from '../../../sandbox/slack/json.ts'
import { setStage } from '../../../sandbox/stage.ts'
import { stageEnv, stageFile } from '../../../sandbox/stage-settings.ts'
import type { PersonEvent } from '../../../src/reclaim/lifecycle.ts'
import type { HistoryRow, Summary } from '../../../src/reclaim/reports.ts'
import { openForReading } from '../../../src/store/database.ts'
import { leaveRequest, openReports } from '../../../src/store/store.ts'
import { type Child, type createNursery, Died } from './child.ts'
import type { Point } from './points.ts'

/** A button that a person pressed, and what became of it in their eyes. */
type Press = {
  readonly actor: string
  readonly event: PersonEvent
  readonly name: string
  /** Slack was told in time that the click arrived. */
  acknowledged: boolean
  /** What the person was told, if anything. */
  told: string | null
}

/** Three people who left, each with another manager; nothing to wait for before the write. */
const CHANGES = {
  reclaim: { graceMinutes: 0 },
  rules: { inactiveInRoster: { missingCountsAsInactive: false } },
  // No run by itself.
  schedule: { cron: '0 0 29 2 *' },
}
/** On a machine with much else to do. */
const LONG_MS = 60_000

export type Scene = Awaited<ReturnType<typeof setScene>>

/** A stage whose bot is a process of its own that can be killed, and what people do there. */
export async function setScene(nursery: ReturnType<typeof createNursery>) {
  const stage = await setStage({ changes: CHANGES })
  const { slack, clock, folder } = stage
  const path = stage.settings.store.path
  await stage.bot().close()
  // The process to be killed is to make the store, too.
  for (const part of ['', '-wal', '-shm', '.head']) rmSync(path + part, { force: true })
  const settings = join(folder, 'reclaim.yml')
  const servicenow = { instance: stage.servicenow.url, auth: 'basic', concurrency: 1 }
  writeFileSync(settings, JSON.stringify({ ...stageFile(stage, CHANGES, 0), servicenow }))

  const presses: Press[] = []
  let child: Child | null = null
  let takenOver = false
  const alive = (): Child => {
    if (!child || child.isDead()) throw new Died()
    return child
  }
  /** Waits for something that only the living bot can bring about. */
  const until = async <Result>(what: () => string, look: () => Promise<Result | null>): Promise<Result> => {
    for (const end = Date.now() + LONG_MS; Date.now() < end; await pause(10)) {
      const found = await look()
      if (found !== null) return found
      if (!takenOver) alive()
    }
    throw new Error(`It never came about: ${what()}.`)
  }
  /** What a person alone was told so far. */
  const shownTo = (person: string) => slack.whispers.filter(({ user }) => user === slack.userId(person))

  return {
    stage,
    presses,
    /** Whether a process is alive. */
    isUp: () => child !== null && !child.isDead(),
    async start(at: Point | null) {
      const env = { ...stageEnv(stage), RECLAIM_CONFIG: settings, LOG_LEVEL: 'info' }
      child = await nursery.start(env, at, clock.now() - Date.now())
      slack.connect(child.url)
    },
    arm: (at: Point | null) => alive().arm(at),
    async advance(ms: number) {
      clock.advance(ms)
      await alive().ahead(clock.now() - Date.now())
    },
    /** Ends the process and puts the stage's own bot in its place, which works on the stage's clock. */
    async takeOver() {
      await child?.kill()
      await stage.restart()
      takenOver = true
    },
    /** Whether there is anything left to do, at whatever time. */
    hasTasks: () => tasksIn(path, Number.MAX_SAFE_INTEGER).length > 0,
    async close() {
      await child?.kill()
      await stage.close()
    },
    history: () => reading(path, reports => reports.history({})),
    summary: (): Promise<Summary> => reading(path, reports => reports.summary(0)),
    /** Waits until nothing is due any more. */
    async quiet(): Promise<void> {
      let tasks: object[] = []
      const isQuiet = async () => {
        tasks = tasksIn(path, clock.now())
        return tasks.length === 0 ? true : null
      }
      await until(() => `a bot that is done with ${JSON.stringify(tasks)}`, isQuiet)
    },
    /** Types a command and waits for its answer. */
    async command(person: string, words: string): Promise<string> {
      const before = shownTo(person).length
      await slack.driver
        .as(person)
        .command(`/reclaim ${words}`)
        .catch(() => alive())
      return until(
        () => `the answer to ${words}`,
        async () => shownTo(person)[before]?.text ?? null,
      )
    },
    /** Asks for a run on the shell, and waits for the answer. */
    async runOnShell(): Promise<string> {
      const request = leaveRequest(path, { kind: 'run', actor: 'cli:root', subject: null }, clock.now())
      try {
        return await until(
          () => 'the answer on the shell',
          async () => request.answer()?.text ?? null,
        )
      } finally {
        request.close()
      }
    },
    async press(person: string, event: PersonEvent, name: string): Promise<void> {
      const isIt = ({ actionId, element }: Button) =>
        actionId === `reclaim_${event}` && stringOf(element.accessibility_label).endsWith(`: ${name}`)
      const on = await until(
        () => `a button to ${event} ${name}`,
        async () => {
          const messages = await slack.messages()
          return messages.find(({ blocks }) => buttonsIn(blocks).some(isIt)) ?? null
        },
      )
      const before = shownTo(person).length
      const actor = `slack:${slack.userId(person)}`
      const press: Press = { actor, event, name, acknowledged: false, told: null }
      presses.push(press)
      const delivery = await slack.driver
        .as(person)
        .click({ on, actionId: `reclaim_${event}`, pick: isIt })
        .catch(() => null)
      press.acknowledged = delivery?.status === 200
      press.told = await until(
        () => `the answer to ${event} ${name}`,
        async () => shownTo(person)[before]?.text ?? null,
      )
    },
  }
}

/** The shell's view of the store, beside whoever writes to it. */
async function reading<Answer>(
  path: string,
  ask: (reports: ReturnType<typeof openReports>) => Promise<Answer>,
): Promise<Answer> {
  const reports = openReports(path)
  try {
    return await ask(reports)
  } finally {
    reports.close()
  }
}

/** What there is to be done by then. A write waits for the end of a pause; a chat is tried again in a moment. */
function tasksIn(path: string, now: number): object[] {
  const db = openForReading(path)
  try {
    const due = db.prepare<{ now: number }, object>(
      `SELECT kind, attempts, due_at - :now AS inMs, leased, reason FROM outbox
       WHERE ended IS NULL AND (lane <> 'servicenow' OR due_at <= :now OR leased = 1)
         AND (kind <> 'write' OR NOT EXISTS (SELECT 1 FROM control WHERE name = 'pause'))`,
    )
    return due.all({ now })
  } finally {
    db.close()
  }
}

/** What has happened to one account, by the name of its holder. */
export const about = (rows: readonly HistoryRow[], name: string): HistoryRow[] =>
  rows.filter(row => row.name === name)
