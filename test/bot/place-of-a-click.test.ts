import { expect, test } from 'vitest'
import { deciding } from '../../src/bot/commands.ts'
import { press } from '../../src/reclaim/decision.ts'
import type { MessageRef } from '../../src/reclaim/ports.ts'
import { desk } from './desk.ts'

/* Where a message stands is told by clicks, too: the bot may have lost it. */

async function clicking() {
  const { run, bot, store, context } = desk()
  await run()
  const candidate = await bot.candidate('bob.marsh')
  const placement = await store.placement(candidate.id, 'slack')
  if (!placement) throw new Error('Bob Marsh is shown nowhere.')
  return {
    click: (personId: string, at: MessageRef) =>
      press({ personId, event: 'approve', token: candidate.token, at }, deciding(context)),
    places: async () => (await store.message(placement.messageId))?.refs ?? [],
  }
}

const HERE = { conversation: 'C0RECLAIM', id: '1.0' }

test('whoever may decide is believed, also when somebody was faster', async () => {
  const { click, places } = await clicking()
  expect(await click('U0DANA', HERE)).toMatchObject({ kind: 'recorded' })
  expect(await click('U0NORA', { ...HERE, id: '2.0' })).toMatchObject({ kind: 'already' })
  expect(await places()).toEqual([HERE, { ...HERE, id: '2.0' }])
})

test.each([
  ['U0GUS', 'a guest'],
  ['U0ADA', 'somebody who may not decide'],
  ['U0NOBODY', 'a stranger'],
])('%s, %s, is not', async person => {
  const { click, places } = await clicking()
  expect(await click(person, HERE)).toMatchObject({ kind: 'not_allowed' })
  expect(await places()).toEqual([])
})
