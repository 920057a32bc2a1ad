import { department, group, hasRole, member, role, user } from './servicenow/rows.ts'
import type { Seed } from './servicenow/simulator.ts'
import type { Person } from './slack/directory.ts'

/** One line of the cast: who, under whom, with which roles, and when they were last seen. */
type Employee = {
  readonly userName: string
  readonly manager: string | null
  readonly roles: readonly string[]
  /** Days since the last login; `null` = never. */
  readonly idle: number | null
  /** Days since the account was created. */
  readonly age: number
  readonly roster?: 'Active' | 'Terminated' | 'absent'
  readonly fields?: Readonly<Record<string, string>>
}

const DAY_MS = 24 * 60 * 60 * 1000

const dana = 'dana.whitfield'
const priya = 'priya.raman'
const tomas = 'tomas.herrera'
const nora = 'nora.lindqvist'

/** About forty people of a company that has had ServiceNow for six years. */
const CAST: readonly Employee[] = [
  // Those who decide.
  { userName: nora, manager: dana, roles: ['itil', 'asset'], idle: 131, age: 1900 },
  { userName: dana, manager: null, roles: ['itil', 'itil_admin'], idle: 0, age: 2100 },
  { userName: priya, manager: dana, roles: ['itil'], idle: 1, age: 1500 },
  { userName: tomas, manager: dana, roles: ['itil'], idle: 0, age: 1200 },
  // Left the company, says HR; ServiceNow was not told.
  { userName: 'bob.marsh', manager: dana, roles: ['itil'], idle: 48, age: 1400, roster: 'Terminated' },
  {
    userName: 'lena.vogel',
    manager: priya,
    roles: ['itil', 'itil_admin'],
    idle: 210,
    age: 1100,
    roster: 'Terminated',
  },
  {
    userName: 'ruth.adeyemi',
    manager: tomas,
    roles: ['business_stakeholder'],
    idle: 65,
    age: 800,
    roster: 'Terminated',
  },
  // Got an account and never came.
  { userName: 'kai.sorensen', manager: dana, roles: ['itil'], idle: null, age: 240 },
  { userName: 'mei.tanaka', manager: priya, roles: ['itil'], idle: null, age: 95 },
  { userName: 'omar.haddad', manager: tomas, roles: ['business_stakeholder'], idle: null, age: 400 },
  // Came, and stopped coming.
  { userName: 'greta.lund', manager: dana, roles: ['itil'], idle: 412, age: 1600 },
  { userName: 'hugo.martin', manager: dana, roles: ['itil'], idle: 187, age: 900 },
  { userName: 'ines.duarte', manager: priya, roles: ['itil'], idle: 301, age: 1300 },
  { userName: 'jonas.keller', manager: tomas, roles: ['business_stakeholder'], idle: 122, age: 700 },
  { userName: 'paul.okoye', manager: 'frank.weber', roles: ['itil'], idle: 156, age: 1000 },
  // Their boss left too, so nobody reachable can be asked about them.
  {
    userName: 'frank.weber',
    manager: null,
    roles: [],
    idle: 500,
    age: 2000,
    roster: 'Terminated',
    fields: { active: 'false', locked_out: 'true' },
  },
  // Idle, but never to be touched.
  { userName: 'amy.chen', manager: dana, roles: ['itil', 'admin'], idle: 380, age: 2050 },
  { userName: 'carl.fischer', manager: dana, roles: ['itil'], idle: 200, age: 1800, fields: { vip: 'true' } },
  {
    userName: 'monitoring.probe',
    manager: null,
    roles: ['itil'],
    idle: null,
    age: 900,
    roster: 'absent',
    fields: { web_service_access_only: 'true' },
  },
  {
    userName: 'etl.integration',
    manager: null,
    roles: ['itil'],
    idle: null,
    age: 900,
    roster: 'absent',
    fields: { internal_integration_user: 'true' },
  },
  // New joiner: an account without a login, but three days old.
  { userName: 'zoe.albrecht', manager: priya, roles: ['itil'], idle: null, age: 3 },
  // At work.
  ...working(
    priya,
    ['ada.novak', 'ben.osei', 'clara.weiss', 'david.kim', 'elif.demir', 'finn.byrne'],
    'itil',
  ),
  ...working(
    tomas,
    ['gina.rossi', 'hana.sato', 'ivan.petrov', 'julia.braun', 'kofi.mensah', 'laura.gomez'],
    'itil',
  ),
  ...working(
    dana,
    ['marc.dubois', 'nina.horak', 'oscar.lind', 'paula.reyes', 'quentin.roy'],
    'business_stakeholder',
  ),
  // No licensed role at all.
  { userName: 'rosa.silva', manager: tomas, roles: [], idle: 300, age: 900 },
]

