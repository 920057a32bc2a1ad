import { describe, expect, test } from 'vitest'
import { eventually } from '../story/screen.ts'
import { DAY, MINUTE } from '../story/story.ts'
import { ALWAYS, attemptsOf, POST, type SlackFault, slackStory } from './slack-story.ts'
import { GRACE, NAME, SENT, whenDeleteArrives } from './story.ts'

/* Slack's faults and what the bot promises under each. The names of the rows are the list. */

const SECOND = 1000
const RUN = [/^Licence reclaim/, /^Priya/, /^Tomás/, /^Dana/, /^Named approvers/].map(words =>
  expect.stringMatching(words),
)

describe('Slack is down for an hour:', () => {
  const down: SlackFault = { method: '*', kind: 'reset_before', times: ALWAYS }

  test('when a run is due → the run happens; its messages come when Slack is back, each once; not more than 20 calls until then', async () => {
    const { fails, calls, slack, pass, minutes, heads, path } = await slackStory()
    fails(down)
    await pass(7 * DAY)
    expect(await path()).toEqual(['proposed'])
    const before = calls()
    await minutes(60)
    expect(calls() - before).toBeLessThanOrEqual(20)
    slack.faults.clear()
    await minutes(12)
    expect(await heads()).toEqual(RUN)
  })

  test('when a deletion is due → nothing is deleted while its approver cannot be checked; the thread is told once, and it goes on', async () => {
    const told = await slackStory()
    const { fails, calls, slack, approve, pass, minutes, deletes, words, path } = told
    await approve()
    fails(down)
    await pass(GRACE)
    const before = calls()
    await minutes(60)
    expect(calls() - before).toBeLessThanOrEqual(60)
    expect(await path()).toEqual(['proposed', 'approved', 'approved'])
    expect(deletes()).toBe(0)
    slack.faults.clear()
    await minutes(12)
    await told.endsReclaimed({ path: ['proposed', 'approved', 'approved', 'reclaiming'], deletes: 1 })
    expect(await words()).toEqual(['approved', 'waiting', 'reclaiming', 'reclaimed'])
  })

  test('when a deletion has begun → it is finished and read back; the thread is told all of it later, in order, once', async () => {
    const told = await slackStory()
    const { fails, slack, approve, pass, minutes, words } = told
    await approve()
    whenDeleteArrives(told, () => fails(down))
    await pass(GRACE)
    await minutes(60)
    expect(await told.path()).toEqual([...SENT, 'reclaimed'])
    slack.faults.clear()
    await minutes(12)
    await told.endsReclaimed({ path: SENT, deletes: 1 })
    expect(await words()).toEqual(['approved', 'reclaiming', 'reclaimed'])
  })
})

describe('a run is due while Slack', () => {
  const decidable = async (told: Awaited<ReturnType<typeof slackStory>>) => {
    expect(await told.press('dana', 'approve', NAME)).toMatch(/^Done/)
    await told.quiet()
    expect(await told.words()).toEqual(['approved'])
  }

  test('cannot look anybody up for most of a day → what was proposed is shown once it can, each once, and can be decided', async () => {
    const told = await slackStory()
    const { fails, slack, command, pass, quiet, minutes, heads } = told
    fails({ method: 'users.lookupByEmail', kind: '500', times: ALWAYS })
    expect(await command('nora', 'run')).toContain('The run is done')
    await quiet()
    for (let attempt = 0; attempt < 105; attempt++) await pass(10 * MINUTE)
    expect(await heads()).toEqual([])
    expect(await command('nora', 'status')).not.toContain('could not be delivered')
    slack.faults.clear()
    await minutes(12)
    expect(await heads()).toEqual(RUN)
    await decidable(told)
  }, 120_000)

  test('takes none of its messages, so that they are given up → the next run shows everybody, once, and they can be decided', async () => {
    const told = await slackStory()
    const { fails, slack, command, run, quiet, messages, heads } = told
    fails({ method: POST, kind: 'error', error: 'invalid_blocks', times: ALWAYS })
    expect(await command('nora', 'run')).toContain('The run is done')
    await quiet()
    expect(await heads()).toEqual([])
    slack.faults.clear()
    await run()
    expect(await heads()).toEqual(RUN)
    expect((await messages())[0]?.text).toContain(
      '12 accounts of an earlier run could not be shown here until now: see below.',
    )
    await run()
    expect(await heads()).toEqual([...RUN, RUN[0]])
    await decidable(told)
  })
})

describe('Slack asks for patience:', () => {
  const rows = [
    { fault: '429 with Retry-After', retryAfterSeconds: 120, promise: 'nothing is posted before that time' },
    {
      fault: '429 without Retry-After',
      retryAfterSeconds: null,
      promise: 'posted again at the bot’s own pace',
    },
  ]

  test.each(rows)('$fault → $promise, and then everything, in order, once', async ({ retryAfterSeconds }) => {
    const { fails, calls, run, press, pass, quiet, minutes, words } = await slackStory()
    await run()
    fails({ method: POST, kind: '429', retryAfterSeconds, times: 2 })
    const before = calls(POST)
    await press('dana', 'approve', NAME)
    await quiet()
    if (retryAfterSeconds !== null) {
      for (let seconds = 0; seconds < 110; seconds += 10) await pass(10_000)
      expect(calls(POST) - before).toBe(1)
    }
    await minutes(6)
    expect(await words()).toEqual(['approved'])
    expect(calls(POST) - before).toBe(3)
  })

  test('for a run’s message → posted when the time is over, without a look, and not as a repeat', async () => {
    const { fails, calls, command, quiet, pass, heads, messages } = await slackStory()
    fails({ method: POST, kind: '429', retryAfterSeconds: 3 })
    expect(await command('nora', 'run')).toContain('The run is done')
    await quiet()
    await pass(4 * SECOND)
    expect(await heads()).toEqual(RUN)
    expect([calls(POST), calls('conversations.history')]).toEqual([6, 0])
    expect((await messages())[0]?.text).not.toContain('Posted again')
  })
})

