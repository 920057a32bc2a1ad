import { describe, expect, test } from 'vitest'
import { DAY, MINUTE, PLATFORMS, story } from './story.ts'

describe.each(PLATFORMS)('commands, in %s:', platform => {
  test('help and the counts of status are for every full member, and for the asker alone', async () => {
    const { run, command, messages, everybodyReads } = await story(platform)
    await run()
    const before = (await messages()).length
    expect(await command('ada', 'help')).toMatch(/[/@]reclaim status <user>/i)
    const status = await command('ada', 'status')
    expect(status).toMatch(
      /^live: approvals delete accounts\nnot paused\nbreaker closed\n12 open candidates\nproposed 12\n/,
    )
    expect(status).toContain('writes today 0 of 100')
    expect(status).toContain('open for Dana Whitfield: 5')
    expect(status).toMatch(/next run: \d+ \w+ \d{4}/)
    expect(await messages()).toHaveLength(before)
    expect(await everybodyReads()).not.toMatch(/open candidates|status <user>/)
  })

  test('status of an account and history are for its manager and the named approvers', async () => {
    const { run, command, press } = await story(platform)
    await run()
    await press('dana', 'skip', 'Greta Lund')
    expect(await command('dana', 'status greta.lund')).toMatch(
      /^Greta Lund \(greta\.lund\), .*: Skipped by Dana Whitfield/,
    )
    expect(await command('priya', 'status greta.lund')).toContain('may see this')
    expect(await command('ada', 'status greta.lund')).toContain('may see this')
    expect(await command('dana', 'history')).toMatch(
      /Greta Lund \(greta\.lund\) {2}proposed → skipped \(skip\) {2}by Dana Whitfield/,
    )
    expect(await command('priya', 'history')).not.toContain('Greta Lund')
    expect(await command('nora', 'history')).toContain('Greta Lund')
    expect(await command('nora', 'status nobody')).toContain('never proposed an account “nobody”')
  })

  test('an account can be named by mentioning the person', async () => {
    const { run, command, servicenow, idOf } = await story(platform)
    servicenow.tables.update('sys_user', idOf('ada.novak'), { last_login_time: '', last_login: '' })
    await run()
    expect(await command('nora', 'status @ada')).toMatch(/^Ada Novak \(ada\.novak\)/)
  })

  test('undo by name does what the button does', async () => {
    const { run, command, press, states } = await story(platform)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    expect(await command('ada', 'undo bob.marsh')).toContain('only the account')
    expect(await command('dana', 'undo BOB.MARSH@example.com')).toContain('undid the approval')
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'proposed'])
  })

  test('run, pause and resume are for named approvers', async () => {
    const { command } = await story(platform)
    for (const word of ['run', 'pause', 'resume'])
      expect(await command('dana', word)).toContain('Only the named approvers may do this')
  })

  test('what makes no sense is answered with one clear sentence', async () => {
    const { command } = await story(platform)
    for (const [line, sentence] of [
      ['exempt bob.marsh', 'is not built yet'],
      ['frobnicate', 'There is no command “frobnicate”'],
      ['run all', 'Write run alone'],
      ['undo', 'Whose approval should be undone?'],
    ] as const)
      expect(await command('nora', line)).toContain(sentence)
  })
})

describe.each(PLATFORMS)('pause, in %s,', platform => {
  test('lets nothing begin, keeps taking decisions, and resume gives each write a full grace time again', async () => {
    const { run, command, press, pass, deletes, quiet, messages } = await story(platform)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    expect(await command('nora', 'pause')).toContain('Paused')
    expect(await press('dana', 'approve', 'Greta Lund')).toContain('Deletions are stopped at the moment')
    await pass(30 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect(await command('ada', 'status')).toContain('paused since')
    expect(await command('nora', 'resume')).toContain(
      '2 approved deletions will begin after a full 15 minutes',
    )
    await quiet()
    expect((await messages()).slice(-2).map(({ text }) => text.split('.')[0])).toEqual([
      'Paused by Nora Lindqvist',
      'Resumed by Nora Lindqvist',
    ])
    await pass(14 * MINUTE)
    expect(deletes()).toHaveLength(0)
    await pass(MINUTE)
    expect(deletes()).toHaveLength(2)
  })

  test('and a resume during the last look give that write a full grace time, too', async () => {
    const { run, command, press, stage, pass, deletes, servicenow, quiet } = await story(platform)
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    const gate = servicenow.hold({ method: 'GET', when: 'before' })
    await stage.pass(15 * MINUTE)
    await gate.arrived
    await command('nora', 'pause')
    expect(await command('nora', 'resume')).toContain(
      '1 approved deletion will begin after a full 15 minutes',
    )
    gate.release()
    await pass(14 * MINUTE)
    expect(deletes()).toHaveLength(0)
    await pass(MINUTE)
    expect(deletes()).toHaveLength(1)
  })
})

describe.each(PLATFORMS)('limits, in %s:', platform => {
  test('what is over the daily cap waits for the next day, and says so once', async () => {
    const { run, press, pass, deletes, thread, command } = await story(platform, {
      changes: { reclaim: { maxPerDay: 1 } },
    })
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    await press('dana', 'approve', 'Greta Lund')
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(1)
    expect(await command('ada', 'status')).toContain('writes today 1 of 1')
    const told = [...(await thread('Bob Marsh')), ...(await thread('Greta Lund'))]
    expect(told.filter(line => line.includes("today's limit of deletions is reached"))).toHaveLength(1)
    await pass(DAY)
    expect(deletes()).toHaveLength(2)
  })

  test('a run that finds too large a share is held until a named approver types the count', async () => {
    const { command, messages, quiet, history } = await story(platform, {
      changes: {
        reclaim: { maxSharePercent: 10 },
        rules: { inactive: { afterDays: 1 }, neverLoggedIn: { afterDays: 30 } },
      },
    })
    const held = await command('nora', 'run')
    const [, found] = held.match(/^The run is held: (\d+) of \d+ licensed/) ?? []
    expect(await history()).toEqual([])
    await quiet()
    const [header] = await messages()
    expect(header?.text).toContain('Held: nothing was proposed.')
    expect(await command('nora', `run ${Number(found) - 1}`)).toContain('The run is held')
    expect(await command('nora', `run ${found}`)).toContain('The run is done')
  })

  test('a long list continues in further messages of at most eight', async () => {
    const { run, messages } = await story(platform, { changes: { approvers: { managers: false } } })
    await run()
    const lists = (await messages()).slice(1).map(({ text }) => text.split('\n')[0])
    expect(lists).toEqual([
      'Named approvers, please decide about 8 accounts (part 1 of 2).',
      'Named approvers, please decide about 4 accounts (part 2 of 2).',
    ])
  })
})
