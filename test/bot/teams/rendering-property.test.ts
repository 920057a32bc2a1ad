import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lintCard } from '../../../sandbox/teams/lint.ts'
import { answerCard } from '../../../src/bot/answer.ts'
import { elsewhere, type Names } from '../../../src/bot/names.ts'
import { clean } from '../../../src/bot/plain-text.ts'
import { renderMessage, renderText } from '../../../src/bot/teams/render.ts'
import { type Block, bold, type Card, type Line, type Span, text } from '../../../src/bot/view.ts'
import { desk } from '../desk.ts'
import { anyText } from '../hostile.ts'
import { FULL_CARDS, FULLEST_LISTS, HOSTILE_CARDS, HOSTILE_DETAILS } from '../hostile-cards.ts'
import { stringsIn } from '../reading.ts'
import { DANA_IN_TEAMS, inTeams, NAMES_IN_TEAMS } from './in-teams.ts'
import { cardOf, lineOf } from './reading.ts'

/* Whatever stands in names, roles, addresses, reasons: what goes over the wire is what Teams takes and shows as text. */

const RUNS = { numRuns: 60, endOnFailure: true }
const KEY = '0190c0de-0000-7000-8000-000000000000'

/** Names as people may have given them to themselves. */
const anyNames: fc.Arbitrary<Names> = fc
  .array(anyText, { minLength: NAMES_IN_TEAMS.size, maxLength: NAMES_IN_TEAMS.size })
  .map(names => new Map([...NAMES_IN_TEAMS.keys()].map((actor, n) => [actor, names[n] ?? ''])))

const isCalled = (span: Span) =>
  span.kind === 'person' && span.asked === true && span.actor.startsWith('teams:')

/** What each element has to show, in reading order. `call` stands for whoever is mentioned. */
function wordsOf({ blocks }: Card, names: Names, call: string): string[] {
  let called = false
  const inLine = (line: Line) => {
    const calls = !called && line.some(isCalled)
    const words = line.map(span => {
      if (span.kind === 'text') return clean(span.text)
      if (isCalled(span) && !called) {
        called = true
        return call
      }
      const own = span.actor.startsWith('teams:')
      return clean(own ? (names.get(span.actor) ?? 'somebody') : elsewhere(span.actor, names))
    })
    return calls ? words.join('').trim() : words.join('')
  }
  const inBlock = (block: Block): string[] => {
    if (block.kind === 'lines') return block.lines.map(inLine)
    if (block.kind === 'buttons') return [block.buttons.map(({ label }) => label).join('|')]
    return block.kind === 'divider' ? [] : [clean(block.text)]
  }
  return blocks.flatMap(inBlock)
}

