import type { Company } from '../sandbox/company.ts'
import { BOT_ACCOUNT } from '../sandbox/company.ts'
import { hasRole, role, user } from '../sandbox/servicenow/rows.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Managers in ServiceNow and full members in Slack. */
export const APPROVERS = Array.from({ length: 50 }, (_, index) => {
  const userName = `manager.number${index + 1}`
  return {
    userName,
    name: userName,
    realName: `Manager Number${index + 1}`,
    email: `${userName}@example.com`,
  }
})

/** A company in which every approver has `accountsEach` people who stopped using ServiceNow. */
export function createLargeCompany(now: number, accountsEach: number): Company {
  const licensed = role('itil')
  const others = ['itil_admin', 'business_stakeholder', 'admin', 'security_admin', 'user_admin']
  const lastSeen = new Date(now - 200 * DAY_MS).toISOString().slice(0, 19).replace('T', ' ')
  const managers = APPROVERS.map(({ userName }) => user({ user_name: userName }))
  const idle = managers.flatMap((manager, of) =>
    Array.from({ length: accountsEach }, (_, index) =>
      user({
        user_name: `idle.person${of * accountsEach + index + 1}`,
        employee_number: `E${of * accountsEach + index + 1}`,
        manager: manager.sys_id ?? '',
        sys_created_on: '2020-01-15 08:00:00',
        last_login_time: lastSeen,
        last_login: lastSeen.slice(0, 10),
      }),
    ),
  )
  const bot = user({ user_name: BOT_ACCOUNT.userName, email: '' })
  const active = idle.map(({ email, employee_number }) => `${email},${employee_number},Active,`)
  return {
    servicenow: {
      tables: {
        sys_user: [...managers, ...idle, bot],
        sys_user_role: [licensed, ...others.map(name => role(name))],
        sys_user_has_role: idle.map(holder => hasRole(holder, licensed)),
        sys_user_group: [],
        sys_user_grmember: [],
        cmn_department: [],
      },
      accounts: [BOT_ACCOUNT],
    },
    people: [
      { name: 'nora', realName: 'Nora Lindqvist', email: 'nora.lindqvist@example.com' },
      ...APPROVERS.map(({ name, realName, email }) => ({ name, realName, email })),
    ],
    rosterCsv: `${['Email,Employee ID,Status,Termination Date', ...active].join('\n')}\n`,
  }
}
