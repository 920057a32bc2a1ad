import { describe, expect, test } from 'vitest'
import { MINUTE, storyInBoth } from './story.ts'

/* The bot in Slack and Teams at once. */

describe('a run', () => {
  test('is posted to both, a manager who is in both is asked in both, and status counts for each chat', async () => {
    const { slack, teams, history } = await storyInBoth()
    await slack.run()
    for (const { messages, command } of [slack, teams]) {
      const lists = (await messages()).slice(1)
      const asked = lists.map(({ text, calls }) => [text.split('\n')[0], ...calls])
      expect(asked).toHaveLength(4)
      expect(asked).toContainEqual(['Dana Whitfield, please decide about 5 accounts.', 'dana'])
      expect(asked).toContainEqual(['Named approvers, please decide about 1 account.'])
      const status = await command('nora', 'status')
      expect(status).toContain('\n12 open candidates\n')
      expect(status.match(/^open for .*/gm)?.sort()).toEqual([
        'open for Dana Whitfield: 5',
        'open for Priya Raman: 3',
        'open for Tomás Herrera: 3',
        'open for named approvers: 1',
      ])
    }
    expect(await history()).toHaveLength(12)
  })

  test('asks a manager who is in one of them there, and the named approvers in the other', async () => {
    const { slack, teams, quiet } = await storyInBoth()
    slack.leave('priya')
    await teams.run()
    await quiet()
    expect((await teams.messageAbout('Ines Duarte')).calls).toEqual(['priya'])
    expect((await slack.messageAbout('Ines Duarte')).text).toMatch(/^Named approvers, please decide about 4/)
    expect(await teams.press('priya', 'approve', 'Ines Duarte')).toMatch(/^Done/)
  })
})

describe('a decision in one chat', () => {
  test.each(['slack', 'teams'] as const)(
    'shows in the other within seconds, in the message and the thread: made in %s',
    async here => {
      const { quiet, ...chats } = await storyInBoth()
      const there = here === 'slack' ? 'teams' : 'slack'
      const name = { slack: 'Dana Whitfield (Slack)', teams: 'Dana Whitfield (Teams)' }[here]
      await chats[here].run()
      await chats[here].press('dana', 'approve', 'Bob Marsh')
      await chats[here].press('dana', 'skip', 'Greta Lund')
      await quiet()
      const { text } = await chats[there].messageAbout('Bob Marsh')
      expect(text).toContain(`Approved by ${name}. The account is deleted after`)
      expect(text).toContain(`Skipped by ${name}. The account stays.`)
      expect(await chats[there].thread('Bob Marsh')).toEqual([
        expect.stringMatching(`^Bob Marsh: approved by ${name.replace(/[()]/g, '.')}\\.`),
      ])
      expect(await chats[here].thread('Bob Marsh')).toEqual([
        expect.stringMatching(/^Bob Marsh: approved by Dana Whitfield\. /),
      ])
    },
  )

  test('is over in the other: whoever presses there is told who decided, where and when', async () => {
    const { slack, teams, quiet, deletes, pass, states } = await storyInBoth()
    await slack.run()
    const [seenInTeams, seenInSlack] = [
      await teams.messageAbout('Bob Marsh'),
      await slack.messageAbout('Bob Marsh'),
    ]
    await slack.press('dana', 'approve', 'Bob Marsh', seenInSlack)
    const late = await teams.press('nora', 'approve', 'Bob Marsh', seenInTeams)
    expect(late).toMatch(/^Nothing was changed: this was already decided/)
    expect(late).toMatch(/Bob Marsh: approved by Dana Whitfield .Slack., \d+ \w+ \d{4}, \d\d:\d\d \w+\.\n/)
    await teams.press('tomas', 'skip', 'Jonas Keller', await teams.messageAbout('Jonas Keller'))
    expect(await slack.press('nora', 'approve', 'Jonas Keller')).toMatch(
      /Jonas Keller: skipped by Tomás Herrera \(Teams\), /,
    )
    await quiet()
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await states('jonas.keller')).toEqual(['proposed', 'skipped'])
  })

  test('and one in the other at the same moment: one counts, and there is one DELETE', async () => {
    const { slack, teams, quiet, deletes, pass, states } = await storyInBoth()
    await slack.run()
    const messages = [await slack.messageAbout('Greta Lund'), await teams.messageAbout('Greta Lund')] as const
    const answers = await Promise.all([
      slack.press('dana', 'approve', 'Greta Lund', messages[0]),
      teams.press('dana', 'approve', 'Greta Lund', messages[1]),
    ])
    expect(answers.map(answer => answer.split(/[.:]/)[0]).sort()).toEqual(['Done', 'Nothing was changed'])
    await quiet()
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await states('greta.lund')).toEqual(['proposed', 'approved', 'reclaiming', 'reclaimed'])
  })

  test('can be undone in the other, by button and by name', async () => {
    const { slack, teams, quiet, deletes, pass, states } = await storyInBoth()
    await slack.run()
    await slack.press('dana', 'approve', 'Bob Marsh')
    await teams.press('priya', 'approve', 'Ines Duarte')
    await quiet()
    expect(await teams.press('dana', 'undo', 'Bob Marsh')).toContain('undid the approval')
    expect(await slack.command('priya', 'undo ines.duarte')).toContain('undid the approval')
    await quiet()
    expect((await slack.thread('Bob Marsh')).at(-1)).toMatch(/as Dana Whitfield \(Teams\) undid the approval/)
    expect((await teams.thread('Ines Duarte')).at(-1)).toMatch(/as Priya Raman \(Slack\) undid the approval/)
    await pass(20 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'proposed'])
  })

  test('comes to nothing when that chat no longer knows the person; the other is not asked', async () => {
    const { slack, teams, deletes, pass, states } = await storyInBoth()
    await slack.run()
    await slack.press('dana', 'approve', 'Bob Marsh')
    await teams.press('tomas', 'approve', 'Jonas Keller')
    slack.leave('dana')
    slack.leave('tomas')
    await pass(15 * MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'withdrawn'])
    expect((await states('jonas.keller')).at(-1)).toBe('reclaimed')
    expect(deletes()).toHaveLength(1)
  })
})

