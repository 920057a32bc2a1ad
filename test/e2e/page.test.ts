import { type Browser, chromium, type Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createPlayers } from '../../sandbox/demo/players.ts'
import { watchStage } from '../../sandbox/demo/scene.ts'
import { namesOf } from '../../sandbox/demo/words.ts'
import { findBrowser, LAUNCH_OPTIONS, WANTED_BROWSER } from '../../sandbox/page/browser.ts'
import { startPage } from '../../sandbox/page/page.ts'
import { sysId } from '../../sandbox/servicenow/rows.ts'
import { type Stage, setStage } from '../../sandbox/stage.ts'

const executablePath = findBrowser()
if (!executablePath)
  process.stderr.write(`test/e2e/page.test.ts is skipped: it needs ${WANTED_BROWSER}, and there is none.\n`)

describe.skipIf(!executablePath)('the page of the demo', { timeout: 60_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ ...LAUNCH_OPTIONS, executablePath: executablePath ?? '' })
  }, 60_000)
  afterAll(() => browser.close())

  /** The page after a run, seen by Dana; whatever goes wrong in the browser fails the test. */
  async function open(prepare: (stage: Stage) => void = () => {}) {
    const stage = await setStage()
    prepare(stage)
    const watch = watchStage(stage)
    const page = await startPage(stage, watch, 0)
    const players = createPlayers(stage, namesOf(stage.company, stage.slack))
    await players.command('nora', '/reclaim run')
    const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const errors: string[] = []
    tab.on('pageerror', error => errors.push(error.message))
    tab.on('console', message => {
      if (message.type() === 'error') errors.push(message.text())
    })
    onTestFinished(async () => {
      await tab.close()
      await page.close()
      watch.close()
      await stage.close()
      expect(errors, 'errors in the browser').toEqual([])
    })
    await tab.goto(page.url)
    return { tab, stage, players, errors }
  }

  test('Approve asks first; after 15 minutes the account is gone, and thread, users and history show it', async () => {
    const { tab } = await open()
    await button(tab, 'Approve: Bob Marsh').click()
    const dialog = tab.getByRole('dialog', { name: 'Delete this account?' })
    await dialog.getByText('Bob Marsh (bob.marsh) will be deleted').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(await events(tab, 'bob.marsh')).toEqual(['proposed'])

    await button(tab, 'Approve: Bob Marsh').click()
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await whisper(tab, /Bob Marsh: Approved by @Dana Whitfield/).waitFor()
    await threadLine(tab, /Bob Marsh.+approved by @Dana Whitfield/).waitFor()
    await button(tab, 'Undo: Bob Marsh').waitFor()

    await tab.getByRole('button', { name: 'Let 15 minutes pass' }).click()
    await threadLine(tab, /Bob Marsh.+reclaimed/).waitFor()
    await tab.locator('[data-user="bob.marsh"].gone', { hasText: /deleted \d\d:\d\d/ }).waitFor()
    await tab.locator('[data-user="bob.marsh"][data-to="reclaimed"]').waitFor()
    expect(await events(tab, 'bob.marsh')).toEqual(['proposed', 'approved', 'reclaiming', 'reclaimed'])
    expect(await tab.locator('[data-method="DELETE"]').allInnerTexts()).toEqual([
      expect.stringMatching(/sys_user.*Bob Marsh\s*204/s),
    ])
  })

  test('each button is of the account beside which it stands', async () => {
    const { tab } = await open()
    await button(tab, 'Skip: Hugo Martin').click()
    await threadLine(tab, /Hugo Martin.+skipped by @Dana Whitfield/).waitFor()
    expect(await events(tab, 'hugo.martin')).toEqual(['proposed', 'skipped'])
    expect(await events(tab, 'greta.lund')).toEqual(['proposed'])
  })

  test('Details opens what the bot shows, and only when it is asked for', async () => {
    const { tab } = await open()
    await button(tab, 'Details: Greta Lund').click()
    const dialog = tab.getByRole('dialog', { name: 'Details' })
    await dialog.getByText('User name: greta.lund (sys_user.user_name)').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await tab.reload()
    await nextNews(tab)
    expect(await dialog.isVisible()).toBe(false)
  })

  test('refuses Ada, and tells nobody but her', async () => {
    const { tab } = await open()
    await actAs(tab, 'Ada')
    await button(tab, 'Skip: Bob Marsh').click()
    await whisper(tab, /You may not decide about this account/).waitFor()
    expect(await events(tab, 'bob.marsh')).toEqual(['proposed'])
    await actAs(tab, 'Dana')
    await tab.locator('.whispers').waitFor({ state: 'hidden' })
    expect(await tab.locator('body').innerText()).not.toContain('may not decide')
  })

  test('answers a command privately', async () => {
    const { tab } = await open()
    await tab.getByLabel('Command').fill('/reclaim status')
    await tab.keyboard.press('Enter')
    await whisper(tab, /writes today 0 of 100/).waitFor()
  })

  test('can be used with the keyboard alone: the focus stays with the account', async () => {
    const { tab } = await open()
    await button(tab, 'Approve: Bob Marsh').focus()
    await tab.keyboard.press('Enter')
    await tab.keyboard.press('Tab')
    await tab.keyboard.press('Enter')
    await button(tab, 'Undo: Bob Marsh').waitFor()
    expect(await tab.locator(':focus').getAttribute('aria-label')).toBe('Undo: Bob Marsh')
  })

  test('shows what others do while it happens', async () => {
    const { tab, players } = await open()
    await players.press('priya', 'skip', 'Ines Duarte')
    await threadLine(tab, /Ines Duarte.+skipped by @Priya Raman/).waitFor()
    expect(await events(tab, 'ines.duarte')).toEqual(['proposed', 'skipped'])
  })

  test('a trouble is switched on in its panel, strikes once, and is marked where it struck', async () => {
    const { tab } = await open()
    const panel = tab.getByRole('region', { name: 'Trouble' })
    const toggle = button(tab, 'Trouble')
    const breaks = panel.getByRole('switch', { name: 'Deletes, but the connection breaks' })
    expect(await panel.isVisible()).toBe(false)
    await toggle.click()
    expect(await toggle.getAttribute('aria-expanded')).toBe('true')
    await breaks.click()
    await tab.getByRole('button', { name: 'Trouble 1 on' }).waitFor()
    await panel.getByRole('status').getByText('waits for the next DELETE').waitFor()

    await button(tab, 'Approve: Bob Marsh').click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await button(tab, 'Undo: Bob Marsh').waitFor()
    await tab.getByRole('button', { name: 'Let 15 minutes pass' }).click()
    await tab.locator('[data-user="bob.marsh"][data-to="reclaimed"]').waitFor()
    await threadLine(tab, /Bob Marsh.+reclaimed.+ServiceNow gave no answer/).waitFor()
    expect(await events(tab, 'bob.marsh')).toEqual(['proposed', 'approved', 'reclaiming', 'reclaimed'])
    expect(await tab.locator('[data-method="DELETE"]').allInnerTexts()).toEqual([
      expect.stringMatching(/Bob Marsh.*Trouble: deleted, then the connection broke\s*no answer/s),
    ])
    expect(await tab.locator('tr.struck').count()).toBe(1)
    await panel.getByRole('status').getByText('Off again: has struck 1 request').waitFor()
    expect(await breaks.getAttribute('aria-checked')).toBe('false')
  })

  test('the switches can be used with the keyboard alone, and all be switched off at once', async () => {
    const { tab } = await open()
    const panel = tab.getByRole('region', { name: 'Trouble' })
    await button(tab, 'Trouble').focus()
    await tab.keyboard.press('Enter')
    await tab.keyboard.press('Tab')
    expect(await tab.locator(':focus').innerText()).toBe('All quiet again')
    const hangs = panel.getByRole('switch', { name: 'Hangs' })
    await hangs.focus()
    await tab.keyboard.press('Space')
    await panel.locator('[role=switch][aria-checked=true]').waitFor()
    expect(await tab.locator(':focus').getAttribute('data-trouble'), 'the focus stays').toBe('hangs')
    await button(tab, 'Approve: Bob Marsh').click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await button(tab, 'Undo: Bob Marsh').waitFor()
    await tab.getByRole('button', { name: 'Let 15 minutes pass' }).click()
    await panel.getByRole('button', { name: 'Delete and answer now' }).waitFor()
    expect(await events(tab, 'bob.marsh')).toEqual(['proposed', 'approved', 'reclaiming'])
    await panel.getByRole('button', { name: 'All quiet again' }).click()
    await tab.locator('[data-user="bob.marsh"][data-to="reclaimed"]').waitFor()
    await panel.getByText('Nothing is switched on.').waitFor()
  })

  test('what cannot happen now is said in the panel', async () => {
    const { tab, errors } = await open()
    await button(tab, 'Trouble').click()
    await button(tab, 'Somebody logs in meanwhile').click()
    await tab.getByRole('alert').getByText('approve somebody first').waitFor()
    // The browser notes every answer that is not a success.
    expect(errors.splice(0)).toEqual([expect.stringContaining('422')])
  })

  test('shows hostile names as they are, and runs nothing', async () => {
    const hostile = `<img src=x onerror="document.title='pwned'">*Bob* <@U0PERSON001> " id="confirm" :smile:`
    const { tab } = await open(({ servicenow }) => {
      servicenow.tables.update('sys_user', sysId('bob.marsh'), { name: hostile })
    })
    await button(tab, 'Details: <img src=x').click()
    await tab.getByRole('dialog').locator('.block.header').waitFor()
    expect(await tab.locator('.block.header').last().innerText()).toBe(hostile)
    expect(await tab.locator('tr[data-user="bob.marsh"] th').innerText()).toBe(hostile)
    expect(await tab.locator('[data-mine]').innerText()).toContain(hostile)
    expect(await tab.locator('main img').count()).toBe(0)
    expect(await tab.title()).toBe('Reclaim Bot demo')
  })
})

const button = (tab: Tab, name: string) => tab.getByRole('button', { name })
const whisper = (tab: Tab, words: RegExp) => tab.locator('.whisper', { hasText: words }).last()
const threadLine = (tab: Tab, words: RegExp) => tab.locator('.thread', { hasText: words })

/** Waits until the server has sent something: the clock goes on every second. */
async function nextNews(tab: Tab): Promise<void> {
  const clock = tab.locator('[data-region="clock"]')
  const before = await clock.innerText()
  await tab.locator('[data-region="clock"]', { hasNotText: before }).waitFor()
}

/** Takes another part, and waits until the page shows it. */
async function actAs(tab: Tab, person: string): Promise<void> {
  const channel = tab.waitForResponse(response => response.url().includes('/events?as='))
  await tab.getByText(person, { exact: true }).click()
  await channel
}

/** The states of an account in the history on the page, oldest first. */
async function events(tab: Tab, userName: string): Promise<(string | null)[]> {
  const rows = await tab.locator(`[data-user="${userName}"][data-to]`).all()
  return Promise.all(rows.map(row => row.getAttribute('data-to')))
}
