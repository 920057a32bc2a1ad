import type { SlackMessage } from './render.ts'

/** Says something at a response_url. @throws Error when it leads elsewhere than to Slack, or was not taken. */
export type Respond = (responseUrl: string | undefined, message: SlackMessage) => Promise<void>

const SLACK = 'https://slack.com'
const TIMEOUT_MS = 10_000

/**
 * The one address that comes from outside and is written to. Bolt's own `respond` posts to wherever it leads and
 * wherever that redirects to; what is said there names people, so this one writes to Slack alone and follows nothing.
 * @param apiUrl where the Web API is, if not at Slack's own; its answers may be asked for there, too
 */
export function createRespond(apiUrl: string | undefined): Respond {
  const homes = [SLACK, ...(apiUrl === undefined ? [] : [apiUrl])].map(home => new URL(home))
  return async (responseUrl, message) => {
    if (responseUrl === undefined || !homes.some(home => isWithin(home, responseUrl)))
      throw new Error('The response_url does not lead to Slack.')
    const { ok, status } = await fetch(responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...message, response_type: 'ephemeral', replace_original: false }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!ok) throw new Error(`Slack answered HTTP ${status} at the response_url.`)
  }
}

/** Slack gives out `https://hooks.slack.com/…` (Slack docs, Handling user interaction: response_url), GovSlack its like. */
function isWithin({ protocol, hostname, port }: URL, address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  const inside = url.hostname === hostname || url.hostname.endsWith(`.${hostname}`)
  return inside && url.protocol === protocol && url.port === port
}
