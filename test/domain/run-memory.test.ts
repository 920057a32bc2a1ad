import { describe, expect, test } from 'vitest'
import { createBot, createCompany } from './company.ts'
import { anIdleAccount, aRosterEntry, DAY_MS, MINUTE_MS, NOW } from './examples.ts'

describe('rehearsals', () => {
  test('the first live run withdraws what was proposed in a dry run, and proposes anew', async () => {
    const bot = createBot(createCompany(anIdleAccount('anna')), { dryRun: true })
    expect(await bot.report()).toMatchObject({ dryRun: true, proposed: 1 })
    await bot.happens('anna', 'approve')
    bot.configure({ dryRun: false })
    expect(await bot.report()).toMatchObject({ dryRun: false, proposed: 1, withdrawn: 1 })
    const [live, rehearsed] = await bot.candidates('anna')
    expect([rehearsed?.state, rehearsed?.dryRun]).toEqual(['withdrawn', true])
    expect([live?.state, live?.dryRun]).toEqual(['proposed', false])
    const history = rehearsed ? await bot.store().timeline(rehearsed.id) : []
    expect(history.at(-1)?.note).toEqual({ why: 'rehearsal_over' })
  })

  test('a dry run leaves alone what was proposed live: the last look stops it', async () => {
    const bot = createBot(createCompany(anIdleAccount('anna')))
    await bot.run()
    bot.configure({ dryRun: true })
    expect(await bot.report()).toMatchObject({ proposed: 0, withdrawn: 0, stillOpen: 1 })
    expect(await bot.candidate('anna')).toMatchObject({ dryRun: false, state: 'proposed' })
  })

  test('a skip made in a dry run binds dry runs only', async () => {
    const bot = createBot(createCompany(anIdleAccount('anna')), { dryRun: true })
    await bot.run()
    await bot.happens('anna', 'skip')
    expect(await bot.report()).toMatchObject({ proposed: 0, skippedBefore: 1 })
    bot.configure({ dryRun: false })
    expect(await bot.report()).toMatchObject({ proposed: 1, skippedBefore: 0 })
  })

  test('a skip made live binds dry runs too', async () => {
    const bot = createBot(createCompany(anIdleAccount('anna')))
    await bot.run()
    await bot.happens('anna', 'skip')
    bot.configure({ dryRun: true })
    expect(await bot.report()).toMatchObject({ proposed: 0, skippedBefore: 1 })
  })

  test('a skip in a dry run does not make a live one forgotten', async () => {
    const company = createCompany(anIdleAccount('anna'))
    company.setRoster(aRosterEntry('anna'))
    const bot = createBot(company)
    await bot.run()
    await bot.happens('anna', 'skip')
    company.setRoster(aRosterEntry('anna', { status: 'Left' }))
    bot.configure({ dryRun: true })
    await bot.run()
    await bot.happens('anna', 'skip')
    // The roster was wrong, and was put right.
    company.setRoster(aRosterEntry('anna'))
    bot.configure({ dryRun: false })
    expect(await bot.report()).toMatchObject({ proposed: 0, skippedBefore: 1 })
  })

  test('a rehearsed account is proposed again', async () => {
    const bot = createBot(createCompany(anIdleAccount('anna')), { dryRun: true })
    await bot.run()
    await bot.happens('anna', 'approve', 'rehearse')
    expect(await bot.report()).toMatchObject({ proposed: 1 })
  })
})

describe('a skipped account', () => {
  test('is not proposed again for skipForDays, to the millisecond', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company, { skipForMs: 90 * DAY_MS })
    await bot.run()
    await bot.happens('anna', 'skip')
    company.pass(90 * DAY_MS - 1)
    expect(await bot.report()).toMatchObject({ found: 1, proposed: 0, skippedBefore: 1, postponed: 0 })
    company.pass(1)
    expect(await bot.report()).toMatchObject({ proposed: 1, skippedBefore: 0 })
  })

  test('unless the roster has turned inactive since', async () => {
    const company = createCompany(anIdleAccount('anna'))
    company.setRoster(aRosterEntry('anna'))
    const bot = createBot(company)
    await bot.run()
    await bot.happens('anna', 'skip')
    company.setRoster(aRosterEntry('anna', { status: 'Left' }))
    expect(await bot.report()).toMatchObject({ proposed: 1, skippedBefore: 0 })
    // Whoever skips a leaver knows of it.
    await bot.happens('anna', 'skip')
    expect(await bot.report()).toMatchObject({ proposed: 0, skippedBefore: 1 })
  })

  test('takes no place of those under maxPerRun', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company, { maxPerRun: 1 })
    await bot.run()
    await bot.happens('anna', 'skip')
    company.hire(anIdleAccount('ben'))
    expect(await bot.report()).toMatchObject({ proposed: 1, skippedBefore: 1, postponed: 0 })
    expect(await bot.open()).toEqual(['ben'])
  })
})

describe('an expired account', () => {
  test('is proposed again, with how often it was asked before', async () => {
    const bot = createBot(createCompany(anIdleAccount('anna')))
    for (const askedBefore of [0, 1, 2]) {
      await bot.run()
      expect(await bot.candidate('anna')).toMatchObject({ state: 'proposed', askedBefore })
      await bot.happens('anna', 'expire')
    }
  })

  test('asked before counts those whom nobody answered, not those that were withdrawn', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    company.change('anna', { email: 'anna.b@example.com' })
    await bot.run()
    expect(await bot.candidate('anna')).toMatchObject({ askedBefore: 0, state: 'proposed' })
  })
})

