import { describe, expect, test } from 'vitest'
import { answerCard } from '../../../src/bot/answer.ts'
import { renderMessage, renderText } from '../../../src/bot/teams/render.ts'
import { type Button, bold, type Card, type Line, type Span, text } from '../../../src/bot/view.ts'
import { DANA_IN_TEAMS, NAMES_IN_TEAMS } from './in-teams.ts'
import { cardOf, lineOf } from './reading.ts'

/* How one card becomes a message to Teams. */

const ID = DANA_IN_TEAMS.slice('teams:'.length)
const asked: Span = { kind: 'person', actor: DANA_IN_TEAMS, asked: true }
const named = (name: string) => new Map([[DANA_IN_TEAMS, name]])
const bodyOf = (card: Card, names = NAMES_IN_TEAMS, key?: string) =>
  cardOf(renderMessage(card, names, key)).body
const entitiesOf = (card: Card, names = NAMES_IN_TEAMS) => cardOf(renderMessage(card, names)).msteams.entities

describe('whoever is asked', () => {
  test('is mentioned, by the Entra object id, in a text block', () => {
    const card = answerCard([asked, text(', please decide about 2 accounts (part 1 of 2).')])
    expect(bodyOf(card)).toEqual([
      {
        type: 'TextBlock',
        text: '<at>Dana Whitfield</at>, please decide about 2 accounts (part 1 of 2).',
        wrap: true,
      },
    ])
    expect(entitiesOf(card)).toEqual([
      {
        type: 'mention',
        text: '<at>Dana Whitfield</at>',
        mentioned: { id: ID, name: 'Dana Whitfield' },
      },
    ])
  })

  test('is mentioned once, and nobody else in the same card', () => {
    const priya: Span = { kind: 'person', actor: 'teams:priya', asked: true }
    const card = answerCard([asked, text(' and '), priya], [priya, text(', '), asked])
    const names = new Map([...named('Dana'), ['teams:priya', 'Priya']])
    expect(bodyOf(card, names).map(element => JSON.stringify(element).match(/<at>\w+/g))).toEqual([
      ['<at>Dana'],
      null,
    ])
    expect(entitiesOf(card, names)).toHaveLength(1)
  })

  test.each([
    ['Dana [Whitfield](https://evil.example) <at>', 'Dana Whitfield(https//evilexample) at'],
    ['**Dana** `O’Hara-Lee`, Jr.', 'Dana O’Hara-Lee, Jr.'],
    ['<>', 'somebody'],
    ['\u202eDana\n', 'Dana'],
    [`${'x'.repeat(78)}. yz`, `${'x'.repeat(78)}…`],
  ])('has a name without markup: %j', (name, shown) => {
    const card = answerCard([asked])
    expect(entitiesOf(card, named(name))[0]?.mentioned.name).toBe(shown)
    expect(bodyOf(card, named(name))).toMatchObject([{ text: `<at>${shown}</at>` }])
  })

  test('is somebody where the name is not known', () => {
    expect(entitiesOf(answerCard([asked]), new Map())).toMatchObject([
      { mentioned: { id: ID, name: 'somebody' } },
    ])
  })

  test('and is at home in Slack is only named', () => {
    const card = answerCard([{ kind: 'person', actor: 'slack:U0DANA', asked: true }])
    const [line] = bodyOf(card, new Map([['slack:U0DANA', 'Dana']]))
    expect(line).toEqual({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'Dana (Slack)' }] })
    expect(entitiesOf(card)).toEqual([])
  })

  test.each([
    ' 1. one ',
    ' - one',
    '# one',
    '1) one',
    '    code',
    '---',
    '*one*',
    '[a](b)',
    '<b>',
    'a@b.example',
    '\\',
  ])('stands beside words that markdown could read otherwise: %j', words => {
    const [line] = bodyOf(answerCard([text(words), asked, text(words)]))
    expect(line && line.type !== 'ActionSet' && lineOf(line)).toBe(`${words}@Dana Whitfield${words}`.trim())
  })
})

describe('whoever is not asked', () => {
  test.each([
    ['by name', DANA_IN_TEAMS, 'Dana Whitfield'],
    ['as somebody, if the name is not known', 'teams:unknown', 'somebody'],
    ['with the platform, if it is another', 'slack:U0NORA', 'Nora Lindqvist (Slack)'],
  ])('is shown %s', (_how, actor, shown) => {
    const line: Line = [bold('Approved'), text(' by '), { kind: 'person', actor }]
    const card = answerCard(line)
    expect(bodyOf(card)).toEqual([
      {
        type: 'RichTextBlock',
        inlines: [
          { type: 'TextRun', text: 'Approved', weight: 'Bolder' },
          { type: 'TextRun', text: ` by ${shown}` },
        ],
      },
    ])
    expect(entitiesOf(card)).toEqual([])
    expect(renderMessage(card, NAMES_IN_TEAMS).summary).toBe(`Approved by ${shown}`)
  })
})

