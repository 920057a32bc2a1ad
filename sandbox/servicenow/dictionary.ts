/** A stored row: every value is text, `''` stands for NULL, as the Table API sends it. */
export type Row = Readonly<Record<string, string>> & { readonly sys_id: string }

/** What happens to a referencing row when the row it points to is deleted (ServiceNow docs, Cascade Delete Rules). */
type OnDelete = 'clear' | 'delete'
type Reference = { readonly reference: string; readonly onDelete: OnDelete }
export type Column = 'text' | 'boolean' | 'integer' | 'date' | 'date-time' | Reference

type TableDefinition = { readonly display: string; readonly columns: Readonly<Record<string, Column>> }

const to = (reference: string, onDelete: OnDelete = 'clear'): Reference => ({ reference, onDelete })
const text = (...names: string[]): Record<string, Column> =>
  Object.fromEntries(names.map(name => [name, 'text']))
const booleans = (...names: string[]): Record<string, Column> =>
  Object.fromEntries(names.map(name => [name, 'boolean']))

const SYSTEM: Record<string, Column> = {
  ...text('sys_id', 'sys_created_by', 'sys_updated_by', 'sys_tags'),
  sys_created_on: 'date-time',
  sys_updated_on: 'date-time',
  sys_mod_count: 'integer',
}

const TABLES = {
  // The 58 columns of a 2023 developer instance.
  sys_user: {
    display: 'name',
    columns: {
      ...SYSTEM,
      ...text('avatar', 'city', 'country', 'date_format', 'email', 'employee_number', 'first_name', 'gender'),
      ...text('home_phone', 'introduction', 'last_name', 'middle_name', 'mobile_phone', 'name', 'phone'),
      ...text('photo', 'preferred_language', 'roles', 'source', 'state', 'street', 'sys_class_name'),
      ...text('sys_domain_path', 'time_format', 'time_zone', 'title', 'user_name', 'user_password', 'zip'),
      ...booleans('active', 'enable_multifactor_authn', 'internal_integration_user', 'locked_out'),
      ...booleans('password_needs_reset', 'vip', 'web_service_access_only'),
      calendar_integration: 'integer',
      failed_attempts: 'integer',
      notification: 'integer',
      last_login: 'date',
      last_login_time: 'date-time',
      building: to('cmn_building'),
      company: to('core_company'),
      cost_center: to('cmn_cost_center'),
      default_perspective: to('sys_perspective'),
      department: to('cmn_department'),
      ldap_server: to('ldap_server_config'),
      location: to('cmn_location'),
      manager: to('sys_user'),
      schedule: to('cmn_schedule'),
      sys_domain: to('sys_user_group'),
    },
  },
  sys_user_role: {
    display: 'name',
    columns: {
      ...SYSTEM,
      ...text('name', 'description', 'includes_roles', 'suffix', 'sys_class_name'),
      ...booleans('can_delegate', 'elevated_privilege', 'grantable'),
      assignable_by: to('sys_user_role'),
    },
  },
  sys_user_has_role: {
    display: 'sys_id',
    columns: {
      ...SYSTEM,
      ...text('state'),
      ...booleans('inherited'),
      inh_count: 'integer',
      user: to('sys_user', 'delete'),
      role: to('sys_user_role', 'delete'),
      granted_by: to('sys_user_group'),
      included_in_role: to('sys_user_role'),
      included_in_role_instance: to('sys_user_role_contains'),
    },
  },
  sys_user_group: {
    display: 'name',
    columns: {
      ...SYSTEM,
      ...text('name', 'description', 'email', 'roles', 'source', 'type'),
      ...booleans('active', 'exclude_manager', 'include_members'),
      cost_center: to('cmn_cost_center'),
      default_assignee: to('sys_user'),
      manager: to('sys_user'),
      parent: to('sys_user_group'),
    },
  },
  sys_user_grmember: {
    display: 'sys_id',
    columns: { ...SYSTEM, user: to('sys_user', 'delete'), group: to('sys_user_group', 'delete') },
  },
  cmn_department: {
    display: 'name',
    columns: {
      ...SYSTEM,
      ...text('name', 'id', 'description', 'code'),
      head_count: 'integer',
      company: to('core_company'),
      cost_center: to('cmn_cost_center'),
      dept_head: to('sys_user'),
      parent: to('cmn_department'),
      primary_contact: to('sys_user'),
    },
  },
} as const satisfies Record<string, TableDefinition>

export type TableName = keyof typeof TABLES
export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[]

/** A column that points at a given table, with the delete rule of that reference. */
type Referrer = { readonly table: TableName; readonly column: string; readonly onDelete: OnDelete }

export type Dictionary = {
  isTable(name: string): name is TableName
  /** Column names in the order of the alphabet, as a row is sent. */
  columns(table: TableName): readonly string[]
  column(table: TableName, name: string): Column | undefined
  /** The column that stands for a row of this table wherever another row refers to it. */
  displayColumn(table: TableName): string
  referrers(table: TableName): readonly Referrer[]
}

/**
 * What the instance knows of its tables. Columns that only occur in the seed become text columns, as a
 * customer's own `u_…` columns do.
 * @param seed rows by table, as handed to the simulator
 */
export function createDictionary(
  seed: Partial<Record<TableName, readonly Readonly<Record<string, string>>[]>>,
): Dictionary {
  const known = new Map<TableName, Map<string, Column>>()
  for (const table of TABLE_NAMES) {
    const columns = new Map<string, Column>(Object.entries(TABLES[table].columns))
    for (const name of (seed[table] ?? []).flatMap(Object.keys)) {
      if (!columns.has(name)) columns.set(name, 'text')
    }
    known.set(table, new Map([...columns].sort(([a], [b]) => (a < b ? -1 : 1))))
  }
  const referrers = (target: TableName): Referrer[] =>
    [...known].flatMap(([table, columns]) =>
      [...columns].flatMap(([column, type]) =>
        typeof type === 'object' && type.reference === target
          ? [{ table, column, onDelete: type.onDelete }]
          : [],
      ),
    )
  return {
    isTable: (name): name is TableName => Object.hasOwn(TABLES, name),
    columns: table => [...(known.get(table)?.keys() ?? [])],
    column: (table, name) => known.get(table)?.get(name),
    displayColumn: table => TABLES[table].display,
    referrers,
  }
}
