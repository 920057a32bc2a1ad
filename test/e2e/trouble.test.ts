import { expect, test } from 'vitest'
import { createTroubleBoard, type TroubleBoard } from '../../sandbox/demo/trouble-board.ts'
import { TROUBLES, type TroubleId } from '../../sandbox/demo/troubles.ts'
import { eventually } from '../story/screen.ts'
import { MINUTE, story } from '../story/story.ts'

/* The panel “Trouble” of the demo promises something for each trouble; here the bot is held to it. */

const ONE_DELETE = ['proposed', 'approved', 'reclaiming', 'reclaimed']
const VERIFIED = ['proposed', 'approved', 'reclaiming', 'verifying', 'reclaimed']
const SENT_AGAIN = [...VERIFIED.slice(0, -1), 'approved', 'reclaiming', 'reclaimed']

type Told = Awaited<ReturnType<typeof begin>>

/** After a run, with a switchboard, and the words in which these stories are told. */
async function begin() {
  const told = await story('slack')
  const board = createTroubleBoard(told.stage)
  await told.run()
  const state = (id: TroubleId) => board.states().find(({ trouble }) => trouble.id === id)
  return {
    ...told,
    board,
    is: (id: TroubleId) => state(id)?.is,
    struck: (id: TroubleId) => {
      const found = state(id)
      return found && 'struck' in found ? found.struck : 0
    },
    async approve() {
      expect(await told.press('dana', 'approve', 'Bob Marsh')).toMatch(/^Done/)
      await told.quiet()
    },
    /** What the thread says became of Bob, word for word in the order of the history. */
    said: async () =>
      (await told.thread('Bob Marsh')).map(line => /^Bob Marsh: (proposed again|\w+)/.exec(line)?.[1]),
    /** Whether the account was read between the deletions. */
    lookedBetween() {
      const methods = told.servicenow.journal.map(({ method }) => method)
      return methods.slice(methods.indexOf('DELETE') + 1, methods.lastIndexOf('DELETE')).includes('GET')
    },
  }
}

/** A deletion that is not carried out: not claimed, not repeated at once, and repeated after a look. */
async function repeatedAfterALook({ approve, pass, states, deletes, lookedBetween }: Told): Promise<void> {
  await approve()
  await pass(15 * MINUTE)
  expect(await states('bob.marsh')).toEqual(VERIFIED.slice(0, -1))
  await pass(MINUTE)
  expect(deletes(), 'not before 90 seconds').toHaveLength(1)
  await pass(MINUTE)
  expect(await states('bob.marsh')).toEqual(SENT_AGAIN)
  expect(deletes()).toHaveLength(2)
  expect(lookedBetween()).toBe(true)
}

/** A deletion that is carried out, whatever is answered. */
async function provenByALook({ approve, pass, states, deletes }: Told): Promise<void> {
  await approve()
  await pass(15 * MINUTE)
  expect(await states('bob.marsh')).toEqual(ONE_DELETE)
  expect(deletes()).toHaveLength(1)
}

/** While the trouble lasts nothing is deleted, and that is said once; afterwards the deletion goes on. */
async function waits(
  id: TroubleId,
  { approve, pass, states, deletes, thread, ...told }: Told,
): Promise<void> {
  await approve()
  await pass(15 * MINUTE)
  await pass(10 * MINUTE)
  expect(deletes()).toHaveLength(0)
  expect((await states('bob.marsh')).at(-1)).toBe('approved')
  expect((await thread('Bob Marsh')).filter(line => line.includes('waiting'))).toHaveLength(1)
  expect(told.struck(id)).toBeGreaterThan(1)
  told.board.switchOff(id)
  await pass(10 * MINUTE)
  expect(deletes()).toHaveLength(1)
}