test('what became of an account is told in both threads, and a pause in both channels', async () => {
  const { slack, teams, quiet, deletes, pass } = await storyInBoth()
  await teams.run()
  await teams.press('dana', 'approve', 'Bob Marsh')
  await pass(15 * MINUTE)
  expect(deletes()).toHaveLength(1)
  for (const { thread, messageAbout } of [slack, teams]) {
    expect((await thread('Bob Marsh')).map(line => line.split(/ by |: |\. /)[1])).toEqual([
      'approved',
      'reclaiming',
      'reclaimed',
    ])
    expect((await messageAbout('Bob Marsh')).text).toContain('Reclaimed. The account is gone')
  }
  await slack.command('nora', 'pause')
  await quiet()
  expect((await slack.messages()).at(-1)?.text).toMatch(/^Paused by Nora Lindqvist\. .* \/reclaim resume;/)
  expect((await teams.messages()).at(-1)?.text).toMatch(
    /^Paused by Nora Lindqvist \(Slack\)\. .* @Reclaim resume;/,
  )
})

describe('while one chat is down, the other works on, and the first catches up:', () => {
  test.each(['slack', 'teams'] as const)('%s', async down => {
    const { stage, pass, deletes, quiet, ...chats } = await storyInBoth()
    const other = chats[down === 'slack' ? 'teams' : 'slack']
    if (down === 'slack') stage.slack.faults.add({ method: '*', kind: '500', times: Infinity })
    else stage.teams.faults.add({ operation: '*', kind: '503', times: Infinity })
    await other.run()
    expect(await chats[down].messages()).toEqual([])
    expect(await other.press('dana', 'approve', 'Bob Marsh')).toMatch(/^Done/)
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect((await other.thread('Bob Marsh')).at(-1)).toContain('Bob Marsh: reclaimed.')

    stage[down].faults.clear()
    await pass(10 * MINUTE)
    await pass(10 * MINUTE)
    expect(await chats[down].messages()).toHaveLength(5)
    expect((await chats[down].messageAbout('Greta Lund')).calls).toEqual(['dana'])
    expect(await chats[down].press('dana', 'approve', 'Greta Lund')).toMatch(/^Done/)
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(2)
    expect((await other.thread('Greta Lund')).at(-1)).toContain('Greta Lund: reclaimed.')
  })
})
