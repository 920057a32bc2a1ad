import { describe, expect, test } from 'vitest'
import { decideByName } from '../../src/reclaim/decision.ts'
import { anIdleAccount, aPerson, idOf, NOW } from './examples.ts'
import { createWorkday, NORA } from './workday.ts'

/** Anna and Ben were proposed to Mia, their manager; Nora is named in the settings, Sam is anybody. */
async function proposed(given: Parameters<typeof createWorkday>[0] = {}) {
  const day = createWorkday(given)
  day.join(NORA, aPerson('mia'), aPerson('sam'))
  await day.propose(...['anna', 'ben'].map(name => anIdleAccount(name, { manager: idOf('mia') })))
  return day
}

describe('a press of a button', () => {
  test.each([
    ['nora', 'named'],
    ['mia', 'manager'],
  ])('by whoever may is recorded with their name and capacity: %s', async (who, as) => {
    const day = await proposed()
    const answer = await day.press(who, 'approve', 'anna')
    const { state, id } = await day.newest('anna')
    expect(state).toBe('approved')
    expect(answer).toEqual({
      kind: 'recorded',
      candidate: await day.newest('anna'),
      entry: await day.last('anna'),
      halted: false,
    })
    expect(await day.last('anna')).toMatchObject({
      candidateId: id,
      event: 'approve',
      actor: `slack:U_${who}`,
      note: { as },
      at: NOW,
    })
    expect((await day.newest('ben')).state).toBe('proposed')
  })

  test('keeps the name of whoever decided, for the history', async () => {
    const day = await proposed()
    await day.press('nora', 'skip', 'anna')
    expect(await day.store.names(['slack:U_nora'])).toEqual(new Map([['slack:U_nora', 'nora Example']]))
  })

  test('by anybody else changes nothing, says why, and keeps no name', async () => {
    const day = await proposed()
    expect(await day.press('sam', 'approve', 'anna')).toEqual({
      kind: 'not_allowed',
      why: 'not_the_approver',
    })
    expect(await day.press('eve', 'approve', 'anna')).toEqual({ kind: 'not_allowed', why: 'unknown_person' })
    expect(await day.events('anna')).toEqual([])
    expect(await day.store.names(['slack:U_sam'])).toEqual(new Map())
  })

  test('by a manager who was asked is refused where managers are not asked any more', async () => {
    const day = await proposed()
    day.configure({ askManagers: false })
    expect(await day.press('mia', 'approve', 'anna')).toEqual({
      kind: 'not_allowed',
      why: 'not_the_approver',
    })
    expect(await day.press('nora', 'approve', 'anna')).toMatchObject({ kind: 'recorded' })
  })

  test('counts though the bot noted something while the chat was asked who it is', async () => {
    const day = await proposed()
    await day.press('nora', 'approve', 'anna')
    const { id: candidateId } = await day.newest('anna')
    day.during('person', () =>
      day.store.record({
        ...{ candidateId, event: 'wait', actor: 'worker', note: { why: 'roster_unreadable' }, at: NOW },
      }),
    )
    expect(await day.press('mia', 'undo', 'anna')).toMatchObject({
      kind: 'recorded',
      entry: { event: 'undo' },
    })
    expect(await day.events('anna')).toEqual(['approve', 'wait', 'undo'])
  })

  test('comes too late where somebody decided in that time, also if all is as before again', async () => {
    const day = await proposed()
    day.during('person', async () => {
      await day.press('nora', 'approve', 'anna')
      await day.press('nora', 'undo', 'anna')
    })
    expect(await day.press('mia', 'approve', 'anna')).toMatchObject({
      kind: 'already',
      candidate: { state: 'proposed', round: 2 },
    })
    const { id: candidateId } = await day.newest('ben')
    day.during('person', async () => {
      await day.press('nora', 'approve', 'ben')
      for (const event of ['begin', 'refused'] as const)
        await day.store.record({ candidateId, event, actor: 'worker', note: {}, at: NOW })
    })
    expect(await day.press('mia', 'skip', 'ben')).toMatchObject({
      kind: 'already',
      candidate: { state: 'failed' },
    })
    expect(await day.events('anna')).toEqual(['approve', 'undo'])
    expect(await day.events('ben')).toEqual(['approve', 'begin', 'refused'])
  })

  test('by somebody whom the chat cannot place at the moment is to be tried again', async () => {
    const day = await proposed()
    day.breakDown('person')
    expect(await day.press('nora', 'approve', 'anna')).toEqual({ kind: 'try_again' })
    expect(await day.events('anna')).toEqual([])
  })

  test('that the bot never drew is unknown', async () => {
    const day = await proposed()
    expect(await day.press('nora', 'approve', 'anna', { token: 'made up' })).toEqual({
      kind: 'unknown_button',
    })
  })

  test('of an earlier round is answered with the present state and the history, and changes nothing', async () => {
    const day = await proposed()
    const { token } = await day.newest('anna')
    await day.press('nora', 'approve', 'anna')
    await day.press('nora', 'undo', 'anna')
    const answer = await day.press('mia', 'approve', 'anna', { token })
    expect(answer).toMatchObject({ kind: 'already', candidate: { state: 'proposed', round: 2 } })
    expect(answer.kind === 'already' && answer.timeline.map(entry => entry.event)).toEqual([
      'propose',
      'approve',
      'undo',
    ])
    expect(await day.events('anna')).toEqual(['approve', 'undo'])
  })

  test('of whoever was slower is answered with who was faster', async () => {
    const day = await proposed()
    day.during('person', () => day.press('nora', 'skip', 'anna'))
    const answer = await day.press('mia', 'approve', 'anna')
    expect(answer).toMatchObject({ kind: 'already', candidate: { state: 'skipped' } })
    expect(answer.kind === 'already' && answer.timeline.at(-1)?.actor).toBe('slack:U_nora')
  })

  test('during a pause is recorded, and says that it waits', async () => {
    const day = await proposed()
    await day.store.pause('slack:U_nora', NOW)
    expect(await day.press('nora', 'approve', 'anna')).toMatchObject({ kind: 'recorded', halted: true })
  })
})

