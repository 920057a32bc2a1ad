import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refusal } from '../../sandbox/slack/limits.ts'
import { answerCard } from '../../src/bot/answer.ts'
import { renderMessage, renderModal } from '../../src/bot/slack/render.ts'
import { bold, type Card, text } from '../../src/bot/view.ts'
import { DANA, NAMES } from './cast.ts'
import { desk } from './desk.ts'
import { anyText } from './hostile.ts'
import { FULL_CARDS, FULLEST_LISTS, HOSTILE_CARDS, HOSTILE_DETAILS } from './hostile-cards.ts'
import { type Shown, stringsIn } from './reading.ts'

/* Whatever stands in names, roles, addresses, reasons: what goes over the wire is what Slack takes and shows as text. */

function expectSendable(shown: Shown): void {
  const strings = stringsIn(shown)
  for (const { value } of strings) {
    if (value !== '\n') expect(value).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u)
    expect(value.isWellFormed()).toBe(true)
  }
  expect(strings.filter(({ key, value }) => key === 'type' && value === 'mrkdwn')).toEqual([])
  if ('type' in shown && shown.type === 'modal') {
    expect(refusal('views.open', { view: shown as object })).toBeUndefined()
    return
  }
  const { text: fallback, blocks } = shown as ReturnType<typeof renderMessage>
  for (const method of ['chat.postMessage', 'chat.update', 'response_url'])
    expect(refusal(method, { text: fallback, blocks })).toBeUndefined()
  const visible = stringsIn(blocks).filter(({ key }) => key === 'text')
  expect(visible.reduce((sum, { value }) => sum + [...value].length, 0)).toBeLessThanOrEqual(9000)
  expect(blocks.length).toBeGreaterThan(0)
  expect(blocks.length).toBeLessThanOrEqual(50)
  expect(fallback).not.toBe('')
  expect(fallback.replaceAll(/&(amp|lt|gt);|<@U0\w+>/g, '')).not.toMatch(/[<>&]/)
}

const sendable = (card: Card) => expectSendable(renderMessage(card, NAMES))
/** A failure is shown as it was found: making texts of this size smaller takes minutes. */
const RUNS = { numRuns: 60, endOnFailure: true }

describe('whatever the words are, Slack takes', () => {
  test.each(Object.entries(HOSTILE_CARDS))('%s', (_what, cards) => {
    fc.assert(fc.property(cards, sendable), RUNS)
  })

  test.each(FULLEST_LISTS.map((card, n) => [n, card] as const))(
    'a message to an approver where nobody could say more: life %d',
    (_n, card) => sendable(card),
  )

  test('an answer to whatever somebody types', async () => {
    const { command } = desk()
    await fc.assert(
      fc.asyncProperty(
        anyText,
        fc.constantFrom('', 'status ', 'history ', 'undo ', 'run '),
        async (words, verb) => {
          expectSendable(renderMessage(await command('U0NORA', `${verb}${words}`), NAMES))
        },
      ),
      RUNS,
    )
  })

  test('the details, with a long history', () => {
    fc.assert(
      fc.property(HOSTILE_DETAILS, card => expectSendable(renderModal(card, 'Details', NAMES))),
      RUNS,
    )
  })
})

describe('long texts', () => {
  const line = (...words: string[]): Card => answerCard(words.map(bold))
  const shownOf = (card: Card) =>
    stringsIn(renderMessage(card, NAMES).blocks)
      .filter(({ key }) => key === 'text')
      .map(({ value }) => value)

  test('are cut between characters, and end in an ellipsis', () => {
    const [shown = ''] = shownOf(line('😀'.repeat(10_000)))
    expect([...shown]).toHaveLength(600)
    expect(shown).toMatch(/^(😀)+…$/u)
  })

  test('leave nothing behind them but one ellipsis', () => {
    expect(shownOf(line('x'.repeat(10_000), 'y', 'z'))).toEqual([`${'x'.repeat(599)}…`])
  })

  test('in a notification are never cut within an escaped character or a mention', () => {
    const { text: fallback } = renderMessage(
      {
        summary: [text('&'.repeat(598)), text('xxxx'), { kind: 'person', actor: DANA }, text('&&')],
        blocks: [],
      },
      NAMES,
    )
    expect(fallback).toBe(`${'&amp;'.repeat(598)}xxxx…`)
  })
})

describe('our own words are never cut', () => {
  test.each(FULL_CARDS.map((cards, n) => [n, cards] as const))(
    'nor normal names, in a full message or in a full reply: life %d',
    (_n, cards) => {
      for (const card of cards)
        expect(
          stringsIn(renderMessage(card, NAMES).blocks).filter(({ value }) => value.includes('…')),
        ).toEqual([])
    },
  )
})
