import { describe, expect, it } from 'vitest'
import { parseSettings, SettingsError } from '../src/config.ts'
import { settingsFor } from './cli/instance.ts'
import { SECRETS } from './cli/shell.ts'

type Tree = { readonly [key: string]: unknown }
type Env = { readonly [name: string]: string | undefined }

const TENANT = '11111111-aaaa-4bbb-8ccc-222222222222'
const ADA = 'aaaaaaaa-0000-4000-8000-00000000000a'
const APP = '55555555-aaaa-4bbb-8ccc-666666666666'
const PASSWORD = 'abc8Q~def.GHI'
const teams = {
  tenant: TENANT,
  channel: '19:UKBxUwbp_JmJy-iLHs1@thread.tacv2',
  team: '33333333-aaaa-4bbb-8ccc-444444444444',
}
const approvers = { slackUsers: ['U012AB3CD'], teamsUsers: [ADA] }
const both = { ...settingsFor('https://acme.service-now.com'), approvers, teams }
const secrets = { ...SECRETS, MicrosoftAppId: APP, MicrosoftAppPassword: PASSWORD }

/** A file for Slack and Teams with other sections, and more in the environment; `undefined` takes something out. */
const settings = (changes: Tree = {}, more: Env = {}) =>
  parseSettings(JSON.stringify({ ...both, ...changes }), { ...secrets, ...more }, '/etc/reclaim')

function problems(changes: Tree, more: Env = {}): string[] {
  try {
    settings(changes, more)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return error.problems.map(({ path, message }) => `${path}: ${message}`)
  }
  return []
}

describe('Microsoft Teams', () => {
  it('alone asks for nothing of Slack', () => {
    const alone = { slack: undefined, approvers: { teamsUsers: [ADA] } }
    const read = settings(alone, { SLACK_BOT_TOKEN: undefined, SLACK_APP_TOKEN: undefined })
    expect(read).not.toHaveProperty('slack')
    expect(read.approvers).toEqual({ managers: true, slackUsers: [], slackUsergroups: [], required: 1 })
    expect(read.teams).toEqual({
      ...teams,
      users: [ADA],
      appId: APP,
      credentials: { kind: 'secret', password: PASSWORD },
    })
  })

  it('beside Slack has its own named approvers', () => {
    const read = settings()
    expect(read.approvers.slackUsers).toEqual(['U012AB3CD'])
    expect(read.teams?.users).toEqual([ADA])
    expect(read.slack?.channel).toBe('C0123456789')
  })

  it('left out is not there, whatever the environment holds for it', () => {
    const junk = { MicrosoftAppId: 'x', MicrosoftAppType: 'MultiTenant', MicrosoftAppTenantId: 'x' }
    expect(settings({ approvers: { slackUsers: ['U012AB3CD'] }, teams: undefined }, junk)).not.toHaveProperty(
      'teams',
    )
  })

  it('takes ids in any case and keeps them in lower case; the channel stays as it is', () => {
    const upper = (text: string) => text.toUpperCase()
    const read = settings(
      {
        teams: { ...teams, tenant: upper(TENANT), team: upper(teams.team) },
        approvers: { ...approvers, teamsUsers: [upper(ADA)] },
      },
      { MicrosoftAppId: upper(APP), MicrosoftAppTenantId: upper(TENANT) },
    )
    expect(read).toEqual(settings())
  })
})

