import { describe, expect, test } from 'vitest'
import { MINUTE, PLATFORMS, story } from './story.ts'

describe.each(PLATFORMS)('when ServiceNow, in %s,', platform => {
  test('refuses the deletion, it is failed with the reason; Try again works once the cause is removed', async () => {
    const { run, press, pass, quiet, servicenow, thread, states, exists, deletes } = await story(platform)
    await run()
    servicenow.faults.add({ kind: 'business_rule_403', method: 'DELETE', times: 1 })
    await press('dana', 'approve', 'Bob Marsh')
    await pass(15 * MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'reclaiming', 'failed'])
    expect((await thread('Bob Marsh')).at(-1)).toMatch(
      /failed\. ServiceNow refused the deletion; .* answered 403 \(.*Business Rule/,
    )
    expect(exists('bob.marsh')).toBe(true)

    expect(await press('dana', 'retry', 'Bob Marsh')).toMatch(/^Done/)
    await quiet()
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(2)
    expect(exists('bob.marsh')).toBe(false)
    expect((await states('bob.marsh')).at(-1)).toBe('reclaimed')
  })

  test('deletes but the connection breaks, the read-back proves it: no second DELETE', async () => {
    const { run, press, pass, servicenow, states, deletes } = await story(platform)
    await run()
    servicenow.faults.add({ kind: 'commit_then_reset', method: 'DELETE', times: 1 })
    await press('dana', 'approve', 'Bob Marsh')
    await pass(15 * MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'reclaiming', 'reclaimed'])
    expect(deletes()).toHaveLength(1)
  })

  test.each(['dropped_202', 'empty_200', 'timeout_500', 'false_204'] as const)(
    'does not do it and answers %s, it is verified after 90 seconds and sent again only after a read that found the account',
    async kind => {
      const { run, press, pass, servicenow, states, deletes, exists } = await story(platform)
      await run()
      servicenow.faults.add({ kind, method: 'DELETE', times: 1 })
      await press('dana', 'approve', 'Bob Marsh')
      await pass(15 * MINUTE)
      expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'reclaiming', 'verifying'])
      expect(deletes()).toHaveLength(1)
      await pass(MINUTE)
      expect(deletes(), 'not before 90 seconds').toHaveLength(1)
      await pass(MINUTE)
      const journal = servicenow.journal.map(entry => entry.method)
      const second = journal.lastIndexOf('DELETE')
      expect(journal.slice(journal.indexOf('DELETE') + 1, second)).toContain('GET')
      expect(deletes()).toHaveLength(2)
      expect(exists('bob.marsh')).toBe(false)
      expect((await states('bob.marsh')).at(-1)).toBe('reclaimed')
    },
  )

  test('is hibernating at the last look, the write waits and says so once; then it goes on', async () => {
    const { run, press, pass, servicenow, thread, deletes } = await story(platform)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    servicenow.faults.add({ kind: 'hibernating_200' })
    await pass(15 * MINUTE)
    await pass(10 * MINUTE)
    expect((await thread('Bob Marsh')).slice(1)).toEqual([
      'Bob Marsh: approved by Dana Whitfield, but waiting – the account cannot be read in ServiceNow; the bot keeps trying.',
    ])
    expect(deletes()).toHaveLength(0)
    servicenow.faults.clear()
    await pass(10 * MINUTE)
    expect(deletes()).toHaveLength(1)
  })

  test('was faster: an account that somebody else deleted is withdrawn, not claimed', async () => {
    const { run, press, pass, servicenow, thread, deletes, idOf } = await story(platform)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    servicenow.tables.remove('sys_user', idOf('bob.marsh'))
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect((await thread('Bob Marsh')).at(-1)).toBe(
      'Bob Marsh: withdrawn – already gone, not by us. The bot did not delete the account.',
    )
  })
})

describe.each(PLATFORMS)('when the chat, %s,', platform => {
  test('took a message but its answer was lost, the message is found again, not posted twice', async () => {
    const { run, trouble, messages, pass } = await story(platform)
    trouble.losesAnswers('posts', 2)
    await run()
    for (let n = 0; n < 4; n++) await pass(MINUTE)
    const texts = (await messages()).map(({ text }) => text)
    expect(texts).toHaveLength(5)
    expect(new Set(texts).size).toBe(5)
  })

  test('took a line in a thread but its answer was lost, it is not said twice', async () => {
    const { run, press, pass, quiet, trouble, thread, messageAbout } = await story(platform)
    await run()
    trouble.losesAnswers('lines', 1)
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    await pass(MINUTE)
    expect(await thread('Bob Marsh')).toHaveLength(1)
    expect((await messageAbout('Bob Marsh')).text).toContain('Approved by Dana Whitfield.')
  })

  test('will never take a message as it is, the ones behind it are posted all the same, and status says so', async () => {
    const { run, trouble, messages, command } = await story(platform)
    trouble.refusesMessage()
    await run()
    expect(await messages()).toHaveLength(4)
    expect(await command('nora', 'status')).toContain('1 chat message could not be delivered')
  })

  test('asks for patience, everything is said all the same', async () => {
    const { run, press, pass, trouble, thread } = await story(platform)
    await run()
    trouble.asksForPatience(3)
    await press('dana', 'approve', 'Bob Marsh')
    await pass(MINUTE)
    await pass(MINUTE)
    await pass(15 * MINUTE)
    await pass(MINUTE)
    expect((await thread('Bob Marsh')).map(line => line.split(/ by |: |\. /)[1])).toEqual([
      'approved',
      'reclaiming',
      'reclaimed',
    ])
  })
})
