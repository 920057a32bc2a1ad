import { describe, expect, test } from 'vitest'
import { MINUTE } from '../story/story.ts'
import {
  type End,
  type FaultStory,
  faultStory,
  GRACE,
  NAME,
  requestsOf,
  SENT,
  SENT_AGAIN,
  whenDeleteArrives,
} from './story.ts'

/* What can come of the write, and what the bot promises then. The names are the list. */

type Row = {
  fault: string
  switchOn(told: FaultStory): void
  /** What the thread says when the answer is there. */
  says: RegExp
}

const answering =
  (kind: Parameters<FaultStory['servicenow']['faults']['add']>[0]['kind']): Row['switchOn'] =>
  ({ servicenow }) =>
    servicenow.faults.add({ kind, method: 'DELETE', times: 1 })

describe('a write that was committed, whatever the answer:', () => {
  const rows: Row[] = [
    {
      fault: 'commit, then the connection is reset',
      switchOn: answering('commit_then_reset'),
      says: /checked that in ServiceNow\. ServiceNow gave no answer \(the connection broke off\)\.$/,
    },
    {
      fault: 'commit, then 500',
      switchOn: answering('commit_then_500'),
      says: /checked that in ServiceNow\. ServiceNow answered 500 \(it answered HTTP 500, “Transaction cancelled.*/,
    },
    {
      fault: 'commit, then 403',
      switchOn: answering('commit_then_403'),
      says: /checked that in ServiceNow\. ServiceNow answered 403 \(Operation Failed: .*Business Rule.*/,
    },
    {
      fault: '404, because somebody else was faster',
      switchOn: told => whenDeleteArrives(told, () => told.servicenow.tables.remove('sys_user', told.id)),
      says: /checked that in ServiceNow\. ServiceNow answered 404 \(the record is gone, or hidden from the account\)\.$/,
    },
  ]

  test.each(rows)('$fault → one DELETE, reclaimed once a read has proven it', async ({ switchOn, says }) => {
    const told = await faultStory()
    await told.approve()
    switchOn(told)
    await told.pass(GRACE)
    expect((await told.lines()).at(-1)).toMatch(says)
    await told.endsReclaimed({ path: SENT, deletes: 1 })
  })

  test('a hang past 60 seconds, then the commit → nothing is sent beside it; reclaimed once a read has proven it', async () => {
    const told = await faultStory()
    const { approve, stage, servicenow, clock, deletes, lines, quiet } = told
    await approve()
    const hanging = servicenow.faults.add({ kind: 'hang_then_commit', method: 'DELETE', times: 1 })
    const arrived = new Promise<void>(resolve => whenDeleteArrives(told, resolve))
    await stage.pass(GRACE)
    await arrived
    for (let seconds = 0; seconds < 300; seconds += 10) {
      clock.advance(10_000)
      await stage.bot().tick()
    }
    expect(deletes()).toBe(1)
    hanging.release()
    await quiet()
    expect((await lines()).at(-1)).toMatch(
      /reclaimed\. The account is gone; the bot checked that in ServiceNow\.$/,
    )
    await told.endsReclaimed({ path: SENT, deletes: 1 })
  })
})

describe('a write that came to nothing, and of which the answer is not a clear no:', () => {
  const rows: Row[] = [
    {
      fault: 'a reset before the commit',
      switchOn: answering('reset'),
      says: /ServiceNow gave no answer \(the connection broke off\)/,
    },
    { fault: '500', switchOn: answering('timeout_500'), says: /answered 500 \(.*Transaction cancelled/ },
    { fault: '202', switchOn: answering('dropped_202'), says: /answered 202 \(.*drops a request/ },
    {
      fault: '200 with an empty body',
      switchOn: answering('empty_200'),
      says: /answered 200 \(.*empty body/,
    },
    {
      fault: '200 with a page (hibernating)',
      switchOn: answering('hibernating_200'),
      says: /answered 200 \(the instance is hibernating/,
    },
    { fault: '302 to the login page', switchOn: answering('login_302'), says: /answered 302 \(.*redirect/ },
    { fault: '502', switchOn: answering('bad_gateway_502'), says: /answered 502 \(/ },
    { fault: '503', switchOn: answering('unavailable_503'), says: /answered 503 \(/ },
    {
      fault: '429 with Retry-After',
      switchOn: answering('rate_limit_429'),
      says: /answered 429 \(ServiceNow limits the bot’s requests/,
    },
    {
      fault: '429 without Retry-After',
      switchOn: answering('saturated_429'),
      says: /answered 429 \(ServiceNow limits the bot’s requests/,
    },
    { fault: '204 for nothing', switchOn: answering('false_204'), says: /ServiceNow answered 204\.$/ },
    {
      fault: '404, though the account is there',
      switchOn: answering('hidden_404'),
      says: /answered 404 \(the record is gone, or hidden/,
    },
    {
      fault: 'a refusal in JSON that breaks off',
      switchOn: answering('malformed_403'),
      says: /answered 403 \(.*broke off or is no JSON/,
    },
  ]

  test.each(rows)(
    '$fault → nothing for 90 seconds, then a read, and only then a second DELETE',
    async ({ switchOn, says }) => {
      const told = await faultStory()
      const { approve, pass, lines, path, deletes } = told
      await approve()
      switchOn(told)
      await pass(GRACE)
      expect(await path()).toEqual([...SENT, 'verifying'])
      const last = (await lines()).at(-1)
      expect(last).toMatch(
        /^Bob Marsh: verifying – the deletion is not confirmed\. The bot checks the account again/,
      )
      expect(last).toMatch(says)
      const early = await requestsOf(told, () => pass(89_000))
      expect(early).toEqual([])
      await pass(2000)
      expect(deletes()).toBe(2)
      expect((await lines()).slice(3)).toEqual([
        expect.stringMatching(/: approved again\. The account is still there; .* had no effect\.$/),
        expect.stringMatching(
          /: reclaiming\. The last check passed; the deletion is being sent to ServiceNow\.$/,
        ),
        expect.stringMatching(/: reclaimed\. The account is gone; the bot checked that in ServiceNow\.$/),
      ])
      await told.endsReclaimed({ path: SENT_AGAIN, deletes: 2 })
    },
  )
})

describe('a write that is committed long after its answer:', () => {
  const kinds = ['commit_later', 'reset_commit_later'] as const
  const rows: (End & { fault: (typeof kinds)[number]; landsAfterMs: number; promise: string })[] =
    kinds.flatMap(fault => [
      {
        ...{ fault, landsAfterMs: 60_000, deletes: 1, path: [...SENT, 'verifying'] },
        promise: 'before the bot looks again: that DELETE was the only one',
      },
      {
        ...{ fault, landsAfterMs: 10 * MINUTE, deletes: 2, path: SENT_AGAIN },
        promise: 'when the second DELETE has been sent already, after a read: it finds nothing to delete',
      },
    ])

  test.each(rows)(
    '$fault: lands after $landsAfterMs ms, $promise',
    async ({ fault, landsAfterMs, path, deletes }) => {
      const told = await faultStory()
      const { approve, pass, servicenow } = told
      await approve()
      const { release } = servicenow.faults.add({ kind: fault, method: 'DELETE', times: 1 })
      await pass(GRACE)
      await pass(landsAfterMs)
      release()
      await pass(2 * MINUTE)
      await told.endsReclaimed({ path, deletes })
    },
  )

  test('lands between the read that found the account and the second DELETE → reclaimed, by a read, and nothing more is sent', async () => {
    const told = await faultStory()
    const { approve, pass, servicenow } = told
    await approve()
    const { release } = servicenow.faults.add({ kind: 'commit_later', method: 'DELETE', times: 1 })
    await pass(GRACE)
    whenDeleteArrives(told, release)
    await pass(2 * MINUTE)
    expect((await told.lines()).at(-1)).toMatch(/reclaimed\. The account is gone.*answered 404/)
    await told.endsReclaimed({ path: SENT_AGAIN, deletes: 2 })
  })
})

describe('a write that was refused:', () => {
  const rows: Row[] = [
    {
      fault: '403 by an access rule',
      switchOn: answering('acl_403'),
      says: /answered 403 \(Operation Failed: ACL Exception Delete Failed due to security constraints\)\.$/,
    },
    {
      fault: '403 by a business rule',
      switchOn: answering('business_rule_403'),
      says: /answered 403 \(Operation Failed: .*was aborted by Business Rule 'Prevent changes/,
    },
  ]

  test.each(rows)(
    "$fault → failed after a read, with ServiceNow's own reason; nothing more is sent until somebody presses Try again",
    async ({ switchOn, says }) => {
      const told = await faultStory()
      const { approve, pass, press, lines } = told
      await approve()
      switchOn(told)
      await pass(GRACE)
      const last = (await lines()).at(-1)
      expect(last).toMatch(
        /^Bob Marsh: failed\. ServiceNow refused the deletion; the account is still there\. Press Try again once the cause is removed, or Skip\./,
      )
      expect(last).toMatch(says)
      await told.endsFailed({ path: SENT, deletes: 1 })

      expect(await press('dana', 'retry', NAME)).toMatch(/^Done/)
      await pass(GRACE)
      await told.endsReclaimed({ path: [...SENT, 'failed', 'approved', 'reclaiming'], deletes: 2 })
    },
  )
})
