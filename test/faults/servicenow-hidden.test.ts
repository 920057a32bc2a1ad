import { describe, expect, test } from 'vitest'
import type { State } from '../../src/reclaim/lifecycle.ts'
import { MINUTE } from '../story/story.ts'
import { faultStory, GRACE, NAME, SENT, SENT_AGAIN, whenDeleteArrives } from './story.ts'

/* An account that does not show: only an exact read with the scanning account tells gone from hidden. */

describe('404, gone or hidden:', () => {
  const NOBODY = 'user_name=bob.marsh'

  test('hidden from the bot at the last look → it waits; not taken for gone', async () => {
    const told = await faultStory()
    const { approve, pass, minutes, lines, servicenow } = told
    await approve()
    const account = servicenow.account('reclaim.bot')
    account.hiddenRows = { sys_user: NOBODY }
    await pass(GRACE)
    await minutes(20)
    expect((await lines()).slice(1)).toEqual([
      `${NAME}: approved by Dana Whitfield, but waiting – the account cannot be read in ServiceNow; the bot keeps trying.`,
    ])
    account.hiddenRows = {}
    await pass(5 * MINUTE)
    await told.endsReclaimed({ path: ['proposed', 'approved', 'approved', 'reclaiming'], deletes: 1 })
  })

  test('hidden from the bot after a DELETE that came to nothing → not called reclaimed; sent again once it is seen again', async () => {
    const told = await faultStory()
    const { approve, pass, minutes, path, deletes, servicenow } = told
    await approve()
    const account = servicenow.account('reclaim.bot')
    servicenow.faults.add({ kind: 'dropped_202', method: 'DELETE', times: 1 })
    whenDeleteArrives(told, () => {
      account.hiddenRows = { sys_user: NOBODY }
    })
    await pass(GRACE)
    await minutes(40)
    expect(await path()).toEqual([...SENT, 'verifying'])
    expect(deletes()).toBe(1)
    account.hiddenRows = {}
    await minutes(20)
    await told.endsReclaimed({ path: SENT_AGAIN, deletes: 2 })
  })

  test.each(['the last look', 'the read-back'] as const)(
    'a list that leaves the account out, though the record is there, at %s → the exact read decides: not gone',
    async when => {
      const told = await faultStory()
      const { approve, pass, minutes, path, servicenow } = told
      await approve()
      const atLook = when === 'the last look'
      const unlisted = { kind: 'unlisted_200', table: 'sys_user' } as const
      if (atLook) servicenow.faults.add(unlisted)
      else {
        servicenow.faults.add({ kind: 'dropped_202', method: 'DELETE', times: 1 })
        whenDeleteArrives(told, () => servicenow.faults.add(unlisted))
      }
      await pass(GRACE)
      await minutes(10)
      const waits: State[] = atLook ? ['proposed', 'approved', 'approved'] : [...SENT, 'verifying']
      expect(await path()).toEqual(waits)
      servicenow.faults.clear()
      await minutes(20)
      await told.endsReclaimed(
        atLook ? { path: [...waits, 'reclaiming'], deletes: 1 } : { path: SENT_AGAIN, deletes: 2 },
      )
    },
  )

  test('gone at the last look → withdrawn, not claimed, and nothing is sent', async () => {
    const told = await faultStory()
    const { approve, pass, lines, path, deletes, servicenow, id } = told
    await approve()
    servicenow.tables.remove('sys_user', id)
    await pass(GRACE)
    expect(await path()).toEqual(['proposed', 'approved', 'withdrawn'])
    expect((await lines()).at(-1)).toBe(
      `${NAME}: withdrawn – already gone, not by us. The bot did not delete the account.`,
    )
    expect(deletes()).toBe(0)
  })
})
