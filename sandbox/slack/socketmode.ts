import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Delivery, type DeliveryOptions, GIVE_UP_AFTER_MS, type Parcel } from './delivery.ts'
import { type JsonObject, objectOf, parseJson, stringOf } from './json.ts'
import { APP } from './upstream.ts'
import { acceptWebSocket, type WebSocketEnd } from './websocket.ts'

/** Slack's side of socket mode. */
export interface SocketMode {
  /** The answer to apps.connections.open: a WebSocket URL, good for one connection. */
  open(origin: string): JsonObject
  /** Takes an upgrade request on such a URL; any other is cut. */
  upgrade(request: IncomingMessage, socket: Duplex): void
  connected(): boolean
  /** Sends a parcel to the newest connection and waits for the acknowledgement. */
  deliver(parcel: Parcel, options: DeliveryOptions): Promise<Delivery>
  /** Asks every connection to reconnect, as Slack does when it refreshes its own hosts. */
  refresh(): void
  /** Cuts every connection without a word. */
  cut(): void
}

type Waiting = { acknowledge: (payload: JsonObject) => void; giveUp: (why: string) => void }

/** No connections yet. */
export function createSocketMode(): SocketMode {
  const tickets = new Set<string>()
  const connections = new Set<WebSocketEnd>()
  const waiting = new Map<string, Waiting>()
  const newest = () => [...connections].at(-1)
  return {
    open(origin) {
      const ticket = randomBytes(12).toString('base64url')
      tickets.add(ticket)
      return { ok: true, url: `${origin.replace('http:', 'ws:')}/link/?ticket=${ticket}` }
    },
    upgrade(request, socket) {
      const ticket = new URL(request.url ?? '/', 'http://stand-in').searchParams.get('ticket') ?? ''
      if (!tickets.delete(ticket)) {
        socket.destroy()
        return
      }
      const connection = acceptWebSocket(request, socket, {
        onText: text => acknowledged(text, waiting),
        onClose() {
          connections.delete(connection)
          if (connections.size > 0) return
          for (const { giveUp } of waiting.values())
            giveUp('The bot closed its connection before it acknowledged.')
        },
      })
      connections.add(connection)
      connection.send(hello(connections.size))
    },
    connected: () => connections.size > 0,
    deliver: (parcel, options) => send(newest(), waiting, parcel, options),
    refresh() {
      for (const connection of connections) {
        connection.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested', debug_info: {} }))
      }
    },
    cut() {
      for (const connection of connections) connection.destroy()
    },
  }
}

/** Slack docs, "Socket Mode": the first message on a connection. */
function hello(count: number): string {
  return JSON.stringify({
    type: 'hello',
    num_connections: count,
    connection_info: { app_id: APP.id },
    debug_info: {},
  })
}

function acknowledged(text: string, waiting: Map<string, Waiting>): void {
  const message = objectOf(parseJson(text)) ?? {}
  waiting.get(stringOf(message.envelope_id))?.acknowledge(objectOf(message.payload) ?? {})
}

/** Slack docs, "Socket Mode": an envelope, acknowledged by its id with an optional payload. */
function send(
  connection: WebSocketEnd | undefined,
  waiting: Map<string, Waiting>,
  { kind, payload }: Parcel,
  { retry }: DeliveryOptions,
): Promise<Delivery> {
  const id = randomUUID()
  const started = performance.now()
  return new Promise<Delivery>((resolve, reject) => {
    const giveUp = (why: string) => reject(new Error(why))
    const timer = setTimeout(
      () => giveUp(`The bot did not acknowledge within ${GIVE_UP_AFTER_MS} ms.`),
      GIVE_UP_AFTER_MS,
    )
    const settle = () => {
      clearTimeout(timer)
      waiting.delete(id)
    }
    waiting.set(id, {
      acknowledge(answer) {
        settle()
        const body = Object.keys(answer).length === 0 ? '' : JSON.stringify(answer)
        resolve({ status: 200, body, elapsedMs: performance.now() - started })
      },
      giveUp(why) {
        settle()
        giveUp(why)
      },
    })
    connection?.send(
      JSON.stringify({
        envelope_id: id,
        type: kind,
        payload,
        accepts_response_payload: kind !== 'events_api',
        ...(retry ? { retry_attempt: retry.number, retry_reason: retry.reason } : {}),
      }),
    )
  })
}
