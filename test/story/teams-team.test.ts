import { describe, expect, onTestFinished, test } from 'vitest'
import type { Stage } from '../../sandbox/stage.ts'
import { eventually } from './screen.ts'
import { healthOf, refusal, startAnother } from './second-bot.ts'
import { MINUTE, story } from './story.ts'
import { wordsOf } from './teams-screen.ts'

/* What only Teams has: credentials of Microsoft Entra, and a team that the app is added to and removed from. */

const OTHER = '11111111-2222-4333-8444-555555555555'
const NOT_ADDED = /^Microsoft Teams has not told the bot yet where its team is\. Add the app/
const WELCOME = /^Hello, I take ServiceNow licences back/

/** A bot that was never added to the team, in place of the stage's own. */
async function newcomer(stage: Stage, file: object = {}) {
  stage.teams.driver.remove('nora').catch(() => {})
  const bot = await startAnother(stage, { file })
  onTestFinished(() => bot.close())
  stage.teams.connect(bot.url)
  return bot
}

describe('the bot does not start, and says why, with', () => {
  test.each([
    ['a wrong password', { env: { MicrosoftAppPassword: 'wrong-Secret~1' } }],
    ['an app that the tenant does not know', { env: { MicrosoftAppId: OTHER } }],
  ])('%s', async (_what, differences) => {
    const { stage } = await story('teams')
    const message = await refusal(stage, differences)
    expect(message).toMatch(
      /^Microsoft does not accept the credentials of the bot \(AADSTS\d+\)\. Check MicrosoftAppId, /,
    )
    expect(message).not.toContain('wrong-Secret')
  })

  test('another tenant than its own', async () => {
    const { stage } = await story('teams')
    const { channelId: channel, teamId: team } = stage.teams
    const file = { teams: { tenant: OTHER, channel, team } }
    expect(await refusal(stage, { file })).toMatch(/^Microsoft does not accept .* teams\.tenant\./)
  })
})

describe('the bot is up, but not ready, and says why,', () => {
  test('until the app is added to the team: then it says hello there, once, and begins', async () => {
    const { stage } = await story('teams')
    const before = stage.teams.messages().length
    const bot = await newcomer(stage)
    expect(await healthOf(bot)).toEqual({
      ...{ up: true, ready: false },
      chat: {
        teams: expect.stringMatching(NOT_ADDED),
      },
    })
    await stage.teams.driver.install('nora')
    await eventually(async () =>
      expect(await healthOf(bot)).toEqual({ up: true, ready: true, chat: { teams: 'connected' } }),
    )
    const said = stage.teams.messages().slice(before).map(wordsOf)
    expect(said).toEqual([expect.stringMatching(WELCOME)])
    await stage.teams.driver.install('nora')
    expect(stage.teams.messages()).toHaveLength(before + 1)
  })

  test('while the channel of the settings is not one of the team', async () => {
    const { stage } = await story('teams')
    const { tenantId: tenant, teamId: team } = stage.teams
    const bot = await newcomer(stage, { teams: { tenant, team, channel: '19:another@thread.tacv2' } })
    await stage.teams.driver.install('nora')
    await eventually(async () =>
      expect((await healthOf(bot)).chat.teams).toMatch(
        /^Microsoft Teams does not know the channel \(teams\.channel\)/,
      ),
    )
  })

  test('while Microsoft Entra cannot be reached: it connects later', async () => {
    const { stage } = await story('teams')
    await stage.bot().close()
    stage.teams.faults.add({ operation: 'token', kind: 'reset_before' })
    await stage.restart()
    expect(await healthOf(stage.bot())).toMatchObject({ up: true, ready: false })
    await stage.bot().connected
    expect(await healthOf(stage.bot())).toMatchObject({ ready: true })
  })
})

test('whoever adds the app for themselves is welcomed, once', async () => {
  const { stage, shownTo } = await story('teams')
  await stage.teams.driver.installPersonal('ada')
  await stage.teams.driver.installPersonal('ada')
  expect(shownTo('ada')).toEqual([expect.stringMatching(WELCOME)])
})

test('removed from the team, nothing is deleted and nothing is lost; added again, all is done and said', async () => {
  const { stage, run, press, pass, quiet, deletes, thread, states } = await story('teams')
  await run()
  await press('dana', 'approve', 'Bob Marsh')
  await quiet()
  await stage.teams.driver.remove('nora')
  await eventually(async () =>
    expect(await healthOf(stage.bot())).toEqual({
      ...{ up: true, ready: false },
      chat: { teams: expect.stringMatching(NOT_ADDED) },
    }),
  )
  await pass(15 * MINUTE)
  await pass(10 * MINUTE)
  expect(deletes(), 'whether Dana may still decide cannot be checked').toHaveLength(0)
  expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'approved'])

  await stage.teams.driver.install('nora')
  await eventually(async () => expect(await healthOf(stage.bot())).toMatchObject({ ready: true }))
  await pass(10 * MINUTE)
  await pass(10 * MINUTE)
  expect(deletes()).toHaveLength(1)
  expect((await thread('Bob Marsh')).map(line => line.split(/ by |: |\. /)[1])).toEqual([
    'approved',
    'approved',
    'reclaiming',
    'reclaimed',
  ])
})
