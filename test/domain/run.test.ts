import { describe, expect, test } from 'vitest'
import { createBot, createCompany } from './company.ts'
import {
  aManager,
  anAccount,
  anIdleAccount,
  aPolicy,
  aRosterEntry,
  daysAgo,
  idOf,
  NOTHING_EXCLUDED,
  NOW,
} from './examples.ts'

const names = (count: number) => Array.from({ length: count }, (_, n) => `user.${n + 1}`)

describe('a run', () => {
  test('proposes whoever qualifies, with what a manager needs to know', async () => {
    const company = createCompany(
      anIdleAccount('anna', { manager: idOf('mia'), name: 'Anna Able' }),
      anAccount('ben'),
    )
    company.appoint(aManager('mia'))
    const bot = createBot(company)
    await bot.run()
    expect(await bot.open()).toEqual(['anna'])
    expect(await bot.candidate('anna')).toMatchObject({
      state: 'proposed',
      sysId: idOf('anna'),
      name: 'Anna Able',
      manager: aManager('mia'),
      rules: ['inactive'],
      daysIdle: 200,
      licenses: ['ITSM Fulfiller'],
      yearlySaving: 1200,
      operations: [{ method: 'DELETE', table: 'sys_user', sysId: idOf('anna'), body: null }],
      instance: 'https://example.service-now.com',
      action: 'delete-account',
      dryRun: false,
      proposedAt: NOW,
      askedBefore: 0,
    })
    expect(await bot.last('anna')).toMatchObject({ event: 'propose', actor: 'scan', at: NOW })
  })

  test('names nobody as manager whom ServiceNow does not know, and the account when it has no name', async () => {
    const company = createCompany(anIdleAccount('anna', { manager: idOf('nobody'), name: '' }))
    const bot = createBot(company)
    await bot.run()
    expect(await bot.candidate('anna')).toMatchObject({ manager: null, name: 'anna' })
  })

  test('counts what it saw', async () => {
    const company = createCompany(
      anIdleAccount('anna'),
      anIdleAccount('left', { lastLoginAt: null }),
      anAccount('in.use'),
      anIdleAccount('vip', { vip: true }),
      anIdleAccount('boss', { roles: ['itil', 'admin'] }),
      anIdleAccount('doubtful', { createdAt: undefined }),
      anIdleAccount('unlicensed', { roles: [] }),
      anIdleAccount('inactive', { active: false }),
    )
    company.setRoster(aRosterEntry('left', { status: 'Left' }))
    company.hide(3)
    const bot = createBot(company, { policy: aPolicy({ exclude: { ...NOTHING_EXCLUDED, vip: true } }) })
    expect(await bot.report({ actor: 'slack:U_nora' })).toMatchObject({
      actor: 'slack:U_nora',
      startedAt: NOW,
      finishedAt: NOW,
      currency: 'USD',
      // Of the active accounts with a licensed role, before exclusions; the unlicensed and the inactive are none.
      licensed: 6,
      hidden: 3,
      found: 2,
      proposed: 2,
      postponed: 0,
      stillOpen: 0,
      skippedBefore: 0,
      withdrawn: 0,
      byRule: { inactiveInRoster: 1, neverLoggedIn: 1, inactive: 1 },
      excluded: { vip: 1, protectedRole: 1 },
      unknown: { created: 1 },
      yearlySaving: 2400,
      held: [],
    })
  })

  test('does without a roster where none is configured', async () => {
    const company = createCompany(anIdleAccount('anna'), anAccount('ben'))
    company.withoutRoster()
    const bot = createBot(company, { policy: aPolicy({ rules: { inactive: { afterDays: 90 } } }) })
    expect(await bot.report()).toMatchObject({ licensed: 2, proposed: 1, unknown: {} })
    expect(await bot.candidate('anna')).toMatchObject({ facts: { rosterStatus: 'unknown' } })
  })

  test('that finds nobody says so, and is told in chat all the same', async () => {
    const bot = createBot(createCompany(anAccount('ben')))
    expect(await bot.report()).toMatchObject({ licensed: 1, found: 0, proposed: 0 })
    expect(await bot.store().takeTask('slack', NOW)).toMatchObject({ kind: 'digest' })
  })
})