describe('the section teams', () => {
  it.each(['19:cbe3683f25094106b826c9cada3afbe0@thread.skype', '19:UKBxUwbp_JmJy-iLHs1@thread.tacv2'])(
    'channel %s may be written',
    channel => {
      expect(settings({ teams: { ...teams, channel } }).teams?.channel).toBe(channel)
    },
  )

  const tenant =
    'write the GUID of your Microsoft 365 tenant: the tenantId in the link that Teams copies with “Get link to team”'
  const team =
    'write the GUID of the team in Teams: the groupId in the link that Teams copies with “Get link to team”'
  const channel =
    'write the id of the channel in Teams, like "19:…@thread.tacv2", in quotes: it is in the link that Teams copies with “Get link to channel”, where %3A stands for : and %40 for @'
  it.each<[Tree, string]>([
    [{ tenant: undefined }, `teams.tenant: missing; ${tenant}`],
    [{ channel: undefined }, `teams.channel: missing; ${channel}`],
    [{ team: undefined }, `teams.team: missing; ${team}`],
    [{ tenant: 'acme.onmicrosoft.com' }, `teams.tenant: ${tenant}`],
    [{ tenant: `${TENANT}0` }, `teams.tenant: ${tenant}`],
    [{ team: 'Licences' }, `teams.team: ${team}`],
    [{ channel: 'General' }, `teams.channel: ${channel}`],
    [{ channel: '19%3Aabc%40thread.tacv2' }, `teams.channel: ${channel}`],
    [{ channel: '19:abc@thread.tacv2;messageid=1' }, `teams.channel: ${channel}`],
    [{ channel: '19:abc@unq.gbl.spaces' }, `teams.channel: ${channel}`],
    [{ channel: 19 }, `teams.channel: ${channel}`],
    [{ chanel: 'x' }, 'teams.chanel: unknown key; did you mean channel?'],
    [
      { password: 'x' },
      'teams.password: unknown key; secrets belong in the environment (.env), never in this file',
    ],
  ])('%j is refused with what to write and where to find it, and hides no problem', (change, line) => {
    const changes = { teams: { ...teams, ...change } }
    expect(problems(changes)).toEqual([line])
    expect(problems({ ...changes, approvers: {} }, { MicrosoftAppId: '' })).toEqual([
      line,
      expect.stringContaining('approvers: nobody is named in Slack'),
      expect.stringContaining('approvers: nobody is named in Microsoft Teams'),
      expect.stringContaining('MicrosoftAppId: missing'),
    ])
  })

  it.each([null, [], 'x'])('%j is no section, and yet not a section left out', value => {
    for (const alone of [{}, { slack: undefined, approvers: { teamsUsers: [ADA] } }]) {
      const [first, ...more] = problems({ ...alone, teams: value })
      expect(first).toMatch(/^teams: (empty; )?write its keys below it$/)
      expect(more).toEqual([])
    }
  })
})

describe('people and chats that do not fit together', () => {
  const none = { teamsUsers: [], slackUsers: [] }
  const nobody = (where: string, what: string) =>
    `approvers: nobody is named${where}; write ${what}, also where managers approve`
  const nobodyInSlack = nobody(' in Slack', 'at least one of slackUsers, slackUsergroups')
  const nobodyInTeams = nobody(' in Microsoft Teams', 'teamsUsers')
  const useless = (chat: string, key: string) =>
    `approvers.${key}: has no effect without ${chat}; write that section, or leave ${key} out`
  const person =
    'write the object id of a person, a GUID: in the Microsoft Entra admin center, Users, the person, Object ID'

  it.each<[string, Tree, string[]]>([
    ['nobody named in Teams', { approvers: { ...approvers, teamsUsers: [] } }, [nobodyInTeams]],
    ['nobody named in Slack', { approvers: { teamsUsers: [ADA] } }, [nobodyInSlack]],
    ['nobody named anywhere', { approvers: none }, [nobodyInSlack, nobodyInTeams]],
    ['people of Teams without it', { teams: undefined }, [useless('teams', 'teamsUsers')]],
    [
      'people of Slack without it',
      { slack: undefined, approvers: { ...approvers, slackUsergroups: ['S012AB3CD'] } },
      [useless('slack', 'slackUsers'), useless('slack', 'slackUsergroups')],
    ],
    ['no chat', { slack: undefined, teams: undefined }, ['slack: missing; write slack or teams (or both)']],
    [
      'neither chat nor people',
      { slack: undefined, teams: undefined, approvers: none },
      [
        'slack: missing; write slack or teams (or both)',
        nobody('', 'at least one of slackUsers, slackUsergroups, teamsUsers'),
      ],
    ],
    ['approvers left empty', { approvers: null }, ['approvers: empty; write its keys below it']],
    [
      'an address for an id',
      { approvers: { ...approvers, teamsUsers: [ADA, 'ada@acme.example'] } },
      [`approvers.teamsUsers[1]: ${person}`],
    ],
    [
      'an id for a list',
      { approvers: { ...approvers, teamsUsers: ADA } },
      ['approvers.teamsUsers: write a list, like [a, b]'],
    ],
  ])('%s', (_, changes, lines) => {
    expect(problems(changes)).toEqual(lines)
  })
})

