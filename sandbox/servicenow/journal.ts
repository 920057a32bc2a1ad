import type { IncomingHttpHeaders } from 'node:http'
import { type ApiRequest, type Target, writtenFields } from './request.ts'

/** One request, from its arrival on; the last four properties are filled in as it goes. */
export type JournalEntry = {
  /** Epoch milliseconds of arrival. */
  readonly at: number
  readonly method: string
  readonly path: string
  /** null outside of the Table and Aggregate APIs. */
  readonly table: string | null
  /** null for a collection. */
  readonly sysId: string | null
  readonly query: Readonly<Record<string, string>>
  /** The fields of a JSON body, null without one. */
  readonly fields: Readonly<Record<string, string>> | null
  /** As received, without credentials. */
  readonly headers: IncomingHttpHeaders
  /** `user_name` of the caller; null until (or unless) authenticated. */
  user: string | null
  /** null until answered, and for ever if the connection was reset. */
  status: number | null
  /** `under way`, then `ok`, `refused` (4xx of the instance's own accord) or `fault:<kind>`. */
  outcome: string
  /** Whether a write took effect, even if the answer says otherwise, even long after the answer. */
  committed: boolean
}

/** Opens the entry of a request. @param at epoch milliseconds */
export function openEntry(request: ApiRequest, at: number): JournalEntry {
  const { authorization: _, 'x-sn-apikey': __, ...headers } = request.headers
  const { table, sysId } = addressed(request.target)
  return {
    at,
    method: request.method,
    path: request.path,
    table,
    sysId,
    query: Object.fromEntries(request.params),
    fields: table === null ? null : (writtenFields(request.body) ?? null),
    headers,
    user: null,
    status: null,
    outcome: 'under way',
    committed: false,
  }
}

function addressed(target: Target): { table: string | null; sysId: string | null } {
  if (target.api !== 'table' && target.api !== 'stats') return { table: null, sysId: null }
  return { table: target.table, sysId: target.sysId === '' ? null : target.sysId }
}