describe('when more qualify than one run may propose', () => {
  const company = () =>
    createCompany(
      anIdleAccount('idle.long', { lastLoginAt: daysAgo(300) }),
      anIdleAccount('idle.short', { lastLoginAt: daysAgo(100) }),
      anIdleAccount('left.long', { lastLoginAt: daysAgo(400) }),
      anIdleAccount('left.short', { lastLoginAt: daysAgo(1) }),
      anIdleAccount('never.cheap', { lastLoginAt: null, roles: ['itil', 'cheap'] }),
      anIdleAccount('never.dear', { lastLoginAt: null }),
    )
  const roster = [
    aRosterEntry('left.long', { status: 'Left' }),
    aRosterEntry('left.short', { status: 'Left' }),
  ]
  const licenses = [
    { name: 'Cheap', roles: ['cheap'], yearlyCost: 300 },
    { name: 'Dear', roles: ['itil'], yearlyCost: 1200 },
  ]
  const order = ['left.long', 'left.short', 'never.dear', 'never.cheap', 'idle.long', 'idle.short']

  test('leavers come first, then who never logged in, then the longest idle; ties by saving', async () => {
    const place = company()
    place.setRoster(...roster)
    const bot = createBot(place, { maxPerRun: 4, policy: aPolicy({ licenses }) })
    expect(await bot.report()).toMatchObject({ found: 6, proposed: 4, postponed: 2, yearlySaving: 3900 })
    expect(await bot.open()).toEqual(order.slice(0, 4))
    expect(await bot.report()).toMatchObject({ found: 6, proposed: 2, postponed: 0, stillOpen: 4 })
    expect(await bot.open()).toEqual(order)
  })

  test('those alike in everything come by sys_id, so that the order is the same every time', async () => {
    const alike = names(6)
    const bot = createBot(createCompany(...alike.map(name => anIdleAccount(name))))
    await bot.run()
    expect(await bot.open()).toEqual(alike.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1)))
  })
})

describe('when suspiciously many qualify', () => {
  const half = () =>
    createCompany(
      ...names(20).map(name => anIdleAccount(name)),
      ...names(20).map(name => anAccount(`working.${name}`)),
    )

  test('the run is held: nothing is proposed, and the chat is told', async () => {
    const bot = createBot(half(), { maxSharePercent: 10 })
    const report = await bot.report()
    expect(report).toMatchObject({ found: 20, licensed: 40, proposed: 0, yearlySaving: 0, byRule: {} })
    expect(report.held).toEqual([{ why: 'share', percent: 50, limit: 10 }])
    expect(await bot.open()).toEqual([])
    expect(await bot.store().takeTask('slack', NOW)).toMatchObject({ kind: 'digest', runId: report.id })
  })

  test('a typed count releases this one run, under maxPerRun as ever', async () => {
    const bot = createBot(half(), { maxSharePercent: 10, maxPerRun: 5 })
    expect(await bot.report({ release: 20 })).toMatchObject({ held: [], proposed: 5, postponed: 15 })
    expect((await bot.report()).held).toHaveLength(1)
  })

  test.each([19, 21, 40])('another count (%i) releases nothing', async release => {
    const bot = createBot(half(), { maxSharePercent: 10 })
    expect(await bot.report({ release })).toMatchObject({ proposed: 0 })
  })

  test('the share is that of all who qualify, whatever maxPerRun lets through', async () => {
    const bot = createBot(half(), { maxSharePercent: 10, maxPerRun: 1 })
    expect((await bot.report()).held).toHaveLength(1)
  })

  test('fewer than 20 are never too many', async () => {
    const bot = createBot(createCompany(...names(19).map(name => anIdleAccount(name))), {
      maxSharePercent: 10,
    })
    expect(await bot.report()).toMatchObject({ held: [], proposed: 19 })
  })
})

describe('a run that is not like those before', () => {
  const idle = (n: number) => Array.from({ length: n }, (_, index) => anIdleAccount(`idle.${index}`))
  const people = (n: number) =>
    Array.from({ length: n }, (_, index) => ({
      ...{ email: `p${index}@example.com`, employeeNumber: '', status: 'Active', endsAt: null },
    }))

  test('is held when the roster lost more than a fifth, and stays so until somebody released it', async () => {
    const company = createCompany(anIdleAccount('anna'))
    company.setRoster(...people(100))
    const bot = createBot(company)
    await bot.report()
    company.hire(anIdleAccount('ben'))
    company.setRoster(...people(79))
    expect((await bot.report()).held).toEqual([{ why: 'roster_shrunk', from: 100, to: 79 }])
    expect(await bot.open()).toEqual(['anna'])
    // What was held is nothing to compare with.
    expect((await bot.report()).held).toHaveLength(1)
    expect(await bot.report({ release: 2 })).toMatchObject({ held: [], proposed: 1 })
    expect((await bot.report()).held).toEqual([])
  })

  test('is held when three times as many qualify as usual', async () => {
    const company = createCompany(...idle(5))
    const bot = createBot(company)
    await bot.report()
    company.hire(...idle(15))
    expect(await bot.report()).toMatchObject({ held: [{ why: 'tripled', usual: 5 }], proposed: 0 })
    expect(await bot.open()).toHaveLength(5)
  })

  test('withdraws nobody while it is held', async () => {
    const company = createCompany(...idle(5))
    const bot = createBot(company)
    await bot.report()
    company.hire(...idle(16))
    company.remove('idle.0')
    await bot.report()
    expect(await bot.open()).toContain('idle.0')
  })
})

test('a run says how far the history goes, and with which fingerprint', async () => {
  const bot = createBot(createCompany(anIdleAccount('anna'), anIdleAccount('ben')))
  const { id, head } = await bot.report()
  const check = await bot.store().verifyChain()
  expect(head).toEqual({ seq: 2, hash: check.kind === 'intact' && check.head })
  expect((await bot.store().run(id))?.head).toEqual(head)
  await bot.happens('anna', 'skip')
  expect(await bot.store().rowOf(head?.hash ?? '')).toBe(2)
  expect(await bot.store().rowOf('0'.repeat(64))).toBeNull()
})
