/** What goes back over the wire; an empty body is no body. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer, or none at all: the connection is reset. */
export type Outcome = Answer | 'reset'

const JSON_TYPE = 'application/json;charset=UTF-8'
const HTML_TYPE = 'text/html;charset=UTF-8'

/** 200 or another success with a JSON body. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { ...headers, 'Content-Type': JSON_TYPE }, body: JSON.stringify(body) }
}

/** An answer without a body, such as the 204 of a deletion. */
export function empty(status: number): Answer {
  return { status, headers: {}, body: '' }
}

/** The error envelope of all ServiceNow REST APIs. */
export function failure(
  status: number,
  message: string,
  detail: string | null,
  headers: Record<string, string> = {},
): Answer {
  return json(status, { error: { message, detail }, status: 'failure' }, headers)
}

/**
 * 401. One body for every reason: wrong password, locked, inactive, expired token, no credentials
 * (wording and bearer header of a recorded 2023 instance).
 */
export function notAuthenticated(scheme: 'Basic' | 'BEARER'): Answer {
  return failure(401, 'User Not Authenticated', 'Required to provide Auth information', {
    'WWW-Authenticate': `${scheme} realm="Service-now"`,
    Connection: 'close',
  })
}

/** 404, for a record that is gone and for one that is hidden alike. */
export function noRecord(): Answer {
  return failure(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval")
}

/** 400 for a table that the instance does not have. */
export function invalidTable(table: string): Answer {
  return failure(400, `Invalid table ${table}`, null)
}

/** 400 for a path that no API serves. */
export function noResource(): Answer {
  return failure(400, 'Requested URI does not represent any resource', null)
}

/** 405; the wording of a real one is not known. */
export function methodNotSupported(): Answer {
  return failure(405, 'Method not supported', null)
}

/** 403 for a write that an access rule forbids. */
export function aclRefusal(operation: 'Insert' | 'Update' | 'Delete'): Answer {
  return failure(403, 'Operation Failed', `ACL Exception ${operation} Failed due to security constraints`)
}

/** 403 for a table that the caller may not read. */
export function tableRefusal(table: string): Answer {
  return failure(403, 'User Not Authorized', `User is unauthorized to access table: ${table}`)
}

/** 403 for a write that a business rule aborted; the rule's own message does not cross REST. */
export function businessRuleRefusal(table: string): Answer {
  const rule = 'Prevent changes^7f3c2a90db1423009e5a2c3f1d96190b'
  return failure(
    403,
    'Operation Failed',
    `Operation against file '${table}' was aborted by Business Rule '${rule}'. Business Rule Stack:Prevent changes`,
  )
}

/** 403 for a deletion that a "Restrict" reference forbids; the wording of a real one is not known. */
export function restrictRefusal(): Answer {
  return failure(403, 'Operation Failed', null)
}

/** 403 for a query that names a column the caller may not query. */
export function queryRefusal(): Answer {
  return failure(
    403,
    'Insufficient rights to query records',
    'Field(s) present in the query do not have permission to be read',
  )
}

/** The error object of a transaction that ran longer than its quota, 60 s for the Table API. */
export function executionTimeError(): { error: { detail: string; message: string }; status: string } {
  const message = 'Transaction cancelled: maximum execution time exceeded'
  return { error: { detail: `${message}. Check logs for error trace.`, message }, status: 'failure' }
}

/** 500 of the same; whether the write took place it does not say. */
export function executionTimeExceeded(): Answer {
  const message = 'Transaction cancelled: maximum execution time exceeded'
  const advice =
    'Check logs for error trace or enable glide.rest.debug property to verify REST request processing'
  return json(500, { error: { detail: `${message}. ${advice}`, message }, status: 'failure' })
}

function page(status: number, title: string, text: string): Answer {
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${text}</h1></body></html>`
  return { status, headers: { 'Content-Type': HTML_TYPE }, body }
}

/** 200 with a page: a developer instance that sleeps. */
export function hibernatingPage(): Answer {
  return page(200, 'Instance Hibernating page', 'Your instance is hibernating')
}

/** 200 with the login page. */
export function loginPage(): Answer {
  return page(200, 'Log in | ServiceNow', 'Log in')
}

/** 302 to the login page, as single sign-on answers a request without a session. */
export function loginRedirect(instanceUrl: string): Answer {
  return {
    status: 302,
    headers: { Location: `${instanceUrl}/login.do`, 'Content-Type': HTML_TYPE },
    body: '',
  }
}

/** 502 or 503 from the load balancer, in HTML. */
export function gatewayPage(status: 502 | 503): Answer {
  const text = status === 502 ? 'Bad Gateway' : 'Service Unavailable'
  return page(status, `${status} ${text}`, text)
}
