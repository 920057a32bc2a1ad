import { describe, expect, test } from 'vitest'
import { isTripped, tripReason } from '../../src/reclaim/breaker.ts'
import type { CandidateId } from '../../src/reclaim/ids.ts'
import type { LogEntry } from '../../src/reclaim/lifecycle.ts'

type Outcome = [LogEntry['event'], number | null]

const DONE: Outcome = ['done', 204]
const [REFUSED, LOST, PROVEN, SILENT]: Outcome[] = [
  ['refused', 403],
  ['lose_track', 204],
  ['done', 500],
  ['lose_track', null],
]
const log = (...outcomes: (Outcome | undefined)[]): LogEntry[] =>
  outcomes.flatMap((outcome, index) =>
    outcome
      ? [
          {
            ...{
              seq: index,
              candidateId: 'c' as CandidateId,
              event: outcome[0],
              from: null,
              to: 'reclaimed',
            },
            ...{ actor: 'worker', note: { status: outcome[1] }, at: index },
          },
        ]
      : [],
  )

describe('the breaker', () => {
  test.each([
    ['three in a row that nobody can explain', log(LOST, PROVEN, SILENT), true],
    ['a deletion that was proven, but answered otherwise, counts', log(PROVEN, PROVEN, PROVEN), true],
    ['a 204 that a read did not confirm counts', log(LOST, LOST, LOST), true],
    ['two are not enough', log(LOST, SILENT), false],
    ['only the last three count', log(DONE, DONE, LOST, PROVEN, SILENT), true],
    ['a good answer in between', log(LOST, DONE, SILENT), false],
    ['a clear no in between', log(LOST, REFUSED, SILENT), false],
    ['a good answer at the end', log(LOST, SILENT, LOST, DONE), false],
    ['nothing yet', [], false],
  ])('%s', (_, outcomes, tripped) => {
    expect(isTripped(outcomes)).toBe(tripped)
  })

  test('says with which answers', () => {
    expect(tripReason(log(DONE, LOST, PROVEN, SILENT))).toBe(
      'The last 3 deletions had answers that ServiceNow does not document or that a read did not confirm: 204, 500, no answer.',
    )
  })
})
