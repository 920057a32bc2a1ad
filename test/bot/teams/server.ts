import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it came. */
export type Received = {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What is answered; an object becomes JSON. `cut`: the connection ends instead. */
export type Reply =
  | {
      readonly status: number
      readonly body?: object | string
      readonly headers?: Readonly<Record<string, string>>
    }
  | 'cut'
  | 'silence'

/** A server on loopback whose every answer the test chooses. */
export async function startServer(answer: (received: Received) => Reply | Promise<Reply>) {
  const requests: Received[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { method = '', url: path = '', headers } = request
    const received = { method, path, headers, body }
    requests.push(received)
    const reply = await answer(received)
    if (reply === 'cut') return response.destroy()
    if (reply === 'silence') return
    const text = typeof reply.body === 'object' ? JSON.stringify(reply.body) : (reply.body ?? '')
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(text)
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}
