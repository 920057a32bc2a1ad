import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Stage } from '../../sandbox/stage.ts'
import { stageEnv, stageFile } from '../../sandbox/stage-settings.ts'
import { eventually } from './screen.ts'
import { MINUTE, PLATFORMS, story } from './story.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The bot as its own process, so that it can be killed like one. */
async function startProcess(stage: Stage): Promise<ChildProcess> {
  await stage.bot().close()
  const file = join(stage.folder, 'reclaim.yml')
  writeFileSync(file, JSON.stringify(stageFile(stage, { reclaim: { graceMinutes: 0 } }, 0)))
  const bot = spawn(join(ROOT, 'node_modules/.bin/node'), ['src/cli.ts', 'start'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...stageEnv(stage), RECLAIM_CONFIG: file, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  onTestFinished(() => {
    bot.kill('SIGKILL')
  })
  for await (const line of createInterface({ input: bot.stderr })) {
    const url = /"url":"([^"]+)"/.exec(line)?.[1]
    if (!url) continue
    stage.chats.slack?.connect(url)
    stage.chats.teams?.connect(url)
    return bot
  }
  throw new Error('The bot ended before it was running.')
}

async function kill(bot: ChildProcess): Promise<void> {
  const ended = once(bot, 'exit')
  bot.kill('SIGKILL')
  await ended
}

describe.each(PLATFORMS)('a bot that is stopped, in %s,', platform => {
  test('in the grace time writes after it is back, once', async () => {
    const { run, press, pass, quiet, deletes, stage, clock } = await story(platform)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    clock.advance(5 * MINUTE)
    await stage.restart()
    await quiet()
    expect(deletes(), 'the grace time runs on').toHaveLength(0)
    await pass(10 * MINUTE)
    expect(deletes()).toHaveLength(1)
    await stage.restart()
    await pass(MINUTE)
    expect(deletes()).toHaveLength(1)
  })

  test('until the grace time was over gives the time to undo once more, and says that it was away', async () => {
    const { run, press, pass, quiet, deletes, stage, clock, messages, states, thread } = await story(platform)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    await press('dana', 'approve', 'Greta Lund')
    await quiet()
    await stage.bot().close()
    clock.advance(20 * MINUTE)
    await stage.restart()
    await quiet()
    expect(deletes()).toHaveLength(0)
    expect((await messages()).at(-1)?.text).toMatch(
      /^The bot was away from .* to .*\. A button that was pressed meanwhile did nothing: please press it again\. For 2 approvals the time to undo runs once more: 15 minutes from then\.$/,
    )
    expect((await thread('Bob Marsh')).at(-1)).toMatch(
      /^Bob Marsh: approved by Dana Whitfield, but waiting – .* The account is deleted after .* unless somebody presses Undo\.$/,
    )
    expect(await press('dana', 'undo', 'Bob Marsh')).toMatch(/^Done/)
    await pass(14 * MINUTE)
    expect(deletes()).toHaveLength(0)
    await pass(MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'approved', 'proposed'])
  })

  test('for a moment says nothing, and so does one that was away while nobody had to decide', async () => {
    const { run, stage, clock, messages, quiet } = await story(platform)
    const away = async (ms: number) => {
      await stage.bot().close()
      clock.advance(ms)
      await stage.restart()
      await quiet()
    }
    await away(60 * MINUTE)
    expect(await messages()).toEqual([])
    await run()
    const before = (await messages()).length
    await away(9 * MINUTE)
    expect(await messages()).toHaveLength(before)
    await away(11 * MINUTE)
    expect(await messages()).toHaveLength(before + 1)
    // It ran all that time, and looked at nothing: a long run keeps it busy.
    clock.advance(30 * MINUTE)
    await away(MINUTE)
    expect(await messages()).toHaveLength(before + 1)
  })

  test('by kill -9 after ServiceNow deleted, but before it answered, sends nothing more: it reads', async () => {
    const { run, press, pass, deletes, stage, states, servicenow, exists } = await story(platform)
    await run()
    const bot = await startProcess(stage)
    const gate = servicenow.hold({ method: 'DELETE', when: 'after' })
    await press('dana', 'approve', 'Bob Marsh')
    await gate.arrived
    await kill(bot)
    gate.release()
    expect(exists('bob.marsh')).toBe(false)

    await stage.restart()
    await pass(2 * MINUTE)
    expect(await states('bob.marsh')).toEqual([
      'proposed',
      'approved',
      'reclaiming',
      'verifying',
      'reclaimed',
    ])
    expect(deletes()).toHaveLength(1)
  })

  test('by kill -9 while a DELETE that never happens is under way, sends another one only after a read found the account', async () => {
    const { run, press, pass, deletes, stage, states, servicenow, exists, thread } = await story(platform)
    await run()
    const bot = await startProcess(stage)
    servicenow.faults.add({ kind: 'hang_then_commit', method: 'DELETE', times: 1 })
    await press('dana', 'approve', 'Bob Marsh')
    await eventually(() => expect(deletes()).toHaveLength(1))
    await kill(bot)

    await stage.restart({ reclaim: { graceMinutes: 0 } })
    await pass(0)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'reclaiming', 'verifying'])
    expect(deletes()).toHaveLength(1)
    const before = servicenow.journal.length
    await pass(2 * MINUTE)
    expect(await states('bob.marsh')).toEqual([
      ...['proposed', 'approved', 'reclaiming', 'verifying'],
      ...['approved', 'reclaiming', 'reclaimed'],
    ])
    const after = servicenow.journal.slice(before).map(entry => entry.method)
    expect(after.slice(0, after.indexOf('DELETE'))).toContain('GET')
    expect(deletes()).toHaveLength(2)
    expect(exists('bob.marsh')).toBe(false)
    expect(await thread('Bob Marsh')).toHaveLength(6)
  })
})

test.each(PLATFORMS)(
  'in %s a button pressed on a message that the bot lost works, and that message is kept up to date',
  async platform => {
    const { run, press, quiet, messages, messageAbout } = await story(platform)
    await run()
    const known = await messageAbout('Bob Marsh')
    const copy = await known.copy()
    expect(await press('dana', 'approve', 'Bob Marsh', copy)).toMatch(/^Done/)
    await quiet()
    const texts = (await messages()).filter(({ id }) => [known.id, copy.id].includes(id))
    expect(texts).toHaveLength(2)
    for (const { text } of texts) expect(text).toContain('Approved by')
  },
)
