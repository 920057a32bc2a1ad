import { openReports } from '../../src/store/store.ts'
import { findBrowser, WANTED_BROWSER } from '../page/browser.ts'
import { openScreen, type Screen } from '../playground/screen.ts'
import { type PlaygroundStage, setPlaygroundStage } from '../playground/stage.ts'
import { watchPlayground } from '../playground/watch.ts'
import { historyTable } from './history-table.ts'
import { until } from './quiet.ts'
import { startTranscript } from './transcript.ts'

const GRACE_MS = 15 * 60_000
const PORT = 56_150
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** What the store must say in the end about those who were decided about. */
const ENDINGS: Readonly<Record<string, string>> = {
  'bob.marsh': 'reclaimed',
  'ines.duarte': 'skipped',
  'jonas.keller': 'proposed',
}

/**
 * The demo in Teams without hands: Nora at the screen, the managers as the Playground can have others act. Runs in a
 * network namespace of its own.
 * @returns the exit code: 0 = all ended as it should, 1 = a surprise, printed in a sentence.
 */
export async function runTeamsAuto(print: (line: string) => void, colour: boolean): Promise<0 | 1> {
  const browser = findBrowser()
  if (!browser) throw new Error(`--auto needs ${WANTED_BROWSER}, and there is none.`)
  const stage = await setPlaygroundStage({ port: PORT, log: silent })
  const watch = watchPlayground(stage)
  const transcript = startTranscript(watch, { timeZone: stage.timeZone, print, colour })
  const scene = async (heading: string) => {
    await transcript.flush()
    print(`\n── ${heading}`)
  }
  const screen = await openScreen(stage.client.url, browser)
  try {
    await play(stage, screen, scene)
    await scene('The event history, as the store holds it')
    const reports = openReports(stage.storePath)
    const history = await reports.history({})
    reports.close()
    for (const line of historyTable(history, stage.timeZone, stage.nameOf)) print(line)
    const states = new Map(history.map(({ userName, to }) => [userName, to]))
    const surprises = Object.entries(ENDINGS).filter(([userName, state]) => states.get(userName) !== state)
    const deletions = stage.servicenow.journal.filter(({ method }) => method === 'DELETE').length
    for (const [userName, state] of surprises)
      print(`\nSurprise: ${userName} should be ${state} and is ${states.get(userName) ?? 'unknown'}.`)
    if (deletions !== 1) print(`\nSurprise: there should be one DELETE, and there were ${deletions}.`)
    if (surprises.length > 0 || deletions !== 1) return 1
    print(
      '\nAll as it should be: one approved account was deleted with one request and read back, nobody else was',
    )
    print("touched, and Microsoft's own client showed every step.")
    return 0
  } catch (error) {
    print(`\nSurprise: ${(error as Error).message}`)
    return 1
  } finally {
    transcript.stop()
    watch.close()
    await screen.close()
    await stage.close()
  }
}

async function play(
  stage: PlaygroundStage,
  screen: Screen,
  scene: (heading: string) => Promise<void>,
): Promise<void> {
  await scene('Nora, the licence manager, adds the app to the team')
  await screen.openChannel(stage.channel)
  await screen.sees('Hello, I take ServiceNow licences back')

  await scene('She starts a run')
  await screen.post('run')
  await screen.sees('Named approvers, please decide about 1 account.')

  await scene('Dana approves Bob Marsh, who left the company')
  await screen.send(stage.clickOf('dana', 'Approve: Bob Marsh'))
  await screen.sees('Bob Marsh: approved by Dana Whitfield')

  await scene('Priya keeps Ines Duarte')
  await screen.send(stage.clickOf('priya', 'Skip: Ines Duarte'))
  await screen.sees('Ines Duarte: skipped by Priya Raman')

  await scene("Ada, nobody's manager, tries to approve Jonas Keller")
  await screen.send(stage.clickOf('ada', 'Approve: Jonas Keller'))
  await until(
    () => stage.cloud.whispers.some(({ text }) => text.includes('You may not decide')),
    () => 'Ada was not told that she may not decide',
  )

  await scene('15 minutes pass')
  await stage.pass(GRACE_MS)
  await screen.sees('Bob Marsh: reclaimed. The account is gone')

  await scene('Nora asks how things stand')
  await screen.replyTo('Bob Marsh: reclaimed', 'status')
  await screen.openPersonalChat()
  await screen.sees('writes today 1 of 100')
}
