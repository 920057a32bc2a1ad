import { SLACK_SECRETS, TEAMS_APP } from './chats.ts'
import { BOT_ACCOUNT } from './company.ts'
import type { ServiceNowSimulator } from './servicenow/simulator.ts'
import type { SlackWorkspace } from './slack/workspace.ts'
import type { TeamsTenant } from './teams/tenant.ts'

/** What surrounds the bot, as far as its settings name it. */
export type World = {
  readonly servicenow: Pick<ServiceNowSimulator, 'url'>
  readonly chats: {
    readonly slack?: Pick<SlackWorkspace, 'apiUrl' | 'channelId' | 'usergroupId'>
    readonly teams?: Pick<TeamsTenant, 'url' | 'tenantId' | 'teamId' | 'channelId' | 'userId'>
  }
  /** Where the settings, the roster and the store lie. */
  readonly folder: string
}

/** What may differ from the demo's settings; each replaces a whole line of `reclaim.yml`. */
export type SettingsChanges = Partial<
  Record<'reclaim' | 'rules' | 'exclude' | 'approvers' | 'schedule' | 'slack' | 'teams', object>
>

/** The settings as an operator would write them, pointing at the stand-ins. */
export function stageFile({ servicenow, chats }: World, changes: SettingsChanges, port: number): object {
  const { slack, teams } = chats
  return {
    servicenow: { instance: servicenow.url, auth: 'basic' },
    reclaim: {
      action: 'delete-account',
      dryRun: false,
      graceMinutes: 15,
      maxSharePercent: 60,
      ...changes.reclaim,
    },
    rules: changes.rules ?? {
      inactiveInRoster: { missingCountsAsInactive: false },
      neverLoggedIn: { afterDays: 30 },
      inactive: { afterDays: 90 },
    },
    licenses: [
      { name: 'ITSM Fulfiller', roles: ['itil', 'itil_admin'], yearlyCost: 1200 },
      { name: 'Business Stakeholder', roles: ['business_stakeholder'], yearlyCost: 300 },
    ],
    currency: 'USD',
    exclude: {
      users: [],
      roles: ['admin', 'security_admin', 'user_admin'],
      groups: [],
      departments: [],
      vip: true,
      ...changes.exclude,
    },
    roster: {
      source: 'csv',
      path: './roster.csv',
      columns: {
        email: 'Email',
        employeeNumber: 'Employee ID',
        status: 'Status',
        endDate: 'Termination Date',
      },
      inactiveValues: ['Terminated', 'Inactive', 'Left'],
      maxAgeHours: 24 * 365,
    },
    schedule: { cron: '0 9 * * 1', timezone: 'Europe/Berlin', ...changes.schedule },
    approvers: {
      managers: true,
      ...(slack && { slackUsergroups: [slack.usergroupId('licence-managers')] }),
      ...(teams && { teamsUsers: [teams.userId('nora')] }),
      ...changes.approvers,
    },
    ...(slack && { slack: { channel: slack.channelId, mode: 'http', ...changes.slack } }),
    ...(teams && {
      teams: { tenant: teams.tenantId, channel: teams.channelId, team: teams.teamId, ...changes.teams },
    }),
    store: { path: './reclaim.db' },
    http: { host: '127.0.0.1', port },
  }
}

/** The secrets as an operator would set them. */
export function stageEnv({ chats: { slack, teams } }: Pick<World, 'chats'>): Record<string, string> {
  return {
    SERVICENOW_USERNAME: BOT_ACCOUNT.userName,
    SERVICENOW_PASSWORD: BOT_ACCOUNT.password,
    ...(slack && {
      SLACK_BOT_TOKEN: SLACK_SECRETS.botToken,
      SLACK_SIGNING_SECRET: SLACK_SECRETS.signingSecret,
      SLACK_APP_TOKEN: SLACK_SECRETS.appToken,
      SLACK_API_URL: slack.apiUrl,
    }),
    ...(teams && {
      MicrosoftAppId: TEAMS_APP.appId,
      MicrosoftAppPassword: TEAMS_APP.appPassword,
      TEAMS_API_URL: teams.url,
    }),
    LOG_LEVEL: 'warn',
  }
}