describe('where a button was pressed', () => {
  const elsewhere = { conversation: 'C_LICENCES', id: 'a message that the bot lost' }
  const known = async (day: Awaited<ReturnType<typeof proposed>>) => {
    const placement = await day.store.placement((await day.newest('anna')).id, 'slack')
    return (placement && (await day.store.message(placement.messageId)))?.refs
  }

  test('is remembered, so that this message is kept up to date as well', async () => {
    const day = await proposed()
    await day.press('nora', 'approve', 'anna', { at: elsewhere })
    expect(await known(day)).toContainEqual(elsewhere)
  })

  test('also of a press that came too late', async () => {
    const day = await proposed()
    await day.press('nora', 'skip', 'anna')
    await day.press('mia', 'approve', 'anna', { at: elsewhere })
    expect(await known(day)).toContainEqual(elsewhere)
  })

  test('is not believed of somebody who may not decide', async () => {
    const day = await proposed()
    await day.press('sam', 'approve', 'anna', { at: elsewhere })
    expect(await known(day)).not.toContainEqual(elsewhere)
  })

  test.each([
    ['of an earlier round', (token: string) => token],
    ['that nobody knows', () => 'made up'],
  ])('is brought up to date when the button is one %s', async (_, tokenOf) => {
    const day = await proposed()
    const { token } = await day.newest('anna')
    const [at] = (await known(day)) ?? []
    if (!at) throw new Error('The message stands nowhere.')
    for (const event of ['approve', 'undo'] as const) await day.press('nora', event, 'anna')
    await day.work()
    day.fresh()
    await day.press('nora', 'approve', 'anna', { token: tokenOf(token), at })
    await day.work()
    expect(day.calls).toContain(`update ${at.id}`)
  })

  test('of a candidate that has not been shown yet is not remembered, and the decision counts', async () => {
    const day = createWorkday()
    day.join(NORA)
    day.withoutChat()
    await day.propose(anIdleAccount('anna'))
    expect(await day.press('nora', 'approve', 'anna', { at: elsewhere })).toMatchObject({ kind: 'recorded' })
    expect(await known(day)).toBeUndefined()
  })
})

describe('where two have to approve', () => {
  const two = () => proposed({ settings: { approvalsRequired: 2 } })

  test('the first only endorses, the second approves', async () => {
    const day = await two()
    expect(await day.press('nora', 'approve', 'anna')).toMatchObject({
      kind: 'recorded',
      entry: { event: 'endorse', to: 'proposed' },
    })
    expect(await day.press('mia', 'approve', 'anna')).toMatchObject({
      kind: 'recorded',
      entry: { event: 'approve', to: 'approved' },
    })
  })

  test('both count when they press at the same moment', async () => {
    const day = await two()
    day.during('person', () => day.press('nora', 'approve', 'anna'))
    expect(await day.press('mia', 'approve', 'anna')).toMatchObject({
      kind: 'recorded',
      entry: { event: 'approve', actor: 'slack:U_mia' },
    })
    expect(await day.events('anna')).toEqual(['endorse', 'approve'])
  })

  test('one who presses twice at the same moment is one', async () => {
    const day = await two()
    day.during('person', () => day.press('mia', 'approve', 'anna'))
    expect(await day.press('mia', 'approve', 'anna')).toEqual({ kind: 'not_allowed', why: 'second_person' })
    expect(await day.events('anna')).toEqual(['endorse'])
  })

  test('nobody is both, not under a second account with the same address either', async () => {
    const day = await two()
    day.join(aPerson('nora2', { named: true, email: 'Nora@Example.com' }), aPerson('olga', { named: true }))
    await day.press('nora', 'approve', 'anna')
    for (const who of ['nora', 'nora2'])
      expect(await day.press(who, 'approve', 'anna')).toEqual({ kind: 'not_allowed', why: 'second_person' })
    expect(await day.events('anna')).toEqual(['endorse'])
  })

  test('one is enough for everything else', async () => {
    const day = await two()
    expect(await day.press('nora', 'skip', 'anna')).toMatchObject({
      kind: 'recorded',
      entry: { event: 'skip' },
    })
  })
})

test('a decision by name is for the present round, whatever buttons were drawn', async () => {
  const day = await proposed()
  await day.press('nora', 'approve', 'anna')
  const context = {
    store: day.store,
    chat: day.chat,
    clock: day.clock,
    askManagers: true,
    approvalsRequired: 1,
  } as const
  const asked = { personId: 'U_mia', event: 'undo' } as const
  expect(await decideByName(await day.newest('anna'), asked, context)).toMatchObject({
    kind: 'recorded',
    entry: { event: 'undo', actor: 'slack:U_mia' },
  })
})
