import { expect, onTestFinished, vi } from 'vitest'
import type { Button } from '../../sandbox/slack/buttons.ts'
import { buttonsIn } from '../../sandbox/slack/buttons.ts'
import type { ShownMessage } from '../../sandbox/slack/messages.ts'
import type { Whisper } from '../../sandbox/slack/whispers.ts'
import { type Stage, type StageOptions, setStage } from '../../sandbox/stage.ts'
import type { HistoryRow } from '../../src/reclaim/reports.ts'
import { openForReading } from '../../src/store/database.ts'
import { openReports } from '../../src/store/store.ts'

export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE

/** A stage that is cleared after the test, with the words in which stories are told. */
export async function story(options: StageOptions = {}) {
  const stage = await setStage(options)
  onTestFinished(() => stage.close())
  return { ...tell(stage), stage, clock: stage.clock }
}

type Press = 'approve' | 'skip' | 'undo' | 'retry' | 'details'

function tell(stage: Stage) {
  const { slack, servicenow } = stage
  const as = (person: string) => slack.driver.as(person)

  /** All that a message says, in the channel as people read it. */
  const textOf = (message: { blocks: readonly object[] }) => plainText(message.blocks)
  const messageAbout = async (name: string): Promise<ShownMessage> => {
    const found = (await slack.messages()).findLast(message => buttonOf(message, 'details', name))
    if (!found) throw new Error(`No message shows ${name}.`)
    return found
  }
  const thread = async (name: string): Promise<string[]> =>
    (await messageAbout(name)).replies
      .flatMap(reply => textOf(reply).split('\n'))
      .filter(line => line.startsWith(name))
  const whispersTo = (person: string) =>
    slack.whispers.filter(whisper => whisper.user === slack.userId(person))

  /** Presses a button and returns what the bot tells the person who pressed. */
  async function press(person: string, what: Press, name: string, on?: ShownMessage): Promise<string> {
    const message = on ?? (await messageAbout(name))
    const before = whispersTo(person).length
    const delivery = await as(person).click({
      on: message,
      actionId: `reclaim_${what}`,
      pick: button => isAbout(button, name),
    })
    expect(delivery.status, 'every click is acknowledged').toBe(200)
    return answerTo(person, before)
  }

  async function answerTo(person: string, before: number): Promise<string> {
    const whisper = await eventually(() => {
      const next: Whisper | undefined = whispersTo(person)[before]
      expect(next, `${person} is answered`).toBeDefined()
      return next
    })
    return whisper ? textOf(whisper) : ''
  }

  async function command(person: string, line: string): Promise<string> {
    const before = whispersTo(person).length
    expect((await as(person).command(line)).status).toBe(200)
    return answerTo(person, before)
  }

  return {
    slack,
    servicenow,
    textOf,
    messageAbout,
    thread,
    press,
    command,
    whispersTo,
    /** Starts a run and waits until its messages stand in the channel. */
    async run(person = 'nora') {
      const before = (await slack.messages()).length
      const answer = await command(person, '/reclaim run')
      expect(answer).toContain('The run is done')
      await eventually(async () => expect((await slack.messages()).length).toBeGreaterThan(before))
      await quiet(stage)
    },
    /** Lets time pass, and waits until the bot has done what had become due. */
    async pass(ms: number) {
      await stage.pass(ms)
      await quiet(stage)
    },
    quiet: () => quiet(stage),
    history: (user?: string) => history(stage, user),
    states: async (user: string) => (await history(stage, user)).map(row => row.to),
    deletes: () => servicenow.journal.filter(entry => entry.method === 'DELETE'),
    exists: (userName: string) => servicenow.tables.rows('sys_user').some(row => row.user_name === userName),
  }
}

/** Repeats a check until it holds. */
export function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(check, { timeout: 15_000, interval: 20 })
}

/** Waits until nothing is due any more: all tasks are done, or wait for a later time or for the end of a pause. */
async function quiet(stage: Stage): Promise<void> {
  const db = openForReading(stage.settings.store.path)
  const due = db.prepare<[number], { kind: string; reason: string | null }>(
    `SELECT kind, reason FROM outbox WHERE ended IS NULL AND (due_at <= ? OR leased = 1)
       AND (kind <> 'write' OR NOT EXISTS (SELECT 1 FROM control WHERE name = 'pause'))`,
  )
  try {
    await eventually(() => expect(due.all(stage.clock.now()), 'tasks that are due').toEqual([]))
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

function buttonOf(message: ShownMessage, what: Press, name: string): Button | undefined {
  return buttonsIn(message.blocks).find(
    button => button.actionId === `reclaim_${what}` && isAbout(button, name),
  )
}

function isAbout(button: Button, name: string): boolean {
  return String(button.element.accessibility_label ?? '').endsWith(`: ${name}`)
}

/** The words of blocks, as a reader sees them: mentions as `@U…`, one line a line. */
function plainText(blocks: unknown): string {
  if (Array.isArray(blocks)) return blocks.map(plainText).filter(Boolean).join('\n')
  if (typeof blocks !== 'object' || blocks === null) return ''
  const block = blocks as Record<string, unknown>
  if (block.type === 'rich_text_section' && Array.isArray(block.elements))
    return block.elements.map(plainText).join('')
  if (block.type === 'user') return `@${block.user_id}`
  if (block.type === 'actions') return ''
  if (typeof block.text === 'string') return block.text
  return plainText(block.text ?? block.elements ?? [])
}