/** The same text, but that it may be cut, and that a space keeps apart what would be a function or a mention. */
function expectSame(shown: string, words: string, call: string): void {
  const joined = (value: string) => value.replace(/\{ (?=\{)/g, '{').replace(/< (?=\/?at\b)/gi, '<')
  if (shown === '–' && words === '') return
  if (joined(shown) === joined(words)) return
  const cut = call !== '' && shown.endsWith(`…${call}`) ? shown.slice(0, -call.length) : shown
  const letters = (value: string) => value.replace(/\s/g, '')
  expect(cut.slice(-1)).toBe('…')
  expect(letters(words).slice(0, letters(cut).length - 1)).toBe(letters(cut).slice(0, -1))
}

function expectSendable(card: Card, names: Names = NAMES_IN_TEAMS, key: string = KEY): void {
  const message = renderMessage(card, names, key)
  for (const { value } of stringsIn(message)) {
    expect(value).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]|\{\{/u)
    expect(value.isWellFormed()).toBe(true)
  }
  expect(JSON.stringify(message).length).toBeLessThanOrEqual(40_000)
  expect(message.summary).not.toBe('')
  expect([...message.summary].length).toBeLessThanOrEqual(500)

  const content = cardOf(message)
  expect(lintCard(content)).toEqual([])
  expect(content.body[0]?.id).toBe(`reclaim-${key}`)

  const { entities } = content.msteams
  const asked = card.blocks
    .flatMap(block => (block.kind === 'lines' ? block.lines.flat() : []))
    .find(isCalled)
  expect(entities.map(({ mentioned }) => `teams:${mentioned.id}`)).toEqual(
    asked?.kind === 'person' ? [asked.actor] : [],
  )
  const marked = stringsIn(content.body).flatMap(({ value }) => value.match(/<\/?at\b[^>]*>?/gi) ?? [])
  expect(marked).toEqual(entities.flatMap(() => ['<at>', '</at>']))
  expect(content.body.filter(({ type }) => type === 'TextBlock')).toHaveLength(entities.length)
  for (const { text, mentioned } of entities) {
    expect(text).toBe(`<at>${mentioned.name}</at>`)
    expect(mentioned.name).toMatch(/^[^<>&\\`*_~[\]{}#+=|:@!]+$/)
    expect(mentioned.name).not.toMatch(/\.\S/)
  }

  const shown = content.body.map(element =>
    element.type === 'ActionSet' ? element.actions.map(({ title }) => title).join('|') : lineOf(element),
  )
  const call = entities.map(({ mentioned }) => `@${mentioned.name}`).join()
  const words = wordsOf(card, names, call)
  expect(shown).toHaveLength(words.length)
  for (const [n, line] of shown.entries()) expectSame(line, words[n] ?? '', call)
}

function expectSayable(card: Card): void {
  const said = renderText(card, NAMES_IN_TEAMS)
  expect(said).not.toMatch(/[<>[\]@]|:\/\/|www\./i)
  expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u)
  expect([...said].length).toBeLessThanOrEqual(2000)
  expect(said).not.toBe('')
}

const TEAMS_CARDS = Object.entries(HOSTILE_CARDS).map(([what, cards]) => [what, cards.map(inTeams)] as const)

describe('whatever the words are, Teams takes', () => {
  test.each(TEAMS_CARDS)('%s', (_what, cards) => {
    fc.assert(
      fc.property(cards, anyNames, (card, names) => expectSendable(card, names)),
      RUNS,
    )
  })

  test.each(FULLEST_LISTS.map((card, n) => [n, card] as const))(
    'a message to an approver where nobody could say more: life %d',
    (_n, card) => expectSendable(inTeams(card)),
  )

  test('the longest of what takes most room', () => {
    for (const character of ['"', '\\', '😀', '{'])
      expectSendable(
        answerCard(...Array.from({ length: 70 }, () => [bold(character.repeat(9000)), text('x')])),
      )
  })

  test('an answer to whatever somebody types', async () => {
    const { command } = desk()
    await fc.assert(
      fc.asyncProperty(
        anyText,
        fc.constantFrom('', 'status ', 'history ', 'undo ', 'run '),
        async (words, verb) => expectSendable(inTeams(await command('U0NORA', `${verb}${words}`))),
      ),
      RUNS,
    )
  })

  test('the details, with a long history', () => {
    fc.assert(
      fc.property(HOSTILE_DETAILS, anyNames, (card, names) => expectSendable(inTeams(card), names)),
      RUNS,
    )
  })

  test('a line in which somebody is mentioned', () => {
    const anySpan: fc.Arbitrary<Span> = fc.oneof(
      anyText.map(text),
      anyText.map(bold),
      fc
        .constantFrom(...NAMES_IN_TEAMS.keys(), 'teams:unknown')
        .chain(actor => fc.boolean().map((asked): Span => ({ kind: 'person', actor, asked }))),
    )
    const anyLine = fc.array(anySpan, { maxLength: 6 })
    fc.assert(
      fc.property(anyLine, anyLine, anyNames, (first, second, names) => {
        const called: Span = { kind: 'person', actor: DANA_IN_TEAMS, asked: true }
        const lines = [[text('.'), ...first], [...first.slice(0, 1), called, ...second], second]
        expectSendable({ ...answerCard(...lines), summary: [text('Something')] }, names)
      }),
      { ...RUNS, numRuns: 200 },
    )
  })

  test.each(TEAMS_CARDS.filter(([what]) => what.startsWith('an answer')))(
    '%s, in one line',
    (_what, cards) => {
      fc.assert(fc.property(cards, expectSayable), RUNS)
    },
  )
})

describe('our own words are never cut', () => {
  test.each(FULL_CARDS.map((cards, n) => [n, cards] as const))(
    'nor normal names, in a full message or in a full reply: life %d',
    (_n, cards) => {
      for (const card of cards) {
        const { body } = cardOf(renderMessage(inTeams(card), NAMES_IN_TEAMS))
        expect(stringsIn(body).filter(({ value }) => value.includes('…'))).toEqual([])
      }
    },
  )
})
