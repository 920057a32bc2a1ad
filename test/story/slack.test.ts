import { describe, expect, onTestFinished, test } from 'vitest'
import { SLACK_SECRETS } from '../../sandbox/chats.ts'
import { buttonsIn } from '../../sandbox/slack/buttons.ts'
import { startSlackWorkspace } from '../../sandbox/slack/workspace.ts'
import { eventually } from './screen.ts'
import { healthOf, refusal } from './second-bot.ts'
import { isButton } from './slack-screen.ts'
import { story } from './story.ts'

/* What only Slack has. */

describe('the bot does not start, and says why, with', () => {
  test('a token that Slack does not accept', async () => {
    const { stage } = await story('slack')
    const message = await refusal(stage, { env: { SLACK_BOT_TOKEN: 'xoxb-wrong' } })
    expect(message).toMatch(/^Slack does not accept the bot token\. Check SLACK_BOT_TOKEN/)
    expect(message).not.toContain('xoxb-wrong')
  })

  test('a channel that it is not in', async () => {
    const { stage } = await story('slack')
    const slack = { channel: 'C0NOTHERE1', mode: 'http' }
    expect(await refusal(stage, { file: { slack } })).toMatch(/^Slack does not show the bot its channel\./)
  })

  test('a public channel, or one shared with another organisation', async () => {
    const { stage } = await story('slack')
    for (const [channel, reason] of [
      [{ name: 'open', private: false }, 'is public'],
      [{ name: 'shared', private: true, shared: true }, 'is shared with another organisation'],
    ] as const) {
      const slack = await startSlackWorkspace({
        teamName: 'Other',
        people: stage.company.people,
        channel,
        usergroups: [{ handle: 'licence-managers', members: ['nora'] }],
        signingSecret: 'secret',
        botToken: SLACK_SECRETS.botToken,
        scopes: ['chat:write', 'groups:read', 'channels:read', 'users:read', 'users:read.email'],
      })
      onTestFinished(() => slack.close())
      expect(await refusal(stage, { chats: { slack } })).toContain(reason)
    }
  })
})

test('a Slack that cannot be reached is no reason to stop: the bot is up, not ready, and connects later', async () => {
  const { stage } = await story('slack')
  await stage.bot().close()
  stage.slack.faults.add({ method: 'auth.test', kind: 'reset_before' })
  await stage.restart()
  expect(await healthOf(stage.bot())).toMatchObject({ up: true, ready: false })
  await stage.bot().connected
  await eventually(async () => expect(await healthOf(stage.bot())).toMatchObject({ ready: true }))
})

describe('requests that are not from Slack', () => {
  test.each(['forged', 'none', 'stale'] as const)(
    'are refused and change nothing: signature %s',
    async signature => {
      const { stage, run, states } = await story('slack')
      await run()
      const isApprove = ({ actionId }: { actionId: string }) => actionId === 'reclaim_approve'
      const on = (await stage.slack.messages()).find(({ blocks }) => buttonsIn(blocks).some(isApprove))
      const [approve] = buttonsIn(on?.blocks ?? []).filter(isApprove)
      if (!on || !approve) throw new Error('Nobody can be approved.')
      const click = { on, actionId: 'reclaim_approve', pick: approve.value }
      const delivery = await stage.slack.driver.as('dana').click(click, { signature })
      expect(delivery.status).toBe(401)
      expect(await states('bob.marsh')).toEqual(['proposed'])
    },
  )
})

test('when Slack takes no answer at the response_url any more, whoever clicked is told in the channel, alone', async () => {
  const { run, press, stage } = await story('slack')
  await run()
  stage.slack.faults.add({ method: 'response_url', kind: '500' })
  expect(await press('dana', 'approve', 'Bob Marsh')).toMatch(/^Done/)
})

test('a bot that stops right after a press tells the person what came of it', async () => {
  const { run, stage, shownTo } = await story('slack')
  await run()
  const { slack } = stage.chats
  const approve = isButton('approve', 'Bob Marsh')
  const on = (await slack?.messages())?.find(({ blocks }) => buttonsIn(blocks).some(approve))
  if (!slack || !on) throw new Error('Nobody is asked about Bob Marsh.')
  await slack.driver.as('dana').click({ on, actionId: 'reclaim_approve', pick: approve })
  await stage.bot().close()
  expect(shownTo('dana')).toEqual([expect.stringMatching(/^Done\. Bob Marsh: Approved by/)])
})
