import { describe, expect, test } from 'vitest'
import { expireOverdue } from '../../src/reclaim/expiry.ts'
import { anIdleAccount, DAY_MS } from './examples.ts'
import { approved, createWorkday } from './workday.ts'

const EXPIRE_AFTER_MS = 14 * DAY_MS
const expire = (day: ReturnType<typeof createWorkday>) => expireOverdue(day.store, day.clock, EXPIRE_AFTER_MS)

describe('what nobody decided in time', () => {
  test('expires, in the name of the clock, once its days are over', async () => {
    const day = createWorkday()
    await day.propose(anIdleAccount('anna'))
    await day.pass(EXPIRE_AFTER_MS)
    await expire(day)
    expect((await day.newest('anna')).state).toBe('proposed')
    await day.pass(1)
    await expire(day)
    expect(await day.last('anna')).toMatchObject({
      ...{ event: 'expire', to: 'expired', actor: 'clock', note: {} },
      at: day.now(),
    })
  })

  test('is not what somebody decided', async () => {
    const day = await approved()
    await day.pass(2 * EXPIRE_AFTER_MS)
    await expire(day)
    expect((await day.newest('anna')).state).toBe('reclaimed')
  })

  test('nor what somebody decides at that very moment', async () => {
    const day = createWorkday()
    await day.propose(anIdleAccount('anna'))
    await day.pass(EXPIRE_AFTER_MS + 1)
    const overdue = await day.store.overdue(day.now() - EXPIRE_AFTER_MS)
    const { id } = await day.newest('anna')
    await day.store.record({ candidateId: id, event: 'skip', actor: 'slack:U_nora', note: {}, at: day.now() })
    await expireOverdue({ ...day.store, overdue: async () => overdue }, day.clock, EXPIRE_AFTER_MS)
    expect(await day.events('anna')).toEqual(['skip'])
  })
})
