import { describe, expect, test } from 'vitest'
import { type MessageContent, Undeliverable } from '../../src/reclaim/ports.ts'
import { step } from '../../src/reclaim/worker.ts'
import { aManager, anIdleAccount, aPerson, idOf, MINUTE_MS } from './examples.ts'
import { createWorkday, NORA, type Workday } from './workday.ts'

const people = (count: number, manager: string | null = null) =>
  Array.from({ length: count }, (_, index) =>
    anIdleAccount(`person${String(index).padStart(2, '0')}${manager ?? ''}`, {
      manager: manager === null ? null : idOf(manager),
    }),
  )

const lists = (day: Workday) =>
  day.posted.flatMap(({ content }) => (content.kind === 'list' ? [content] : []))
const sizes = (day: Workday) =>
  lists(day).map(({ asked, part, parts, items }) => [asked, part, parts, items.length])
const headers = (day: Workday) =>
  day.posted.flatMap(({ content }) => (content.kind === 'header' ? [content] : []))

describe('the messages of a run', () => {
  test('are a header and one list for each approver, who is found by e-mail', async () => {
    const day = createWorkday()
    day.appoint(aManager('mark'))
    day.join(NORA, aPerson('mia'), aPerson('mark'))
    await day.propose(...people(2, 'mia'), ...people(1, 'mark'), ...people(3))
    expect(day.posted.map(({ content }) => content.kind)).toEqual(['header', 'list', 'list', 'list'])
    expect(sizes(day).sort()).toEqual([
      [null, 1, 1, 3],
      ['slack:U_mark', 1, 1, 1],
      ['slack:U_mia', 1, 1, 2],
    ])
    expect(headers(day)).toMatchObject([{ withoutManager: 3, run: { proposed: 6 } }])
    expect(await day.store.names(['slack:U_mia'])).toEqual(new Map([['slack:U_mia', 'mia Example']]))
  })

  test('hold at most eight candidates; a longer list goes on in further messages, and nobody is left out', async () => {
    const day = createWorkday()
    await day.propose(...people(17))
    expect(sizes(day)).toEqual([
      [null, 1, 3, 8],
      [null, 2, 3, 8],
      [null, 3, 3, 1],
    ])
    const shown = lists(day).flatMap(({ items }) => items.map(({ candidate }) => candidate.facts.userName))
    expect(new Set(shown).size).toBe(17)
  })

  test('of eight are one list', async () => {
    const day = createWorkday()
    await day.propose(...people(8))
    expect(sizes(day)).toEqual([[null, 1, 1, 8]])
  })

  test('of a run that found nobody are a header that says so', async () => {
    const day = createWorkday()
    await day.propose()
    expect(day.posted.map(({ content }) => content.kind)).toEqual(['header'])
    expect(headers(day)).toMatchObject([{ withoutManager: 0, run: { found: 0 } }])
  })

  test.each([
    ['is not in the chat', () => {}],
    ['has left', (day: Workday) => day.appoint(aManager('mia', { active: false }))],
    [
      'is the very person',
      (day: Workday) => day.appoint(aManager('mia', { email: 'person00mia@example.com' })),
    ],
  ])('go to the named approvers where the manager %s', async (_, given) => {
    const day = createWorkday()
    if (_ !== 'is not in the chat') day.join(aPerson('mia'))
    given(day)
    await day.propose(...people(1, 'mia'))
    expect(sizes(day)).toEqual([[null, 1, 1, 1]])
    expect(headers(day)).toMatchObject([{ withoutManager: 1 }])
  })

  test('go to the named approvers where managers are not asked, and nobody is looked for', async () => {
    const day = createWorkday({ settings: { askManagers: false } })
    day.join(aPerson('mia'))
    await day.propose(...people(2, 'mia'))
    expect(sizes(day)).toEqual([[null, 1, 1, 2]])
    expect(headers(day)).toMatchObject([{ withoutManager: 0 }])
    expect(day.calls.some(call => call.startsWith('findApprover'))).toBe(false)
  })
})

