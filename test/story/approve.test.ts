import { describe, expect, test } from 'vitest'
import { DAY, MINUTE, story } from './story.ts'

describe('a weekly run', () => {
  test('posts a header, then one message for each approver, mentioning that person', async () => {
    const { run, slack, textOf } = await story()
    await run()
    const [header, ...lists] = await slack.messages()
    expect(textOf(header ?? { blocks: [] })).toMatch(/accounts seem no longer needed: up to USD/)
    const heads = lists.map(list => textOf(list).split('\n')[0])
    expect(heads).toEqual(
      expect.arrayContaining([
        `@${slack.userId('dana')}, please decide about 5 accounts.`,
        `@${slack.userId('priya')}, please decide about 3 accounts.`,
        `@${slack.userId('tomas')}, please decide about 3 accounts.`,
        'Named approvers, please decide about 1 account.',
      ]),
    )
  })

  test('proposes nobody who is protected, excluded, at work, new, or without a licence', async () => {
    const { run, history } = await story()
    await run()
    const proposed = (await history()).map(row => row.userName)
    expect(proposed).toHaveLength(12)
    for (const safe of [
      'amy.chen',
      'carl.fischer',
      'monitoring.probe',
      'etl.integration',
      'zoe.albrecht',
      'ada.novak',
      'rosa.silva',
    ])
      expect(proposed).not.toContain(safe)
  })

  test('says so when it finds nobody', async () => {
    const { run, slack, textOf } = await story({ changes: { rules: { inactive: { afterDays: 3000 } } } })
    await run()
    const messages = await slack.messages()
    expect(messages).toHaveLength(1)
    expect(textOf(messages[0] ?? { blocks: [] })).toContain('Nobody to propose.')
  })
})

describe('Approve', () => {
  test('deletes the account after the time to undo, reads back that it is gone, and says so in the thread', async () => {
    const { run, press, thread, pass, quiet, deletes, exists, states, messageAbout, slack, textOf } =
      await story()
    await run()

    expect(await press('dana', 'approve', 'Bob Marsh')).toMatch(
      /^Done\. Bob Marsh: Approved by @\w+\. The account is deleted after/,
    )
    await quiet()
    expect(await thread('Bob Marsh')).toEqual([
      expect.stringMatching(
        new RegExp(`^Bob Marsh: approved by @${slack.userId('dana')}\\. .*unless somebody presses Undo\\.`),
      ),
    ])
    expect(deletes()).toHaveLength(0)

    await pass(15 * MINUTE)
    expect(deletes()).toMatchObject([{ table: 'sys_user', status: 204 }])
    expect(exists('bob.marsh')).toBe(false)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'reclaiming', 'reclaimed'])
    expect((await thread('Bob Marsh')).slice(1)).toEqual([
      'Bob Marsh: reclaiming. The last check passed; the deletion is being sent to ServiceNow.',
      expect.stringContaining(
        'Bob Marsh: reclaimed. The account is gone; the bot checked that in ServiceNow.',
      ),
    ])
    const message = textOf(await messageAbout('Bob Marsh'))
    expect(message).toContain('Reclaimed. The account is gone')
  })

  test('reads the account before the write and again afterwards', async () => {
    const { run, press, pass, servicenow } = await story()
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    const before = servicenow.journal.length
    await pass(15 * MINUTE)
    const requests = servicenow.journal.slice(before).filter(entry => entry.table === 'sys_user')
    const at = requests.findIndex(entry => entry.method === 'DELETE')
    expect(requests[at - 1]).toMatchObject({ method: 'GET' })
    expect(requests[at + 1]).toMatchObject({ method: 'GET' })
  })

  test('by two people at once deletes once; the second is told who was first, and when', async () => {
    const { run, press, pass, quiet, deletes, messageAbout, slack, states } = await story()
    await run()
    const message = await messageAbout('Greta Lund')
    const answers = await Promise.all([
      press('dana', 'approve', 'Greta Lund', message),
      press('nora', 'approve', 'Greta Lund', message),
    ])
    const loser = answers.find(answer => answer.startsWith('Nothing was changed'))
    const winner = answers.find(answer => answer.startsWith('Done'))
    expect(winner).toBeDefined()
    expect(loser).toMatch(
      new RegExp(
        `Greta Lund: approved by @(${slack.userId('dana')}|${slack.userId('nora')}), \\d+ \\w+ \\d{4}, `,
      ),
    )
    await quiet()
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await states('greta.lund')).toEqual(['proposed', 'approved', 'reclaiming', 'reclaimed'])
  })

  test('changes nothing when the person logged in since: withdrawn, with the reason', async () => {
    const { run, press, pass, deletes, exists, thread, servicenow, clock } = await story()
    await run()
    await press('dana', 'approve', 'Greta Lund')
    const greta = servicenow.tables.rows('sys_user').find(row => row.user_name === 'greta.lund')
    servicenow.tables.login(greta?.sys_id ?? '', clock.now())
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect(exists('greta.lund')).toBe(true)
    expect((await thread('Greta Lund')).at(-1)).toMatch(/^Greta Lund: withdrawn – /)
  })

  test('comes to nothing when the manager no longer is the manager at the last look', async () => {
    const { run, press, pass, deletes, thread, servicenow } = await story()
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    const row = (name: string) =>
      servicenow.tables.rows('sys_user').find(user => user.user_name === name)?.sys_id ?? ''
    servicenow.tables.update('sys_user', row('bob.marsh'), { manager: row('priya.raman') })
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect((await thread('Bob Marsh')).at(-1)).toContain('whoever approved may not decide about it any more')
  })
})

