import { createServer, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { department, group, hasRole, member, role, user } from '../../sandbox/servicenow/rows.ts'
import { type Seed, type StartOptions, startServiceNow } from '../../sandbox/servicenow/simulator.ts'
import { type SysId, sysId } from '../../src/reclaim/ids.ts'
import { createServiceNow, type ServiceNowOptions } from '../../src/reclaim/servicenow/servicenow.ts'

type Row = ReturnType<typeof user>

export const NOW = Date.parse('2026-03-02T09:00:00Z')
export const READER = { kind: 'basic', username: 'bot.reader', password: 'reader-secret-1' } as const
const WRITER = { kind: 'basic', username: 'bot.writer', password: 'writer-secret-2' } as const

export const ROLES = {
  itil: role('itil'),
  stakeholder: role('business_stakeholder'),
  soap: role('soap'),
  admin: role('admin'),
  other: role('catalog_admin'),
}
export const NETWORK = group('Network CAB')
export const LEGAL = department('Legal')

export const CHIEF = user({ user_name: 'grace.hopper', employee_number: 'E-1' })
export const ADA = user({
  user_name: 'ada.lovelace',
  employee_number: 'E-100',
  last_login_time: '2025-06-01 10:11:12',
  last_login: '2025-06-01',
  sys_created_on: '2020-01-15 08:00:00',
  manager: CHIEF.sys_id,
  department: LEGAL.sys_id,
  identity_type: 'human',
})
export const BOB = user({ user_name: 'bob.noyce' })
export const ROOT = user({ user_name: 'root.admin' })
const BOTS = [user({ user_name: READER.username }), user({ user_name: WRITER.username })]

/** A small company: Ada and Bob hold `itil`, Root is the administrator, Ada belongs to Legal and to the network group. */
export function company(more: { users?: Row[]; hasRoles?: Row[]; members?: Row[] } = {}): Seed {
  return {
    tables: {
      sys_user: [...BOTS, CHIEF, ADA, BOB, ROOT, ...(more.users ?? [])],
      sys_user_role: Object.values(ROLES),
      sys_user_has_role: [
        hasRole(ADA, ROLES.itil),
        hasRole(ADA, ROLES.other),
        hasRole(BOB, ROLES.itil),
        hasRole(ROOT, ROLES.admin),
        ...(more.hasRoles ?? []),
      ],
      sys_user_group: [NETWORK],
      sys_user_grmember: [member(ADA, NETWORK), ...(more.members ?? [])],
      cmn_department: [LEGAL],
    },
    accounts: [
      { userName: READER.username, password: READER.password, readOnly: true },
      { userName: WRITER.username, password: WRITER.password },
    ],
    oauthClients: [{ clientId: 'app-1', clientSecret: 'app-secret-3', runsAs: READER.username }],
  }
}

/** The clock of a test: it stands until it is moved. */
function stoppedClock() {
  let at = NOW
  return {
    now: () => at,
    advance(ms: number) {
      at += ms
    },
  }
}

export const NAMES = {
  licensedRoles: ['itil', 'business_stakeholder'],
  otherRoles: ['soap', 'admin', 'security_admin'],
  groups: [NETWORK.name ?? ''],
  departments: ['Legal'],
}

type Given = Partial<ServiceNowOptions>

/** The adapter against an address, closed after the test. */
export function connect(instance: string, given: Given = {}) {
  const servicenow = createServiceNow({
    instance,
    writer: WRITER,
    reader: READER,
    names: NAMES,
    mustExist: { roles: [], groups: [], departments: [] },
    concurrency: 2,
    timeoutMs: 5000,
    clock: stoppedClock(),
    ...given,
  })
  onTestFinished(() => servicenow.close())
  return servicenow
}

/** The simulated instance and the adapter that reads it, both on one clock, closed after the test. */
export async function open(
  seed: Seed = company(),
  given: Given & { settings?: StartOptions['settings'] } = {},
) {
  const { settings, ...options } = given
  const clock = stoppedClock()
  const simulator = await startServiceNow({ seed, now: clock.now, ...(settings && { settings }) })
  const servicenow = connect(simulator.url, { clock, ...options })
  onTestFinished(() => simulator.close())
  return { simulator, servicenow, clock }
}

/** A server that answers as a test says, for what no ServiceNow is known to answer; closed after the test. */
export async function openScripted(
  answer: (response: ServerResponse, path: string, authorization: string | undefined) => void,
): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    answer(response, request.url ?? '', request.headers.authorization)
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, requests }
}

export const idOf = (row: Row): SysId => sysId(row.sys_id)

/** The message of what a promise rejects with. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => {
      throw new Error('It did not throw.')
    },
    (error: Error) => error.message,
  )
}
