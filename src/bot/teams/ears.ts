import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Log } from '../../reclaim/ports.ts'
import type { TeamsApp } from './app.ts'
import type { Cloud } from './cloud.ts'
import type { Connector } from './connector.ts'
import type { Gate } from './gate.ts'
import { parseActivity, type TeamsActivity, tenantOf } from './inbound.ts'

export type EarsParts = {
  readonly tenant: string
  readonly cloud: Cloud
  readonly gate: Gate
  readonly connector: Pick<Connector, 'receive'>
  readonly app: Pick<TeamsApp, 'handle'>
  readonly log: Log
}

/** What a click brings along is far below; the card itself does not come with it. */
const MAX_BODY_BYTES = 256 * 1024

/**
 * Serves `/api/messages`. What is not signed by Teams, for this app, in this tenant, is refused with a bare status:
 * whoever forges learns nothing. A request that was let in is always answered.
 */
export function createEars({ tenant, cloud, gate, connector, app, log }: EarsParts): RequestListener {
  /** Why not; `null` = let in. */
  const refusal = async (sent: TeamsActivity, authorization: string | undefined) => {
    const verdict = await gate({ authorization, serviceUrl: sent.serviceUrl })
    if (verdict === 'forged') return { status: 401, why: 'it is not signed by Teams for this app' }
    if (tenantOf(sent) !== tenant) return { status: 403, why: 'it is of another tenant' }
    // Answers go there, with a token of ours.
    if (!cloud.isServiceUrl(sent.serviceUrl))
      return { status: 403, why: 'its service URL is not one of Teams' }
    return null
  }

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const sent = parseActivity(await bodyOf(request))
    if (!sent) return end(response, 400)
    try {
      const refused = await refusal(sent, request.headers.authorization)
      if (refused) {
        log.warn({ why: refused.why }, 'a request to /api/messages was refused')
        return end(response, refused.status)
      }
    } catch (error) {
      log.error(
        { reason: (error as Error).message },
        'it cannot be checked whether a request comes from Teams',
      )
      return end(response, 503)
    }
    end(response, 200, await connector.receive(sent, () => app.handle(sent)))
  }

  return (request, response) => {
    serve(request, response).catch((error: Error) => {
      log.error({ reason: error.message }, 'a request to /api/messages could not be handled')
      end(response, 500)
    })
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function end(response: ServerResponse, status: number, body: object | null = null): void {
  if (response.headersSent) return
  const text = body ? JSON.stringify(body) : ''
  response.writeHead(status, {
    ...(body && { 'content-type': 'application/json' }),
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
