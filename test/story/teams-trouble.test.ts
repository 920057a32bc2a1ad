import { describe, expect, test } from 'vitest'
import type { FaultKind } from '../../sandbox/teams/faults.ts'
import { MINUTE, story } from './story.ts'

/* What may or may not have happened: Teams has no idempotency key, and only Graph shows the channel. */

const SECOND = 1000
const forbidden = { kind: 'error', status: 403, code: 'Forbidden', times: Infinity } as const

/** The beginning of a story, with what the bot asks of Microsoft from here on. */
async function begin() {
  const told = await story('teams')
  const { teams } = told.stage
  const count = (operation: string) => teams.calls.filter(call => call.operation === operation).length
  const welcomed = count('create')
  return {
    ...told,
    teams,
    // With less it only tries whether it may look.
    looks: () => teams.calls.filter(({ path }) => path.includes('$top=50')).length,
    creates: () => count('create') - welcomed,
    replies: () => count('reply'),
    /** Starts a run whose first post may not stand in the channel yet. */
    async runSomehow() {
      expect(await told.command('nora', 'run')).toContain('The run is done')
      await told.quiet()
    },
  }
}

describe('a post whose answer was lost', () => {
  test.each(['reset_after', '502_after', 'hang_after'] as const)(
    'is looked for after ten seconds, and found: %s',
    async kind => {
      const { teams, runSomehow, pass, messages, press, thread, quiet, looks, creates } = await begin()
      teams.faults.add({ operation: 'create', kind })
      await runSomehow()
      expect([looks(), creates()]).toEqual([0, 1])
      await pass(5 * SECOND)
      expect([looks(), creates()], 'it may not show yet').toEqual([0, 1])
      await pass(6 * SECOND)
      expect([looks(), creates()]).toEqual([1, 5])
      expect(await messages()).toHaveLength(5)
      await press('dana', 'approve', 'Bob Marsh')
      await quiet()
      expect(await thread('Bob Marsh')).toHaveLength(1)
    },
  )

  test.each<FaultKind>([{ kind: '502' }, { kind: '503' }, { kind: 'reset_before' }])(
    'and that had not happened is posted, after a look: $kind',
    async fault => {
      const { teams, runSomehow, pass, messages, looks, creates } = await begin()
      teams.faults.add({ operation: 'create', ...fault })
      await runSomehow()
      await pass(11 * SECOND)
      expect([looks(), creates()]).toEqual([1, 6])
      expect(await messages()).toHaveLength(5)
    },
  )

  test('and that cannot be looked for is not posted again: given up, and counted; its buttons work', async () => {
    const { teams, runSomehow, pass, messages, command, press, quiet, thread, messageAbout, creates } =
      await begin()
    teams.faults.add({ operation: 'graph', ...forbidden })
    teams.faults.add({ operation: 'create', kind: 'reset_after', times: 5 })
    await runSomehow()
    for (let n = 0; n < 5; n++) await pass(11 * SECOND)
    await pass(20 * MINUTE)
    expect([creates(), (await messages()).length]).toEqual([5, 5])
    expect(await command('nora', 'status')).toContain(
      '5 chat messages could not be delivered and will not be tried again',
    )
    expect(await press('dana', 'approve', 'Bob Marsh')).toMatch(/^Done/)
    await quiet()
    expect(await thread('Bob Marsh')).toHaveLength(1)
    expect((await messageAbout('Bob Marsh')).text).toContain('Approved by Dana Whitfield.')

    await runSomehow()
    const headers = (await messages()).filter(({ text }) => text.startsWith('Licence reclaim'))
    expect([headers.length, (await messages()).length], 'nor by a later run').toEqual([2, 6])
  })
})

test.each<FaultKind>([{ kind: '429', retryAfterSeconds: 20 }, { kind: '412' }])(
  'a post that Teams refuses for now is posted later, without a look: $kind',
  async fault => {
    const { teams, runSomehow, pass, messages, looks, creates } = await begin()
    teams.faults.add({ operation: 'create', ...fault })
    await runSomehow()
    expect(creates()).toBe(1)
    await pass(21 * SECOND)
    expect([looks(), creates()]).toEqual([0, 6])
    expect(await messages()).toHaveLength(5)
  },
)