describe('a message', () => {
  test('whose first attempt was answered is not looked for', async () => {
    const day = createWorkday()
    await day.propose(...people(1))
    expect(day.calls).not.toContain('find')
  })

  test('whose post may have happened is looked for before it is posted again, and stands there once', async () => {
    const day = createWorkday()
    day.breakDown('post answered')
    await day.propose(...people(1))
    day.repair()
    await day.pass(MINUTE_MS)
    expect(day.calls).toContain('find')
    expect(day.calls.filter(call => call.startsWith('post'))).toEqual(['post header', 'post list'])
    expect(day.posted.map(({ content }) => content.kind)).toEqual(['header', 'list'])
    expect((await day.store.message(day.posted[0]?.key ?? never()))?.refs).toEqual([day.posted[0]?.ref])
  })

  test('is posted at most once more for each attempt without a clear answer, never without a look, and says that it is a repeat', async () => {
    const day = createWorkday()
    day.breakDown('post')
    await day.store.notify({ kind: 'paused', by: 'slack:U_nora' }, day.now())
    await day.work()
    for (let attempt = 0; attempt < 2; attempt++) await day.pass(MINUTE_MS)
    day.repair()
    await day.pass(MINUTE_MS)
    const again = ['find', 'post notice again']
    expect(day.calls).toEqual(['post notice', ...again, ...again, ...again])
    expect(day.posted).toHaveLength(1)
  })

  test('that is known to stand in the channel is neither looked for nor posted again', async () => {
    const day = createWorkday()
    await day.store.notify({ kind: 'paused', by: 'slack:U_nora' }, day.now())
    const diesBeforeItsTaskEnds = {
      ...day.context(),
      store: { ...day.store, settle: () => Promise.reject(new Error('killed')) },
    }
    await step('slack', diesBeforeItsTaskEnds)
    await day.pass(MINUTE_MS)
    expect(day.calls).toEqual(['post notice'])
    expect(day.posted).toHaveLength(1)
  })

  test('that could never be posted has no thread, and holds nobody up', async () => {
    const day = createWorkday()
    day.join(NORA)
    day.failWith('post', new Undeliverable('too long'))
    await day.propose(anIdleAccount('anna'))
    day.repair()
    day.fresh()
    await day.press('nora', 'skip', 'anna')
    await day.store.notify({ kind: 'paused', by: 'slack:U_nora' }, day.now())
    await day.work()
    expect(day.calls).toEqual(['person U_nora', 'post notice'])
  })

  describe('that was given up', () => {
    /** Anna is proposed, in a list that is given up; `arrives` = it stands there all the same. */
    const lost = async ({ arrives = false } = {}) => {
      const day = createWorkday()
      day.join(NORA, aPerson('mia'))
      day.failWith(arrives ? 'post answered' : 'post', new Undeliverable('too long'))
      await day.propose(anIdleAccount('anna', { manager: idOf('mia') }))
      day.repair()
      day.fresh()
      return day
    }

    test('is shown anew by the next run, whose header says so', async () => {
      const day = await lost()
      await day.propose(...['ben', 'carl'].map(name => anIdleAccount(name, { manager: idOf('mia') })))
      expect(headers(day)).toMatchObject([{ fromEarlierRuns: 1, run: { proposed: 2, stillOpen: 1 } }])
      const shown = lists(day).flatMap(({ items }) => items.map(({ candidate }) => candidate.facts.userName))
      expect(shown).toEqual(['anna', 'ben', 'carl'])
      await day.propose()
      expect(headers(day).at(-1)).toMatchObject({ fromEarlierRuns: 0, run: { stillOpen: 3 } })
      expect(lists(day)).toHaveLength(1)
    })

    test('but arrived is found by the next run, and not shown anew', async () => {
      const day = await lost({ arrives: true })
      await day.press('nora', 'approve', 'anna')
      await day.propose()
      expect(day.calls).toContain('find')
      expect(headers(day).at(-1)).toMatchObject({ fromEarlierRuns: 0 })
      expect(lists(day)).toHaveLength(1)
      expect(lists(day)[0]?.items[0]?.candidate.state).toBe('approved')
    })

    test('is not shown anew where nobody may look whether it arrived', async () => {
      const day = await lost()
      day.failWith('find', new Undeliverable('the right to read is missing'))
      await day.propose()
      expect(headers(day)).toMatchObject([{ fromEarlierRuns: 0 }])
      expect(lists(day)).toEqual([])
    })

    test('and cannot be looked for now makes the run’s messages wait', async () => {
      const day = await lost()
      day.breakDown('find')
      await day.propose()
      expect(day.posted).toEqual([])
      day.repair()
      await day.pass(MINUTE_MS)
      expect(lists(day)).toHaveLength(1)
    })

    test('and arrives later still has its say: whoever is asked may decide on it, and it is kept up to date', async () => {
      const day = await lost()
      await day.propose()
      const late = { conversation: 'C_LICENCES', id: '99' }
      day.posted.push({ ...(day.posted.at(-1) ?? never()), ref: late, replies: [] })
      expect(await day.press('mia', 'approve', 'anna', { at: late })).toMatchObject({ kind: 'recorded' })
      await day.work()
      expect(lists(day).map(({ items }) => items[0]?.candidate.state)).toEqual(['approved', 'approved'])
    })
  })

  test('whose post failed is posted later', async () => {
    const day = createWorkday()
    day.breakDown('post')
    await day.propose(...people(1))
    expect(day.posted).toEqual([])
    day.repair()
    await day.pass(MINUTE_MS)
    expect(day.posted.map(({ content }) => content.kind)).toEqual(['header', 'list'])
  })
})

