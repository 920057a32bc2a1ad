import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { HTTPModuleFunctions, HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt'
import type { Logger } from '@slack/web-api'
import { ChatRefused } from '../connection.ts'
import { isFinal } from './clients.ts'

/** How Slack reaches the bot. */
export type SlackMode =
  | { readonly mode: 'http'; readonly signingSecret: string }
  | { readonly mode: 'socket'; readonly appToken: string }

/** The bot's ears. */
export type Ears = {
  readonly receiver: Receiver
  /** Serves `/slack/events`; `null` in socket mode, where the bot calls Slack. */
  readonly listener: RequestListener | null
  /** @throws ChatRefused when Slack does not accept the app-level token. */
  start(): Promise<void>
  stop(): Promise<void>
}

const BODY_LIMIT_BYTES = 256 * 1024
const CLOCKS_DIFFER_S = 5 * 60

/** @param apiUrl left out = Slack's own. */
export function createEars(settings: SlackMode, apiUrl: string | undefined, logger: Logger): Ears {
  if (settings.mode === 'socket') return socketEars(settings.appToken, apiUrl, logger)
  const { signingSecret } = settings
  const receiver = new HTTPReceiver({ signingSecret, logger, bodyLimit: BODY_LIMIT_BYTES })
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const whole = await readWhole(request)
    if (whole && !isFromTheFuture(request) && isMessage(whole))
      return receiver.requestListener(whole, response)
    logger.warn(
      'A request was refused: it is too large, holds nothing, or is dated more than five minutes ahead (then check the clock of this machine).',
    )
    response.writeHead(whole ? 401 : 413, { connection: 'close' }).end()
  }
  return { receiver, listener, start: async () => {}, stop: async () => {} }
}

/**
 * Bolt refuses what is older than five minutes and takes any time to come, so that a request dated a year ahead could
 * be sent again for a year. Slack wants five minutes either way (Slack docs, Verifying requests from Slack).
 */
function isFromTheFuture({ headers }: IncomingMessage): boolean {
  return Number(headers['x-slack-request-timestamp']) > Date.now() / 1000 + CLOCKS_DIFFER_S
}

/** `null` = more than is taken, or it broke off. */
function readWhole(request: IncomingMessage): Promise<WholeRequest | null> {
  return HTTPModuleFunctions.bufferIncomingMessage(request, BODY_LIMIT_BYTES).catch(() => null)
}

type WholeRequest = Awaited<ReturnType<typeof HTTPModuleFunctions.bufferIncomingMessage>>

/** How every click begins (Slack docs, Handling user interaction): a form whose payload is an object. */
const CLICK = Buffer.from('payload=%7B')

/**
 * Bolt looks into what it has parsed without asking whether it is `null`, and its error ends the process. A click
 * carries its whole message and is not parsed once more for that: an object is no `null`.
 */
function isMessage(request: WholeRequest): boolean {
  if (request.rawBody.subarray(0, CLICK.length).equals(CLICK)) return true
  try {
    return Boolean(HTTPModuleFunctions.parseHTTPRequestBody(request))
  } catch {
    // Bolt says what is wrong, once it has checked who sent it.
    return true
  }
}

const AFTER_A_CUT_MS = 1000
const AFTER_A_FAILURE_MS = 5000

/**
 * One connection after another, until stopped. The SDK's own reconnecting is off: where Slack refuses a later
 * connection it ends the whole process, by a rejection that nobody can catch, and it goes on after a stop.
 */
function socketEars(appToken: string, apiUrl: string | undefined, logger: Logger): Ears {
  const clientOptions = {
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 10_000,
    ...(apiUrl && { slackApiUrl: apiUrl }),
  }
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    installerOptions: { clientOptions },
  })
  const { client } = receiver
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const openAfter = (ms: number) => {
    if (!stopped) timer = setTimeout(() => open().catch(() => openAfter(AFTER_A_FAILURE_MS)), ms)
  }
  const open = async () => {
    await client.start()
    if (stopped) await client.disconnect()
    else client.once('disconnected', () => openAfter(AFTER_A_CUT_MS))
  }
  return {
    receiver,
    listener: null,
    async start() {
      try {
        await open()
      } catch (error) {
        if (isFinal(error)) throw new ChatRefused(WRONG_APP_TOKEN)
        openAfter(AFTER_A_FAILURE_MS)
      }
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await client.disconnect()
    },
  }
}

const WRONG_APP_TOKEN =
  'Slack does not accept the app-level token. Check SLACK_APP_TOKEN: it starts with xapp- and needs connections:write; socket mode must be on in the app.'
