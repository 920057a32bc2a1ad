import { z } from 'zod'
import { isSysId, type SysId } from '../ids.ts'
import type { Clock } from '../ports.ts'
import type { AccountLabel, Auth } from './auth.ts'
import { later, readBody } from './faults.ts'
import type { Answer, Transport } from './transport.ts'

/** How a request ended. Thrown errors mean that it never left this machine. */
type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** 401: ServiceNow did nothing. */
  | { readonly kind: 'signed_out'; readonly error: Error }
  /** Sent perhaps, and no whole answer. `reason` is a short phrase. */
  | { readonly kind: 'no_answer'; readonly reason: string }

/** A row as asked for: text only; a field that the account may not read is missing. */
export type Row = { readonly sys_id: SysId; readonly [field: string]: string }

export type Page = {
  readonly rows: readonly Row[]
  /** `X-Total-Count`: all rows that match, those hidden from this account included; `undefined` if not sent. */
  readonly total: number | undefined
}

type ListRequest = {
  readonly table: string
  readonly query: string
  readonly fields: readonly string[]
  readonly limit: number
}

/** The Table API as one account sees it. */
export type Client = {
  readonly label: AccountLabel
  /** @throws Error with a readable sentence for anything but the documented answer; `Later` for a 429. */
  list(request: ListRequest): Promise<Page>
  /** Whether a GET of this one record finds it: `false` is ServiceNow's 404, which means gone *or* hidden. */
  exists(table: string, id: SysId): Promise<boolean>
  /** Sends a DELETE of one record. @throws only if the request has not left this machine. */
  remove(table: string, id: SysId): Promise<Outcome>
}

const Total = z.string().regex(/^\d+$/).transform(Number).optional().catch(undefined)
/** A reference comes as an object from an instance that ignores `sysparm_exclude_reference_link`. */
const Value = z.union([z.string(), z.object({ value: z.string() }).transform(reference => reference.value)])
const ListBody = z.object({
  result: z.array(
    z
      .object({ sys_id: z.custom<SysId>(value => typeof value === 'string' && isSysId(value)) })
      .catchall(Value),
  ),
})
const OneBody = z.object({ result: z.object({ sys_id: z.string() }) })

/** Version 2 is named because it alone answers an empty list with 200 (ServiceNow docs, Table API). */
const TABLES = '/api/now/v2/table'

/** The Table API for one account, whose sign-in is renewed once after a 401; nothing else is sent again. */
export function createClient(transport: Transport, auth: Auth, label: AccountLabel, clock: Clock): Client {
  const attempt = (method: 'GET' | 'DELETE', path: string, authorization: string): Promise<Outcome> =>
    transport.exchange({ method, path, headers: { 'content-type': 'application/json', authorization } }).then(
      answer => ({ kind: 'answer', answer }),
      (error: Error) => ({ kind: 'no_answer', reason: error.message }),
    )

  const { refusals } = auth
  const signedIn = async (method: 'GET' | 'DELETE', path: string): Promise<Outcome> => {
    const header = await auth.header()
    const first = await attempt(method, path, header)
    if (!isUnauthorized(first)) return first
    let renewed: string
    try {
      renewed = await auth.renew(header)
    } catch (error) {
      return { kind: 'signed_out', error: error instanceof Error ? error : refusals.count() }
    }
    const second = await attempt(method, path, renewed)
    return isUnauthorized(second) ? { kind: 'signed_out', error: refusals.count() } : second
  }

  const call = (method: 'GET' | 'DELETE', path: string): Promise<Outcome> =>
    refusals.inTurn(async () => {
      const outcome = await signedIn(method, path)
      refusals.clear(() => showsSignIn(outcome))
      return outcome
    })

  const get = async (table: string, path: string): Promise<Answer> => {
    const outcome = await call('GET', path)
    if (outcome.kind === 'signed_out') throw outcome.error
    if (outcome.kind === 'no_answer')
      throw new Error(
        `ServiceNow could not be read (${table}): ${outcome.reason}. The bot tries again later.`,
      )
    if (outcome.answer.status === 429) throw later(outcome.answer, clock.now())
    return outcome.answer
  }

  return {
    label,
    async list({ table, query, fields, limit }) {
      const answer = await get(table, `${TABLES}/${table}?${listParameters(query, fields, limit)}`)
      return { rows: readRows(table, answer), total: Total.parse(answer.headers['x-total-count']) }
    },
    async exists(table, id) {
      const answer = await get(table, `${TABLES}/${table}/${id}?sysparm_fields=sys_id`)
      const reading = readBody(answer)
      const absent = reading.kind === 'fault' && reading.refusal !== null
      if (answer.status === 404 && absent) return false
      if (reading.kind === 'fault') throw unreadable(table, reading.reason, reading.advice)
      const parsed = OneBody.safeParse(reading.body)
      if (!parsed.success || parsed.data.result.sys_id !== id) throw undocumented(table)
      return true
    },
    remove: (table, id) => call('DELETE', `${TABLES}/${table}/${id}`),
  }
}

/** Only an answer of the API itself: an instance that is down or asleep does not look at the sign-in. */
function showsSignIn(outcome: Outcome): boolean {
  if (outcome.kind !== 'answer') return false
  const { status } = outcome.answer
  if (status === 204) return true
  const reading = readBody(outcome.answer)
  return reading.kind === 'json' || ((status === 403 || status === 404) && reading.refusal !== null)
}

function isUnauthorized(outcome: Outcome): boolean {
  return outcome.kind === 'answer' && outcome.answer.status === 401
}

function listParameters(query: string, fields: readonly string[], limit: number): string {
  const parameters = {
    sysparm_query: query,
    sysparm_fields: fields.join(','),
    sysparm_limit: String(limit),
    sysparm_exclude_reference_link: 'true',
  }
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}

function readRows(table: string, answer: Answer): readonly Row[] {
  const reading = readBody(answer)
  if (reading.kind === 'fault') throw unreadable(table, reading.reason, reading.advice)
  const parsed = ListBody.safeParse(reading.body)
  if (!parsed.success) throw undocumented(table)
  return parsed.data.result
}

function unreadable(table: string, reason: string, advice: string): Error {
  return new Error(`ServiceNow could not be read (${table}): ${reason}. ${advice}`)
}

// Not zod's own message: it may quote the row.
function undocumented(table: string): Error {
  return new Error(
    `ServiceNow answered in a form that is not documented (${table}): a row without a readable sys_id, or with values that are no text. Nothing of it is used; check that the account may read the field sys_id.`,
  )
}
