import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { findBrowser, LAUNCH_OPTIONS, WANTED_BROWSER } from '../page/browser.ts'
import { type JsonObject, objectOf, objectsOf } from '../slack/json.ts'

/* Makes pictures of what people see in Teams, of the goldens, with the official renderer of Adaptive Cards. */

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const FOLDER = place('../../docs/pictures/')
const RENDERER = place('../../node_modules/adaptivecards/dist/adaptivecards.min.js')

/** Which golden each picture shows, and how many elements of it if not all. */
const PICTURES = [
  { picture: 'teams-header', golden: 'header', of: 'live' },
  { picture: 'teams-list', golden: 'list', of: 'still open' },
  { picture: 'teams-thread', golden: 'thread', of: 'reply 1', elements: 8 },
  { picture: 'teams-details', golden: 'details', of: 'after a rough ride' },
  { picture: 'teams-notice', golden: 'notice', of: 'paused' },
  { picture: 'teams-status', golden: 'status', of: 'usual' },
  { picture: 'teams-history', golden: 'history', of: 'by a named approver' },
]

function cardOf(golden: string, name: string): JsonObject {
  const messages = objectOf(JSON.parse(readFileSync(place(`../../test/golden/teams/${golden}.json`), 'utf8')))
  const [attachment] = objectsOf(objectOf(messages?.[name])?.attachments)
  const card = objectOf(attachment?.content)
  if (!card) throw new Error(`The golden ${golden} has no card “${name}”.`)
  return card
}

async function show(page: Page, card: JsonObject): Promise<void> {
  await page.setContent(readFileSync(place('picture.html'), 'utf8'))
  await page.addScriptTag({ path: RENDERER })
  await page.evaluate(`showCard(${JSON.stringify(card)})`)
}

const executablePath = findBrowser()
if (!executablePath) throw new Error(`A picture needs ${WANTED_BROWSER}; there is none.`)
const browser = await chromium.launch({ ...LAUNCH_OPTIONS, executablePath })
try {
  const page = await browser.newPage({ viewport: { width: 820, height: 600 }, deviceScaleFactor: 2 })
  mkdirSync(FOLDER, { recursive: true })
  for (const { picture, golden, of, elements } of PICTURES) {
    const card = cardOf(golden, of)
    await show(page, { ...card, body: objectsOf(card.body).slice(0, elements) })
    const path = `${FOLDER}${picture}.png`
    await page.locator('#message').screenshot({ path })
    process.stdout.write(`${path}\n`)
  }
} finally {
  await browser.close()
}
