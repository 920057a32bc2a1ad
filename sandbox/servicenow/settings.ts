/** What the instance does with part of a query. */
export type QueryVerdict = 'strip' | 'forbid' | 'no_rows'

/** Switches of the whole instance; `simulator.settings` may be changed at any time. */
export type Settings = {
  /**
   * A query that names an unknown or unreadable column, or a condition that cannot be read: run without that
   * part (default), refuse with 403, or return no rows (property `glide.invalid_query.returns_no_rows`).
   */
  invalidQuery: QueryVerdict
  /**
   * Range operators and sorting that the caller may not use (query ACLs, operation `query_range`; ServiceNow
   * KB3088826): null = all allowed. `columns` as `table.column`; left out = every column.
   */
  rangeDenied: { readonly verdict: QueryVerdict; readonly columns?: readonly string[] } | null
  /** References with the delete rule "Restrict", as `table.column`: a row they point to cannot be deleted. */
  restrict: readonly string[]
  /** Whether requests count as logins (`glide.basicauth.update_last_login_time` and its OAuth twin). */
  updateLastLoginTime: boolean
  /** Only holders of `snc_basic_auth_api_access` may use Basic (ServiceNow docs, Basic authentication). */
  basicAuthRestricted: boolean
  /** A rate limit rule for the Table and Aggregate APIs, per user and hour; null = none. */
  rateLimit: { readonly perHour: number } | null
  /** Seed of the order in which rows come that the query does not order. */
  shuffleSeed: number
}

/** The settings of an instance as it is delivered. */
export function defaultSettings(): Settings {
  return {
    invalidQuery: 'strip',
    rangeDenied: null,
    restrict: [],
    updateLastLoginTime: true,
    basicAuthRestricted: false,
    rateLimit: null,
    shuffleSeed: 1,
  }
}
