import { describe, expect, test } from 'vitest'
import { eventually } from './screen.ts'
import { story } from './story.ts'
import { wordsOf } from './teams-screen.ts'
import { clickElsewhere, ELSEWHERE } from './teams-wire.ts'

/* What only Teams has: who is who there, where answers go, and clients of another age. */

const begin = async () => {
  const told = await story('teams')
  await told.run()
  const { teams } = told.stage
  const personal = (person: string) =>
    teams.whispers.filter(({ user, via }) => user === teams.userId(person) && via === 'personal').map(wordsOf)
  const clickOn = async (name: string) => ({
    on: (await told.messageAbout(name)).id,
    verb: 'reclaim_approve',
    pick: ({ element }: { element: Record<string, unknown> }) =>
      String(element.tooltip).endsWith(`: ${name}`),
  })
  return { ...told, teams, personal, clickOn }
}

describe('who may not decide, changes nothing:', () => {
  test('a person whom the team does not have any more', async () => {
    const { leave, press, states } = await begin()
    leave('dana')
    expect(await press('dana', 'approve', 'Bob Marsh')).toContain(
      'The bot does not find you among the people',
    )
    expect(await states('bob.marsh')).toEqual(['proposed'])
  })

  test('a person without an e-mail address', async () => {
    const { teams, press, states } = await begin()
    teams.change('dana', { email: null })
    expect(await press('dana', 'approve', 'Bob Marsh')).toContain('Your profile shows no e-mail address')
    expect(await states('bob.marsh')).toEqual(['proposed'])
  })

  test('a person who has become a guest since', async () => {
    const { teams, press, command, states } = await begin()
    teams.change('dana', { guest: true })
    expect(await press('dana', 'approve', 'Bob Marsh')).toContain('Only full members of this organisation')
    expect(await command('dana', 'status')).toBe('The bot answers full members of this organisation only.')
    expect(await states('bob.marsh')).toEqual(['proposed'])
  })

  test('somebody of another tenant: refused with a bare status, shown nothing', async () => {
    const { teams, clickOn, states } = await begin()
    const shown = teams.whispers.length
    const delivery = await teams.driver.stranger().click(await clickOn('Bob Marsh'))
    expect(delivery).toMatchObject({ status: 403, body: '' })
    expect(teams.whispers).toHaveLength(shown)
    expect(await states('bob.marsh')).toEqual(['proposed'])
  })

  test.each(['none', 'forged', 'for another app', 'for another service', 'expired'] as const)(
    'requests that are not from Teams: token %s',
    async kind => {
      const { teams, clickOn, states } = await begin()
      const { token } = teams.driver
      const forger = {
        none: null,
        forged: await token({}, { forged: true }),
        'for another app': await token({ aud: 'another' }),
        'for another service': await token({ serviceurl: 'https://smba.example/' }),
        expired: await token({ exp: Math.floor(Date.now() / 1000) - 3600 }),
      }[kind]
      const delivery = await teams.driver.as('dana').click(await clickOn('Bob Marsh'), { token: forger })
      expect(delivery).toMatchObject({ status: 401, body: '' })
      expect(await states('bob.marsh')).toEqual(['proposed'])
    },
  )
})