describe('a run that cannot be finished', () => {
  test.each(['roster', 'scan', 'managers'] as const)('leaves nothing behind: %s', async source => {
    const company = createCompany(anIdleAccount('anna'), anIdleAccount('ben'))
    company.setRoster(aRosterEntry('anna'))
    const bot = createBot(company)
    await bot.run()
    const before = await bot.store().history({})
    company.hire(anIdleAccount('carl'))
    company.change('anna', { lastLoginAt: NOW })
    company.remove('ben')
    company.breakDown(source)
    expect(await bot.run()).toEqual({ kind: 'failed', reason: `The ${source} cannot be read.` })
    expect(await bot.store().history({})).toEqual(before)
    expect((await bot.open()).toSorted()).toEqual(['anna', 'ben'])

    company.repair()
    expect(await bot.report()).toMatchObject({ proposed: 1, withdrawn: 2 })
  })

  test('is not one in which an open candidate has become unreadable: that one stays open, the rest goes on', async () => {
    const company = createCompany(anIdleAccount('anna'), anIdleAccount('ben'))
    const bot = createBot(company)
    await bot.run()
    company.remove('anna')
    company.change('ben', { lastLoginAt: NOW })
    company.hire(anIdleAccount('carl'))
    company.breakDown('inspect')
    expect(await bot.report()).toMatchObject({ proposed: 1, withdrawn: 1, stillOpen: 1 })
    expect((await bot.open()).toSorted()).toEqual(['anna', 'carl'])
  })

  test('tells no chat of itself', async () => {
    const company = createCompany(anIdleAccount('anna'))
    company.breakDown('scan')
    const bot = createBot(company)
    await bot.run()
    expect(await bot.store().takeTask('slack', NOW)).toBeNull()
  })
})

describe('one run at a time', () => {
  test('a second one is told since when and by whom', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    company.meanwhile(async () => {
      company.pass(MINUTE_MS)
      expect(await bot.run({ actor: 'slack:U_sam' })).toEqual({
        kind: 'busy',
        since: NOW,
        actor: 'slack:U_nora',
      })
    })
    expect(await bot.report({ actor: 'slack:U_nora' })).toMatchObject({
      startedAt: NOW,
      finishedAt: NOW + MINUTE_MS,
    })
    expect(await bot.report()).toMatchObject({ stillOpen: 1 })
    expect.assertions(3)
  })

  test('a slot runs once', async () => {
    const bot = createBot(createCompany(anIdleAccount('anna')))
    await bot.report({ slot: NOW })
    expect(await bot.run({ slot: NOW })).toEqual({ kind: 'slot_done' })
    await bot.report({ slot: NOW + DAY_MS })
    await bot.report()
  })

  test('a slot whose run failed may be tried again', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    company.breakDown('scan')
    expect(await bot.run({ slot: NOW })).toMatchObject({ kind: 'failed' })
    company.repair()
    expect(await bot.report({ slot: NOW })).toMatchObject({ proposed: 1 })
  })

  test('a slot whose run died with the bot may be tried again', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    company.meanwhile(async () => {
      bot.restart()
      expect(await bot.report({ slot: NOW })).toMatchObject({ proposed: 1 })
      throw new Error('This process is gone.')
    })
    await bot.run({ slot: NOW })
    expect(await bot.run({ slot: NOW })).toEqual({ kind: 'slot_done' })
    expect(await bot.open()).toEqual(['anna'])
  })
})

describe('what happens while the scan is under way wins', () => {
  test('a skip: the account is not proposed anew, though its facts have changed', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    company.change('anna', { email: 'anna.b@example.com' })
    company.meanwhile(() => bot.happens('anna', 'skip'))
    expect(await bot.report()).toMatchObject({ proposed: 0 })
    expect(await bot.candidates('anna')).toMatchObject([{ state: 'skipped' }])
  })

  test('a write that begins: it goes on, and the account is not proposed beside it', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    await bot.happens('anna', 'approve')
    company.change('anna', { email: 'anna.b@example.com' })
    company.meanwhile(() => bot.happens('anna', 'begin'))
    expect(await bot.report()).toMatchObject({ proposed: 0 })
    expect(await bot.candidates('anna')).toMatchObject([{ state: 'reclaiming' }])
  })

  test('a deletion: whoever was still there when the scan looked is not proposed once more', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    company.meanwhile(async () => {
      await bot.happens('anna', 'approve', 'begin')
      company.remove('anna')
      await bot.happens('anna', 'done')
    })
    expect(await bot.report()).toMatchObject({ proposed: 0 })
    expect(await bot.candidates('anna')).toMatchObject([{ state: 'reclaimed' }])
  })

  test('an approval of facts that are no longer true is withdrawn all the same', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    company.change('anna', { email: 'anna.b@example.com' })
    company.meanwhile(() => bot.happens('anna', 'approve'))
    expect(await bot.report()).toMatchObject({ proposed: 1, withdrawn: 1 })
    expect(await bot.candidates('anna')).toMatchObject([{ state: 'proposed' }, { state: 'withdrawn' }])
  })
})
