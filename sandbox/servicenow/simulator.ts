import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type ApiAccount, createAccounts } from './accounts.ts'
import { createDatabase, type RowChange, type SeedTables } from './database.ts'
import { createDictionary } from './dictionary.ts'
import { createFaults, type Faults } from './faults.ts'
import { createGates, type Gate, type GateOptions } from './gates.ts'
import { type JournalEntry, openEntry } from './journal.ts'
import { createTokenEndpoint, type OAuthClient } from './oauth.ts'
import { type ApiRequest, readRequest } from './request.ts'
import { createService, type Service } from './service.ts'
import { defaultSettings, type Settings } from './settings.ts'
import { createTables, type Tables } from './tables.ts'
import { sendAnswer } from './wire.ts'

/** What an instance starts with. */
export type Seed = {
  readonly tables: SeedTables
  /** Users who may call the APIs; each needs a `sys_user` row of the same name. */
  readonly accounts?: readonly ApiAccount[]
  readonly oauthClients?: readonly OAuthClient[]
}

/** Something has happened: a row changed, or a request arrived or was answered. */
export type SimulatorChange = RowChange | { readonly kind: 'request'; readonly entry: Readonly<JournalEntry> }

export type ServiceNowSimulator = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly tables: Tables
  /** Every request, oldest first. */
  readonly journal: readonly Readonly<JournalEntry>[]
  readonly faults: Faults
  /** Switches of the instance; change them at any time. */
  readonly settings: Settings
  /** The live account of that name; change its limits at any time. @throws if there is none */
  account(userName: string): ApiAccount
  /** One more entry of the Application Registry. */
  registerApp(client: OAuthClient): void
  /** Stops matching API requests before or after their commit until released. */
  hold(options: GateOptions): Gate
  /** All access tokens are worth nothing from now on; refresh tokens still are. */
  expireTokens(): void
  /** Access and refresh tokens are worth nothing from now on. */
  revokeTokens(): void
  /** Calls the listener after each change. @returns a function that ends this */
  onChange(listener: (change: SimulatorChange) => void): () => void
  /** Cuts all connections. What a gate or a fault still holds is never committed. */
  close(): Promise<void>
}

export type StartOptions = {
  /** Default: a free one. */
  readonly port?: number
  readonly seed: Seed
  /** One more account, beside those of the seed. */
  readonly account?: ApiAccount
  /** Epoch milliseconds; default the real clock. */
  readonly now?: () => number
  /** The address the instance believes to have, which its links name; default its own URL. */
  readonly instanceUrl?: string
  readonly settings?: Partial<Settings>
}

/**
 * Starts a stand-in for a ServiceNow instance on 127.0.0.1: Table API, Aggregate count, OAuth tokens, data in memory.
 * @throws if the seed is not sound, or the port is taken
 */
export async function startServiceNow(options: StartOptions): Promise<ServiceNowSimulator> {
  const now = options.now ?? Date.now
  const listeners = new Set<(change: SimulatorChange) => void>()
  const changed = (change: SimulatorChange) => {
    for (const listener of listeners) listener(change)
  }
  const { tokens, oauthClients, ...parts } = assemble(options, now, changed)
  const { dictionary, database, settings, accounts } = parts
  const faults = createFaults()
  const gates = createGates()
  const journal: JournalEntry[] = []
  const closed = Promise.withResolvers<never>()
  closed.promise.catch(() => undefined)

  const server = createServer()
  const url = await listen(server, options.port ?? 0)
  let lists = 0
  const nextShuffle = () => settings.shuffleSeed * 7919 + lists++
  const instance = { ...parts, url: options.instanceUrl ?? url, nextShuffle }
  const serve = createService({ instance, tokens, faults, gates, now, closed: closed.promise })
  const open = (request: ApiRequest) => {
    const entry = openEntry(request, now())
    journal.push(entry)
    return entry
  }
  const handle = createHandler(serve, open, entry => changed({ kind: 'request', entry }))

  server.on('request', (message, response) => {
    handle(message, response).catch(error => {
      response.destroy()
      // Closing and a caller that hangs up in the middle of its request are life; anything else is our mistake.
      if (server.listening && message.complete) throw error
    })
  })

  return {
    url,
    tables: createTables(dictionary, database),
    journal,
    faults,
    settings,
    account: accounts.get,
    registerApp: client => oauthClients.push(client),
    hold: gates.hold,
    expireTokens: tokens.expireTokens,
    revokeTokens: tokens.revokeTokens,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      const ended = new Promise(done => server.close(done))
      closed.reject(new Error('The simulator was closed.'))
      server.closeAllConnections()
      await ended
    },
  }
}

/** Everything that can be wrong with a seed comes to light here, before a port is taken. */
function assemble(
  { seed, account, ...options }: StartOptions,
  now: () => number,
  changed: (change: RowChange) => void,
) {
  const settings = { ...defaultSettings(), ...options.settings }
  const dictionary = createDictionary(seed.tables)
  const database = createDatabase(dictionary, seed.tables, now, changed)
  const oauthClients = [...(seed.oauthClients ?? [])]
  const tokens = createTokenEndpoint(
    oauthClients,
    {
      byName: userName => accounts.byName(userName),
      byPassword: (userName, password) => accounts.byPassword(userName, password),
    },
    now,
  )
  const given = [...(seed.accounts ?? []), ...(account ? [account] : [])]
  const accounts = createAccounts(database, settings, given, tokens.userOfToken, now)
  return { settings, dictionary, database, tokens, accounts, oauthClients }
}

/** Takes a request from the wire to its answer and tells about it when it has come and when it is done. */
function createHandler(
  serve: Service,
  open: (request: ApiRequest) => JournalEntry,
  tell: (entry: JournalEntry) => void,
): (message: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (message, response) => {
    const request = await readRequest(message)
    const entry = open(request)
    tell(entry)
    const { outcome, loggedIn } = await serve(request, entry)
    if (outcome === 'reset') {
      if (!message.socket.destroyed) message.socket.resetAndDestroy()
    } else {
      entry.status = outcome.status
      sendAnswer(response, outcome, { method: request.method, headers: request.headers, loggedIn })
    }
    if (entry.outcome === 'under way') entry.outcome = (entry.status ?? 0) < 400 ? 'ok' : 'refused'
    tell(entry)
  }
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<string> {
  // A recorded instance of 2023 sends `Keep-Alive: timeout=70`.
  server.keepAliveTimeout = 70_000
  await new Promise<void>((ready, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', ready)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The simulator has no port.')
  return `http://127.0.0.1:${address.port}`
}
