import { openReports } from '../../src/store/store.ts'
import { setStage } from '../stage.ts'
import { surprisesIn } from './checks.ts'
import { watchedBy } from './happenings.ts'
import { historyTable } from './history-table.ts'
import { ENDINGS, play } from './play.ts'
import { createPlayers } from './players.ts'
import { watchStage } from './scene.ts'
import { startTranscript } from './transcript.ts'
import { namesOf } from './words.ts'

/**
 * The demo without hands: the managers are played, then it is checked that all ended as it should.
 * @returns the exit code: 0 = it did, 1 = a surprise, printed in a sentence.
 */
export async function runAuto(print: (line: string) => void, colour: boolean): Promise<0 | 1> {
  const stage = await setStage()
  const watch = watchStage(stage)
  const nameOf = namesOf(stage.company, stage.slack)
  const timeZone = stage.settings.schedule.timezone
  const transcript = startTranscript(watchedBy(watch, nameOf), { timeZone, print, colour })
  const heading = async (words: string) => {
    await transcript.flush()
    print(`\n── ${words}`)
  }
  try {
    await play(createPlayers(stage, nameOf, watch.troubles), stage.settings.reclaim.graceMs, heading)
    await heading('The event history, as the store holds it')
    const scene = await watch.scene()
    for (const line of historyTable(scene.history, timeZone, nameOf)) print(line)
    const reports = openReports(stage.settings.store.path)
    const chain = await reports.verifyChain().finally(() => reports.close())
    const surprises = surprisesIn(scene, chain, ENDINGS, nameOf)
    for (const surprise of surprises) print(`\nSurprise: ${surprise}.`)
    if (surprises.length > 0) return 1
    print('')
    print(
      'All as it should be: two approved accounts were deleted with one request each and read back, also the one',
    )
    print(
      'whose deletion got no answer; nobody else was touched, every transition stands in its thread, and the',
    )
    print('tamper-evident history verifies.')
    return 0
  } catch (error) {
    await transcript.flush()
    print(`\nSurprise: ${(error as Error).message}.`)
    return 1
  } finally {
    transcript.stop()
    watch.close()
    await stage.close()
  }
}
