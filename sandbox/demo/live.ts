import { startPage } from '../page/page.ts'
import { setStage } from '../stage.ts'
import { watchedBy } from './happenings.ts'
import { untilQuiet } from './quiet.ts'
import { watchStage } from './scene.ts'
import { startTranscript } from './transcript.ts'
import { namesOf } from './words.ts'

export type LiveOptions = {
  readonly port: number
  readonly print: (line: string) => void
  readonly colour: boolean
}

/** The demo to click in: starts a run, serves the page, and prints what happens until Ctrl-C. */
export async function runLive({ port, print, colour }: LiveOptions): Promise<0> {
  const interrupted = new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  const endings: (() => Promise<void> | void)[] = []
  try {
    const stage = await setStage()
    endings.push(stage.close)
    const watch = watchStage(stage)
    endings.push(watch.close)
    const page = await startPage(stage, watch, port)
    endings.push(page.close)
    const transcript = startTranscript(watchedBy(watch, namesOf(stage.company, stage.slack)), {
      timeZone: stage.settings.schedule.timezone,
      print,
      colour,
    })
    endings.push(transcript.stop)
    await stage.slack.driver.as('nora').command('/reclaim run')
    await untilQuiet(stage)
    await transcript.flush()
    print('')
    print('A ServiceNow and a Slack of its own, with the real bot between them; nothing leaves this machine.')
    print('')
    print(`  Open   ${page.url}`)
    print('  Try    Approve beside Bob Marsh (you act as Dana), then “Let 15 minutes pass”')
    print('  Break  open “Trouble”, switch something on, and watch what the bot does about it')
    print('  End    Ctrl-C')
    print('')
    await interrupted
    print('\nThe demo has ended; nothing of it is kept.')
    return 0
  } finally {
    for (const end of endings.reverse()) await end()
  }
}
