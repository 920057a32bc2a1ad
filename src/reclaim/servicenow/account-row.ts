import type { Account } from '../candidate.ts'
import { isSysId, type SysId } from '../ids.ts'
import type { Row } from './client.ts'
import { flag, instant, lastLogin } from './values.ts'

/** Columns of `sys_user` that make an {@link Account}. `identity_type` exists from the Australia release on. */
const COLUMNS = [
  'user_name',
  'name',
  'email',
  'employee_number',
  'active',
  'web_service_access_only',
  'internal_integration_user',
  'vip',
  'identity_type',
  'sys_class_name',
  'sys_created_on',
  'last_login',
  'last_login_time',
  'department',
  'manager',
] as const

/** The columns to ask for. @param prefix `user.` where the row refers to the account */
export function accountFields(prefix: '' | 'user.'): string[] {
  return COLUMNS.map(column => prefix + column)
}

/** What is known of an account besides its own columns. */
export type Surroundings = {
  readonly roles: Iterable<string>
  readonly groups: Iterable<string>
  /** Names of the excluded departments by sys_id. */
  readonly departments: ReadonlyMap<string, string>
  /** Whether it is uncertain that this account was meant, or what it holds: then nobody may judge it. */
  readonly doubtful: boolean
}

/** @param row a row with {@link accountFields} of the same prefix; what is missing in it becomes unknown */
export function toAccount(id: SysId, row: Row, prefix: '' | 'user.', around: Surroundings): Account {
  const of = (column: (typeof COLUMNS)[number]): string | undefined => row[prefix + column]
  const department = of('department')
  return {
    sysId: id,
    userName: of('user_name'),
    name: of('name'),
    email: of('email'),
    employeeNumber: of('employee_number'),
    active: around.doubtful || of('active') === '' ? undefined : flag(of('active')),
    webServiceAccessOnly: flag(of('web_service_access_only')),
    internalIntegrationUser: flag(of('internal_integration_user')),
    vip: flag(of('vip')),
    identityType: of('identity_type') ?? '',
    className: of('sys_class_name'),
    createdAt: instant(of('sys_created_on')),
    lastLoginAt: lastLogin(of('last_login_time'), of('last_login')),
    department: department === undefined ? undefined : (around.departments.get(department) ?? ''),
    manager: reference(of('manager')),
    roles: [...new Set(around.roles)],
    groups: [...new Set(around.groups)],
  }
}

function reference(value: string | undefined): SysId | null | undefined {
  if (value === '') return null
  return value !== undefined && isSysId(value) ? value : undefined
}
