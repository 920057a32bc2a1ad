import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** What is looked for, in words. */
export const WANTED_BROWSER = `a browser in PATH named ${NAMES.join(', ')}`

/** The first Chromium in PATH, or null. */
export function findBrowser(path = process.env.PATH ?? ''): string | null {
  const places = path.split(delimiter).flatMap(folder => NAMES.map(name => join(folder, name)))
  return places.find(existsSync) ?? null
}

/** Without a window, sandbox (containers have none to give) or traffic of its own. */
export const LAUNCH_OPTIONS = {
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}