describe('a click', () => {
  test('from a client that only knows Action.Submit counts, and is answered in the personal chat', async () => {
    const { teams, clickOn, personal, quiet, states } = await begin()
    const delivery = await teams.driver.as('dana').click(await clickOn('Bob Marsh'), { how: 'submit' })
    expect(delivery).toMatchObject({ status: 200, body: '' })
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved'])
    await eventually(() => expect(personal('dana')).toEqual([expect.stringMatching(/^Done\. Bob Marsh: /)]))
    await quiet()
  })

  test('on a card that was carried into another channel counts; the bot writes nothing there', async () => {
    const { teams, messageAbout, states, quiet, thread } = await begin()
    const { id } = await messageAbout('Bob Marsh')
    const message = teams.messages().find(each => each.id === id)
    expect(await clickElsewhere(teams, 'dana', message?.card ?? {}, 'Approve: Bob Marsh')).toMatch(/^Done/)
    await quiet()
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved'])
    expect(await thread('Bob Marsh')).toHaveLength(1)
    expect(teams.calls.filter(({ path }) => path.includes(ELSEWHERE.id))).toEqual([])
  })

  test('while Teams does not say who somebody is, is answered before Teams gives up on it', async () => {
    const { teams, clickOn, shownTo, states } = await begin()
    teams.faults.add({ operation: 'members', kind: 'hang' })
    const delivery = await teams.driver.as('dana').click(await clickOn('Bob Marsh'))
    expect(delivery.ms).toBeLessThan(3000)
    expect(shownTo('dana')).toEqual([expect.stringContaining('It could not be checked who you are')])
    expect(await states('bob.marsh')).toEqual(['proposed'])
  })

  test('on Details is answered in time, too, however long the details take', async () => {
    const { teams, clickOn, personal } = await begin()
    teams.faults.add({ operation: 'personal', kind: 'hang' })
    const click = { ...(await clickOn('Bob Marsh')), verb: 'reclaim_details' }
    expect((await teams.driver.as('dana').click(click)).ms).toBeLessThan(3000)
    expect(personal('dana')).toEqual([])
  })
})

describe('what is for one person', () => {
  test('is answered in the personal chat, wherever it was asked; a thread is told so in one line', async () => {
    const { teams, personal, messages, everybodyReads } = await begin()
    const [header] = await messages()
    const before = teams.messages().length
    await teams.driver.as('ada').say('Reclaim status', { thread: header?.id ?? '' })
    await eventually(async () =>
      expect((await messages())[0]?.replies).toEqual(['The answer is in your chat with me.']),
    )
    await teams.driver.as('ada').say('status', { personal: true })
    await teams.driver.as('ada').say('/reclaim status', { personal: true })
    await eventually(() => expect(personal('ada')).toHaveLength(3))
    for (const answer of personal('ada')) expect(answer).toContain('12 open candidates')
    expect(teams.messages()).toHaveLength(before)
    const opened = teams.calls.filter(
      ({ path, operation }) => operation === 'personal' && path.endsWith('/conversations'),
    )
    expect(opened, 'one chat with nora, who began the run, and one with ada').toHaveLength(2)
    expect(await everybodyReads()).not.toContain('open candidates')
  })

  test('and cannot be said to that person alone is not said: whoever asked is told what to do', async () => {
    const { teams, press, personal, messages, everybodyReads } = await begin()
    const refused = { kind: 'error', status: 403, code: 'BotNotInConversationRoster' } as const
    teams.faults.add({ operation: 'personal', ...refused, times: Infinity })
    expect(await press('dana', 'details', 'Bob Marsh')).toMatch(
      /^I cannot write to you alone\. Add me for yourself/,
    )
    const [header] = await messages()
    await teams.driver.as('ada').say('reclaim status', { thread: header?.id ?? '' })
    await eventually(async () =>
      expect((await messages())[0]?.replies).toEqual([
        expect.stringMatching(/^I cannot write to you alone\. Add me for yourself/),
      ]),
    )
    expect(await everybodyReads()).not.toMatch(/open candidates|sys_user/)

    teams.faults.clear()
    expect(await press('dana', 'details', 'Bob Marsh')).toBe('The details are in your chat with me.')
    expect(personal('dana').join()).toContain('DELETE /api/now/v2/table/sys_user/')
  })
})

test('an approval can be undone by mentioning the person', async () => {
  const { run, press, command, states, servicenow, idOf } = await story('teams')
  servicenow.tables.update('sys_user', idOf('ada.novak'), { last_login_time: '', last_login: '' })
  await run()
  await press('priya', 'approve', 'Ada Novak')
  expect(await command('ada', 'undo @ada'), 'not by herself').toContain('This is your own account.')
  expect(await command('priya', 'undo @ada')).toContain('undid the approval')
  expect(await states('ada.novak')).toEqual(['proposed', 'approved', 'proposed'])
})
