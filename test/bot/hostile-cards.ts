import fc from 'fast-check'
import { answerCard, decisionCard, runSentence, say } from '../../src/bot/answer.ts'
import { detailsCard } from '../../src/bot/details.ts'
import { messageCard, threadCard } from '../../src/bot/message-view.ts'
import { statusLines } from '../../src/bot/status.ts'
import { type Card, type Line, text } from '../../src/bot/view.ts'
import { historyLine } from '../../src/bot/words.ts'
import type { Candidate } from '../../src/reclaim/candidate.ts'
import type { SysId } from '../../src/reclaim/ids.ts'
import type { HistoryRow, Summary } from '../../src/reclaim/reports.ts'
import { NOW } from '../domain/examples.ts'
import { type Biography, biography, DANA, report, VIEWS } from './cast.ts'
import { aLife, anyText, apart, LIVES } from './hostile.ts'

/* Every card in which others' words stand, with whatever words. */

const listOf = (items: readonly Biography[], asked: string | null): Card =>
  messageCard({ kind: 'list', run: report(), asked, part: 12, parts: 34, items: apart(items) }, VIEWS)

const statusNaming = (name: string): Card => {
  const summary: Summary = {
    ...{
      paused: null,
      breaker: null,
      restored: null,
      byState: { proposed: 300 },
      oldestWaiting: null,
      writesToday: 0,
      lastRun: report(),
    },
    ...{
      running: null,
      nextRunAt: NOW,
      saving: { reclaimed: 0, open: 0 },
      tasks: { waiting: 0, givenUp: 0 },
    },
    byApprover: Array.from({ length: 300 }, (_, n) => ({
      platform: 'slack' as const,
      ...{ approver: `slack:U${n}`, open: 1 },
    })),
  }
  const facts = { dryRun: true, maxPerDay: 100, timeZone: VIEWS.timeZone, currency: 'USD' }
  return answerCard(...statusLines(summary, facts, NOW, () => name).map((line): Line => [text(line)]))
}

const aRow = fc.tuple(aLife, anyText).map(([{ candidate, last }, actorName]): HistoryRow => {
  const { name, facts, action } = candidate
  return { ...last, name, userName: facts.userName, action, actorName }
})

/** Messages that anybody may be sent. */
export const HOSTILE_CARDS: Readonly<Record<string, fc.Arbitrary<Card>>> = {
  'a message to an approver, with eight candidates': fc
    .array(aLife, { minLength: 8, maxLength: 8 })
    .map(items => listOf(items, DANA)),
  'a reply with twenty transitions': fc.array(aLife, { minLength: 1, maxLength: 20 }).map(lives =>
    threadCard(
      lives.map(({ candidate, last }) => ({ candidate, entry: last })),
      VIEWS,
    ),
  ),
  'a notice': anyText.map(reason =>
    messageCard({ kind: 'notice', notice: { kind: 'run_gave_up', slot: NOW, reason } }, VIEWS),
  ),
  'an answer to a decision that came too late': aLife.map(({ candidate, timeline }) =>
    decisionCard({ kind: 'already', candidate, timeline }, VIEWS),
  ),
  'an answer to a decision': aLife.map(({ candidate, last }) =>
    decisionCard({ kind: 'recorded', candidate, entry: last, halted: true }, VIEWS),
  ),
  'the outcome of a run': anyText.map(reason => say(runSentence({ kind: 'failed', reason }, VIEWS))),
  'a status with hundreds of approvers': anyText.map(statusNaming),
  'a history of thirty lines': fc
    .array(aRow, { minLength: 30, maxLength: 30 })
    .map(rows => answerCard(...rows.map((row): Line => [text(historyLine(row, VIEWS.timeZone))]))),
}

/** The details of somebody with a long history. */
export const HOSTILE_DETAILS: fc.Arbitrary<Card> = fc
  .array(aLife, { minLength: 1, maxLength: 60 })
  .map(lives => {
    const [{ candidate } = biography('bob.marsh')] = lives
    const timeline = lives.flatMap(life => life.timeline)
    return detailsCard(candidate, timeline, 'USD', VIEWS)
  })

const EIGHT = { length: 8 } as const

/** A message to an approver of which every text is as long as nobody has them, a case for each way that it may have gone. */
export const FULLEST_LISTS: readonly Card[] = LIVES.map(life => {
  const long = 'W'.repeat(10_000)
  const { facts } = biography('bob.marsh').candidate
  const most = { name: long, licenses: [long], facts: { ...facts, userName: long } }
  return listOf(
    Array.from(EIGHT, () => biography('bob.marsh', life(long), most)),
    null,
  )
})

/** Names as long as people have them. */
const [name, userName] = ['Maximiliane Wolkenstein-Trostburg', 'maximiliane.wolkenstein-trostburg']
const usual = biography('bob.marsh').candidate
const real: Partial<Candidate> = {
  ...{ name, licenses: ['Customer Service Management Professional Fulfiller'], askedBefore: 11 },
  ...{ yearlySaving: 12_400, sysId: 'f'.repeat(32) as SysId },
  facts: { ...usual.facts, userName, email: `${userName}@subsidiary.example.com` },
}

/** The fullest message and the fullest reply that honest words make, a pair for each way that it may have gone. */
export const FULL_CARDS: readonly (readonly Card[])[] = LIVES.map(life => {
  const items = Array.from(EIGHT, () => biography('bob.marsh', life('Operation Failed: no right'), real))
  const lines = items.map(({ candidate, last }) => ({ candidate, entry: last }))
  return [listOf(items, DANA), threadCard([...lines, ...lines, ...lines.slice(0, 4)], VIEWS)]
})
