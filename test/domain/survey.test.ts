import { expect, test } from 'vitest'
import { survey } from '../../src/reclaim/survey.ts'
import { aManager, anAccount, anIdleAccount, idOf } from './examples.ts'
import { createWorkday } from './workday.ts'

test('a survey counts each account once: who takes a licence, who is excluded, who is in doubt, and why', async () => {
  const day = createWorkday()
  day.setRoster()
  day.hire(
    anAccount('in use'),
    anIdleAccount('idle'),
    anIdleAccount('protected', { roles: ['itil', 'admin'] }),
    anIdleAccount('integration', { internalIntegrationUser: true }),
    anIdleAccount('another integration', { internalIntegrationUser: true }),
    anAccount('unreadable', { lastLoginAt: undefined }),
    anIdleAccount('deactivated', { active: false }),
    anIdleAccount('without a licence', { roles: [] }),
  )
  const { settings, sources } = day.context()
  const seen = await survey(settings, sources)
  expect(seen.candidates.map(({ facts }) => facts.userName)).toEqual(['idle'])
  expect(seen.licensed).toBe(6)
  expect(seen.excluded).toEqual({ protectedRole: 1, integrationUser: 2 })
  expect(seen.unknown).toEqual({ lastLogin: 1 })
  expect(seen.verdicts.size).toBe(8)
})

test('a candidate is called by its name, or by its user name where it has none, and has its manager with it', async () => {
  const day = createWorkday()
  day.hire(
    anIdleAccount('anna', { manager: idOf('mia') }),
    anIdleAccount('ben', { name: '', manager: idOf('nobody any more') }),
    anIdleAccount('carl', { name: undefined }),
  )
  const { settings, sources } = day.context()
  const { candidates } = await survey(settings, sources)
  const shown = candidates.map(({ facts, name, manager }) => [facts.userName, name, manager])
  expect(shown.sort()).toEqual([
    ['anna', 'anna Example', aManager('mia')],
    ['ben', 'ben', null],
    ['carl', 'carl', null],
  ])
})
