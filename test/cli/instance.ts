import { onTestFinished } from 'vitest'
import { hasRole, role, user } from '../../sandbox/servicenow/rows.ts'
import { type Seed, startServiceNow } from '../../sandbox/servicenow/simulator.ts'
import { SECRETS, shell } from './shell.ts'

const [ITIL, STAKEHOLDER, ADMIN] = [role('itil'), role('business_stakeholder'), role('admin')]
const GRACE = user({ user_name: 'grace.hopper', last_login: today(), last_login_time: `${today()} 00:00:01` })
export const ADA = user({
  user_name: 'ada.lovelace',
  manager: GRACE.sys_id ?? '',
  last_login: '2025-06-01',
  last_login_time: '2025-06-01 10:11:12',
  sys_created_on: '2020-01-15 08:00:00',
})
export const BOB = user({ user_name: 'bob.noyce', sys_created_on: '2021-03-04 05:06:07' })
const ROOT = user({ user_name: 'root.admin' })
const BOT = user({ user_name: SECRETS.SERVICENOW_USERNAME })

/** Ada stopped coming, Bob never came, Grace is at work, Root is the administrator. */
function company(more: Seed['tables']['sys_user'] = []): Seed {
  return {
    tables: {
      sys_user: [GRACE, ADA, BOB, ROOT, BOT, ...more],
      sys_user_role: [ITIL, STAKEHOLDER, ADMIN],
      sys_user_has_role: [
        ...[GRACE, ADA, ...more].map(who => hasRole(who, ITIL)),
        hasRole(BOB, STAKEHOLDER),
        hasRole(ROOT, ITIL),
        hasRole(ROOT, ADMIN),
      ],
      sys_user_group: [],
      sys_user_grmember: [],
      cmn_department: [],
    },
    accounts: [{ userName: SECRETS.SERVICENOW_USERNAME, password: SECRETS.SERVICENOW_PASSWORD }],
  }
}

/** As an operator would write them. */
export function settingsFor(instance: string): Record<string, object> {
  return {
    servicenow: { instance, auth: 'basic' },
    reclaim: { action: 'delete-account' },
    rules: { neverLoggedIn: { afterDays: 30 }, inactive: { afterDays: 90 } },
    licenses: [
      { name: 'ITSM Fulfiller', roles: ['itil'], yearlyCost: 1200 },
      { name: 'Business Stakeholder', roles: ['business_stakeholder'], yearlyCost: 300 },
    ],
    schedule: { cron: '0 9 * * 1', timezone: 'Europe/Berlin' },
    approvers: { slackUsers: ['U012AB3CD'] },
    slack: { channel: 'C0123456789' },
    store: { path: './data/reclaim.db' },
  }
}

/** A ServiceNow instance and an operator's shell that is set up for it. Nobody answers for Slack. */
export async function operator(
  given: { users?: Seed['tables']['sys_user']; changes?: Record<string, object>; env?: object } = {},
) {
  const simulator = await startServiceNow({ seed: company(given.users) })
  onTestFinished(() => simulator.close())
  const env = { ...SECRETS, SLACK_API_URL: 'http://127.0.0.1:1/api/', ...given.env }
  return { simulator, ...shell({ ...settingsFor(simulator.url), ...given.changes }, env) }
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}