function working(manager: string, userNames: readonly string[], roleName: string): Employee[] {
  return userNames.map((userName, index) => ({
    userName,
    manager,
    roles: [roleName],
    idle: index,
    age: 600 + index,
  }))
}

/** What ServiceNow, Slack and HR hold on the day `now`. */
export type Company = {
  readonly servicenow: Seed
  readonly people: readonly Person[]
  readonly rosterCsv: string
}

export const TEAM_NAME = 'Northwind Insurance'
/** The bot's channel in Slack. */
export const CHANNEL = { name: 'licence-reclaim', private: true } as const

export const BOT_ACCOUNT = { userName: 'reclaim.bot', password: 'correct-horse-battery' } as const

/** @param now UTC ms; all dates of the seed are counted back from it. */
export function createCompany(now: number): Company {
  const roles = [
    'itil',
    'itil_admin',
    'business_stakeholder',
    'asset',
    'admin',
    'security_admin',
    'user_admin',
  ].map(name => role(name))
  const roleNamed = new Map(roles.map(row => [row.name, row]))
  const ids = new Map(CAST.map(({ userName }) => [userName, user({ user_name: userName }).sys_id ?? '']))
  const it = department('IT Operations')
  const users = CAST.map((who, index) =>
    user({
      user_name: who.userName,
      employee_number: `E${1001 + index}`,
      manager: who.manager ? (ids.get(who.manager) ?? '') : '',
      department: it.sys_id ?? '',
      sys_created_on: dateTime(now - who.age * DAY_MS),
      last_login_time: who.idle === null ? '' : dateTime(now - who.idle * DAY_MS - 3_600_000),
      last_login: who.idle === null ? '' : dateTime(now - who.idle * DAY_MS - 3_600_000).slice(0, 10),
      ...who.fields,
    }),
  )
  const bot = user({
    user_name: BOT_ACCOUNT.userName,
    name: 'Reclaim Bot',
    email: '',
    web_service_access_only: 'true',
  })
  const held = CAST.flatMap((who, index) =>
    who.roles.flatMap(name => {
      const [holder, row] = [users[index], roleNamed.get(name)]
      return holder && row ? [hasRole(holder, row)] : []
    }),
  )
  const board = group('Change Advisory Board')
  const [first] = users
  return {
    servicenow: {
      tables: {
        sys_user: [...users, bot],
        sys_user_role: roles,
        sys_user_has_role: held,
        sys_user_group: [board],
        sys_user_grmember: first ? [member(first, board)] : [],
        cmn_department: [it],
      },
      accounts: [{ userName: BOT_ACCOUNT.userName, password: BOT_ACCOUNT.password }],
    },
    people: [
      { name: 'nora', realName: 'Nora Lindqvist', email: `${nora}@example.com`, title: 'Licence manager' },
      {
        name: 'dana',
        realName: 'Dana Whitfield',
        email: `${dana}@example.com`,
        title: 'Head of IT Operations',
      },
      { name: 'priya', realName: 'Priya Raman', email: `${priya}@example.com`, title: 'Service owner' },
      { name: 'tomas', realName: 'Tomás Herrera', email: `${tomas}@example.com`, title: 'Service desk lead' },
      { name: 'ada', realName: 'Ada Novak', email: 'ada.novak@example.com', title: 'Analyst' },
      { name: 'gus', realName: 'Gus Guest', email: 'gus@partner.example', guest: 'restricted' },
    ],
    rosterCsv: rosterOf(now),
  }
}

function rosterOf(now: number): string {
  const lines = CAST.flatMap((who, index) => {
    if (who.roster === 'absent') return []
    const status = who.roster ?? 'Active'
    const end = status === 'Terminated' ? dateTime(now - 20 * DAY_MS).slice(0, 10) : ''
    return [`${who.userName}@example.com,E${1001 + index},${status},${end}`]
  })
  return `${['Email,Employee ID,Status,Termination Date', ...lines].join('\n')}\n`
}

/** As ServiceNow writes it: UTC, no zone. */
function dateTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}