describe('what happened to a candidate', () => {
  const stateShown = (content: MessageContent | undefined, name: string) =>
    content?.kind === 'list' &&
    content.items.find(({ candidate }) => candidate.facts.userName === name)?.candidate.state
  const told = (day: Workday) =>
    day.posted.flatMap(({ replies }) => replies.map(lines => lines.map(({ entry }) => entry.event)))

  async function running() {
    const day = createWorkday()
    day.join(NORA)
    await day.propose(anIdleAccount('anna'), anIdleAccount('ben'))
    day.fresh()
    return day
  }

  test('stands in the thread under its message, line by line, and the message shows the present state', async () => {
    const day = await running()
    await day.press('nora', 'approve', 'anna')
    await day.press('nora', 'skip', 'ben')
    await day.work()
    expect(told(day)).toEqual([['approve', 'skip']])
    const [, list] = day.posted
    expect(list?.replies[0]?.map(({ candidate }) => candidate.facts.userName)).toEqual(['anna', 'ben'])
    expect(stateShown(list?.content, 'anna')).toBe('approved')
    expect(stateShown(list?.content, 'ben')).toBe('skipped')
  })

  test('is told once', async () => {
    const day = await running()
    await day.press('nora', 'approve', 'anna')
    await day.work()
    await day.press('nora', 'undo', 'anna')
    await day.work()
    expect(told(day)).toEqual([['approve'], ['undo']])
    expect(day.calls).not.toContain('reply again')
  })

  test('is told in replies of at most twenty lines, and the message is brought up to date each time', async () => {
    const day = await running()
    for (let turn = 0; turn < 13; turn++) {
      await day.press('nora', 'approve', 'anna')
      await day.press('nora', 'undo', 'anna')
    }
    await day.work()
    expect(told(day).map(lines => lines.length)).toEqual([20, 6])
    const said = day.calls.filter(call => /reply|update/.test(call))
    expect(said).toEqual(['reply', 'update 2', 'reply', 'update 2'])
  })

  test('whose telling may have happened is told again with the word that it may stand there', async () => {
    const day = await running()
    day.breakDown('reply')
    await day.press('nora', 'approve', 'anna')
    await day.work()
    day.repair()
    await day.pass(MINUTE_MS)
    expect(told(day)).toEqual([['approve']])
    expect(day.calls).toContain('reply again')
  })

  test('is not told again because the message could not be brought up to date', async () => {
    const day = await running()
    day.breakDown('update')
    await day.press('nora', 'approve', 'anna')
    await day.work()
    day.repair()
    await day.pass(MINUTE_MS)
    expect(told(day)).toEqual([['approve']])
    expect(stateShown(day.posted[1]?.content, 'anna')).toBe('approved')
  })

  test('is shown wherever the message stands', async () => {
    const day = await running()
    day.posted.push({
      ...(day.posted[1] ?? never()),
      ref: { conversation: 'C_LICENCES', id: '77' },
      replies: [],
    })
    await day.press('nora', 'approve', 'anna', { at: { conversation: 'C_LICENCES', id: '77' } })
    await day.work()
    expect(day.calls.filter(call => call.startsWith('update'))).toEqual(['update 2', 'update 77'])
    expect(day.calls.filter(call => call.startsWith('reply'))).toHaveLength(1)
  })
})

test('a word to the channel is posted, and has no thread to be told', async () => {
  const day = createWorkday()
  await day.store.notify({ kind: 'paused', by: 'slack:U_nora' }, day.now())
  await day.work()
  expect(day.posted.map(({ content }) => content)).toEqual([
    { kind: 'notice', notice: { kind: 'paused', by: 'slack:U_nora' } },
  ])
})

function never(): never {
  throw new Error('The message is not there.')
}
