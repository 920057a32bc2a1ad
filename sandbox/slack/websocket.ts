import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** The server's end of a WebSocket that carries texts. */
export interface WebSocketEnd {
  send(text: string): void
  /** Cuts the connection. */
  destroy(): void
}

/** RFC 6455, section 5.2. */
const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const
/** RFC 6455, section 1.3. */
const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/**
 * Answers an upgrade request (RFC 6455) and reads texts from then on. As much as Slack's own client needs:
 * unfragmented frames without extensions. Node has a WebSocket client but no server.
 */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  { onText, onClose }: { onText: (text: string) => void; onClose: () => void },
): WebSocketEnd {
  const key = request.headers['sec-websocket-key'] ?? ''
  const accept = createHash('sha1')
    .update(key + HANDSHAKE_GUID)
    .digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let unread: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk])
    for (let frame = readFrame(unread); frame !== undefined; frame = readFrame(unread)) {
      unread = unread.subarray(frame.size)
      if (frame.opcode === OPCODE.text) onText(frame.data.toString('utf8'))
      if (frame.opcode === OPCODE.ping) socket.write(frameOf(OPCODE.pong, frame.data))
      if (frame.opcode === OPCODE.close) socket.end(frameOf(OPCODE.close, frame.data))
    }
  })
  socket.on('close', onClose)
  // A client that goes away without a word is a close like any other.
  socket.on('error', () => socket.destroy())
  return {
    send: text => void socket.write(frameOf(OPCODE.text, Buffer.from(text))),
    destroy: () => void socket.destroy(),
  }
}

interface Frame {
  opcode: number
  data: Buffer
  /** Bytes that the frame took. */
  size: number
}

/** The first frame in the bytes, unmasked; undefined while it is not complete. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) & 0x7f
  const lengthEnd = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0)
  if (bytes.length < lengthEnd + 4) return undefined
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  const start = lengthEnd + 4
  const size = start + length
  if (bytes.length < size) return undefined
  const mask = bytes.subarray(lengthEnd, start)
  const data = bytes.subarray(start, size).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return { opcode: bytes.readUInt8(0) & 0x0f, data: Buffer.from(data), size }
}

/** A frame as servers send it: whole and unmasked. */
function frameOf(opcode: number, data: Buffer): Buffer {
  const first = 0x80 | opcode
  if (data.length < 126) return Buffer.concat([Buffer.from([first, data.length]), data])
  if (data.length < 65_536) {
    const head = Buffer.from([first, 126, 0, 0])
    head.writeUInt16BE(data.length, 2)
    return Buffer.concat([head, data])
  }
  const head = Buffer.alloc(10)
  head.writeUInt8(first, 0)
  head.writeUInt8(127, 1)
  head.writeBigUInt64BE(BigInt(data.length), 2)
  return Buffer.concat([head, data])
}
