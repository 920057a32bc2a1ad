import { type Answer, notAuthenticated } from './answers.ts'
import type { Database } from './database.ts'
import { fromDateTime, toDate, toDateTime } from './dates.ts'
import type { Row, TableName } from './dictionary.ts'
import type { Settings } from './settings.ts'

/**
 * Credentials and limits of one user for the APIs. The user is a `sys_user` row of the same `user_name`; while
 * that row is missing, inactive or locked out the account cannot log in.
 */
export type ApiAccount = {
  readonly userName: string
  /** May be changed: the caller's is wrong from then on. */
  password?: string
  /** Token for the header `x-sn-apikey` (ServiceNow docs, Configure API key). */
  readonly apiKey?: string
  /** As if the user held `snc_read_only`: no write, whatever else is granted. Holding that role does the same. */
  readOnly?: boolean
  /** Rows that the account cannot see, by table, as an encoded query that matches them. */
  hiddenRows?: Partial<Record<TableName, string>>
  /** Columns that the account cannot read, by table. */
  hiddenFields?: Partial<Record<TableName, readonly string[]>>
}

/** Who is calling. */
export type Caller = { readonly account: ApiAccount; readonly user: Row }

/** `glide.integration.update_last_login_time.window.seconds`, default 60 (ServiceNow docs, System properties). */
const LOGIN_WINDOW_MS = 60_000

export type Accounts = {
  /** The live account; its limits may be changed at any time. @throws if there is none of that name */
  get(userName: string): ApiAccount
  /** The caller if name and password are right and the user may log in; a wrong password is counted. */
  byPassword(userName: string, password: string): Caller | undefined
  byName(userName: string): Caller | undefined
  holds(user: Row, roleName: string): boolean
  /** Who sent a request with these headers, or the 401. */
  authenticate(headers: AuthHeaders): Caller | Answer
  /** Notes the request as a login of its user, at most once a minute. */
  noteLogin(user: Row): void
}

/** The headers that carry credentials. */
type AuthHeaders = {
  readonly authorization?: string | undefined
  readonly apiKey?: string | undefined
}

/**
 * Logs API users in: Basic, bearer tokens, API keys.
 * @param userOfToken the user name that a valid bearer token stands for
 * @param now epoch milliseconds
 * @throws if an account has no `sys_user` row
 */
export function createAccounts(
  database: Database,
  settings: Settings,
  accounts: readonly ApiAccount[],
  userOfToken: (token: string) => string | undefined,
  now: () => number,
): Accounts {
  const rowOf = (userName: string) => database.rows('sys_user').find(row => row.user_name === userName)
  const known = new Map(accounts.map(account => [account.userName, { ...account }]))
  demandUsers([...known.keys()].filter(userName => !rowOf(userName)))

  const byName = (userName: string): Caller | undefined => {
    const account = known.get(userName)
    const user = rowOf(userName)
    return account && user?.active === 'true' && user.locked_out !== 'true' ? { account, user } : undefined
  }
  const byPassword = (userName: string, password: string) => {
    if (password !== '' && known.get(userName)?.password === password) return byName(userName)
    const user = rowOf(userName)
    if (user) {
      database.touch('sys_user', user.sys_id, { failed_attempts: String(Number(user.failed_attempts) + 1) })
    }
    return undefined
  }
  const holds = (user: Row, roleName: string) =>
    database
      .rows('sys_user_has_role')
      .some(
        row => row.user === user.sys_id && database.find('sys_user_role', row.role ?? '')?.name === roleName,
      )
  const byBasic = (encoded: string): Caller | undefined => {
    const [, userName = '', password = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
    const caller = byPassword(userName, password)
    const refused = settings.basicAuthRestricted && caller && !holds(caller.user, 'snc_basic_auth_api_access')
    return refused ? undefined : caller
  }

  return {
    get(userName) {
      const account = known.get(userName)
      if (!account) throw new Error(`The simulator has no account "${userName}".`)
      return account
    },
    byPassword,
    byName,
    holds,
    authenticate({ authorization = '', apiKey }) {
      const [scheme = '', credentials = ''] = authorization.split(' ')
      if (scheme.toLowerCase() === 'bearer') {
        return byName(userOfToken(credentials) ?? '') ?? notAuthenticated('BEARER')
      }
      if (scheme.toLowerCase() === 'basic') return byBasic(credentials) ?? notAuthenticated('Basic')
      const keyHolder = apiKey ? accounts.find(account => account.apiKey === apiKey)?.userName : undefined
      return byName(keyHolder ?? '') ?? notAuthenticated('Basic')
    },
    noteLogin: user => noteLogin(database, settings, user, now()),
  }
}

function demandUsers(missing: readonly string[]): void {
  const [userName] = missing
  if (userName === undefined) return
  throw new Error(
    `The account "${userName}" has no user: add user({ user_name: '${userName}' }) to seed.tables.sys_user.`,
  )
}

function noteLogin(database: Database, settings: Settings, user: Row, now: number): void {
  if (Number(user.failed_attempts) > 0) database.touch('sys_user', user.sys_id, { failed_attempts: '0' })
  const last = fromDateTime(user.last_login_time ?? '') ?? Number.NEGATIVE_INFINITY
  if (!settings.updateLastLoginTime || now - last < LOGIN_WINDOW_MS) return
  database.touch('sys_user', user.sys_id, { last_login_time: toDateTime(now), last_login: toDate(now) })
}
