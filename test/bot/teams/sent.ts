import * as activities from '../../../sandbox/teams/activities.ts'
import { memberOf } from '../../../sandbox/teams/directory.ts'
import { parseActivity, type TeamsActivity } from '../../../src/bot/teams/inbound.ts'

/* What Teams sends, in the shapes of the stand-in, as the bot receives it. */

export const TENANT = 'b0000000-0000-4000-8000-00000000000b'
export const PLACE = {
  ...{ tenantId: TENANT, teamId: 'c0000000-0000-4000-8000-00000000000c', teamName: 'IT Operations' },
  ...{
    threadId: '19:team@thread.tacv2',
    channelId: '19:channel@thread.tacv2',
    channelName: 'licence-reclaim',
  },
}
export const BOT = { id: '28:a0000000-0000-4000-8000-00000000000a', name: 'Reclaim' }
export const MARA = memberOf({ name: 'mara', realName: 'Mara Manager', email: 'mara@small.example' }, TENANT)
export const SERVICE_URL = 'https://smba.trafficmanager.net/emea/'

const doer: activities.Doer = { member: MARA, tenantId: TENANT }
const scene = (place: Partial<typeof PLACE> = {}): activities.Scene => ({
  ...{
    place: { ...PLACE, ...place },
    bot: BOT,
    serviceUrl: SERVICE_URL,
    now: () => Date.UTC(2026, 10, 23, 9),
  },
})
const button = {
  ...{ verb: 'reclaim_skip', title: 'Skip', data: { value: 'token' } },
  element: { type: 'Action.Execute', verb: 'reclaim_skip' },
}

/** @throws when the bot would not take it for an activity at all. */
export function parsed(activity: object): TeamsActivity {
  const sent = parseActivity(JSON.stringify(activity))
  if (!sent) throw new Error('That is no activity.')
  return sent
}

export type Where = activities.Where

export const executed = (where: Where) =>
  activities.execute(doer, { messageId: '77', where, button }, scene())
export const submitted = (where: Where, data: object = { verb: 'reclaim_skip', value: 'token' }) =>
  activities.submit(doer, { messageId: '77', where, data }, scene())
export const written = (where: Where, text: string) =>
  activities.message(doer, { id: '88', where, text }, scene())
/** The two activities by which Teams tells that the bot came or went. */
export const installed = (
  where: 'team' | 'personal',
  action: 'add' | 'remove',
  place: Partial<typeof PLACE> = {},
) => activities.installation(doer, { where, action }, scene(place))
