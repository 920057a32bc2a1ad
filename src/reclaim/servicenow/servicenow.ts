import { isIP } from 'node:net'
import type { Clock, Licences } from '../ports.ts'
import { type PolicyNames, scanAccounts } from './accounts.ts'
import { type AccountLabel, type Credentials, createAuth } from './auth.ts'
import { createClient } from './client.ts'
import { checkNames, departmentsNamed, type RequiredNames } from './directory.ts'
import { inspectAccount } from './inspect.ts'
import { readManagers } from './managers.ts'
import { sendOperation } from './operations.ts'
import { refuseUnsafeNames } from './query.ts'
import type { Refusals } from './refusals.ts'
import { takeSnapshot } from './snapshot.ts'
import { createTransport } from './transport.ts'

export type ServiceNowOptions = {
  /** `https://acme.service-now.com`; `http://` only for this machine. */
  readonly instance: string
  /** The account that writes, and reads too if there is no `reader`. */
  readonly writer: Credentials
  readonly reader?: Credentials | undefined
  readonly names: PolicyNames
  /** Those of `names` that must exist on the instance; {@link Licences.scan} throws if one does not. */
  readonly mustExist: RequiredNames
  /** Writes that the worker sends at once. */
  readonly concurrency: number
  /** Rows per page, default 1000. */
  readonly pageSize?: number | undefined
  /** Default 75 s, more than the 60 s after which the server itself gives up. */
  readonly timeoutMs?: number | undefined
  readonly clock: Clock
}

/** A scan goes on, and a look is taken, while writes hang. */
const READS_BESIDE_WRITES = 2
const DEPARTMENTS_LAST_MS = 5 * 60 * 1000

/**
 * ServiceNow over its Table API, version 2.
 * @throws Error for an instance that is no plain https address, or a name that cannot stand in a query
 */
export function createServiceNow(options: ServiceNowOptions): Licences & { close(): Promise<void> } {
  const { names, mustExist, clock, pageSize = 1000 } = options
  const origin = originOf(options.instance)
  refuseUnsafeNames([...Object.values(names), ...Object.values(mustExist)].flat())
  const transport = createTransport(
    origin,
    options.concurrency + READS_BESIDE_WRITES,
    options.timeoutMs ?? 75_000,
  )
  const refusals: Refusals[] = []
  const clientOf = (credentials: Credentials, label: AccountLabel) => {
    const auth = createAuth(transport, credentials, label, clock)
    refusals.push(auth.refusals)
    return createClient(transport, auth, label, clock)
  }
  const writer = clientOf(options.writer, {
    name: options.reader ? 'writing account' : 'bot’s account',
    variables: 'SERVICENOW_',
  })
  const reader = options.reader
    ? clientOf(options.reader, { name: 'scanning account', variables: 'SERVICENOW_READER_' })
    : writer

  let departments: { readonly at: number; readonly byId: ReadonlyMap<string, string> } | undefined
  const readDepartments = async () => {
    const at = clock.now()
    departments = { at, byId: await departmentsNamed(reader, names.departments) }
    return departments.byId
  }
  const recentDepartments = () =>
    departments && clock.now() - departments.at < DEPARTMENTS_LAST_MS ? departments.byId : readDepartments()

  return {
    instance: options.instance,
    async scan() {
      await checkNames(reader, mustExist)
      return scanAccounts(reader, names, await readDepartments(), pageSize)
    },
    managers: ids => readManagers(reader, ids),
    inspect: async id => inspectAccount(reader, id, names, await recentDepartments()),
    snapshot: id => takeSnapshot(reader, id, pageSize),
    send: operation => sendOperation(writer, operation),
    signInAgain() {
      for (const each of refusals) each.forget()
    },
    close: () => transport.close(),
  }
}

function originOf(instance: string): string {
  const url = URL.canParse(instance) ? new URL(instance) : undefined
  const plain = url && url.username === '' && url.password === '' && url.pathname === '/' && url.search === ''
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isThisMachine(url.hostname))
  if (!url || !plain || !safe)
    throw new Error(
      'servicenow.instance must be an https address without a path, such as https://acme.service-now.com (http only for this machine).',
    )
  return url.origin
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))
}
