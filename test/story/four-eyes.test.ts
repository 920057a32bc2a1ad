import { describe, expect, test } from 'vitest'
import { MINUTE, PLATFORMS, story, storyInBoth } from './story.ts'

/* approvers.required: 2 – nothing is deleted that two different people did not approve. */

const TWO = { changes: { approvers: { required: 2 } } }

describe.each(PLATFORMS)('four eyes, in %s:', platform => {
  test('the first approval is 1 of 2 and deletes nothing; the second one, by somebody else, does', async () => {
    const { run, press, pass, quiet, thread, states, deletes, messageAbout } = await story(platform, TWO)
    await run()
    expect(await press('dana', 'approve', 'Bob Marsh')).toContain('approved by Dana Whitfield (1 of 2)')
    await quiet()
    expect(await thread('Bob Marsh')).toEqual([
      'Bob Marsh: proposed, approved by Dana Whitfield (1 of 2). Nothing is deleted until a second person approves: the manager or a named approver.',
    ])
    expect((await messageAbout('Bob Marsh')).text).toContain('Proposed, approved by Dana Whitfield (1 of 2).')
    await pass(60 * MINUTE)
    expect(deletes()).toHaveLength(0)

    expect(await press('nora', 'approve', 'Bob Marsh')).toMatch(/^Done/)
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await states('bob.marsh')).toEqual([
      ...['proposed', 'proposed', 'approved', 'reclaiming', 'reclaimed'],
    ])
  })

  test('nobody is both of the two', async () => {
    const { run, press, states, pass, deletes } = await story(platform, TWO)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    expect(await press('dana', 'approve', 'Bob Marsh')).toContain('A second person has to')
    await pass(60 * MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'proposed'])
    expect(deletes()).toHaveLength(0)
  })

  test('Undo takes both approvals back; Skip needs one person', async () => {
    const { run, press, quiet, states } = await story(platform, TWO)
    await run()
    for (const person of ['dana', 'nora']) await press(person, 'approve', 'Bob Marsh')
    await quiet()
    await press('nora', 'undo', 'Bob Marsh')
    await quiet()
    expect(await press('nora', 'approve', 'Bob Marsh')).toContain('(1 of 2)')
    await quiet()
    await press('dana', 'skip', 'Bob Marsh')
    expect((await states('bob.marsh')).slice(-3)).toEqual(['proposed', 'proposed', 'skipped'])
  })

  test('the first of the two has to be entitled at the last look, too', async () => {
    const { run, press, pass, leave, states, deletes } = await story(platform, TWO)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    await press('nora', 'approve', 'Bob Marsh')
    leave('dana')
    await pass(15 * MINUTE)
    expect((await states('bob.marsh')).at(-1)).toBe('withdrawn')
    expect(deletes()).toHaveLength(0)
  })

  test('asked for only after an approval by one, that approval is not enough any more', async () => {
    const { run, press, pass, stage, states, deletes } = await story(platform)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    await stage.restart(TWO.changes)
    await pass(15 * MINUTE)
    expect((await states('bob.marsh')).at(-1)).toBe('withdrawn')
    expect(deletes()).toHaveLength(0)
  })
})

test('one person in two chats is one person', async () => {
  const { slack, teams, states, quiet } = await storyInBoth(TWO)
  await slack.run()
  await quiet()
  await slack.press('dana', 'approve', 'Bob Marsh')
  await quiet()
  expect(await teams.press('dana', 'approve', 'Bob Marsh')).toContain('A second person has to')
  expect(await states('bob.marsh')).toEqual(['proposed', 'proposed'])
  expect(await teams.press('nora', 'approve', 'Bob Marsh')).toMatch(/^Done/)
})