describe('Skip', () => {
  test('keeps the account, says so, and the next run does not ask again', async () => {
    const { run, press, quiet, thread, messageAbout, slack, states } = await story()
    await run()
    await press('priya', 'skip', 'Ines Duarte')
    await quiet()
    expect(await thread('Ines Duarte')).toEqual([
      `Ines Duarte: skipped by @${slack.userId('priya')}. The account stays.`,
    ])
    const message = await messageAbout('Ines Duarte')
    await run()
    expect(await messageAbout('Ines Duarte')).toMatchObject({ ts: message.ts })
    expect(await states('ines.duarte')).toEqual(['proposed', 'skipped'])
  })
})

describe('Undo', () => {
  test('takes an approval back before anything is sent; approving again starts a whole new grace time', async () => {
    const { run, press, pass, deletes, states } = await story()
    await run()
    await press('tomas', 'approve', 'Jonas Keller')
    await pass(10 * MINUTE)
    expect(await press('tomas', 'undo', 'Jonas Keller')).toContain('undid the approval. Nothing was deleted')
    await pass(10 * MINUTE)
    expect(deletes()).toHaveLength(0)

    await press('tomas', 'approve', 'Jonas Keller')
    await pass(10 * MINUTE)
    expect(deletes(), 'the first approval does not shorten the second').toHaveLength(0)
    await pass(5 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await states('jonas.keller')).toEqual([
      'proposed',
      'approved',
      'proposed',
      'approved',
      'reclaiming',
      'reclaimed',
    ])
  })

  test('makes buttons of before worthless: they are answered with the present state', async () => {
    const { run, press, quiet, messageAbout, states } = await story()
    await run()
    const old = await messageAbout('Jonas Keller')
    await press('tomas', 'approve', 'Jonas Keller')
    await quiet()
    await press('tomas', 'undo', 'Jonas Keller')
    await quiet()
    expect(await press('tomas', 'approve', 'Jonas Keller', old)).toMatch(/^Nothing was changed/)
    expect(await states('jonas.keller')).toEqual(['proposed', 'approved', 'proposed'])
  })
})

test('what nobody decides expires, and the account stays', async () => {
  const { run, pass, states, thread, exists } = await story()
  await run()
  await pass(13 * DAY)
  expect(await states('bob.marsh')).toEqual(['proposed'])
  await pass(1 * DAY + MINUTE)
  expect(await states('bob.marsh')).toEqual(['proposed', 'expired'])
  expect((await thread('Bob Marsh')).at(-1)).toContain('Bob Marsh: expired. Nobody decided in time')
  expect(exists('bob.marsh')).toBe(true)
})
