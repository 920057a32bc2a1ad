import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { createPlayers } from '../demo/players.ts'
import { watchStage } from '../demo/scene.ts'
import { namesOf } from '../demo/words.ts'
import { setStage } from '../stage.ts'
import { findBrowser, LAUNCH_OPTIONS, WANTED_BROWSER } from './browser.ts'
import { startPage } from './page.ts'

/* Makes the picture for the README: one manager's message and its thread, after some decisions. */

const PICTURE = fileURLToPath(new URL('../../docs/pictures/thread.png', import.meta.url))
/** A Monday morning; always the same, so that a picture made again differs only where the bot does. */
const NOW = Date.parse('2026-03-02T09:00:05+01:00')

const executablePath = findBrowser()
if (!executablePath) throw new Error(`A picture needs ${WANTED_BROWSER}; there is none.`)
const stage = await setStage({ now: NOW })
const watch = watchStage(stage)
const page = await startPage(stage, watch, 0)
const browser = await chromium.launch({ ...LAUNCH_OPTIONS, executablePath })
try {
  const { command, press, pass } = createPlayers(stage, namesOf(stage.company, stage.slack))
  await command('nora', '/reclaim run')
  await pass(12 * 60_000)
  await press('dana', 'approve', 'Bob Marsh')
  await pass(2 * 60_000)
  await press('dana', 'skip', 'Hugo Martin')
  await pass(13 * 60_000)
  await press('nora', 'approve', 'Greta Lund')

  // Half of the window is the channel: 700 points, in double resolution. Tall enough for the message not to be cut.
  const tab = await browser.newPage({ viewport: { width: 1440, height: 2000 }, deviceScaleFactor: 2 })
  await tab.goto(`${page.url}?as=priya`)
  mkdirSync(dirname(PICTURE), { recursive: true })
  await tab.locator('.message', { hasText: '@Dana Whitfield, please' }).screenshot({ path: PICTURE })
  process.stdout.write(`${PICTURE}\n`)
} finally {
  await browser.close()
  await page.close()
  watch.close()
  await stage.close()
}