describe('a line in a thread', () => {
  test.each([
    ['reply', 'reset_after', 1, 1],
    ['reply', '502_after', 1, 1],
    ['reply', 'reset_before', 2, 1],
    // The line was heard; only the message has to be brought up to date once more.
    ['update', 'reset_after', 1, 0],
    ['update', 'reset_before', 1, 0],
  ] as const)(
    'is said once, and the message is up to date: %s %s',
    async (operation, kind, times, looked) => {
      const { teams, run, press, pass, quiet, thread, messageAbout, replies, looks } = await begin()
      await run()
      const before = replies()
      teams.faults.add({ operation, kind })
      await press('dana', 'approve', 'Bob Marsh')
      await quiet()
      expect(looks(), 'it may not show yet').toBe(0)
      await pass(11 * SECOND)
      expect(await thread('Bob Marsh')).toEqual([expect.stringMatching(/^Bob Marsh: approved by Dana/)])
      expect((await messageAbout('Bob Marsh')).text).toContain('Approved by Dana Whitfield.')
      expect([replies() - before, looks()]).toEqual([times, looked])
    },
  )

  test('is not said again while the message cannot be brought up to date, right or no right to read', async () => {
    const { teams, run, press, pass, quiet, thread, messageAbout } = await begin()
    await run()
    teams.faults.add({ operation: 'graph', ...forbidden })
    teams.faults.add({ operation: 'update', kind: '429', retryAfterSeconds: 2, times: 4 })
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    for (let n = 0; n < 6; n++) await pass(3 * SECOND)
    expect(await thread('Bob Marsh')).toHaveLength(1)
    expect((await messageAbout('Bob Marsh')).text).toContain('Approved by Dana Whitfield.')
  })

  test('is said twice rather than not at all where the thread cannot be read', async () => {
    const { teams, run, press, pass, quiet, thread } = await begin()
    await run()
    teams.faults.add({ operation: 'graph', ...forbidden })
    teams.faults.add({ operation: 'reply', kind: 'reset_after' })
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    await pass(11 * SECOND)
    expect(await thread('Bob Marsh')).toHaveLength(2)
  })
})

describe('while Teams takes nothing, ServiceNow is worked on, and everything is said afterwards, once, in order:', () => {
  test.each<FaultKind>([
    { kind: 'reset_before' },
    { kind: '429', retryAfterSeconds: null },
    { kind: '412' },
    { kind: '500' },
    { kind: '502' },
    { kind: '503' },
    { kind: 'html' },
    { kind: 'error', status: 403, code: 'BotNotInConversationRoster' },
  ])('$kind', async fault => {
    const { teams, run, press, pass, thread, deletes, messageAbout } = await begin()
    await run()
    for (const operation of ['create', 'reply', 'update'] as const)
      teams.faults.add({ operation, ...fault, times: Infinity })
    expect(await press('dana', 'approve', 'Bob Marsh')).toMatch(/^Done/)
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await thread('Bob Marsh')).toEqual([])
    teams.faults.clear()
    await pass(10 * MINUTE)
    expect((await thread('Bob Marsh')).map(line => line.split(/ by |: |\. /)[1])).toEqual([
      'approved',
      'reclaiming',
      'reclaimed',
    ])
    expect((await messageAbout('Bob Marsh')).text).toContain('Reclaimed. The account is gone')
  })

  test('hang', async () => {
    const { teams, run, press, pass, quiet, thread } = await begin()
    await run()
    teams.faults.add({ operation: 'reply', kind: 'hang' })
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    expect(await thread('Bob Marsh')).toEqual([])
    await pass(11 * SECOND)
    expect(await thread('Bob Marsh')).toHaveLength(1)
  })
})
