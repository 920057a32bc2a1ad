import { expect, onTestFinished } from 'vitest'
import { type Stage, type StageOptions, setStage } from '../../sandbox/stage.ts'
import type { HistoryRow } from '../../src/reclaim/reports.ts'
import { openForReading } from '../../src/store/database.ts'
import { openReports } from '../../src/store/store.ts'
import { eventually, type Press, type Screen, type Seen } from './screen.ts'
import { slackScreen } from './slack-screen.ts'
import { teamsScreen } from './teams-screen.ts'

export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE

/** Where every story is told. */
export const PLATFORMS = ['slack', 'teams'] as const

type Options = Omit<StageOptions, 'on'>

/** A stage with one chat, cleared after the test, and the words in which stories are told. */
export async function story(platform: (typeof PLATFORMS)[number], options: Options = {}) {
  const stage = await setStage({ ...options, on: [platform] })
  onTestFinished(() => stage.close())
  const screen =
    platform === 'slack' ? slackScreen(stage.slack, stage.company) : teamsScreen(stage.teams, stage.company)
  return { ...tell(stage), ...show(stage, screen) }
}

/** The same with both chats, each with its own words. */
export async function storyInBoth(options: Options = {}) {
  const stage = await setStage({ ...options, on: PLATFORMS })
  onTestFinished(() => stage.close())
  return {
    ...tell(stage),
    slack: show(stage, slackScreen(stage.slack, stage.company)),
    teams: show(stage, teamsScreen(stage.teams, stage.company)),
  }
}

/** What stories say of the world, the clock and the history. */
function tell(stage: Stage) {
  const { servicenow, clock } = stage
  const accounts = servicenow.tables
  return {
    stage,
    servicenow,
    clock,
    /** Lets time pass, and waits until the bot has done what had become due. */
    async pass(ms: number) {
      await stage.pass(ms)
      await quiet(stage)
    },
    quiet: () => quiet(stage),
    history: (user?: string) => history(stage, user),
    states: async (user: string) => (await history(stage, user)).map(row => row.to),
    deletes: () => servicenow.journal.filter(entry => entry.method === 'DELETE'),
    exists: (userName: string) => accounts.rows('sys_user').some(row => row.user_name === userName),
    /** The sys_id of an account. */
    idOf: (userName: string) =>
      accounts.rows('sys_user').find(row => row.user_name === userName)?.sys_id ?? `no ${userName}`,
  }
}

/** What stories say of one chat. */
function show(stage: Stage, screen: Screen) {
  const messageAbout = async (name: string): Promise<Seen> => {
    const found = (await screen.messages()).findLast(message => message.offers('details', name))
    if (!found) throw new Error(`No message shows ${name}.`)
    return found
  }
  return {
    ...screen,
    messageAbout,
    /** What a thread says about an account, line by line. */
    thread: async (name: string): Promise<string[]> =>
      (await messageAbout(name)).replies
        .flatMap(reply => reply.split('\n'))
        .filter(line => line.startsWith(name)),
    /** Presses a button and returns what the bot tells the person who pressed. */
    press: async (person: string, what: Press, name: string, on?: Seen) =>
      (on ?? (await messageAbout(name))).press(person, what, name),
    /** Starts a run and waits until its messages stand in the channel. */
    async run(person = 'nora') {
      const before = (await screen.messages()).length
      expect(await screen.command(person, 'run')).toContain('The run is done')
      await eventually(async () => expect((await screen.messages()).length).toBeGreaterThan(before))
      await quiet(stage)
    },
  }
}

/**
 * Waits until nothing is due any more: all tasks are done, or wait for a later time, for the end of a pause or a stop, or, in a
 * chat, behind one that waits.
 */
async function quiet(stage: Stage): Promise<void> {
  const db = openForReading(stage.settings.store.path)
  const due = db.prepare<{ now: number }, { kind: string; reason: string | null }>(
    `SELECT kind, reason FROM outbox o WHERE ended IS NULL AND (due_at <= :now OR leased = 1)
       AND (kind <> 'write' OR NOT EXISTS (SELECT 1 FROM control WHERE name IN ('pause', 'breaker', 'restored')))
       AND (lane = 'servicenow' OR NOT EXISTS (
         SELECT 1 FROM outbox b WHERE b.lane = o.lane AND b.ended IS NULL AND b.id < o.id AND b.due_at > :now
           AND (b.kind <> 'digest' OR o.kind = 'digest')))`,
  )
  try {
    await eventually(() => expect(due.all({ now: stage.clock.now() }), 'tasks that are due').toEqual([]))
  } finally {
    db.close()
  }
}

async function history(stage: Stage, user?: string): Promise<HistoryRow[]> {
  const reports = openReports(stage.settings.store.path)
  try {
    return await reports.history(user ? { user } : {})
  } finally {
    reports.close()
  }
}
