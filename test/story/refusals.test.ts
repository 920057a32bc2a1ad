import { describe, expect, test } from 'vitest'
import { MINUTE, PLATFORMS, story } from './story.ts'

describe.each(PLATFORMS)(
  'who may not decide is told so, privately, and nothing changes, in %s:',
  platform => {
    test.each([
      ['ada', 'somebody who is not the manager', /only the account's manager and the named approvers may/],
      ['gus', 'a guest', /Only full members of this organisation may decide/],
      ['tomas', 'the manager of others', /only the account's manager and the named approvers may/],
    ])('%s, %s', async (person, _who, reason) => {
      const { run, press, states, pass, deletes, thread } = await story(platform)
      await run()
      expect(await press(person, 'approve', 'Bob Marsh')).toMatch(reason)
      expect(await states('bob.marsh')).toEqual(['proposed'])
      await pass(20 * MINUTE)
      expect(deletes()).toHaveLength(0)
      expect(await thread('Bob Marsh')).toEqual([])
    })

    test('a named approver about her own account', async () => {
      const { run, press, states } = await story(platform)
      await run()
      expect(await press('nora', 'approve', 'Nora Lindqvist')).toContain('This is your own account.')
      expect(await states('nora.lindqvist')).toEqual(['proposed'])
      expect(await press('dana', 'approve', 'Nora Lindqvist')).toMatch(/^Done/)
    })

    test('somebody who left after the approval: withdrawn at the last look', async () => {
      const { run, press, pass, leave, deletes, states } = await story(platform)
      await run()
      await press('dana', 'approve', 'Bob Marsh')
      leave('dana')
      await pass(15 * MINUTE)
      expect(deletes()).toHaveLength(0)
      expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'withdrawn'])
    })

    test('nobody while the chat cannot say who they are', async () => {
      const { run, press, trouble, states } = await story(platform)
      await run()
      trouble.knowsNobody()
      expect(await press('dana', 'approve', 'Bob Marsh')).toContain('It could not be checked who you are')
      expect(await states('bob.marsh')).toEqual(['proposed'])
      expect(await press('dana', 'approve', 'Bob Marsh')).toMatch(/^Done/)
    })
  },
)

describe.each(PLATFORMS)('Details, in %s,', platform => {
  test('show the evidence with its sources, the exact request and the timeline, to the manager alone', async () => {
    const { run, press, shownTo, everybodyReads, idOf } = await story(platform)
    await run()
    await press('dana', 'details', 'Bob Marsh')
    const shown = shownTo('dana').join('\n')
    expect(shown).toContain('(sys_user.last_login_time, last_login)')
    expect(shown).toContain('HR roster: not active')
    expect(shown).toContain(`DELETE /api/now/v2/table/sys_user/${idOf('bob.marsh')}`)
    expect(shown).not.toContain('Terminated')
    expect(await everybodyReads()).not.toMatch(/sys_user|HR roster: not active/)
  })

  test('are not for others', async () => {
    const { run, press, shownTo } = await story(platform)
    await run()
    expect(await press('ada', 'details', 'Bob Marsh')).toContain('may see this')
    expect(shownTo('ada')).toHaveLength(1)
  })
})

test.each(PLATFORMS)('in %s text from outside is only ever text', async platform => {
  const hostile =
    '<!channel> *x* <https://evil.example|click> [x](https://evil.example) <at>Nora</at> \u202eevil\n:tada: `'
  const { run, messages, everybodyReads, servicenow, idOf } = await story(platform)
  servicenow.tables.update('sys_user', idOf('bob.marsh'), { name: hostile })
  await run()
  expect(await everybodyReads(), 'it is shown').toContain('*x* <https://evil.example|click> [x](https://evil')
  for (const { text, markup, calls } of await messages()) {
    expect(text).not.toMatch(/\u202e/)
    expect(markup).not.toMatch(/<!|<https|<at>Nora|\u202e/)
    expect(calls).not.toContain('nora')
  }
})
