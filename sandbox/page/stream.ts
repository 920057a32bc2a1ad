import type { ServerResponse } from 'node:http'
import type { Watch } from '../demo/scene.ts'
import type { Eyes } from './eyes.ts'
import { type RegionName, renderRegions } from './regions.ts'

/** Long enough for what happens together to arrive together. */
const GATHER_MS = 40

/** Sends a browser each region whenever it has changed, as server-sent events, until the browser leaves. */
export function streamRegions(watch: Watch, eyes: Eyes, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const sent = new Map<RegionName, string>()
  let timer: NodeJS.Timeout | undefined
  const send = async () => {
    const regions = renderRegions(await watch.scene(), eyes)
    timer = undefined
    for (const [name, html] of regions) {
      if (sent.get(name) === html) continue
      sent.set(name, html)
      response.write(`data: ${JSON.stringify({ name, html })}\n\n`)
    }
  }
  // A failure may only come from a stage that is being cleared; the browser notices by the connection's end.
  const soon = () => {
    timer ??= setTimeout(() => void send().catch(() => response.end()), GATHER_MS)
  }
  const stop = watch.onChange(soon)
  soon()
  response.on('close', () => {
    stop()
    clearTimeout(timer)
  })
}
