import type { RequestListener } from 'node:http'
import { HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt'
import type { Logger } from '@slack/web-api'
import { readable, refusalOf } from './clients.ts'
import { SlackRefused } from './connection.ts'

/** How Slack reaches the bot. */
export type SlackMode =
  | { readonly mode: 'http'; readonly signingSecret: string }
  | { readonly mode: 'socket'; readonly appToken: string }

/** The bot's ears. */
export type Ears = {
  readonly receiver: Receiver
  /** Serves `/slack/events`; `null` in socket mode, where the bot calls Slack. */
  readonly listener: RequestListener | null
  /** @throws SlackRefused when Slack does not accept the app-level token. */
  start(): Promise<void>
  stop(): Promise<void>
}

const BODY_LIMIT = '256kb'
/** A connection that breaks is opened again for as long as it takes; a refused token is not tried again. */
const RECONNECT = { forever: true, minTimeout: 1000, maxTimeout: 30_000, randomize: true }

/** @param apiUrl left out = Slack's own. */
export function createEars(settings: SlackMode, apiUrl: string | undefined, logger: Logger): Ears {
  if (settings.mode === 'http') {
    const receiver = new HTTPReceiver({
      signingSecret: settings.signingSecret,
      logger,
      bodyLimit: BODY_LIMIT,
    })
    return { receiver, listener: receiver.requestListener, start: async () => {}, stop: async () => {} }
  }
  const clientOptions = { retryConfig: RECONNECT, ...(apiUrl && { slackApiUrl: apiUrl }) }
  const receiver = new SocketModeReceiver({
    appToken: settings.appToken,
    logger,
    installerOptions: { clientOptions },
  })
  return {
    receiver,
    listener: null,
    start: async () => {
      try {
        await receiver.start()
      } catch (error) {
        throw new SlackRefused(refusalOf(error) ? WRONG_APP_TOKEN : readable(error).message)
      }
    },
    stop: async () => {
      await receiver.stop()
    },
  }
}

const WRONG_APP_TOKEN =
  'Slack does not accept the app-level token. Check SLACK_APP_TOKEN: it starts with xapp- and needs connections:write; socket mode must be on in the app.'
