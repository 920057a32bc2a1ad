import { describe, expect, test } from 'vitest'
import { DAY, MINUTE, PLATFORMS, story } from './story.ts'

describe.each(PLATFORMS)('a weekly run, in %s,', platform => {
  test('posts a header, then one message for each approver, mentioning that person', async () => {
    const { run, messages } = await story(platform)
    await run()
    const [header, ...lists] = await messages()
    expect(header?.text).toMatch(/accounts seem no longer needed: up to USD/)
    expect(header?.calls).toEqual([])
    const heads = lists.map(({ text, calls }) => [text.split('\n')[0], ...calls])
    expect(heads).toHaveLength(4)
    expect(heads).toEqual(
      expect.arrayContaining([
        ['Dana Whitfield, please decide about 5 accounts.', 'dana'],
        ['Priya Raman, please decide about 3 accounts.', 'priya'],
        ['Tomás Herrera, please decide about 3 accounts.', 'tomas'],
        ['Named approvers, please decide about 1 account.'],
      ]),
    )
  })

  test('proposes nobody who is protected, excluded, at work, new, or without a licence', async () => {
    const { run, history } = await story(platform)
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
    const changes = { rules: { inactive: { afterDays: 3000 } } }
    const { run, messages } = await story(platform, { changes })
    await run()
    const [only, ...others] = await messages()
    expect(only?.text).toContain('Nobody to propose.')
    expect(others).toEqual([])
  })
})

describe.each(PLATFORMS)('Approve, in %s,', platform => {
  test('deletes the account after the time to undo, reads back that it is gone, and says so in the thread', async () => {
    const { run, press, thread, pass, quiet, deletes, exists, states, messageAbout } = await story(platform)
    await run()

    expect(await press('dana', 'approve', 'Bob Marsh')).toMatch(
      /^Done\. Bob Marsh: Approved by Dana Whitfield\. The account is deleted after/,
    )
    await quiet()
    expect(await thread('Bob Marsh')).toEqual([
      expect.stringMatching(/^Bob Marsh: approved by Dana Whitfield\. .*unless somebody presses Undo\./),
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
    const { text, ...message } = await messageAbout('Bob Marsh')
    expect(text).toContain('Reclaimed. The account is gone')
    expect(message.offers('undo', 'Bob Marsh')).toBe(false)
  })

  test('reads the account before the write and again afterwards', async () => {
    const { run, press, pass, servicenow } = await story(platform)
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
    const { run, press, pass, quiet, deletes, messageAbout, states } = await story(platform)
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
      /Greta Lund: approved by (Dana Whitfield|Nora Lindqvist), \d+ \w+ \d{4}, \d\d:\d\d \w+\./,
    )
    await quiet()
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await states('greta.lund')).toEqual(['proposed', 'approved', 'reclaiming', 'reclaimed'])
  })

  test('changes nothing when the person logged in since: withdrawn, with the reason', async () => {
    const { run, press, pass, deletes, exists, thread, servicenow, clock, idOf } = await story(platform)
    await run()
    await press('dana', 'approve', 'Greta Lund')
    servicenow.tables.login(idOf('greta.lund'), clock.now())
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect(exists('greta.lund')).toBe(true)
    expect((await thread('Greta Lund')).at(-1)).toMatch(/^Greta Lund: withdrawn – /)
  })

  test('comes to nothing when the manager no longer is the manager at the last look', async () => {
    const { run, press, pass, deletes, thread, servicenow, idOf } = await story(platform)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    servicenow.tables.update('sys_user', idOf('bob.marsh'), { manager: idOf('priya.raman') })
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect((await thread('Bob Marsh')).at(-1)).toContain('whoever approved may not decide about it any more')
  })
})

describe.each(PLATFORMS)('Skip, in %s,', platform => {
  test('keeps the account, says so, and the next run does not ask again', async () => {
    const { run, press, quiet, thread, messageAbout, states } = await story(platform)
    await run()
    await press('priya', 'skip', 'Ines Duarte')
    await quiet()
    expect(await thread('Ines Duarte')).toEqual(['Ines Duarte: skipped by Priya Raman. The account stays.'])
    const message = await messageAbout('Ines Duarte')
    await run()
    expect((await messageAbout('Ines Duarte')).id).toBe(message.id)
    expect(await states('ines.duarte')).toEqual(['proposed', 'skipped'])
  })
})

describe.each(PLATFORMS)('Undo, in %s,', platform => {
  test('takes an approval back before anything is sent; approving again starts a whole new grace time', async () => {
    const { run, press, pass, deletes, states } = await story(platform)
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
    const { run, press, quiet, messageAbout, states } = await story(platform)
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

test.each(PLATFORMS)('in %s what nobody decided expires, and the account stays', async platform => {
  const { run, pass, states, thread, exists } = await story(platform)
  await run()
  await pass(13 * DAY)
  expect(await states('bob.marsh')).toEqual(['proposed'])
  await pass(1 * DAY + MINUTE)
  expect(await states('bob.marsh')).toEqual(['proposed', 'expired'])
  expect((await thread('Bob Marsh')).at(-1)).toContain('Bob Marsh: expired. Nobody decided in time')
  expect(exists('bob.marsh')).toBe(true)
})
