import { describe, expect, test } from 'vitest'
import { DAY, MINUTE } from '../story/story.ts'
import { faultStory, GRACE, HOUR, SENT, SENT_AGAIN } from './story.ts'

/* What a clock does that is set, and a process that slept, and what the bot promises then. The names are the list. */

describe('the clock:', () => {
  test('stepped back two hours in the grace time → the deletion waits for its hour, and is sent once', async () => {
    const told = await faultStory()
    const { approve, pass, deletes } = told
    await approve()
    await pass(-2 * HOUR)
    for (let hours = 0; hours < 4; hours++) await pass(30 * MINUTE)
    expect(deletes()).toBe(0)
    await pass(GRACE)
    await told.endsReclaimed({ path: SENT, deletes: 1 })
  })

  test('stepped forward a day in the grace time and back again → the deletion is sent once', async () => {
    const told = await faultStory()
    const { approve, pass } = told
    await approve()
    await pass(DAY)
    await pass(-DAY)
    await pass(GRACE)
    await told.endsReclaimed({ path: SENT, deletes: 1 })
  })

  test('stepped back while a DELETE is unconfirmed → nothing is sent or taken for proven meanwhile; it is read at its hour', async () => {
    const told = await faultStory()
    const { approve, pass, servicenow, deletes } = told
    await approve()
    servicenow.faults.add({ kind: 'dropped_202', method: 'DELETE', times: 1 })
    await pass(GRACE)
    await pass(-HOUR)
    await pass(10 * MINUTE)
    expect(deletes()).toBe(1)
    await pass(52 * MINUTE)
    await told.endsReclaimed({ path: SENT_AGAIN, deletes: 2 })
  })

  test('stepped back over a slot that has run, and forward again → it does not run twice', async () => {
    const { pass, messages } = await faultStory()
    await pass(7 * DAY)
    const shown = (await messages()).length
    expect(shown).toBe(5)
    await pass(-2 * DAY)
    await pass(2 * DAY)
    expect(await messages()).toHaveLength(shown)
  })

  test('the process was suspended over two slots → they come to one run, late; the next comes in its turn', async () => {
    const { pass, messages, minutes } = await faultStory()
    const headers = async () =>
      (await messages()).filter(({ text }) => text.startsWith('Licence reclaim')).length
    await pass(14 * DAY)
    await minutes(3)
    expect(await headers()).toBe(1)
    await pass(7 * DAY)
    expect(await headers()).toBe(2)
  })

  test('the process was suspended from before the grace time ended → the account is looked at once more before anything is sent', async () => {
    const told = await faultStory()
    const { approve, pass, path, deletes, servicenow, id, clock } = told
    await approve()
    clock.advance(DAY)
    servicenow.tables.login(id, clock.now())
    await pass(0)
    expect(await path()).toEqual(['proposed', 'approved', 'withdrawn'])
    expect(deletes()).toBe(0)
  })
})
