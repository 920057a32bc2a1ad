import { createHash } from 'node:crypto'
import type { Row } from './dictionary.ts'

type Fields = Readonly<Record<string, string>>

const CREATED = { sys_created_on: '2024-01-15 08:00:00', sys_created_by: 'admin' }
const UPDATED = { sys_updated_on: '2024-01-15 08:00:00', sys_updated_by: 'admin', sys_mod_count: '0' }
const SYSTEM = { ...CREATED, ...UPDATED }

/**
 * A sys_id, 32 hex digits, that is the same for the same key in every run.
 */
export function sysId(key: string): string {
  return createHash('md5').update(key).digest('hex')
}

/**
 * A `sys_user` row with the defaults of a real one; `sys_id` is `sysId(user_name)`, the name is read out of
 * the user name (`abel.tuter` is Abel Tuter). Anything may be overridden; dates are UTC,
 * `YYYY-MM-DD HH:MM:SS`, and references are sys_ids.
 */
export function user(fields: Fields & { readonly user_name: string }): Row {
  const names = fields.user_name.split('.').map(part => part.charAt(0).toUpperCase() + part.slice(1))
  const [first_name = '', ...rest] = names
  return {
    sys_id: sysId(fields.user_name),
    name: names.join(' '),
    first_name,
    last_name: rest.join(' '),
    email: `${fields.user_name}@example.com`,
    user_password: sysId(`password of ${fields.user_name}`).toUpperCase(),
    active: 'true',
    locked_out: 'false',
    vip: 'false',
    web_service_access_only: 'false',
    internal_integration_user: 'false',
    enable_multifactor_authn: 'false',
    password_needs_reset: 'false',
    notification: '2',
    calendar_integration: '1',
    sys_class_name: 'sys_user',
    sys_domain: 'global',
    sys_domain_path: '/',
    ...SYSTEM,
    ...fields,
  }
}

/** A `sys_user_role` row; `sys_id` is `sysId('role:' + name)`. */
export function role(name: string, fields: Fields = {}): Row {
  return {
    sys_id: sysId(`role:${name}`),
    name,
    elevated_privilege: 'false',
    grantable: 'true',
    ...SYSTEM,
    ...fields,
  }
}

/**
 * A `sys_user_has_role` row: one role of one user. Direct unless told otherwise; for a role that comes from a
 * group say `{ inherited: 'true', granted_by: group.sys_id }`.
 */
export function hasRole(holder: Row, held: Row, fields: Fields = {}): Row {
  return {
    sys_id: sysId(`has_role:${holder.sys_id}:${held.sys_id}`),
    user: holder.sys_id,
    role: held.sys_id,
    inherited: 'false',
    inh_count: '0',
    state: 'active',
    ...SYSTEM,
    ...fields,
  }
}

/** A `sys_user_group` row; `sys_id` is `sysId('group:' + name)`. */
export function group(name: string, fields: Fields = {}): Row {
  return { sys_id: sysId(`group:${name}`), name, active: 'true', ...SYSTEM, ...fields }
}

/** A `sys_user_grmember` row: one user in one group. */
export function member(who: Row, of: Row, fields: Fields = {}): Row {
  return {
    sys_id: sysId(`member:${who.sys_id}:${of.sys_id}`),
    user: who.sys_id,
    group: of.sys_id,
    ...SYSTEM,
    ...fields,
  }
}

/** A `cmn_department` row; `sys_id` is `sysId('department:' + name)`. */
export function department(name: string, fields: Fields = {}): Row {
  return { sys_id: sysId(`department:${name}`), name, ...SYSTEM, ...fields }
}
