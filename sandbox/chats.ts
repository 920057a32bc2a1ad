import type { Platform } from '../src/reclaim/ports.ts'
import { CHANNEL, type Company, TEAM_NAME } from './company.ts'
import { type SlackWorkspace, startSlackWorkspace } from './slack/workspace.ts'
import type { Person } from './teams/directory.ts'
import { startTeamsTenant, type TeamsTenant } from './teams/tenant.ts'

/** The chats that are on stage. */
export type Chats = { readonly slack?: SlackWorkspace; readonly teams?: TeamsTenant }

export const SLACK_SECRETS = {
  signingSecret: 'sandbox-signing-secret',
  botToken: 'xoxb-sandbox-bot-token',
  appToken: 'xapp-sandbox-app-token',
} as const
/** As in manifest.yml. */
const SLACK_SCOPES = [
  'chat:write',
  'commands',
  'users:read',
  'users:read.email',
  'usergroups:read',
  'groups:read',
  'groups:history',
]
export const TEAMS_APP = {
  appId: '0b1a9c5e-7a44-4b1e-9d53-2f6c8e1d7a90',
  appPassword: 'sandbox-client-secret',
  botName: 'Reclaim',
  tenantId: '5c7e1f2a-93b4-4d6e-8a0c-1b2d3e4f5a6b',
} as const
export const TEAMS_GROUP = '9e2d4c6b-1a3f-4e5d-b7c8-0f1e2d3c4b5a'

/** Starts the stand-ins of these platforms, with the people of the company in them. */
export async function startChats(
  platforms: readonly Platform[],
  { people }: Company,
  now: () => number,
): Promise<Chats> {
  const slack = platforms.includes('slack')
    ? await startSlackWorkspace({
        ...SLACK_SECRETS,
        teamName: TEAM_NAME,
        people,
        channel: CHANNEL,
        usergroups: [{ handle: 'licence-managers', members: ['nora'] }],
        scopes: SLACK_SCOPES,
        now,
      })
    : null
  const teams = platforms.includes('teams')
    ? await startTeamsTenant({
        ...TEAMS_APP,
        team: { id: TEAMS_GROUP, name: TEAM_NAME },
        channel: CHANNEL,
        people: inTeams(people),
        now,
      })
    : null
  return { ...(slack && { slack }), ...(teams && { teams }) }
}

/** The people of the company as Teams knows them. */
export function inTeams(people: Company['people']): Person[] {
  return people.map(({ guest, email = null, ...person }) => ({
    ...{ ...person, email, realName: person.realName ?? person.name },
    guest: guest !== undefined,
  }))
}
