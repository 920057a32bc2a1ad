import { describe, expect, test } from 'vitest'
import { aPerson, NOW } from '../../domain/examples.ts'
import type { Open } from './scene.ts'

/** Where people and channels can be written to, and what they are called. */
export function addressesContract(open: Open): void {
  describe('an address', () => {
    test('that was never kept is null', async () => {
      const { store } = await open()
      expect(await store.address('teams', 'channel')).toBeNull()
    })

    test('is kept, word for word, and outlives the process', async () => {
      const { store, succeed } = await open()
      const words = '{"serviceUrl":"https://smba.example/","name":"Ünïcode ✓ \\u0000"}'
      expect(await store.keepAddress('teams', 'channel', words, NOW), 'there was none').toBe(true)
      expect(await store.address('teams', 'channel')).toBe(words)
      expect(await (await succeed()).address('teams', 'channel')).toBe(words)
    })

    test('may change: the latest counts, and it was there before', async () => {
      const { store } = await open()
      await store.keepAddress('teams', 'channel', 'here', NOW)
      expect(await store.keepAddress('teams', 'channel', 'here', NOW + 1)).toBe(false)
      expect(await store.keepAddress('teams', 'channel', 'there', NOW + 2)).toBe(false)
      expect(await store.address('teams', 'channel')).toBe('there')
    })

    test('belongs to one name on one platform', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      await store.keepAddress('teams', 'channel', 'in Teams', NOW)
      expect(await store.keepAddress('slack', 'channel', 'in Slack', NOW)).toBe(true)
      expect(await store.keepAddress('teams', 'mara', 'hers', NOW)).toBe(true)
      expect(await store.address('teams', 'channel')).toBe('in Teams')
      expect(await store.address('slack', 'channel')).toBe('in Slack')
      expect(await store.address('teams', 'Mara'), 'a name is exact').toBeNull()
    })

    test('is dropped alone, and can be kept anew', async () => {
      const { store } = await open()
      await store.keepAddress('teams', 'channel', 'here', NOW)
      await store.keepAddress('teams', 'mara', 'hers', NOW)
      await store.keepAddress('slack', 'channel', 'in Slack', NOW)
      await store.dropAddress('teams', 'channel')
      expect(await store.address('teams', 'channel')).toBeNull()
      expect(await store.address('teams', 'mara')).toBe('hers')
      expect(await store.address('slack', 'channel')).toBe('in Slack')
      expect(await store.keepAddress('teams', 'channel', 'here', NOW)).toBe(true)
    })

    test('that is not there can be dropped', async () => {
      const { store } = await open()
      await store.dropAddress('teams', 'channel')
      expect(await store.address('teams', 'channel')).toBeNull()
    })
  })

  describe('what people are called', () => {
    test('is known of those who were remembered, on each platform by itself', async () => {
      const { store } = await open({ platforms: ['slack', 'teams'] })
      await store.rememberPerson(aPerson('nora'))
      await store.rememberPerson(aPerson('nora', { platform: 'teams', name: 'Nora in Teams' }))
      await store.rememberPerson(aPerson('dana'))
      const names = await store.names(['slack:U_nora', 'teams:U_nora', 'slack:U_nobody', 'worker'])
      expect(names).toEqual(
        new Map([
          ['slack:U_nora', 'nora Example'],
          ['teams:U_nora', 'Nora in Teams'],
        ]),
      )
    })

    test('is the latest name', async () => {
      const { store } = await open()
      await store.rememberPerson(aPerson('nora'))
      await store.rememberPerson(aPerson('nora', { name: 'Nora New' }))
      expect(await store.names(['slack:U_nora', 'slack:U_nora'])).toEqual(
        new Map([['slack:U_nora', 'Nora New']]),
      )
    })

    test('of nobody is nothing, and an odd actor breaks nothing', async () => {
      const { store } = await open()
      expect(await store.names([])).toEqual(new Map())
      expect(await store.names(['"]', "'; DROP TABLE people; --", '%'])).toEqual(new Map())
    })

    test('can be asked of many at once', async () => {
      const { store } = await open()
      await store.rememberPerson(aPerson('nora'))
      const many = Array.from({ length: 5000 }, (_, each) => `slack:U${each}`)
      expect((await store.names([...many, 'slack:U_nora'])).size).toBe(1)
    })
  })
}
