import { describe, expect, test } from 'vitest'
import { excessiveShare } from '../../src/reclaim/run.ts'

describe('the share of licensed accounts that a run may find', () => {
  test.each([
    ['over the limit', 21, 200, 10, 10.5],
    ['exactly the limit', 20, 200, 10, null],
    ['well below it', 20, 2000, 10, null],
    ['every account', 20, 20, 10, 100],
    ['every account, where all may be found', 20, 20, 100, null],
    // In a small company one leaver may be ten percent.
    ['every account, but fewer than 20', 19, 19, 10, null],
    ['nothing found, nobody licensed', 0, 0, 10, null],
  ])('%s: %i of %i at %i %%', (_, found, licensed, maxSharePercent, share) => {
    expect(excessiveShare(found, licensed, maxSharePercent)).toBe(share)
  })
})
