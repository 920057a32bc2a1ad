import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { findBrowser, WANTED_BROWSER } from '../../sandbox/page/browser.ts'
import { inNamespace } from '../../sandbox/playground/namespace.ts'

/* The bot in Microsoft's own client, the Agents Playground, clicked in a real browser. */

const SCENARIO = fileURLToPath(new URL('playground/scenario.ts', import.meta.url))
const GIVE_UP_AFTER_MS = 160_000
const browser = findBrowser()
const pictures = mkdtempSync(join(tmpdir(), 'playground-pictures-'))
const command = inNamespace([process.execPath, SCENARIO, browser ?? '', pictures])
if (!browser || !command)
  process.stderr.write(
    `test/e2e/playground.test.ts is skipped: it needs ${WANTED_BROWSER}, and unshare and ip with the right to use them.\n`,
  )

/** What the scenario found, by the name of the fact. */
async function facts(): Promise<Map<string, unknown>> {
  const [program = '', ...args] = command ?? []
  // Ended by itself before vitest gives up, so that nothing of it stays behind.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: GIVE_UP_AFTER_MS })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => {
    printed.stdout += chunk
  })
  child.stderr.on('data', chunk => {
    printed.stderr += chunk
  })
  const code = await new Promise(resolve => child.once('exit', resolve))
  expect(code, `${printed.stdout}${printed.stderr}, pictures in ${pictures}`).toBe(0)
  const lines = printed.stdout.trim().split('\n')
  return new Map(lines.map(line => JSON.parse(line)).map(({ fact, value }) => [fact, value]))
}

describe.skipIf(!browser || !command)("in Microsoft's own client", () => {
  let found: Map<string, unknown>
  beforeAll(async () => {
    found = await facts()
  }, GIVE_UP_AFTER_MS + 10_000)

  test('the app is welcomed once, and a run posts a header and a message for each approver', () => {
    expect(found.get('welcome')).toBe(1)
    expect(found.get('roots after the run')).toBe(6)
  })

  test("another person's approval changes the card in its place", () => {
    expect(found.get('the card after the approval')).toEqual({ roots: 6, edited: true, undo: 1 })
  })

  test('the account is deleted once, and the thread tells every step', () => {
    expect(found.get('deletions')).toBe(1)
    expect(found.get('the account still exists')).toBe(false)
    expect(found.get('the thread')).toEqual(['approved', 'reclaiming', 'reclaimed'])
  })

  test('a click on the screen counts like any other', () => {
    expect(found.get('skipped')).toEqual({ card: 1, thread: 1 })
  })

  test('status, asked in the thread, is answered in the personal chat', () => {
    expect(found.get('status')).toEqual({ inTheThread: 1, inTheChat: 1 })
  })

  test('429, 502 and a timeout after the commit leave no second root post', () => {
    expect(found.get('faults met')).toEqual([
      'fault: 502_after (ok)',
      'fault: 502',
      'fault: hang_after (ok)',
      'fault: 429',
    ])
    expect(found.get('roots through faults')).toEqual({ welcome: 1, header: 1, lists: 4, posted: 6 })
  })
})