const PROMISES: Readonly<Record<TroubleId, (told: Told) => Promise<void>>> = {
  breaks: provenByALook,
  'answers-500': provenByALook,
  drops: repeatedAfterALook,
  'says-204': repeatedAfterALook,
  async refuses({ approve, pass, press, quiet, states, deletes, thread }) {
    await approve()
    await pass(15 * MINUTE)
    await pass(60 * MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'reclaiming', 'failed'])
    expect((await thread('Bob Marsh')).at(-1)).toMatch(/refused the deletion; .*403.*Business Rule/)
    expect(deletes()).toHaveLength(1)
    expect(await press('dana', 'retry', 'Bob Marsh')).toMatch(/^Done/)
    await quiet()
    await pass(15 * MINUTE)
    expect((await states('bob.marsh')).at(-1)).toBe('reclaimed')
  },
  async later({ approve, pass, board, is, exists, states, deletes }) {
    await approve()
    await pass(15 * MINUTE)
    expect((await states('bob.marsh')).at(-1)).toBe('verifying')
    expect(is('later')).toBe('holding')
    expect(exists('bob.marsh')).toBe(true)
    board.switchOff('later')
    await eventually(() => expect(exists('bob.marsh')).toBe(false))
    await pass(2 * MINUTE)
    expect(await states('bob.marsh')).toEqual(VERIFIED)
    expect(deletes()).toHaveLength(1)
  },
  async hangs({ approve, stage, quiet, board, is, states, deletes }) {
    await approve()
    await stage.pass(15 * MINUTE)
    await eventually(() => expect(is('hangs')).toBe('holding'))
    expect((await states('bob.marsh')).at(-1)).toBe('reclaiming')
    board.switchOff('hangs')
    await quiet()
    expect(await states('bob.marsh')).toEqual(ONE_DELETE)
    expect(deletes()).toHaveLength(1)
  },
  hibernates: told => waits('hibernates', told),
  limits: told => waits('limits', told),
  async halves(told) {
    const { servicenow, idOf, states, command, run } = told
    servicenow.tables.update('sys_user', idOf('ada.novak'), { last_login_time: '', last_login: '' })
    expect(await command('nora', 'run')).toMatch(/could not be|did not|failed/)
    expect(await states('ada.novak')).toEqual([])
    await waits('halves', told)
    await run()
    expect(await states('ada.novak'), 'who could have been proposed').toEqual(['proposed'])
  },
  async 'loses-answers'({ approve, pass, states, said, messages, struck }) {
    await approve()
    await pass(MINUTE)
    await pass(14 * MINUTE)
    for (let n = 0; n < 5; n++) await pass(MINUTE)
    expect(await states('bob.marsh')).toEqual(ONE_DELETE)
    expect(struck('loses-answers')).toBeGreaterThan(1)
    expect(await said()).toEqual(ONE_DELETE.slice(1))
    const texts = (await messages()).map(({ text }) => text)
    expect(new Set(texts).size).toBe(texts.length)
  },
  async patience({ approve, pass, states, deletes, said, board }) {
    await approve()
    await pass(15 * MINUTE)
    expect(await states('bob.marsh')).toEqual(ONE_DELETE)
    expect(deletes()).toHaveLength(1)
    expect(await said()).toEqual([])
    board.switchOff('patience')
    for (let n = 0; n < 5; n++) await pass(MINUTE)
    expect(await said()).toEqual(ONE_DELETE.slice(1))
  },
  async 'slack-down'({ board, approve, pass, deletes, states, said }) {
    board.switchOff('slack-down')
    await approve()
    await board.switchOn('slack-down')
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(0)
    board.switchOff('slack-down')
    for (let n = 0; n < 20; n++) await pass(MINUTE)
    expect((await states('bob.marsh')).at(-1)).toBe('reclaimed')
    expect(deletes()).toHaveLength(1)
    expect((await said()).slice(-2)).toEqual(['reclaiming', 'reclaimed'])
  },
  async login({ board, approve, pass, deletes, states }) {
    await approve()
    await board.switchOn('login')
    await pass(15 * MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'withdrawn'])
    expect(deletes()).toHaveLength(0)
  },
  async restart({ board, approve, pass, deletes, said, stage }) {
    await approve()
    const before = stage.bot()
    await pass(5 * MINUTE)
    await board.switchOn('restart')
    expect(stage.bot()).not.toBe(before)
    await pass(5 * MINUTE)
    expect(deletes(), 'the grace time runs on').toHaveLength(0)
    await pass(5 * MINUTE)
    await board.switchOn('restart')
    await pass(MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await said()).toEqual(ONE_DELETE.slice(1))
  },
}

test.each(TROUBLES)('with “$label” the bot does what the panel promises', async ({ id, where }) => {
  const told = await begin()
  if (where !== 'The rest of the world') await told.board.switchOn(id)
  await PROMISES[id](told)
})

const onAndOff = (board: TroubleBoard) => ({
  on: board.states().filter(({ is }) => is === 'on').length,
  off: board.states().filter(({ is }) => is === 'off').length,
})

test('every switch goes on and off again, and what is off does no harm', async () => {
  const told = await begin()
  const { board } = told
  const switches = TROUBLES.filter(({ where }) => where !== 'The rest of the world')
  for (const { id } of switches) {
    await board.switchOn(id)
    await board.switchOn(id)
    expect(told.is(id)).toBe('on')
    board.switchOff(id)
    expect(told.is(id)).toBe('off')
  }
  for (const { id } of switches) await board.switchOn(id)
  expect(onAndOff(board)).toEqual({ on: switches.length, off: 0 })
  board.allQuiet()
  expect(onAndOff(board)).toEqual({ on: 0, off: switches.length })
  await provenByALook(told)
  expect(told.servicenow.journal.filter(({ outcome }) => outcome.startsWith('fault'))).toEqual([])
  expect(told.stage.slack.calls.filter(({ outcome }) => outcome.startsWith('fault'))).toEqual([])
})

test('switching one of Slack’s troubles off leaves the others on', async () => {
  const { board, approve, said, struck, pass } = await begin()
  await board.switchOn('patience')
  await board.switchOn('loses-answers')
  board.switchOff('loses-answers')
  await approve()
  expect(await said()).toEqual([])
  expect(struck('patience')).toBeGreaterThan(0)
  board.switchOff('patience')
  for (let n = 0; n < 5; n++) await pass(MINUTE)
  expect(await said()).toEqual(['approved'])
})

test('a login needs somebody who is about to be deleted, and says so', async () => {
  const { board, approve } = await begin()
  await expect(board.switchOn('login')).rejects.toThrow(/approve somebody first/)
  await approve()
  await board.switchOn('login')
  expect(board.news().map(({ words }) => words)).toEqual(['Bob Marsh logs in to ServiceNow.'])
})

test('the bot is stopped and started once at a time', async () => {
  const { board } = await begin()
  const first = board.switchOn('restart')
  expect(board.isRestarting()).toBe(true)
  await expect(board.switchOn('restart')).rejects.toThrow(/wait until it is back/)
  await first
  expect(board.isRestarting()).toBe(false)
})
