import { expect, test } from 'vitest'
import { createAddresses } from '../../../src/bot/teams/addresses.ts'
import { surroundings } from '../../chat-contract/surroundings.ts'

const ADDRESS = {
  serviceUrl: 'https://smba.trafficmanager.net/teams/',
  tenant: 't',
  bot: '28:1',
  conversation: 'a:1',
}
const HERE = { ...ADDRESS, conversation: '19:channel' }

function kept() {
  const { store, clock } = surroundings('teams')
  return { store, addresses: createAddresses(store, clock) }
}

test('the channel and each person have their own', async () => {
  const { addresses } = kept()
  expect(await addresses.keepChannel(HERE)).toBe(true)
  expect(await addresses.keepPerson('mara', ADDRESS)).toBe(true)
  expect(await addresses.channel()).toEqual(HERE)
  expect(await addresses.person('mara')).toEqual(ADDRESS)
  expect(await addresses.person('noel')).toBeNull()
  expect(await addresses.keepPerson('mara', HERE), 'it was there, though another').toBe(false)
  expect(await addresses.person('mara')).toEqual(HERE)
})

test('none is left once it is dropped', async () => {
  const { addresses } = kept()
  await addresses.keepChannel(HERE)
  await addresses.keepPerson('mara', ADDRESS)
  await addresses.dropPerson('mara')
  expect(await addresses.person('mara')).toBeNull()
  expect(await addresses.channel()).toEqual(HERE)
  await addresses.dropChannel()
  await expect(addresses.channel()).rejects.toThrow(/Add the app to the team \(teams\.team\)/)
  expect(await addresses.keepChannel(HERE)).toBe(true)
})

test('only what an address is made of is kept', async () => {
  const { store, addresses } = kept()
  const more = { ...HERE, token: 'eyJ' }
  await addresses.keepChannel(more)
  expect(JSON.parse((await store.address('teams', 'channel')) ?? '')).toEqual(HERE)
})
