import { describe, expect, test } from 'vitest'
import type { FaultOptions } from '../../sandbox/servicenow/faults.ts'
import { DAY, MINUTE } from '../story/story.ts'
import { faultStory, GRACE, HOUR, NAME, requestsOf, SENT, whenDeleteArrives } from './story.ts'

/* What can come of a read, at each of the bot's reads, and what the bot promises then. The names are the list. */

type Row = { fault: string; switchOn: Pick<FaultOptions, 'kind' | 'retryAfterSeconds'>; sentence: RegExp }

/** The faults, and how the bot puts each to whoever asked. */
const FAULTS: readonly Row[] = [
  {
    fault: 'a connection that breaks off',
    switchOn: { kind: 'reset' },
    sentence: /the connection broke off\./,
  },
  {
    fault: '500 after 60 seconds',
    switchOn: { kind: 'timeout_500' },
    sentence: /HTTP 500, “Transaction cancelled/,
  },
  { fault: '502', switchOn: { kind: 'bad_gateway_502' }, sentence: /something else than JSON \(HTTP 502\)/ },
  { fault: '503', switchOn: { kind: 'unavailable_503' }, sentence: /something else than JSON \(HTTP 503\)/ },
  { fault: '202', switchOn: { kind: 'dropped_202' }, sentence: /answered 202, by which it drops/ },
  { fault: '200 with an empty body', switchOn: { kind: 'empty_200' }, sentence: /with an empty body\./ },
  {
    fault: '200 with a page (hibernating)',
    switchOn: { kind: 'hibernating_200' },
    sentence: /instance is hibernating\. If it is a developer instance, wake it/,
  },
  {
    fault: '302 to the login page',
    switchOn: { kind: 'login_302' },
    sentence: /a redirect \(HTTP 302\).*single sign-on/,
  },
  {
    fault: '403 by an access rule',
    switchOn: { kind: 'acl_403' },
    sentence: /HTTP 403.*Give the account a role/,
  },
  {
    fault: '429 with Retry-After',
    switchOn: { kind: 'rate_limit_429', retryAfterSeconds: 120 },
    sentence: /limits the bot's requests \(HTTP 429\).* in 120 s/,
  },
  {
    fault: '429 without Retry-After',
    switchOn: { kind: 'saturated_429' },
    sentence: /limits the bot's requests \(HTTP 429\).* in 30 s/,
  },
  {
    fault: 'JSON that breaks off',
    switchOn: { kind: 'malformed_200' },
    sentence: /broke off or is no JSON.*not used in part/,
  },
  {
    fault: 'half the rows and an error, in JSON that is whole',
    switchOn: { kind: 'truncated_200' },
    sentence: /HTTP 200, “Transaction cancelled/,
  },
]

const promising = (promise: string) => FAULTS.map(row => ({ ...row, promise }))

