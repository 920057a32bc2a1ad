import { type Answer, empty, loginPage, noResource, type Outcome } from './answers.ts'
import type { createFaults, Strike } from './faults.ts'
import type { Gates } from './gates.ts'
import type { Instance, Result } from './instance.ts'
import type { JournalEntry } from './journal.ts'
import { misbehave } from './misbehaviour.ts'
import type { TokenEndpoint } from './oauth.ts'
import { createRateRule } from './rate-rule.ts'
import type { ApiRequest, Target } from './request.ts'
import { prepareCall } from './table.ts'

/** What stands between the wire and the data. */
export type ServiceParts = {
  readonly instance: Instance
  readonly tokens: TokenEndpoint
  readonly faults: ReturnType<typeof createFaults>
  readonly gates: Gates
  readonly now: () => number
  /** Rejects when the simulator is closed, so that nothing held is ever committed after that. */
  readonly closed: Promise<never>
}

/** The outcome of a request, and whether its caller was logged in (which shows in the headers). */
type Served = { readonly outcome: Outcome; readonly loggedIn: boolean }

/** Serves one request; fills in its entry in the journal on the way. */
export type Service = (request: ApiRequest, entry: JournalEntry) => Promise<Served>

/**
 * Serves requests in the order of a real instance: load balancer, login, headers, rate limit, work.
 */
export function createService(parts: ServiceParts): Service {
  const { instance, tokens, faults } = parts
  const countRequest = createRateRule(parts.now)

  const serveApi = async (
    request: ApiRequest,
    target: Extract<Target, { table: string }>,
    entry: JournalEntry,
  ): Promise<Served> => {
    const caller = instance.accounts.authenticate({
      authorization: request.headers.authorization,
      apiKey: request.headers['x-sn-apikey']?.toString(),
    })
    if ('status' in caller) return { outcome: caller, loggedIn: false }
    entry.user = caller.account.userName
    instance.accounts.noteLogin(caller.user)
    const limit = instance.settings.rateLimit
    const counted = limit ? countRequest(caller.account.userName, limit.perHour) : { headers: {} }
    if ('refusal' in counted) return { outcome: counted.refusal, loggedIn: true }
    const prepared = prepareCall(instance, caller, request, target)
    if (typeof prepared !== 'function') return { outcome: prepared, loggedIn: true }

    await Promise.race([parts.gates.pass('before', entry), parts.closed])
    const outcome = await work(parts, entry, prepared)
    await Promise.race([parts.gates.pass('after', entry), parts.closed])
    if (outcome === 'reset') return { outcome, loggedIn: true }
    return {
      outcome: { ...outcome, headers: { ...counted.headers, ...outcome.headers } },
      // A dropped or empty answer does not even say who is logged in (a recorded PATCH of 2023).
      loggedIn: outcome.body !== '' || outcome.status === 204,
    }
  }

  return async (request, entry) => {
    const { target } = request
    const strike = faults.strike('gateway', entry)
    if (strike) return { outcome: await suffer(parts, strike, entry, () => empty(200)), loggedIn: false }
    if (target.api === 'table' || target.api === 'stats') return serveApi(request, target, entry)
    const anonymous = (outcome: Answer) => ({ outcome, loggedIn: false })
    if (target.api === 'token' && request.method === 'POST') {
      return anonymous(tokens.issue(request.headers['content-type'] ?? '', request.body))
    }
    return anonymous(target.api === 'login' ? loginPage() : noResource())
  }
}

async function work(parts: ServiceParts, entry: JournalEntry, operation: () => Result): Promise<Outcome> {
  const perform = () => {
    const { answer, committed } = operation()
    entry.committed = committed
    return answer
  }
  const strike = parts.faults.strike('api', entry)
  return strike ? suffer(parts, strike, entry, perform) : perform()
}

function suffer(
  parts: ServiceParts,
  { options, released }: Strike,
  entry: JournalEntry,
  perform: () => Answer,
): Promise<Outcome> {
  entry.outcome = `fault:${options.kind}`
  const { afterMs } = options
  const inTime = afterMs === undefined ? [] : [new Promise<void>(go => setTimeout(go, afterMs).unref())]
  return misbehave(options.kind, {
    entry,
    perform,
    released: () => Promise.race([released, ...inTime, parts.closed]),
    instanceUrl: parts.instance.url,
    now: parts.now(),
    retryAfterSeconds: options.retryAfterSeconds ?? 30,
  })
}
