import { describe, expect, test } from 'vitest'
import { MINUTE, story } from '../story/story.ts'

/* ServiceNow says how long to wait. */

const IN_AN_HOUR = { kind: 'rate_limit_429', retryAfterSeconds: 3600 } as const

describe('429 with Retry-After', () => {
  test('at the last look → the write waits as long as ServiceNow asks, and no shorter', async () => {
    const { run, press, pass, servicenow, deletes, states } = await story('slack')
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    servicenow.faults.add({ ...IN_AN_HOUR, times: 1 })
    await pass(15 * MINUTE)
    const asked = servicenow.journal.length
    await pass(59 * MINUTE)
    expect(servicenow.journal).toHaveLength(asked)
    await pass(2 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect((await states('bob.marsh')).at(-1)).toBe('reclaimed')
  })

  test('at the read-back of a lost deletion → the verification waits as long', async () => {
    const { run, press, pass, servicenow, states } = await story('slack')
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    servicenow.faults.add({ kind: 'commit_then_500', method: 'DELETE', times: 1 })
    const gate = servicenow.hold({ method: 'DELETE', when: 'after' })
    const writing = pass(15 * MINUTE)
    await gate.arrived
    servicenow.faults.add({ ...IN_AN_HOUR, method: 'GET', times: 2 })
    gate.release()
    await writing
    await pass(2 * MINUTE)
    const asked = servicenow.journal.length
    await pass(58 * MINUTE)
    expect(servicenow.journal).toHaveLength(asked)
    expect((await states('bob.marsh')).at(-1)).toBe('verifying')
    await pass(5 * MINUTE)
    expect((await states('bob.marsh')).at(-1)).toBe('reclaimed')
  })
})
