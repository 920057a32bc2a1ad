import { createInterface } from 'node:readline'
import { setPlaygroundStage } from '../playground/stage.ts'
import { watchPlayground } from '../playground/watch.ts'
import type { LiveOptions } from './live.ts'
import { startTranscript } from './transcript.ts'

const GRACE_MS = 15 * 60_000
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** The demo in Teams to click in: Microsoft's Agents Playground in a browser, and what happens, until Ctrl-C. */
export async function runTeamsLive({ port, print, colour }: LiveOptions): Promise<0> {
  const interrupted = new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  const endings: (() => Promise<void> | void)[] = []
  try {
    print("Starting Microsoft's Agents Playground …")
    const stage = await setPlaygroundStage({ port, log: silent })
    endings.push(stage.close)
    const watch = watchPlayground(stage)
    endings.push(watch.close)
    const transcript = startTranscript(watch, { timeZone: stage.timeZone, print, colour })
    endings.push(transcript.stop)
    const keys = createInterface({ input: process.stdin })
    keys.on('line', () => {
      print('── 15 minutes pass')
      void stage.pass(GRACE_MS)
    })
    endings.push(() => keys.close())
    for (const line of invitation(stage.client.url, stage.channel)) print(line)
    await interrupted
    print('\nThe demo has ended; nothing of it is kept.')
    return 0
  } finally {
    for (const end of endings.reverse()) await end()
  }
}

function invitation(url: string, channel: string): readonly string[] {
  return [
    '',
    'A ServiceNow of its own and the client that Microsoft gives to developers, with the real bot between them.',
    'Mind: the Playground listens on all interfaces of this machine while the demo runs, and fetches fonts from Microsoft.',
    '',
    `  Open   ${url}, and there the channel “${channel}”`,
    '  Write  @Reclaim run      (choose Reclaim from what pops up; you are Nora, who may decide about everybody else)',
    '  Try    Approve beside Bob Marsh, then press Enter here: 15 minutes pass, and his account is deleted',
    '  Ask    @Reclaim status   (the answer is in the personal chat)',
    '  End    Ctrl-C',
    '',
  ]
}
