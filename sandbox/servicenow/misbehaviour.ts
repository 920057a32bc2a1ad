import {
  type Answer,
  aclRefusal,
  businessRuleRefusal,
  empty,
  executionTimeError,
  executionTimeExceeded,
  gatewayPage,
  hibernatingPage,
  loginRedirect,
  noRecord,
  type Outcome,
  tableRefusal,
} from './answers.ts'
import type { JournalEntry } from './journal.ts'
import { rateLimited } from './rate-rule.ts'

/** A request that a fault has struck. */
export type Struck = {
  readonly entry: JournalEntry
  /** Does what was asked, commit included, and gives the honest answer. */
  readonly perform: () => Answer
  /** Resolves when the fault is released (or its time has come). */
  readonly released: () => Promise<void>
  readonly instanceUrl: string
  readonly now: number
  readonly retryAfterSeconds: number
}

/** `gateway`: before login, every path. `api`: Table and Aggregate APIs, after login. The rest narrows `api`. */
type Scope = 'gateway' | 'api' | 'record' | 'write' | 'list'

type Misbehaviour = { readonly scope: Scope; readonly act: (struck: Struck) => Outcome | Promise<Outcome> }

const OPERATIONS: Readonly<Record<string, 'Insert' | 'Update' | 'Delete'>> = {
  POST: 'Insert',
  PATCH: 'Update',
  PUT: 'Update',
  DELETE: 'Delete',
}

const MISBEHAVIOURS = {
  hibernating_200: { scope: 'gateway', act: () => hibernatingPage() },
  login_302: { scope: 'gateway', act: ({ instanceUrl }) => loginRedirect(instanceUrl) },
  bad_gateway_502: { scope: 'gateway', act: () => gatewayPage(502) },
  unavailable_503: { scope: 'gateway', act: () => gatewayPage(503) },
  /** The semaphore queue is full: no headers, no body. */
  saturated_429: { scope: 'gateway', act: () => empty(429) },

  rate_limit_429: {
    scope: 'api',
    act: ({ now, retryAfterSeconds }) => rateLimited(100, now, retryAfterSeconds),
  },
  /** Maximum execution time exceeded; nothing was committed. */
  timeout_500: { scope: 'api', act: () => executionTimeExceeded() },
  /** Connection reset; nothing was committed. */
  reset: { scope: 'api', act: () => 'reset' },
  /** The session's queue is full: the request is dropped. */
  dropped_202: { scope: 'api', act: () => empty(202) },
  /** 200 without a body; nothing was committed. */
  empty_200: { scope: 'api', act: () => empty(200) },
  /** Access rules: refuses a write, or the whole table to a reader. */
  acl_403: {
    scope: 'api',
    act({ entry }) {
      const operation = OPERATIONS[entry.method]
      return operation ? aclRefusal(operation) : tableRefusal(entry.table ?? '')
    },
  },
  /** As if the record were hidden; it stays. */
  hidden_404: { scope: 'record', act: () => noRecord() },

  business_rule_403: { scope: 'write', act: ({ entry }) => businessRuleRefusal(entry.table ?? '') },
  /** 204 for a deletion that did not take place. */
  false_204: { scope: 'write', act: () => empty(204) },
  commit_then_500: { scope: 'write', act: struck => afterCommit(struck, executionTimeExceeded()) },
  commit_then_403: {
    scope: 'write',
    act: struck => afterCommit(struck, businessRuleRefusal(struck.entry.table ?? '')),
  },
  commit_then_reset: { scope: 'write', act: struck => afterCommit(struck, 'reset') },
  /** A refusal that breaks off in the middle: no JSON, nothing was committed. */
  malformed_403: {
    scope: 'write',
    act({ entry }) {
      const whole = businessRuleRefusal(entry.table ?? '')
      return { ...whole, body: whole.body.slice(0, whole.body.length / 2) }
    },
  },
  /** Holds the request until released, then commits and answers. */
  hang_then_commit: {
    scope: 'write',
    async act({ released, perform }) {
      await released()
      return perform()
    },
  },
  /** Answers 500 at once and commits when released. */
  commit_later: {
    scope: 'write',
    act({ released, perform }) {
      // An instance that is closed meanwhile never commits.
      released().then(perform, () => undefined)
      return executionTimeExceeded()
    },
  },
  /** Resets the connection at once and commits when released. */
  reset_commit_later: {
    scope: 'write',
    act({ released, perform }) {
      released().then(perform, () => undefined)
      return 'reset'
    },
  },

  /** As a query that the instance narrows by itself: no rows, and none counted. */
  unlisted_200: {
    scope: 'list',
    act({ perform }) {
      const honest = perform()
      return { ...honest, headers: { ...honest.headers, 'X-Total-Count': '0' }, body: '{"result":[]}' }
    },
  },
  /** 200 with the first half of the rows and an error object, valid JSON. */
  truncated_200: { scope: 'list', act: ({ perform }) => truncate(perform(), '],') },
  /** The same as it more often comes: the list is not closed, no JSON. */
  malformed_200: { scope: 'list', act: ({ perform }) => truncate(perform(), ',') },
} as const satisfies Record<string, Misbehaviour>

/** Ways in which the instance can fail a request. */
export type FaultKind = keyof typeof MISBEHAVIOURS

/** Whether a fault strikes before login. */
export function isGatewayFault(kind: FaultKind): boolean {
  return MISBEHAVIOURS[kind].scope === 'gateway'
}

/** Whether a fault can befall such a request at all: a deletion is never truncated, a list never half committed. */
export function suits(kind: FaultKind, { method, path, table, sysId }: JournalEntry): boolean {
  switch (MISBEHAVIOURS[kind].scope) {
    case 'gateway':
      return !path.startsWith('/login')
    case 'api':
      return table !== null
    case 'record':
      return sysId !== null
    case 'write':
      return table !== null && method in OPERATIONS
    case 'list':
      return path.includes('/table/') && sysId === null && method === 'GET'
  }
}

/** Fails a request in the given way. */
export async function misbehave(kind: FaultKind, struck: Struck): Promise<Outcome> {
  return MISBEHAVIOURS[kind].act(struck)
}

// A write that the instance refuses is refused, fault or not: there was nothing to commit.
function afterCommit({ perform }: Struck, lie: Outcome): Outcome {
  const honest = perform()
  return honest.status < 400 ? lie : honest
}

function truncate(honest: Answer, closing: string): Answer {
  const { result }: { result?: unknown } = honest.status === 200 ? JSON.parse(honest.body) : {}
  if (!Array.isArray(result)) return honest
  const rows = result.slice(0, Math.ceil(result.length / 2)).map(row => JSON.stringify(row))
  const error = JSON.stringify(executionTimeError()).slice(1)
  return { ...honest, body: `{"result":[${rows.join(',')}${closing}${error}` }
}
