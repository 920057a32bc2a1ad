import { describe, expect, onTestFinished, test } from 'vitest'
import { BOT_ACCOUNT } from '../../sandbox/company.ts'
import { stageEnv, stageFile } from '../../sandbox/stage-settings.ts'
import { parseSettings } from '../../src/config.ts'
import { startBot } from '../../src/main.ts'
import type { State } from '../../src/reclaim/lifecycle.ts'
import { DAY, MINUTE } from '../story/story.ts'
import { type FaultStory, faultStory, GRACE, SENT, whenDeleteArrives } from './story.ts'

/* A sign-in that ServiceNow does not take any more, and what the bot promises then. The names are the list. */

const refusals = ({ servicenow }: FaultStory) => servicenow.journal.filter(({ status }) => status === 401)

describe('a token that has expired:', () => {
  const CLIENT = { clientId: 'app-1', clientSecret: 'app-secret-3' }
  const silent = { debug() {}, info() {}, warn() {}, error() {} }

  /** The stage's bot, but for its sign-in, which is by OAuth. */
  async function oauthStory() {
    const told = await faultStory()
    const { stage, servicenow, clock, quiet } = told
    servicenow.registerApp({ ...CLIENT, runsAs: BOT_ACCOUNT.userName })
    await stage.bot().close()
    const { servicenow: byPassword, ...file } = stageFile(stage, {}, 0) as { servicenow: object }
    const settings = parseSettings(
      JSON.stringify({ servicenow: { ...byPassword, auth: 'oauth-client-credentials' }, ...file }),
      {
        ...stageEnv(stage),
        SERVICENOW_CLIENT_ID: CLIENT.clientId,
        SERVICENOW_CLIENT_SECRET: CLIENT.clientSecret,
      },
      stage.folder,
    )
    const bot = await startBot(settings, { clock, log: silent, paceMs: 0 })
    onTestFinished(() => bot.close())
    stage.slack.connect(bot.url)
    return {
      ...told,
      async passGrace() {
        clock.advance(GRACE)
        await bot.tick()
        await quiet()
      },
    }
  }

  test.each([
    { when: 'the scan', refused: 1 },
    { when: 'the last look', refused: 1 },
    { when: 'the write', refused: 1 },
    { when: 'the read-back', refused: 1 },
  ])(
    'at $when → renewed once, and the same request goes through: nobody notices',
    async ({ when, refused }) => {
      const told = await oauthStory()
      const { servicenow, run, press, quiet, passGrace, lines, path, everyDeleteProven, isThere, deletes } =
        told
      if (when === 'the scan') await run().then(servicenow.expireTokens)
      await run()
      expect(await press('dana', 'approve', 'Bob Marsh')).toMatch(/^Done/)
      await quiet()
      if (when === 'the last look') servicenow.expireTokens()
      if (when === 'the write') whenDeleteArrives(told, servicenow.expireTokens)
      if (when === 'the read-back') {
        const gate = servicenow.hold({ method: 'DELETE', when: 'after' })
        gate.arrived.then(() => {
          servicenow.expireTokens()
          gate.release()
        })
      }
      await passGrace()
      expect(refusals(told)).toHaveLength(refused)
      expect(await path()).toEqual([...SENT, 'reclaimed'])
      expect(await lines()).toHaveLength(3)
      expect([isThere(), deletes()]).toEqual([false, 1])
      everyDeleteProven()
    },
  )
})

describe('a secret that is wrong:', () => {
  const rows: { when: string; path: State[]; goesOn: State[] }[] = [
    // The resume gives the time to undo once more.
    {
      ...{ when: 'the last look', path: ['proposed', 'approved', 'approved'] },
      goesOn: ['approved', 'reclaiming'],
    },
    { when: 'the write', path: [...SENT, 'verifying'], goesOn: ['approved', 'reclaiming'] },
    { when: 'the read-back', path: [...SENT, 'verifying'], goesOn: [] },
  ]

  /** Somebody changes the bot's password in ServiceNow, and later changes it back. */
  const changePassword = ({ servicenow }: FaultStory, password: string = 'changed') => {
    servicenow.account(BOT_ACCOUNT.userName).password = password
  }

  test('at the scan → whoever asked is told what to check; tried twice in a day, never more, so that nothing is locked', async () => {
    const told = await faultStory()
    const { command, pass, minutes, history } = told
    changePassword(told)
    expect(await command('nora', 'run')).toMatch(
      /^The run stopped, and nothing was proposed or withdrawn\. ServiceNow refused the sign-in of the bot’s account\. .*Check SERVICENOW_\*/,
    )
    await pass(7 * DAY)
    await minutes(60)
    for (let hours = 0; hours < 24; hours++) await pass(60 * MINUTE)
    expect(refusals(told)).toHaveLength(2)
    expect(await command('nora', 'run')).toMatch(
      /refused the sign-in of the bot’s account twice, so the bot has stopped trying/,
    )
    expect(refusals(told)).toHaveLength(2)
    expect(await history()).toEqual([])
  })

  test.each(rows)(
    'at $when → tried twice in hours, never more; nothing is sent, and it goes on when the secret is right and somebody resumes',
    async ({ when, path, goesOn }) => {
      const told = await faultStory()
      const { approve, pass, minutes, command, stage, servicenow } = told
      await approve()
      if (when === 'the last look') changePassword(told)
      if (when === 'the write') whenDeleteArrives(told, () => changePassword(told))
      if (when === 'the read-back') {
        const gate = servicenow.hold({ method: 'DELETE', when: 'after' })
        gate.arrived.then(() => {
          changePassword(told)
          gate.release()
        })
      }
      await pass(GRACE)
      await minutes(60)
      for (let hours = 0; hours < 6; hours++) await pass(60 * MINUTE)
      expect(refusals(told)).toHaveLength(2)
      expect(await told.path()).toEqual(path)
      changePassword(told, BOT_ACCOUNT.password)
      await stage.restart()
      expect(await command('nora', 'resume')).toMatch(/^Resumed/)
      await pass(GRACE)
      await minutes(20)
      await told.endsReclaimed({ path: [...path, ...goesOn], deletes: 1 })
    },
  )
})
