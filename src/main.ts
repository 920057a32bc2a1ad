import { runSentence } from './bot/answer.ts'
import { forgottenAnswer } from './bot/forgotten.ts'
import type { StatusFacts } from './bot/status.ts'
import { COMMANDS, createChats, platformsOf } from './chats.ts'
import { startClockwork } from './clockwork.ts'
import type { Settings } from './config.ts'
import { createHttpServer } from './http.ts'
import { createLog } from './log.ts'
import type { RunId } from './reclaim/ids.ts'
import { type Clock, type Licences, type Log, NotSent, type Roster, SignInRefused } from './reclaim/ports.ts'
import { reconcile } from './reclaim/reconcile.ts'
import { createCsvRoster } from './reclaim/roster/csv.ts'
import { PROTECTED_ROLES } from './reclaim/rules.ts'
import { performRun } from './reclaim/scan.ts'
import { createServiceNow } from './reclaim/servicenow/servicenow.ts'
import type { ScanSettings, ScanSources } from './reclaim/survey.ts'
import { startWorker, type Worker } from './reclaim/worker.ts'
import { openStore, randomIds } from './store/store.ts'

/** A running bot. */
export type Bot = {
  /** Where it listens. */
  readonly url: string
  /** Resolves once every chat was reached and its channel was found fit. */
  readonly connected: Promise<void>
  /** Looks at the clock now instead of within a minute; for whoever sets the clock. */
  tick(): Promise<void>
  /** Finishes what is under way, then gives everything back. */
  close(): Promise<void>
}

export type BotOptions = {
  readonly clock?: Clock
  readonly log?: Log
  /** How long to wait between two posts; only tests and the demo are in a hurry. */
  readonly paceMs?: number
}

/**
 * Puts the bot together and starts it.
 * @throws Error with one readable sentence when it cannot run: the store is taken or unusable, the port is in use, or
 * a chat refuses the credentials or the channel. A chat or ServiceNow that cannot be reached is no reason: it tries on.
 */
export async function startBot(settings: Settings, options: BotOptions = {}): Promise<Bot> {
  const { clock = { now: Date.now }, log = createLog(settings.logLevel) } = options
  const things: (() => Promise<void> | void)[] = []
  const giveBack = async () => {
    for (const close of things.splice(0).reverse())
      try {
        await close()
      } catch (error) {
        // What comes after it, the store above all, has to be given back all the same.
        log.error({ reason: error instanceof Error ? error.message : String(error) }, 'could not be closed')
      }
  }
  try {
    return await assemble(settings, { clock, log, paceMs: options.paceMs }, things, giveBack)
  } catch (error) {
    await giveBack()
    throw error
  }
}

async function assemble(
  settings: Settings,
  { clock, log, paceMs }: { clock: Clock; log: Log; paceMs: number | undefined },
  things: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<Bot> {
  const { reclaim, approvers, schedule } = settings
  const timeZone = schedule.timezone
  const platforms = platformsOf(settings)
  let worker: Worker | null = null
  const store = openStore(settings.store.path, {
    platforms,
    graceMs: reclaim.graceMs,
    approvalsRequired: approvers.required,
    snapshotKey: settings.snapshotKey,
    now: clock.now,
    onCommit: () => worker?.wake(),
  })
  things.push(store.close)
  const { licences, problem, ...servicenow } = createLicences(settings, clock, reason =>
    store.openBreaker(reason, clock.now()),
  )
  things.push(servicenow.close)
  const scan = scanSettings(settings)
  const sources: ScanSources = { licences, roster: createRoster(settings), clock }
  const run = (actor: string, slot: number | null, release: number | null = null) =>
    performRun(store, scan, sources, { id: randomIds.next() as RunId, slot, actor, release })

  const chats = await createChats(settings, {
    ...{ store, clock, log, paceMs },
    facts: statusFacts(settings),
    run: (actor, release) => run(actor, null, release),
    signInAgain: licences.signInAgain,
  })
  things.push(chats.stop)
  const server = await createHttpServer({
    ...settings.http,
    store,
    clock,
    timeZone,
    routes: chats.routes,
    health: async () => ({
      store: 'ok',
      chat: chats.health(),
      servicenow: problem() ?? 'ok',
    }),
  })
  things.push(server.close)
  await chats.start()

  const context = {
    store,
    sources,
    log,
    ids: randomIds,
    chats: chats.byPlatform,
    settings: {
      ...{ ...scan, ...reclaim, timeZone },
      ...{ askManagers: approvers.managers, approvalsRequired: approvers.required },
    },
  }
  const clockwork = startClockwork({
    ...{ store, clock, log, run, timeZone },
    reconcile: () => reconcile({ store, sources, log }),
    cron: schedule.cron,
    expireAfterMs: reclaim.expireAfterMs,
    forgotten: forgottenAnswer,
    sentence: outcome => runSentence(outcome, { timeZone, command: COMMANDS[platforms[0] ?? 'slack'] }),
  })
  things.push(clockwork.stop)
  // Ends first: while a run is waited for, nothing more is deleted.
  const started = startWorker(context, settings.servicenow.concurrency)
  worker = started
  things.push(started.stop)
  log.info({ url: server.url, dryRun: reclaim.dryRun }, 'the bot is running')
  return { url: server.url, connected: chats.connected, tick: clockwork.tick, close }
}

/** How the settings become a scan; the same for the bot and for `scan` on the shell. */
export function scanSettings({ reclaim, policy, currency, roster }: Settings): ScanSettings {
  const { action, dryRun, maxPerRun, maxSharePercent, skipForMs } = reclaim
  const inactiveValues = roster?.inactiveValues ?? []
  return { action, dryRun, maxPerRun, maxSharePercent, skipForMs, policy, currency, inactiveValues }
}

/** The HR roster of the settings; `null` where none is configured. */
export function createRoster({ roster }: Settings): Roster | null {
  return roster ? createCsvRoster(roster) : null
}

/**
 * ServiceNow, with the latest sentence on what is wrong with it; `null` = it answered well.
 * @param onSignInRefused told when it stopped signing in for good.
 */
export function createLicences(
  settings: Settings,
  clock: Clock,
  onSignInRefused: (reason: string) => Promise<void> = async () => {},
) {
  const { policy, servicenow } = settings
  const { roles, groups, departments } = policy.exclude
  const client = createServiceNow({
    ...servicenow,
    names: {
      licensedRoles: policy.licenses.flatMap(license => license.roles),
      otherRoles: [...roles, ...PROTECTED_ROLES],
      groups,
      departments,
    },
    mustExist: { roles, groups, departments },
    clock,
  })
  let problem: string | null = 'ServiceNow was not asked yet.'
  const watched =
    <Args extends unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      try {
        const answer = await ask(...args)
        problem = null
        return answer
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
        const reason = error instanceof NotSent ? error.cause : error
        if (reason instanceof SignInRefused) await onSignInRefused(problem)
        throw error
      }
    }
  const licences: Licences = {
    instance: client.instance,
    scan: watched(client.scan),
    managers: watched(client.managers),
    inspect: watched(client.inspect),
    snapshot: watched(client.snapshot),
    send: watched(client.send),
    signInAgain: client.signInAgain,
  }
  return { licences, problem: () => problem, close: client.close }
}

function statusFacts({ reclaim, schedule, currency }: Settings): StatusFacts {
  const { dryRun, maxPerDay } = reclaim
  return { timeZone: schedule.timezone, currency, dryRun, maxPerDay }
}