describe('the scan:', () => {
  const rows = promising(
    'nothing is proposed or withdrawn, whoever asked is told why, and the schedule does it all once it can',
  )

  test.each(rows)('$fault → $promise', async ({ switchOn, sentence }) => {
    const told = await faultStory()
    const { run, command, pass, minutes, history, everybodyReads, statesOf, servicenow, idOf, clock } = told
    await run()
    // A whole run would withdraw one and propose another.
    servicenow.tables.login(idOf('greta.lund'), clock.now())
    servicenow.tables.update('sys_user', idOf('ada.novak'), { last_login_time: '', last_login: '' })
    const before = [await history(), await everybodyReads()]

    // The last of the run's reads: by then everything else has been read.
    servicenow.faults.add({ ...switchOn, table: 'sys_user' })
    const asked = await requestsOf(told, async () => {
      const answer = await command('nora', 'run')
      expect(answer).toMatch(/^The run stopped, and nothing was proposed or withdrawn\. /)
      expect(answer).toMatch(sentence)
    })
    expect(asked.at(-1)?.table).toBe('sys_user')
    const attempts = await requestsOf(told, async () => {
      await pass(7 * DAY)
      await minutes(20)
    })
    expect(attempts.length / asked.length, 'one attempt every 5 minutes').toBe(5)
    expect([await history(), await everybodyReads()]).toEqual(before)

    servicenow.faults.clear()
    await pass(5 * MINUTE)
    expect(await statesOf('greta.lund')).toEqual(['proposed', 'withdrawn'])
    expect(await statesOf('ada.novak')).toEqual(['proposed'])
  })

  test('any of these for six hours → the channel is told once, and the next run comes as scheduled', async () => {
    const told = await faultStory()
    const { pass, messages, servicenow } = told
    servicenow.faults.add({ kind: 'hibernating_200' })
    await pass(7 * DAY)
    for (let minutes = 0; minutes < 7 * 60; minutes += 5) await pass(5 * MINUTE)
    const [notice, ...more] = await messages()
    expect(notice?.text).toMatch(
      /^The run of .* did not happen\. It was tried for six hours; nothing was proposed or withdrawn\..*\n.*hibernating/,
    )
    expect(more).toEqual([])
    expect(await requestsOf(told, () => pass(DAY))).toEqual([])
    servicenow.faults.clear()
    await pass(6 * DAY)
    expect((await messages())[1]?.text).toMatch(/^Licence reclaim/)
  })

  test('a read that hangs past 60 seconds and is then answered → the run goes on where it was; a second one is told since when', async () => {
    const { command, stage, servicenow, clock, shownTo } = await faultStory()
    const gate = servicenow.hold({ method: 'GET', table: 'sys_user' })
    const first = command('nora', 'run')
    await gate.arrived
    clock.advance(65_000)
    await stage.bot().tick()
    const before = shownTo('nora').length
    await stage.slack.driver.as('nora').command('/reclaim run')
    await expect
      .poll(() => shownTo('nora').slice(before))
      .toContainEqual(expect.stringMatching(/^A run is under way since .*; there is only one at a time\./))
    gate.release()
    await first
    await expect
      .poll(() => shownTo('nora'))
      .toContainEqual(expect.stringMatching(/^The run is done: 12 proposed/))
  })
})

describe('the last look:', () => {
  const rows = promising(
    'nothing is sent, the thread says once that it waits, and the deletion goes on by itself once the account can be read',
  )

  test.each(rows)('$fault → $promise', async ({ switchOn }) => {
    const told = await faultStory()
    const { approve, pass, minutes, lines, deletes, servicenow } = told
    await approve()
    servicenow.faults.add({ ...switchOn, method: 'GET' })
    await pass(GRACE)
    const asked = await requestsOf(told, () => minutes(30))
    // What is to be kept is asked for, and the account is looked at.
    expect(asked.length, 'two requests every 5 minutes').toBeLessThanOrEqual(12)
    expect(asked.length, 'two requests every 5 minutes').toBeGreaterThanOrEqual(5)
    expect(await lines()).toEqual([
      expect.stringMatching(/^Bob Marsh: approved by Dana Whitfield\. The account is deleted after/),
      `${NAME}: approved by Dana Whitfield, but waiting – the account cannot be read in ServiceNow; the bot keeps trying.`,
    ])
    expect(deletes()).toBe(0)
    servicenow.faults.clear()
    await pass(10 * MINUTE)
    await told.endsReclaimed({ path: ['proposed', 'approved', 'approved', 'reclaiming'], deletes: 1 })
  })
})

describe('the read-back:', () => {
  const rows = promising(
    'not called reclaimed and not sent again, however long it lasts; one read is enough once it can be read',
  )

  test.each(rows)('$fault → $promise', async ({ switchOn }) => {
    const told = await faultStory()
    const { approve, pass, minutes, lines, path, deletes, servicenow } = told
    await approve()
    whenDeleteArrives(told, () => servicenow.faults.add({ ...switchOn, method: 'GET' }))
    await pass(GRACE)
    const asked = await requestsOf(told, () => minutes(60))
    expect(asked.length, 'after 90 s, then 5 minutes, then every 15').toBeLessThanOrEqual(6)
    expect(await path()).toEqual([...SENT, 'verifying'])
    expect((await lines()).slice(2)).toEqual([
      expect.stringMatching(
        /^Bob Marsh: verifying – the deletion is not confirmed\. The bot checks the account again before anything else happens\. A deletion was sent at .*\. ServiceNow answered 204\.$/,
      ),
    ])
    expect(deletes()).toBe(1)
    servicenow.faults.clear()
    await pass(HOUR)
    await told.endsReclaimed({ path: [...SENT, 'verifying'], deletes: 1 })
  })
})
