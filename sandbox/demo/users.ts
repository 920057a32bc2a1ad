import type { Row } from '../servicenow/dictionary.ts'
import type { ServiceNowSimulator } from '../servicenow/simulator.ts'

/** A `sys_user` row as a person would read it. */
export type ListedUser = {
  readonly sysId: string
  readonly userName: string
  readonly name: string
  /** As stored: UTC, `YYYY-MM-DD HH:MM:SS`; empty = never. */
  readonly lastLogin: string
  readonly roles: readonly string[]
  /** Name of the manager, empty without one. */
  readonly manager: string
  /** What else there is to know: `inactive`, `locked out`, `VIP`, … */
  readonly marks: readonly string[]
  /** UTC ms; null = still there. A deleted user is as last seen. */
  readonly deletedAt: number | null
}

const MARKS: readonly [column: string, value: string, mark: string][] = [
  ['active', 'false', 'inactive'],
  ['locked_out', 'true', 'locked out'],
  ['vip', 'true', 'VIP'],
  ['web_service_access_only', 'true', 'web service'],
  ['internal_integration_user', 'true', 'integration'],
]

/** The instance's users, and those that it had, by last login: who never came first. */
export function createUserList(
  { tables, onChange }: Pick<ServiceNowSimulator, 'tables' | 'onChange'>,
  now: () => number,
) {
  const known = new Map<string, ListedUser>()
  const read = () => {
    const roles = rolesByUser(tables)
    for (const row of tables.rows('sys_user')) known.set(row.sys_id, listed(row, roles, tables))
  }
  read()
  const close = onChange(change => {
    if (change.kind === 'request' || change.table !== 'sys_user') return
    const user = known.get(change.sysId)
    if (change.kind === 'delete' && user) known.set(change.sysId, { ...user, deletedAt: now() })
  })
  return {
    close,
    all(): ListedUser[] {
      read()
      return [...known.values()].sort((a, b) => (a.lastLogin < b.lastLogin ? -1 : 1))
    },
  }
}

function listed(row: Row, roles: ReadonlyMap<string, string[]>, tables: ServiceNowSimulator['tables']) {
  return {
    sysId: row.sys_id,
    userName: row.user_name ?? '',
    name: row.name ?? '',
    lastLogin: row.last_login_time ?? '',
    roles: roles.get(row.sys_id) ?? [],
    manager: tables.find('sys_user', row.manager ?? '')?.name ?? '',
    marks: MARKS.filter(([column, value]) => row[column] === value).map(([, , mark]) => mark),
    deletedAt: null,
  }
}

function rolesByUser(tables: ServiceNowSimulator['tables']): Map<string, string[]> {
  const names = new Map(tables.rows('sys_user_role').map(row => [row.sys_id, row.name ?? '']))
  const roles = new Map<string, string[]>()
  for (const { user, role } of tables.rows('sys_user_has_role')) {
    const of = roles.get(user ?? '') ?? []
    roles.set(user ?? '', [...of, names.get(role ?? '') ?? ''])
  }
  return roles
}
