import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HELP, parseCommand } from '../../src/bot/command.ts'

describe('/reclaim', () => {
  test.each([
    ['', { kind: 'help' }],
    ['   ', { kind: 'help' }],
    ['help', { kind: 'help' }],
    ['status', { kind: 'status', user: null }],
    ['status bob.marsh', { kind: 'status', user: 'bob.marsh' }],
    ['history', { kind: 'history', user: null }],
    ['history bob.marsh', { kind: 'history', user: 'bob.marsh' }],
    ['run', { kind: 'run', release: null }],
    ['run 57', { kind: 'run', release: 57 }],
    ['pause', { kind: 'pause' }],
    ['resume', { kind: 'resume' }],
    ['undo bob.marsh', { kind: 'undo', user: 'bob.marsh' }],
  ])('“%s” is understood', (line, command) => {
    expect(parseCommand(line)).toEqual(command)
  })

  test('does not care about case or extra spaces; a user name keeps its case', () => {
    expect(parseCommand('  STATUS   Bob.Marsh ')).toEqual({ kind: 'status', user: 'Bob.Marsh' })
  })

  test.each([
    [
      'an e-mail address, which Slack sends as a link',
      '<mailto:bob@example.com|bob@example.com>',
      'bob@example.com',
    ],
    ['code', '`bob.marsh`', 'bob.marsh'],
    ['the three characters that Slack escapes', 'a&lt;b&gt;c&amp;d', 'a<b>c&d'],
    ['an ampersand that was typed as &amp;lt;', '&amp;lt;', '&lt;'],
    ['a user name with a space', 'bob  marsh', 'bob marsh'],
  ])('takes %s for what was meant', (_what, typed, meant) => {
    expect(parseCommand(`undo ${typed}`)).toEqual({ kind: 'undo', user: meant })
  })

  test.each(['run all', 'run -1', 'run 5.7', 'run 12345678', 'run 57 now'])(
    'does not guess at “%s”',
    line => {
      expect(parseCommand(line)).toMatchObject({
        kind: 'wrong',
        problem: expect.stringContaining('a held run'),
      })
    },
  )

  test('asks whose approval an undo is about', () => {
    expect(parseCommand('undo')).toMatchObject({ kind: 'wrong', problem: expect.stringContaining('Whose') })
  })

  test.each(['tasks', 'enable', 'disable', 'restore', 'exempt', 'exemptions', 'report', 'export'])(
    'says that %s is not built, whatever follows',
    word => {
      expect(parseCommand(`${word} something`)).toEqual({ kind: 'not_built', word })
    },
  )

  test('names an unknown command, shortened', () => {
    expect(parseCommand(`x${'y'.repeat(100)}`)).toEqual({
      kind: 'wrong',
      problem: `There is no command “x${'y'.repeat(39)}”.`,
    })
  })

  test('never approves, skips or deletes anything', () => {
    for (const word of ['approve', 'skip', 'delete', 'retry'])
      expect(parseCommand(`${word} bob.marsh`)).toMatchObject({ kind: 'wrong' })
  })

  test('understands or refuses any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), line => {
        expect(parseCommand(line)).toHaveProperty('kind')
      }),
    )
  })

  test('has a line of help for each command that is built, and for no other', () => {
    const words = HELP.map(line => line.split(/[ :]/)[0])
    expect(new Set(words)).toEqual(new Set(['help', 'status', 'history', 'undo', 'run', 'pause', 'resume']))
    for (const word of words) expect(parseCommand(word ?? '').kind).not.toBe('not_built')
  })
})