describe('a button', () => {
  const button = (differences: Partial<Button>): Button => ({
    ...{ does: 'approve', label: 'Approve', token: 'a token', spoken: 'Approve: Bob Marsh' },
    ...differences,
  })
  const actionsOf = (...buttons: Button[]) =>
    bodyOf({ summary: [], blocks: [{ kind: 'buttons', id: 'an id', buttons }] })

  test('is an action with its verb, and the same again for older clients', () => {
    const look = { title: 'Approve', tooltip: 'Approve: Bob Marsh', style: 'positive' }
    expect(actionsOf(button({}))).toEqual([
      {
        type: 'ActionSet',
        id: 'an id',
        spacing: 'Small',
        actions: [
          {
            type: 'Action.Execute',
            verb: 'reclaim_approve',
            data: { value: 'a token' },
            ...look,
            fallback: { type: 'Action.Submit', data: { verb: 'reclaim_approve', value: 'a token' }, ...look },
          },
        ],
      },
    ])
  })

  test('stands out only where it approves', () => {
    const [set] = actionsOf(button({}), button({ does: 'retry' }), button({ does: 'skip' }))
    expect(set?.type === 'ActionSet' && set.actions.map(({ style }) => style)).toEqual([
      'positive',
      undefined,
      undefined,
    ])
  })

  test('calls nobody, whatever the account is called', () => {
    const [set] = actionsOf(button({ spoken: 'Approve: <at>Dana Whitfield</at>' }))
    const [action] = set?.type === 'ActionSet' ? set.actions : []
    expect(action?.tooltip).toBe('Approve: < at>Dana Whitfield< /at>')
  })

  test('says what it is about in few words', () => {
    const [set] = actionsOf(button({ spoken: 'x'.repeat(1000), label: 'y'.repeat(1000) }))
    const [action] = set?.type === 'ActionSet' ? set.actions : []
    expect([action?.tooltip.length, action?.title.length]).toEqual([150, 40])
  })
})

describe('blocks', () => {
  const card: Card = {
    summary: [text('In short')],
    blocks: [
      { kind: 'title', text: 'A title' },
      { kind: 'lines', lines: [[text('one')], [text('two')]] },
      { kind: 'divider' },
      { kind: 'lines', lines: [[text('three')], [text('four')]] },
      { kind: 'small', text: 'small print' },
      { kind: 'divider' },
    ],
  }
  const run = (words: string, more = {}) => [{ type: 'TextRun', text: words, ...more }]

  test('become one element a line, a divider the separator of what follows', () => {
    expect(bodyOf(card)).toEqual([
      { type: 'RichTextBlock', inlines: run('A title', { weight: 'Bolder', size: 'Large' }) },
      { type: 'RichTextBlock', inlines: run('one') },
      { type: 'RichTextBlock', inlines: run('two'), spacing: 'None' },
      { type: 'RichTextBlock', inlines: run('three'), separator: true, spacing: 'Medium' },
      { type: 'RichTextBlock', inlines: run('four'), spacing: 'None' },
      { type: 'RichTextBlock', inlines: run('small print', { size: 'Small', isSubtle: true }) },
    ])
  })

  test('of a root message begin with its key, those of others have none', () => {
    expect(bodyOf(card, NAMES_IN_TEAMS, '0190').map(({ id }) => id)).toEqual([
      'reclaim-0190',
      ...Array(5).fill(undefined),
    ])
    expect(bodyOf(card).filter(({ id }) => id)).toEqual([])
  })
})

describe('long texts', () => {
  const shownOf = (...lines: Line[]) =>
    bodyOf(answerCard(...lines)).map(element => (element.type === 'ActionSet' ? '' : lineOf(element)))

  test('are cut between characters, and end in an ellipsis', () => {
    const [shown = ''] = shownOf([text('😀'.repeat(10_000))])
    expect([...shown]).toHaveLength(600)
    expect(shown).toMatch(/^(😀)+…$/u)
  })

  test('leave nothing behind them but one ellipsis', () => {
    expect(shownOf([bold('x'.repeat(10_000)), text('y'), bold('z')])).toEqual([`${'x'.repeat(599)}…`])
  })

  test('give way to short ones where a message would be too long', () => {
    const short = Array.from({ length: 60 }, (_, n): Line => [text(`line ${n} ${'y'.repeat(80)}`)])
    const long = Array.from({ length: 60 }, (): Line => [text('x'.repeat(9000))])
    const shown = shownOf(...short, ...long)
    expect(shown.slice(0, 60)).toEqual(short.map(([span]) => span?.kind === 'text' && span.text))
    expect(shown.slice(60).every(line => /^x{100,598}…$/.test(line))).toBe(true)
  })

  test('never cut a mention, nor the backslash from what it escapes', () => {
    const [shown] = shownOf([text('*'.repeat(700)), asked, text('after')])
    expect(shown).toBe(`${'*'.repeat(599)}…@Dana Whitfield`)
  })

  test('are short in a notification', () => {
    const { summary } = renderMessage(answerCard([text('x'.repeat(9000))]), NAMES_IN_TEAMS)
    expect(summary).toBe(`${'x'.repeat(499)}…`)
  })
})

describe('an answer to a click', () => {
  test('is a line of text, with people by name', () => {
    const card = answerCard(
      [bold('Bob Marsh'), text(': approved by '), { kind: 'person', actor: DANA_IN_TEAMS, asked: true }],
      [text('Now: waiting for '), { kind: 'person', actor: 'slack:U0NORA' }],
    )
    expect(renderText(card, NAMES_IN_TEAMS)).toBe(
      'Bob Marsh: approved by Dana Whitfield\nNow: waiting for Nora Lindqvist (Slack)',
    )
  })

  test.each([
    ['<at>Dana</at> <a href="x">', '‹at›Dana‹/at› ‹a href="x"›'],
    ['[click](https://evil.example)', '(click)(https: //evil.example)'],
    ['WWW.evil.example eve@evil.example', 'WWW evil.example eve＠evil.example'],
  ])('makes nobody a link or a mention: %j', (words, shown) => {
    expect(renderText(answerCard([text(words)]), NAMES_IN_TEAMS)).toBe(shown)
  })
})