describe('secrets for Teams', () => {
  const appId = 'set the application (client) id of the bot in Microsoft Entra'
  const password = 'set the value of a client secret (not its id) of the bot in Microsoft Entra'
  const apiUrl = 'write an https:// address (http:// only for this machine), or leave it out'

  it.each([
    ['MicrosoftAppId', '', `MicrosoftAppId: missing; ${appId}`],
    ['MicrosoftAppId', 'reclaim-bot', `MicrosoftAppId: is no GUID; ${appId}`],
    ['MicrosoftAppPassword', '', `MicrosoftAppPassword: missing; ${password}`],
    [
      'MicrosoftAppPassword',
      'a\nb',
      `MicrosoftAppPassword: holds a line break or another control character; ${password}`,
    ],
    [
      'MicrosoftAppPassword',
      ADA.toUpperCase(),
      `MicrosoftAppPassword: holds the wrong kind of secret; ${password}`,
    ],
    [
      'MicrosoftAppPassword',
      'two words',
      `MicrosoftAppPassword: holds the wrong kind of secret; ${password}`,
    ],
    [
      'MicrosoftAppType',
      'MultiTenant',
      'MicrosoftAppType: Microsoft retired MultiTenant; write SingleTenant or UserAssignedMSI',
    ],
    [
      'MicrosoftAppType',
      'Tenant',
      'MicrosoftAppType: write SingleTenant or UserAssignedMSI, or leave it out',
    ],
    [
      'MicrosoftAppTenantId',
      ADA,
      'MicrosoftAppTenantId: is not teams.tenant, the one tenant that the bot serves; leave it out',
    ],
    ['TEAMS_API_URL', 'http://smba.example/', `TEAMS_API_URL: ${apiUrl}`],
    ['TEAMS_API_URL', 'https://me:pass@smba.example/', `TEAMS_API_URL: ${apiUrl}`],
  ])('%s=%j is refused', (name, value, line) => {
    expect(problems({}, { [name]: value })).toEqual([line])
  })

  it('a tenant that cannot be read is not held against MicrosoftAppTenantId', () => {
    const lines = problems({ teams: { ...teams, tenant: 'x' } }, { MicrosoftAppTenantId: ADA })
    expect(lines).toEqual([expect.stringMatching(/^teams\.tenant: write the GUID/)])
  })

  it.each(['SingleTenant', 'singletenant', ''])('MicrosoftAppType %j takes a password', type => {
    expect(settings({}, { MicrosoftAppType: type }).teams?.credentials).toEqual({
      kind: 'secret',
      password: PASSWORD,
    })
  })

  it.each(['UserAssignedMSI', 'userassignedmsi'])('MicrosoftAppType %s uses no password', type => {
    for (const MicrosoftAppPassword of ['', PASSWORD, ADA])
      expect(settings({}, { MicrosoftAppType: type, MicrosoftAppPassword }).teams?.credentials).toEqual({
        kind: 'managed-identity',
      })
  })

  it('TEAMS_API_URL leads to a stand-in; without it, Teams is where Microsoft has it', () => {
    const TEAMS_API_URL = 'http://127.0.0.1:56150/_connector'
    expect(settings({}, { TEAMS_API_URL }).teams?.apiUrl).toBe(TEAMS_API_URL)
    expect(settings().teams).not.toHaveProperty('apiUrl')
  })
})
