import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** Stands where a bot would, and keeps what Slack sends, so that every contestant can be sent the very same. */
export async function startRecorder() {
  let last = ''
  const server = createServer(async (request, response) => {
    last = await text(request)
    response.end()
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    /** @returns the body that Slack sends because of what somebody does. */
    async record(act: () => Promise<unknown>): Promise<string> {
      await act()
      return last
    },
    close: () =>
      new Promise<void>(closed => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
