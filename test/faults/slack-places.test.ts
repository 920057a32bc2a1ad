import { describe, expect, test } from 'vitest'
import { MINUTE } from '../story/story.ts'
import { ALWAYS, attemptsOf, POST, slackStory } from './slack-story.ts'
import { GRACE, NAME, SENT } from './story.ts'

/* A channel or people that are not what they were, and what the bot promises then. The names are the list. */

describe('the channel is not what it was:', () => {
  const rows = [
    { fault: 'it was archived', error: 'is_archived' },
    { fault: 'the bot was removed from it', error: 'not_in_channel' },
    { fault: 'it does not show itself to the bot', error: 'channel_not_found' },
    { fault: 'the app was taken out of the workspace', error: 'account_inactive' },
  ]
  const inChannel = [
    POST,
    'chat.update',
    'conversations.history',
    'conversations.replies',
    'conversations.members',
  ]

  test.each(rows)(
    '$fault → what is to be said waits, is never given up, and is said in order, once, when somebody has mended it',
    async ({ error }) => {
      const told = await slackStory()
      const { fails, calls, slack, run, press, quiet, pass, minutes, words } = told
      await run()
      fails(...inChannel.map(method => ({ method, kind: 'error', error, times: ALWAYS }) as const))
      await press('dana', 'approve', NAME)
      await quiet()
      await pass(GRACE)
      const before = calls(POST)
      await minutes(60)
      expect(calls(POST) - before).toBeLessThanOrEqual(60)
      expect(attemptsOf(told)).toEqual([0])
      slack.faults.clear()
      await minutes(12)
      await told.endsReclaimed({ path: SENT, deletes: 1 })
      expect(await words()).toEqual(['approved', 'reclaiming', 'reclaimed'])
    },
  )

  test('somebody deleted the message → what was decided is done, the rest of the channel is kept up to date, and status knows it', async () => {
    const told = await slackStory()
    const { slack, approve, messageAbout, press, pass, path, deletes, command, thread, calls, isThere } = told
    await approve()
    await slack.deleteMessage((await messageAbout(NAME)).id)
    await press('priya', 'skip', 'Lena Vogel')
    await pass(GRACE)
    expect(await path()).toEqual([...SENT, 'reclaimed'])
    expect([isThere(), deletes()]).toEqual([false, 1])
    expect(await thread('Lena Vogel')).toEqual(['Lena Vogel: skipped by Priya Raman. The account stays.'])
    expect(await command('dana', 'status bob.marsh')).toMatch(
      /Reclaimed\. The account is gone; the bot checked/,
    )
    const before = calls(POST)
    await told.minutes(30)
    expect(calls(POST) - before).toBe(0)
  })
})

describe('people whom Slack does not show:', () => {
  const toNamed = [/^Licence reclaim/, /Priya/, /Tomás/, /^Named approvers/].map(words =>
    expect.stringMatching(words),
  )

  test.each([
    { fault: 'a manager without an e-mail address', change: { email: null } },
    { fault: 'a manager whom users.lookupByEmail does not find', change: { deleted: true } },
  ])(
    '$fault → the named approvers are asked instead, and the header says for how many',
    async ({ change }) => {
      const { slack, run, messages, heads, press, path } = await slackStory()
      slack.change('dana', change)
      await run()
      expect(await heads()).toEqual(toNamed)
      expect((await messages())[0]?.text).toMatch(
        /For 6 accounts no manager can be asked here, so the named approvers decide\./,
      )
      expect(await press('nora', 'approve', NAME)).toMatch(/^Done/)
      expect(await path()).toEqual(['proposed', 'approved'])
    },
  )

  test('users.lookupByEmail finds nobody at all → everything goes to the named approvers, after two looks an address', async () => {
    const { fails, run, messages, calls } = await slackStory()
    fails({ method: 'users.lookupByEmail', kind: 'error', error: 'users_not_found', times: ALWAYS })
    await run()
    const [header, ...lists] = await messages()
    expect(header?.text).toContain('For 12 accounts no manager can be asked here')
    expect(lists.map(({ text }) => text.split('\n')[0])).toEqual([
      'Named approvers, please decide about 8 accounts (part 1 of 2).',
      'Named approvers, please decide about 4 accounts (part 2 of 2).',
    ])
    expect(calls('users.lookupByEmail')).toBeLessThanOrEqual(2 * 12)
  })

  test('an approver without an e-mail address presses Approve → refused and told why: it could be their own account', async () => {
    const { slack, run, press, pass, path } = await slackStory()
    await run()
    slack.change('nora', { email: null })
    // As long as Slack's last word about a person counts.
    await pass(5 * MINUTE)
    expect(await press('nora', 'approve', NAME)).toMatch(
      /^Your profile shows no e-mail address, .* Nothing was changed\.$/,
    )
    expect(await path()).toEqual(['proposed'])
  })
})
