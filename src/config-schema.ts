import { z } from 'zod'
import { approvers, chatProblems, mode, slack, teams, tenant } from './config-chats.ts'
import {
  acrossItems,
  acrossKeys,
  choice,
  cron,
  currency,
  flag,
  hint,
  isGiven,
  isMap,
  list,
  name,
  origin,
  role,
  section,
  text,
  timezone,
  whole,
} from './config-fields.ts'
import { ACTIONS } from './reclaim/candidate.ts'

/** How the bot signs in to ServiceNow. */
const AUTH_KINDS = ['basic', 'oauth-client-credentials', 'oauth-password'] as const
export type AuthKind = (typeof AUTH_KINDS)[number]

const auth = choice(AUTH_KINDS, ['oauth-jwt', 'api-key'])
const scanAs = z.literal('reader', hint('write reader, or leave it out')).optional()
const servicenow = section({
  instance: origin,
  auth,
  scanAs,
  concurrency: whole('number of writes', 1, 8).default(2),
})

const SHARE = hint('write a number of percent above 0, at most 100')
const reclaim = section({
  action: choice(ACTIONS, ['remove-roles', 'deactivate']),
  dryRun: flag().default(true),
  graceMinutes: whole('number of minutes', 0, 7 * 24 * 60).default(15),
  maxPerRun: whole('number of candidates', 1, 10_000).default(50),
  maxPerDay: whole('number of candidates', 1, 10_000).default(100),
  maxPerApproverPerDay: whole('number of candidates', 1, 10_000).default(25),
  maxSharePercent: z.number(SHARE).gt(0).lte(100).default(10),
  expireAfterDays: whole('number of days', 1, 365).default(14),
  skipForDays: whole('number of days', 1, 3650).default(90),
})

const idleRule = () =>
  section(
    { afterDays: whole('number of days', 1, 3650) },
    'write { afterDays: 90 }, or leave the rule out',
  ).optional()
const rules = section({
  inactiveInRoster: section(
    { missingCountsAsInactive: flag().default(false) },
    'write { missingCountsAsInactive: false }, or leave the rule out',
  ).optional(),
  neverLoggedIn: idleRule(),
  inactive: idleRule(),
}).refine(found => Object.values(found).some(isGiven), {
  message: 'every rule is off; write at least one of inactiveInRoster, neverLoggedIn, inactive',
  ...acrossKeys,
})

const license = section(
  {
    name: name('the name of the licence'),
    roles: z.array(role, hint('write the roles that take the licence up, like [itil]')).min(1),
    yearlyCost: z.number(hint('write what the licence costs a year: a number, 0 or more')).nonnegative(),
  },
  'write { name: ITSM Fulfiller, roles: [itil], yearlyCost: 1200 }',
)
const licenses = list(license).superRefine((entries, context) => {
  const seen = new Set<unknown>()
  for (const [at, entry] of entries.entries()) {
    if (typeof entry?.name !== 'string') continue
    const known = entry.name.toLowerCase()
    if (seen.has(known)) {
      const message = 'an earlier licence has the same name; write another, or put their roles together'
      context.addIssue({ code: 'custom', path: [at, 'name'], message })
    }
    seen.add(known)
  }
}, acrossItems)

const exclude = section({
  users: list(name('a user name, an e-mail address or a sys_id')),
  roles: list(role),
  groups: list(name('the name of a group')),
  departments: list(name('the name of a department')),
  vip: flag().default(true),
})

const header = () => name('the header of a column').optional()
const columns = section(
  { email: header(), employeeNumber: header(), status: header(), endDate: header() },
  'write which header is which, like { email: Email, status: Status }',
)
  .refine(found => isGiven(found.email) || isGiven(found.employeeNumber), {
    message: 'no account can be found in the roster; map email or employeeNumber',
    ...acrossKeys,
  })
  .refine(found => isGiven(found.status) || isGiven(found.endDate), {
    message: 'the roster cannot say who left; map status or endDate',
    ...acrossKeys,
  })
  .refine(found => new Set(Object.values(found)).size === Object.values(found).length, {
    message: 'two of them have the same header; write a header only once',
    ...acrossKeys,
  })

const roster = section({
  source: choice(['csv'], ['scim', 'servicenow']).default('csv'),
  path: name('the path of the CSV file'),
  columns,
  inactiveValues: list(name('a value of the status column that means "left"')),
  maxAgeHours: whole('number of hours', 1, 8760).default(48),
}).superRefine((found, context) => {
  if (!isMap(found.columns) || isGiven(found.columns.status) === isGiven(found.inactiveValues)) return
  const message = isGiven(found.inactiveValues)
    ? 'has no effect without columns.status; map that column, or leave inactiveValues out'
    : 'missing; write the values of the status column that mean "left", like [Terminated]'
  context.addIssue({ code: 'custom', path: ['inactiveValues'], message })
}, acrossKeys)

const everything = section({
  servicenow,
  reclaim,
  rules,
  licenses,
  currency: currency.default('USD'),
  exclude: exclude.prefault({}),
  roster: roster.optional(),
  schedule: section({ cron, timezone }),
  approvers: approvers.prefault({}),
  slack: slack.optional(),
  teams: teams.optional(),
  store: section({ path: name('the path of the database file').default('./data/reclaim.db') }).prefault({}),
  http: section({
    host: text('write the address to listen on, like 127.0.0.1', /^[\w.:-]+$/).default('127.0.0.1'),
    port: whole('number', 0, 65_535).default(3000),
  }).prefault({}),
})
  .refine(found => !isGiven(found.rules?.inactiveInRoster) || isGiven(found.roster), {
    path: ['roster'],
    message: 'missing; rules.inactiveInRoster needs it: write path, columns and inactiveValues',
    ...acrossKeys,
  })
  .superRefine((found, context) => {
    for (const { path, message } of chatProblems(found)) context.addIssue({ code: 'custom', path, message })
  }, acrossKeys)

/**
 * All of `reclaim.yml`. Every message says what to write, and none repeats what was written.
 * A section left out is read as an empty one, so that each key to write in it is named.
 */
export const settingsFile = z.preprocess(raw => {
  const sections = { servicenow: {}, reclaim: {}, rules: {}, schedule: {} }
  return isMap(raw) ? { ...sections, ...raw } : raw
}, everything)

export type SettingsFile = z.output<typeof settingsFile>

/**
 * What decides which secrets are needed, as far as it can be read: missing secrets are then named along with
 * everything else that is wrong. `undefined` = cannot be told; a chat left out is not there at all.
 */
export const secretChoices = z
  .object({
    servicenow: z
      .object({ auth: auth.optional().catch(undefined), scanAs: scanAs.catch(undefined) })
      .catch({}),
    slack: z
      .object({ mode: mode.optional().catch(undefined) })
      .optional()
      .catch({}),
    teams: z.object({ tenant: tenant.optional() }).optional().catch({}),
  })
  .catch({ servicenow: {} })
