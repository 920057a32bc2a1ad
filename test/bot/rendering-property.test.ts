import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refusal } from '../../sandbox/slack/limits.ts'
import { answerCard, decisionCard, runSentence, say } from '../../src/bot/answer.ts'
import { detailsCard } from '../../src/bot/details.ts'
import { messageCard, threadCard } from '../../src/bot/message-view.ts'
import { renderMessage, renderModal } from '../../src/bot/slack/render.ts'
import { statusLines } from '../../src/bot/status.ts'
import { bold, type Card, type Line, text } from '../../src/bot/view.ts'
import { historyLine } from '../../src/bot/words.ts'
import type { Candidate } from '../../src/reclaim/candidate.ts'
import type { SysId } from '../../src/reclaim/ids.ts'
import type { HistoryRow, Summary } from '../../src/reclaim/storage.ts'
import { NOW } from '../domain/examples.ts'
import { biography, report, VIEWS } from './cast.ts'
import { desk } from './desk.ts'
import { aLife, anyText, apart, LIVES } from './hostile.ts'
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

const sendable = (card: Card) => expectSendable(renderMessage(card))
/** A failure is shown as it was found: making texts of this size smaller takes minutes. */
const RUNS = { numRuns: 60, endOnFailure: true }
const holds = (arbitrary: fc.Arbitrary<Card>) => fc.assert(fc.property(arbitrary, sendable), RUNS)

describe('whatever the words are, Slack takes', () => {
  test('a message to an approver, with eight candidates', () => {
    const lives = fc.array(aLife, { minLength: 8, maxLength: 8 })
    holds(
      lives.map(items =>
        messageCard(
          { kind: 'list', run: report(), approver: 'U0DANA', part: 12, parts: 34, items: apart(items) },
          VIEWS,
        ),
      ),
    )
  })

  test.each(LIVES.map((life, n) => [n, life] as const))(
    'the same where nobody could say more: life %d',
    (_n, life) => {
      const long = 'W'.repeat(10_000)
      const { facts } = biography('bob.marsh').candidate
      const most = { name: long, licenses: [long], facts: { ...facts, userName: long } }
      const items = apart(Array.from({ length: 8 }, () => biography('bob.marsh', life(long), most)))
      sendable(messageCard({ kind: 'list', run: report(), approver: null, part: 1, parts: 1, items }, VIEWS))
    },
  )

  test('a reply with twenty transitions', () => {
    holds(
      fc.array(aLife, { minLength: 1, maxLength: 20 }).map(lives =>
        threadCard(
          lives.map(({ candidate, last }) => ({ candidate, entry: last })),
          VIEWS,
        ),
      ),
    )
  })

  test('a notice', () => {
    holds(
      anyText.map(reason =>
        messageCard({ kind: 'notice', notice: { kind: 'run_gave_up', slot: NOW, reason } }, VIEWS),
      ),
    )
  })

  test('an answer to a decision', () => {
    holds(
      aLife.map(({ candidate, timeline }) => decisionCard({ kind: 'already', candidate, timeline }, VIEWS)),
    )
    holds(
      aLife.map(({ candidate, last }) =>
        decisionCard({ kind: 'recorded', candidate, entry: last, paused: true }, VIEWS),
      ),
    )
  })

  test('the outcome of a run', () => {
    holds(anyText.map(reason => say(runSentence({ kind: 'failed', reason }, VIEWS.timeZone))))
  })

  test('a status with hundreds of approvers', () => {
    const summary: Summary = {
      ...{ paused: null, byState: { proposed: 300 }, oldestWaiting: null, writesToday: 0, lastRun: report() },
      ...{
        running: null,
        nextRunAt: NOW,
        saving: { reclaimed: 0, open: 0 },
        tasks: { waiting: 0, givenUp: 0 },
      },
      byApprover: Array.from({ length: 300 }, (_, n) => ({ approver: `slack:U${n}`, open: 1 })),
    }
    const facts = { dryRun: true, maxPerDay: 100, timeZone: VIEWS.timeZone, currency: 'USD' }
    holds(
      anyText.map(name =>
        answerCard(...statusLines(summary, facts, NOW, () => name).map((line): Line => [text(line)])),
      ),
    )
  })

  test('a history of thirty lines', () => {
    const aRow = fc.tuple(aLife, anyText).map(([{ candidate, last }, actorName]): HistoryRow => {
      const { name, facts, action } = candidate
      return { ...last, name, userName: facts.userName, action, actorName }
    })
    holds(
      fc
        .array(aRow, { minLength: 30, maxLength: 30 })
        .map(rows => answerCard(...rows.map((row): Line => [text(historyLine(row, VIEWS.timeZone))]))),
    )
  })

  test('an answer to whatever somebody types', async () => {
    const { command } = desk()
    await fc.assert(
      fc.asyncProperty(
        anyText,
        fc.constantFrom('', 'status ', 'history ', 'undo ', 'run '),
        async (words, verb) => {
          expectSendable(renderMessage(await command('U0NORA', `${verb}${words}`)))
        },
      ),
      RUNS,
    )
  })

  test('the details, with a long history', () => {
    fc.assert(
      fc.property(fc.array(aLife, { minLength: 1, maxLength: 60 }), lives => {
        const [{ candidate } = biography('bob.marsh')] = lives
        const timeline = lives.flatMap(life => life.timeline)
        expectSendable(renderModal(detailsCard(candidate, timeline, 'USD', VIEWS), 'Details'))
      }),
      RUNS,
    )
  })
})

describe('long texts', () => {
  const line = (...words: string[]): Card => answerCard(words.map(bold))
  const shownOf = (card: Card) =>
    stringsIn(renderMessage(card).blocks)
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
    const { text: fallback } = renderMessage({
      summary: [text('&'.repeat(598)), text('xxxx'), { kind: 'person', id: 'U0DANA' }, text('&&')],
      blocks: [],
    })
    expect(fallback).toBe(`${'&amp;'.repeat(598)}xxxx…`)
  })
})

describe('our own words are never cut', () => {
  /** Names as long as people have them. */
  const [name, userName] = ['Maximiliane Wolkenstein-Trostburg', 'maximiliane.wolkenstein-trostburg']
  const usual = biography('bob.marsh').candidate
  const real: Partial<Candidate> = {
    ...{ name, licenses: ['Customer Service Management Professional Fulfiller'], askedBefore: 11 },
    ...{ yearlySaving: 12_400, sysId: 'f'.repeat(32) as SysId },
    facts: { ...usual.facts, userName, email: `${userName}@subsidiary.example.com` },
  }

  test.each(LIVES.map((life, n) => [n, life] as const))(
    'nor normal names, in a full message or in a full reply: life %d',
    (_n, life) => {
      const items = apart(
        Array.from({ length: 8 }, () => biography('bob.marsh', life('Operation Failed: no right'), real)),
      )
      const list = messageCard(
        { kind: 'list', run: report(), approver: 'U0DANA', part: 1, parts: 2, items },
        VIEWS,
      )
      const lines = items.map(({ candidate, last }) => ({ candidate, entry: last }))
      const thread = threadCard([...lines, ...lines, ...lines.slice(0, 4)], VIEWS)
      for (const card of [list, thread])
        expect(stringsIn(renderMessage(card).blocks).filter(({ value }) => value.includes('…'))).toEqual([])
    },
  )
})
