import { chromium, type Page } from 'playwright-core'
import { LAUNCH_OPTIONS } from '../page/browser.ts'
import type { JsonObject } from '../slack/json.ts'

/** The Playground's page in a browser. What it shows is kept in the page alone: it is never loaded anew. */
export interface Screen {
  page: Page
  /** Opens the channel; the Playground adds the app to the team with the first look. */
  openChannel(name: string): Promise<void>
  openPersonalChat(): Promise<void>
  /** Starts a thread in the channel, with a mention of the bot. */
  post(text: string): Promise<void>
  /** Answers in the thread that shows this text, with a mention of the bot. */
  replyTo(shown: string, text: string): Promise<void>
  /** Waits until a text is shown. */
  sees(text: string | RegExp): Promise<void>
  /** Has somebody else do something: the Playground sends what it is given. */
  send(activity: JsonObject): Promise<void>
  close(): Promise<void>
}

const BOT = 'Reclaim'

/** Opens the page. Whatever takes longer than twenty seconds fails. */
export async function openScreen(url: string, executablePath: string): Promise<Screen> {
  const browser = await chromium.launch({ ...LAUNCH_OPTIONS, executablePath })
  const page = await browser.newPage({ viewport: { width: 1500, height: 1100 } })
  page.setDefaultTimeout(20_000)
  await page.goto(url)

  const mention = async (text: string) => {
    await page.keyboard.type(`@${BOT.slice(0, 3)}`)
    await page.getByRole('menuitem').filter({ hasText: BOT }).click()
    await page.keyboard.type(` ${text}`)
  }
  return {
    page,
    openChannel: name => page.getByText(name, { exact: true }).click(),
    openPersonalChat: () => page.getByText('Personal Chat', { exact: true }).first().click(),
    async post(text) {
      await page.getByRole('textbox').first().click()
      await mention(text)
      await page.getByRole('button', { name: 'Post', exact: true }).click()
    },
    async replyTo(shown, text) {
      // The smallest part of the page that holds both the text and a place to answer.
      const thread = page
        .locator('div')
        .filter({ hasText: shown })
        .filter({ has: page.getByRole('textbox') })
      await thread.last().getByRole('textbox').click()
      await mention(text)
      await page.keyboard.press('Enter')
    },
    sees: text => page.getByText(text).first().waitFor(),
    async send(activity) {
      await page.getByRole('button', { name: 'Mock an Activity' }).click()
      await page.getByRole('menuitem', { name: 'Custom activity' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByText('"channelId"').click()
      await page.keyboard.press('Control+A')
      await page.keyboard.insertText(JSON.stringify(activity))
      // The editor closes brackets by itself, behind what was written.
      await page.keyboard.press('Control+Shift+End')
      await page.keyboard.press('Delete')
      await dialog.getByRole('button', { name: 'Send activity' }).click()
      await dialog.waitFor({ state: 'hidden' })
    },
    close: () => browser.close(),
  }
}
