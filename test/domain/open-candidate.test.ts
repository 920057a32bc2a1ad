import { describe, expect, test } from 'vitest'
import type { Note, Reason } from '../../src/reclaim/note.ts'
import { createBot, createCompany } from './company.ts'
import { anIdleAccount, aPolicy, DAY_MS, daysAgo, idOf, NOW } from './examples.ts'

describe('one open candidate per account', () => {
  test.each([
    ['proposed', []],
    ['approved', ['approve']],
    ['reclaiming', ['approve', 'begin']],
    ['verifying', ['approve', 'begin', 'lose_track']],
    ['failed', ['approve', 'begin', 'refused']],
  ] as const)('a later run leaves it %s, and counts it', async (state, events) => {
    const bot = createBot(createCompany(anIdleAccount('anna')))
    await bot.run()
    await bot.happens('anna', ...events)
    expect(await bot.report()).toMatchObject({ found: 1, proposed: 0, stillOpen: 1, withdrawn: 0 })
    expect(await bot.candidates('anna')).toMatchObject([{ state }])
  })

  const withdrawn = (why: Reason, note: Note = {}) => ({
    event: 'withdraw',
    actor: 'scan',
    note: { why, ...note },
  })

  test('new facts: withdrawn and, since it still qualifies, proposed anew', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    company.change('anna', { lastLoginAt: daysAgo(150) })
    expect(await bot.report()).toMatchObject({ proposed: 1, withdrawn: 1, stillOpen: 0 })
    const [now, before] = await bot.candidates('anna')
    expect([before?.state, now?.state, now?.facts.lastLoginAt]).toEqual([
      'withdrawn',
      'proposed',
      daysAgo(150),
    ])
    const history = before ? await bot.store().timeline(before.id) : []
    const changes = [{ field: 'lastLoginAt' as const, from: daysAgo(200), to: daysAgo(150) }]
    expect(history.at(-1)).toMatchObject(withdrawn('facts_changed', { changes }))
  })

  test.each<[string, (company: ReturnType<typeof createCompany>) => void, Note]>([
    [
      'it is in use again',
      c => c.change('anna', { lastLoginAt: NOW }),
      { why: 'no_longer_qualifies', detail: 'in_use' },
    ],
    [
      'it was deactivated',
      c => c.change('anna', { active: false }),
      { why: 'no_longer_qualifies', detail: 'inactive_account' },
    ],
    [
      'it lost its licence',
      c => c.change('anna', { roles: [] }),
      { why: 'no_longer_qualifies', detail: 'not_licensed' },
    ],
    [
      'it is protected now',
      c => c.change('anna', { roles: ['itil', 'admin'] }),
      { why: 'excluded', detail: 'protectedRole' },
    ],
    ['it is gone', c => c.remove('anna'), { why: 'already_gone' }],
  ])('%s: withdrawn', async (_, happens, note) => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    happens(company)
    expect(await bot.report()).toMatchObject({ proposed: 0, withdrawn: 1, stillOpen: 0 })
    expect(await bot.candidates('anna')).toMatchObject([{ state: 'withdrawn' }])
    expect((await bot.last('anna'))?.note).toEqual(note)
  })

  test('it is gone, and a deletion was sent before the approval was undone: withdrawn, and nobody is named', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    await bot.happens('anna', 'approve', 'begin', 'lose_track', 'found_undone', 'undo')
    company.remove('anna')
    expect(await bot.report()).toMatchObject({ withdrawn: 1, stillOpen: 0 })
    expect(await bot.last('anna')).toMatchObject({ event: 'withdraw', note: { why: 'gone_after_undo' } })
  })

  test.each([
    ['approved', ['approve']],
    ['failed', ['approve', 'begin', 'refused']],
  ] as const)('an %s candidate is withdrawn too', async (_, events) => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    await bot.happens('anna', ...events)
    company.change('anna', { lastLoginAt: NOW })
    await bot.run()
    expect(await bot.candidates('anna')).toMatchObject([{ state: 'withdrawn' }])
  })

  test.each([
    ['reclaiming', ['approve', 'begin']],
    ['verifying', ['approve', 'begin', 'lose_track']],
  ] as const)('while it is %s nothing is said about it, though it be gone', async (state, events) => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    await bot.happens('anna', ...events)
    company.remove('anna')
    expect(await bot.report()).toMatchObject({ withdrawn: 0, stillOpen: 1 })
    expect(await bot.candidates('anna')).toMatchObject([{ state }])
  })

  test('what cannot be judged stays open', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    company.change('anna', { webServiceAccessOnly: undefined })
    expect(await bot.report()).toMatchObject({ found: 0, withdrawn: 0, stillOpen: 1, unknown: { flags: 1 } })
    expect(await bot.open()).toEqual(['anna'])
  })

  test('neither days idle nor names nor the department change what was shown', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    company.change('anna', { name: 'Anna Baker', department: 'Board', manager: idOf('mia'), vip: true })
    company.pass(10 * DAY_MS)
    expect(await bot.report()).toMatchObject({ withdrawn: 0, stillOpen: 1 })
  })

  test('another instance: withdrawn, and proposed there', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    company.moveTo('https://other.service-now.com')
    expect(await bot.report()).toMatchObject({ proposed: 1, withdrawn: 1 })
    const [now, before] = await bot.candidates('anna')
    expect([before?.state, now?.instance]).toEqual(['withdrawn', 'https://other.service-now.com'])
    const history = before ? await bot.store().timeline(before.id) : []
    expect(history.at(-1)).toMatchObject(withdrawn('settings_changed'))
  })
})

describe('an account that is gone when the next run looks', () => {
  test('was deleted by us, if we had sent anything: reclaimed after all', async () => {
    const company = createCompany(anIdleAccount('anna'))
    const bot = createBot(company)
    await bot.run()
    await bot.happens('anna', 'approve', 'begin', 'refused')
    company.remove('anna')
    await bot.run()
    expect(await bot.last('anna')).toMatchObject({ event: 'found_done', to: 'reclaimed', actor: 'scan' })
  })
})

test('a held run ends nothing either: what it saw is not to be trusted', async () => {
  const many = Array.from({ length: 20 }, (_, index) => anIdleAccount(`idle.${index}`))
  const company = createCompany(...many)
  const bot = createBot(company)
  await bot.run()
  bot.configure({ maxSharePercent: 10 })
  company.change('idle.0', { lastLoginAt: daysAgo(150) })
  company.hire(anIdleAccount('one.more'))
  expect(await bot.report()).toMatchObject({ proposed: 0, withdrawn: 0, stillOpen: 20, postponed: 0 })
})

test('a person about whom HR is unclear, and who logs in, is withdrawn: that much is certain', async () => {
  const company = createCompany(anIdleAccount('anna'))
  company.setRoster(
    ...['Left', 'Active'].map(status => ({
      email: 'anna@example.com',
      employeeNumber: '',
      status,
      endsAt: null,
    })),
  )
  const bot = createBot(company, {
    policy: aPolicy({
      rules: { inactive: { afterDays: 90 }, inactiveInRoster: { missingCountsAsInactive: false } },
    }),
  })
  await bot.run()
  expect(await bot.candidate('anna')).toMatchObject({ state: 'proposed', facts: { rosterStatus: 'unknown' } })
  company.change('anna', { lastLoginAt: daysAgo(1) })
  await bot.run()
  expect(await bot.last('anna')).toMatchObject({ event: 'withdraw', note: { why: 'facts_changed' } })
})
