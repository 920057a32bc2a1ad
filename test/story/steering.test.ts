import { describe, expect, test } from 'vitest'
import { DAY, MINUTE, story } from './story.ts'

describe('/reclaim', () => {
  test('help and the counts of status are for every full member, and for the asker alone', async () => {
    const { run, command, slack } = await story()
    await run()
    const before = (await slack.messages()).length
    expect(await command('ada', '/reclaim help')).toContain('/reclaim status <user>')
    const status = await command('ada', '/reclaim status')
    expect(status).toMatch(/^live: approvals delete accounts\nnot paused\n12 open candidates\nproposed 12\n/)
    expect(status).toContain('writes today 0 of 100')
    expect(status).toContain('open for Dana Whitfield: 5')
    expect(status).toMatch(/next run: \d+ \w+ \d{4}/)
    expect(await slack.messages()).toHaveLength(before)
  })

  test('status of an account and history are for its manager and the named approvers', async () => {
    const { run, command, press } = await story()
    await run()
    await press('dana', 'skip', 'Greta Lund')
    expect(await command('dana', '/reclaim status greta.lund')).toMatch(
      /^Greta Lund \(greta\.lund\), .*: Skipped by @\w+/,
    )
    expect(await command('priya', '/reclaim status greta.lund')).toContain('may see this')
    expect(await command('ada', '/reclaim status greta.lund')).toContain('may see this')
    expect(await command('dana', '/reclaim history')).toMatch(
      /Greta Lund \(greta\.lund\) {2}proposed → skipped \(skip\) {2}by Dana Whitfield/,
    )
    expect(await command('priya', '/reclaim history')).not.toContain('Greta Lund')
    expect(await command('nora', '/reclaim history')).toContain('Greta Lund')
    expect(await command('nora', '/reclaim status nobody')).toContain('never proposed an account “nobody”')
  })

  test('an account can be named by mentioning the person', async () => {
    const { run, command, slack, servicenow } = await story()
    const rows = servicenow.tables.rows('sys_user')
    const idOf = (name: string) => rows.find(row => row.user_name === name)?.sys_id ?? ''
    servicenow.tables.update('sys_user', idOf('ada.novak'), { last_login_time: '', last_login: '' })
    await run()
    expect(await command('nora', `/reclaim status <@${slack.userId('ada')}|ada>`)).toMatch(
      /^Ada Novak \(ada\.novak\)/,
    )
  })

  test('undo by name does what the button does', async () => {
    const { run, command, press, states } = await story()
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    expect(await command('ada', '/reclaim undo bob.marsh')).toContain('only the account')
    expect(await command('dana', '/reclaim undo BOB.MARSH@example.com')).toContain('undid the approval')
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'proposed'])
  })

  test('run, pause and resume are for named approvers', async () => {
    const { command } = await story()
    for (const word of ['run', 'pause', 'resume'])
      expect(await command('dana', `/reclaim ${word}`)).toContain('Only the named approvers may do this')
  })

  test.each([
    ['/reclaim exempt bob.marsh', 'is not built yet'],
    ['/reclaim frobnicate', 'There is no command “frobnicate”'],
    ['/reclaim run all', 'Write run alone'],
    ['/reclaim undo', 'Whose approval should be undone?'],
  ])('%s is answered with one clear sentence', async (line, sentence) => {
    const { command } = await story()
    expect(await command('nora', line)).toContain(sentence)
  })
})

describe('pause', () => {
  test('lets nothing begin, keeps taking decisions, and resume gives each write a full grace time again', async () => {
    const { run, command, press, pass, deletes, quiet } = await story()
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    expect(await command('nora', '/reclaim pause')).toContain('Paused')
    expect(await press('dana', 'approve', 'Greta Lund')).toContain('The bot is paused')
    await pass(30 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect(await command('ada', '/reclaim status')).toContain('paused since')
    expect(await command('nora', '/reclaim resume')).toContain(
      '2 approved deletions will begin, each after a full 15 minutes',
    )
    await quiet()
    await pass(14 * MINUTE)
    expect(deletes()).toHaveLength(0)
    await pass(MINUTE)
    expect(deletes()).toHaveLength(2)
  })
})

describe('limits', () => {
  test('what is over the daily cap waits for the next day, and says so once', async () => {
    const { run, press, pass, deletes, thread, command } = await story({
      changes: { reclaim: { maxPerDay: 1 } },
    })
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    await press('dana', 'approve', 'Greta Lund')
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await command('ada', '/reclaim status')).toContain('writes today 1 of 1')
    const told = [...(await thread('Bob Marsh')), ...(await thread('Greta Lund'))]
    expect(told.filter(line => line.includes("today's limit of deletions is reached"))).toHaveLength(1)
    await pass(DAY)
    expect(deletes()).toHaveLength(2)
  })

  test('a run that finds too large a share is held until a named approver types the count', async () => {
    const { command, slack, textOf, history } = await story({
      changes: {
        reclaim: { maxSharePercent: 10 },
        rules: { inactive: { afterDays: 1 }, neverLoggedIn: { afterDays: 30 } },
      },
    })
    const held = await command('nora', '/reclaim run')
    const [, found] = held.match(/^The run is held: (\d+) of \d+ licensed/) ?? []
    expect(await history()).toEqual([])
    const [header] = await slack.messages()
    expect(textOf(header ?? { blocks: [] })).toContain('Held: nothing was proposed.')
    expect(await command('nora', `/reclaim run ${Number(found) - 1}`)).toContain('The run is held')
    expect(await command('nora', `/reclaim run ${found}`)).toContain('The run is done')
  })

  test('a long list continues in further messages of at most eight', async () => {
    const { run, slack, textOf } = await story({ changes: { approvers: { managers: false } } })
    await run()
    const lists = (await slack.messages()).slice(1).map(list => textOf(list).split('\n')[0])
    expect(lists).toEqual([
      'Named approvers, please decide about 8 accounts (part 1 of 2).',
      'Named approvers, please decide about 4 accounts (part 2 of 2).',
    ])
  })
})
