import { onTestFinished } from 'vitest'
import {
  type ServiceNowSimulator,
  type StartOptions,
  startServiceNow,
} from '../../sandbox/servicenow/simulator.ts'

type Sent = Readonly<Record<string, string>>

/** The members that bodies of the Table, Aggregate and OAuth endpoints may have. */
type Body = {
  readonly error?: { readonly message: string; readonly detail: string | null }
  readonly status?: string
  readonly access_token?: string
  readonly refresh_token?: string
  readonly expires_in?: number
}

export type Reply = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body; undefined if it is not JSON, or says that it is not. */
  readonly body: Body | undefined
  /** The rows of a list. */
  readonly rows: readonly Sent[]
  /** The row of a single record. */
  readonly row: Sent
}

type Params = Readonly<Record<string, string>>

/** HTTP Basic credentials. */
export const basic = (userName: string, password: string) =>
  `Basic ${Buffer.from(`${userName}:${password}`).toString('base64')}`

/** Starts a simulator that the end of the test closes. */
export async function start(options: StartOptions): Promise<ServiceNowSimulator> {
  const simulator = await startServiceNow(options)
  onTestFinished(() => simulator.close())
  return simulator
}

/** A plain HTTP client of the Table API, without any cleverness. */
export function callerOf(url: string, authorization = basic('bot', 'secret')) {
  const call = async (method: string, path: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await fetch(`${url}${path}`, { method, redirect: 'manual', ...init })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    const body = isJson ? parse(text) : undefined
    const { result } = (body ?? {}) as { result?: unknown }
    return {
      status: response.status,
      headers: response.headers,
      text,
      body,
      rows: (Array.isArray(result) ? result : []) as Sent[],
      row: (result ?? {}) as Sent,
    }
  }
  const read = { Authorization: authorization, Accept: 'application/json' }
  const write = { ...read, 'Content-Type': 'application/json' }
  const withParams = (path: string, params: Params) => `${path}?${new URLSearchParams(params)}`
  return {
    call,
    get: (path: string, params: Params = {}) => call('GET', withParams(path, params), { headers: read }),
    list: (table: string, params: Params = {}) =>
      call('GET', withParams(`/api/now/v2/table/${table}`, params), { headers: read }),
    patch: (path: string, fields: unknown) =>
      call('PATCH', `/api/now/v2/table/${path}`, { headers: write, body: JSON.stringify(fields) }),
    post: (table: string, fields: unknown) =>
      call('POST', `/api/now/v2/table/${table}`, { headers: write, body: JSON.stringify(fields) }),
    remove: (path: string) => call('DELETE', `/api/now/v2/table/${path}`, { headers: write }),
    token: (form: Params) => call('POST', '/oauth_token.do', { body: new URLSearchParams(form) }),
  }
}

function parse(text: string): Body | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The user names on a page, in the order of the page. */
export const userNames = (reply: Reply): string[] => reply.rows.map(row => row.user_name ?? '')
