import { describe, expect, test } from 'vitest'
import { BOT_ACCOUNT } from '../../sandbox/company.ts'
import type { FaultKind } from '../../sandbox/servicenow/misbehaviour.ts'
import { MINUTE } from '../story/story.ts'
import { faultStory, GRACE, NAME, SENT } from './story.ts'

/* Faults that do not pass by themselves, and how the bot stops. The names are the list. */

const STOPPED = /^Deletions are stopped\. Nothing is deleted until a named approver writes \/reclaim resume/

describe('answers that nobody can explain, one after the other:', () => {
  const MORE = ['Kai Sorensen', 'Greta Lund', 'Hugo Martin', 'Nora Lindqvist']
  const kinds: FaultKind[] = [
    'dropped_202',
    'commit_then_500',
    'commit_then_reset',
    'hibernating_200',
    'hidden_404',
  ]

  test.each(kinds)(
    '%s to every DELETE → after three no more is sent, the channel is told once, status shows it; resume goes on',
    async kind => {
      const told = await faultStory()
      const { approve, press, pass, minutes, messages, command, servicenow, states } = told
      const sent = () => servicenow.journal.filter(({ method }) => method === 'DELETE').length
      const stops = async () => (await messages()).filter(({ text }) => STOPPED.test(text))
      await approve()
      for (const name of MORE) await press('dana', 'approve', name)
      servicenow.faults.add({ kind, method: 'DELETE' })
      await pass(GRACE)
      await minutes(40)
      // Two are under way at once, so one more may have left when the third answer came.
      expect([3, 4]).toContain(sent())
      expect(await stops()).toHaveLength(1)
      expect(await command('nora', 'status')).toContain('breaker open since')
      const stopped = sent()

      servicenow.faults.clear()
      await minutes(30)
      expect(sent(), 'not by itself').toBe(stopped)
      expect(await command('nora', 'resume')).toMatch(/^Resumed/)
      await pass(GRACE)
      await minutes(5)
      for (const user of ['bob.marsh', 'kai.sorensen', 'greta.lund', 'hugo.martin', 'nora.lindqvist'])
        expect((await states(user)).at(-1)).toBe('reclaimed')
      expect(await stops()).toHaveLength(1)
      told.everyDeleteProven()
    },
  )

  test('404 to one account’s DELETE, hidden for ever → three are sent, each after a read; then it is stopped, and waits for people', async () => {
    const told = await faultStory()
    const { approve, pass, minutes, command, deletes, servicenow, isThere } = told
    await approve()
    servicenow.faults.add({ kind: 'hidden_404', method: 'DELETE' })
    await pass(GRACE)
    await minutes(60)
    for (let hours = 0; hours < 12; hours++) await pass(60 * MINUTE)
    expect([deletes(), isThere()]).toEqual([3, true])
    told.everyDeleteProven()
    servicenow.faults.clear()
    await command('nora', 'resume')
    await pass(GRACE)
    expect([deletes(), isThere()]).toEqual([4, false])
  })
})

test('429 to every DELETE → it is expected, so nothing is stopped; sent four times at most, each after a read, then people are asked', async () => {
  const told = await faultStory()
  const { approve, pass, minutes, servicenow, messages } = told
  await approve()
  servicenow.faults.add({ kind: 'saturated_429', method: 'DELETE' })
  await pass(GRACE)
  await minutes(60)
  const again = ['verifying', 'approved', 'reclaiming'] as const
  await told.endsFailed({ path: [...SENT, ...again, ...again, ...again, 'verifying'], deletes: 4 })
  expect((await messages()).filter(({ text }) => STOPPED.test(text))).toEqual([])
})

test('a DELETE that lands after the bot gave it up → the next run finds that it was done, and says so', async () => {
  const told = await faultStory()
  const { approve, pass, minutes, servicenow, command, quiet, path, lines } = told
  await approve()
  const late = servicenow.faults.add({ kind: 'commit_later', method: 'DELETE', times: 1 })
  await pass(GRACE)
  servicenow.faults.add({ kind: 'saturated_429', method: 'DELETE' })
  await minutes(60)
  expect((await path()).at(-1)).toBe('failed')
  late.release()
  await command('nora', 'run')
  await quiet()
  expect((await path()).at(-1)).toBe('reclaimed')
  expect((await lines()).at(-1)).toMatch(/^Bob Marsh: reclaimed\. The account is gone; the bot checked that/)
})

test('a secret that is wrong → the channel is told once what to check and to resume; resume signs in again, and it goes on', async () => {
  const told = await faultStory()
  const { approve, pass, minutes, messages, command, servicenow } = told
  const account = servicenow.account(BOT_ACCOUNT.userName)
  await approve()
  account.password = 'changed'
  await pass(GRACE)
  await minutes(60)
  const stops = (await messages()).filter(({ text }) => STOPPED.test(text))
  expect(stops.map(({ text }) => text)).toEqual([
    expect.stringMatching(/refused the sign-in .* twice.*SERVICENOW_\*/),
  ])
  expect(servicenow.journal.filter(({ status }) => status === 401)).toHaveLength(2)
  account.password = BOT_ACCOUNT.password
  expect(await command('nora', 'resume')).toMatch(/^Resumed/)
  await pass(GRACE)
  // Waiting for the sign-in, then for the time to undo that the resume gave.
  const path = ['proposed', 'approved', 'approved', 'approved', 'reclaiming'] as const
  await told.endsReclaimed({ path: [...path], deletes: 1 })
})

test('the snapshot: what is to be kept of the account cannot be read → nothing is sent, the thread says so once, and it goes on by itself', async () => {
  const told = await faultStory()
  const { approve, pass, minutes, lines, deletes, servicenow } = told
  await approve()
  servicenow.faults.add({ kind: 'unavailable_503', table: 'sys_user_grmember' })
  await pass(GRACE)
  await minutes(20)
  expect((await lines()).slice(1)).toEqual([
    `${NAME}: approved by Dana Whitfield, but waiting – the account, its roles and groups could not be kept before the deletion (the bot's log says why); the bot keeps trying.`,
  ])
  expect(deletes()).toBe(0)
  servicenow.faults.clear()
  await pass(5 * MINUTE)
  await told.endsReclaimed({ path: ['proposed', 'approved', 'approved', 'reclaiming'], deletes: 1 })
})
