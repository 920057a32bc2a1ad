import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { findBrowser, WANTED_BROWSER } from '../../sandbox/page/browser.ts'
import { inNamespace } from '../../sandbox/playground/namespace.ts'

const TIMEOUT_MS = 100_000
const DEMO = ['node_modules/.bin/node', 'sandbox/demo-teams.ts']
/** The Playground listens on all interfaces, so that even the demo to click in is tested where nobody can reach it. */
const alone = inNamespace(DEMO)
const possible = findBrowser() !== null && alone !== null
if (!possible)
  process.stderr.write(
    `Most of test/e2e/demo-teams.test.ts is skipped: it needs ${WANTED_BROWSER}, and unshare and ip with the right to use them.\n`,
  )

function start([program = '', ...before]: readonly string[], ...args: string[]) {
  const child = spawn(program, [...before, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  const exit = new Promise<number | null>(resolve => child.on('exit', resolve))
  return { child, exit }
}

describe.skipIf(!possible)('npm run demo:teams', { timeout: TIMEOUT_MS }, () => {
  test('-- --auto plays the main job in the Agents Playground, shows that it went well, and exits 0', async () => {
    const { child, exit } = start(DEMO, '--auto')
    const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), exit])
    expect(errors).toBe('')
    for (const line of [
      /channel .*Hello, I take ServiceNow licences back/,
      /Dana Whitfield, please decide about 5 accounts/,
      /history .*bob\.marsh: proposed → approved \(approve\) by Dana Whitfield/,
      /ServiceNow .*DELETE \/api\/now\/v2\/table\/sys_user\/[0-9a-f]{32} \(Bob Marsh\) → 204/,
      /whisper .*to Dana Whitfield alone: Done\. Bob Marsh: Approved by Dana Whitfield/,
      /whisper .*to Ada Novak alone: You may not decide/,
      /thread .*Bob Marsh: reclaimed/,
      /writes today 1 of 100/,
      /^All as it should be/m,
    ])
      expect(output).toMatch(line)
    expect(output).not.toContain('Surprise')
    expect(code).toBe(0)
  })

  test('says what to open and to try, lets time pass at Enter, and ends cleanly at Ctrl-C', async () => {
    const { child, exit } = start(alone ?? [])
    let output = ''
    const says = (words: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => output.includes(words) && resolve()
        child.stdout.on('data', chunk => {
          output += chunk
          look()
        })
        child.on('exit', () => reject(new Error(`The demo ended too early: ${output}`)))
        look()
      })
    await says('Ctrl-C')
    expect(output).toContain('the Playground listens on all interfaces')
    child.stdin.write('\n')
    await says('15 minutes pass')
    child.kill('SIGINT')
    expect(await exit).toBe(0)
  })
})

test.each([
  [['--atuo'], /--atuo/],
  [['--port', 'four'], /“four” is no port/],
])('wrong usage %j exits 2 and says how it is used', { timeout: TIMEOUT_MS }, async (args, problem) => {
  const { child, exit } = start(DEMO, ...args)
  const errors = await text(child.stderr)
  expect(await exit).toBe(2)
  expect(errors).toMatch(problem)
  expect(errors).toContain('npm run demo:teams -- --auto')
})