describe('Slack took a post, or may have taken it, but gave no clear answer:', () => {
  const unclear = (
    kind: { kind: 'reset_before' | '500' | 'html' } | { kind: 'error'; error: string },
  ): SlackFault => ({ method: POST, ...kind })

  test('a timeout after a run’s message was accepted → found again by its metadata, never posted twice', async () => {
    const { fails, calls, run, minutes, heads } = await slackStory()
    fails({ method: POST, kind: 'hang_after' })
    await run()
    await minutes(1)
    expect(await heads()).toEqual(RUN)
    expect(calls(POST)).toBe(5)
  })

  test('a run’s message lands seconds after its connection was cut → it is given ten seconds to show up, and never posted twice', async () => {
    const { fails, calls, slack, command, quiet, pass, heads, messages } = await slackStory()
    const { promise: until, resolve: land } = Promise.withResolvers<void>()
    fails({ method: POST, kind: 'reset_late', until })
    expect(await command('nora', 'run')).toContain('The run is done')
    await quiet()
    await pass(5 * SECOND)
    land()
    await eventually(async () => expect(await slack.messages()).toHaveLength(1))
    await pass(6 * SECOND)
    expect(await heads()).toEqual(RUN)
    expect(calls(POST)).toBe(5)
    expect((await messages())[0]?.text).not.toContain('Posted again')
  })

  test.each<{ fault: string } & Parameters<typeof unclear>[0]>([
    { fault: 'the connection was cut', kind: 'reset_before' },
    { fault: 'HTTP 500', kind: '500' },
    { fault: 'a page of some proxy', kind: 'html' },
    { fault: 'Slack’s word that some of it may have happened', kind: 'error', error: 'fatal_error' },
  ])(
    '$fault, and after ten seconds a run’s message is not there → posted again, once, and says so',
    async ({ fault: _, ...kind }) => {
      const { fails, calls, command, quiet, pass, heads, messages } = await slackStory()
      fails(unclear(kind))
      expect(await command('nora', 'run')).toContain('The run is done')
      await quiet()
      await pass(5 * SECOND)
      expect([calls(POST), calls('conversations.history')], 'it may not show yet').toEqual([1, 0])
      await pass(6 * SECOND)
      expect([calls(POST), calls('conversations.history')]).toEqual([6, 1])
      expect(await heads()).toEqual(RUN)
      const repeats = (await messages()).map(({ text }) => text.includes('Posted again'))
      expect(repeats).toEqual([true, false, false, false, false])
    },
  )

  test('a thread line lands seconds after its connection was cut → never said twice', async () => {
    const { fails, calls, run, press, quiet, pass, lines, words } = await slackStory()
    await run()
    const before = calls(POST)
    const { promise: until, resolve: land } = Promise.withResolvers<void>()
    fails({ method: POST, kind: 'reset_late', until })
    await press('dana', 'approve', NAME)
    await quiet()
    await pass(5 * SECOND)
    land()
    await eventually(async () => expect(await lines()).toHaveLength(1))
    await pass(6 * SECOND)
    expect(await words()).toEqual(['approved'])
    expect(calls(POST) - before).toBe(1)
  })

  test.each([
    { lookups: 0, promise: 'found again by its metadata, never said twice' },
    { lookups: 3, promise: 'not said again before a look has succeeded' },
  ])('a thread line, and $lookups looks for it fail too → $promise', async ({ lookups }) => {
    const { fails, calls, run, press, quiet, minutes, words } = await slackStory()
    await run()
    const before = calls(POST)
    fails({ method: POST, kind: 'reset_after' })
    if (lookups > 0) fails({ method: 'conversations.replies', kind: '500', times: lookups })
    await press('dana', 'approve', NAME)
    await quiet()
    await minutes(2)
    expect(await words()).toEqual(['approved'])
    expect(calls(POST) - before).toBe(1)
  })

  test('a thread line that may not be looked for (no history scope) → not said again, however long that lasts; it waits for the right', async () => {
    const told = await slackStory()
    const { fails, calls, slack, run, press, quiet, minutes, words } = told
    await run()
    const before = calls(POST)
    fails({ method: POST, kind: 'reset_after' })
    fails({ method: 'conversations.replies', kind: 'error', error: 'missing_scope', times: ALWAYS })
    await press('dana', 'approve', NAME)
    await quiet()
    await minutes(8)
    expect(calls(POST) - before).toBe(1)
    expect(attemptsOf(told), 'it is never given up').toEqual([1])
    slack.faults.clear()
    await minutes(6)
    expect(await words()).toEqual(['approved'])
    expect(calls(POST) - before).toBe(1)
  })
})
