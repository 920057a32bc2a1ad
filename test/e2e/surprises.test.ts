import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { surprisesIn } from '../../sandbox/demo/checks.ts'
import { ENDINGS, play } from '../../sandbox/demo/play.ts'
import { createPlayers } from '../../sandbox/demo/players.ts'
import { type Scene, watchStage } from '../../sandbox/demo/scene.ts'
import { type NameOf, namesOf } from '../../sandbox/demo/words.ts'
import { setStage } from '../../sandbox/stage.ts'

const INTACT = { kind: 'intact', rows: 21, head: 'f'.repeat(64) } as const

describe('after the play of the demo', () => {
  let ended: Scene
  let nameOf: NameOf
  const surprises = (changes: Partial<Scene>) =>
    surprisesIn({ ...ended, ...changes }, INTACT, ENDINGS, nameOf)

  beforeAll(async () => {
    const stage = await setStage()
    const watch = watchStage(stage)
    nameOf = namesOf(stage.company, stage.slack)
    await play(createPlayers(stage, nameOf), stage.settings.reclaim.graceMs, async () => {})
    const { requests, ...scene } = await watch.scene()
    ended = { ...scene, requests: [...requests] }
    watch.close()
    await stage.close()
  })

  test('nothing is surprising', () => {
    expect(surprises({})).toEqual([])
  })

  test('a second DELETE for one account is', () => {
    const again = ended.requests.filter(({ method }) => method === 'DELETE').slice(0, 1)
    expect(surprises({ requests: [...again, ...ended.requests] })).toEqual([
      expect.stringMatching(/should have got 1 DELETE requests and got 2$/),
    ])
  })

  test('a write of another kind is', () => {
    const [first] = ended.requests.filter(({ method }) => method === 'DELETE')
    const stray = first ? [{ ...first, method: 'PATCH' }] : []
    expect(surprises({ requests: [...ended.requests, ...stray] })).toContainEqual(
      expect.stringMatching(/^nobody approved PATCH/),
    )
  })

  test('a deletion that was not read back is', () => {
    const last = ended.requests.findLastIndex(({ method }) => method === 'DELETE')
    expect(surprises({ requests: ended.requests.slice(0, last + 1) })).toContainEqual(
      expect.stringMatching(/^the deletion of .* was not read back$/),
    )
  })

  test('an account that is gone without an approval, or still there with one, is', () => {
    const users = ended.users.map(user =>
      user.userName === 'hugo.martin' ? { ...user, deletedAt: 1 } : { ...user, deletedAt: null },
    )
    expect(surprises({ users })).toEqual(
      expect.arrayContaining([
        'hugo.martin should still be in ServiceNow',
        'bob.marsh should be gone from ServiceNow',
        'greta.lund should be gone from ServiceNow',
      ]),
    )
  })

  test('a transition that its thread does not tell is', () => {
    const messages = ended.messages.map(message => ({ ...message, replies: message.replies.slice(0, -1) }))
    expect(surprises({ messages })).toContainEqual(
      expect.stringMatching(/^the thread about Ines Duarte should say “skipped” and says “”$/),
    )
  })

  test('an account that ended elsewhere, or was proposed though it should not be, is', () => {
    const history = ended.history.map(row =>
      row.userName === 'mei.tanaka' ? { ...row, userName: 'amy.chen' } : row,
    )
    expect(surprises({ history })).toEqual([
      'amy.chen should be not proposed and is proposed',
      'mei.tanaka should be proposed and is not proposed',
    ])
  })

  test('a history whose chain does not hold is', () => {
    const broken = { kind: 'broken', seq: 4, reason: 'row 4 is missing' } as const
    expect(surprisesIn(ended, broken, ENDINGS, nameOf)).toEqual([
      'the history is broken at row 4: row 4 is missing',
    ])
  })

  test('the play stops at an answer that is not what it should be', async () => {
    const stage = await setStage({ changes: { approvers: { managers: false } } })
    onTestFinished(() => stage.close())
    const players = createPlayers(stage, namesOf(stage.company, stage.slack))
    await expect(play(players, stage.settings.reclaim.graceMs, async () => {})).rejects.toThrow(
      /the bot should have answered like .*approved by @Dana.*, but said: “You may not decide/,
    )
  })
})
