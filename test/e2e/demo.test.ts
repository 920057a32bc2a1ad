import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const TIMEOUT_MS = 60_000

/** Starts the demo as `npm run demo -- …` does. */
function start(...args: string[]) {
  const child = spawn('node_modules/.bin/node', ['sandbox/demo.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = new Promise<number | null>(resolve => child.on('exit', resolve))
  return { child, exit }
}

test('npm run demo -- --auto plays the main job, shows that it went well, and exits 0', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { child, exit } = start('--auto')
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  expect(errors).toBe('')
  for (const line of [
    /channel .*Licence reclaim/,
    /@Dana Whitfield, please decide about 5 accounts/,
    /history .*bob\.marsh: proposed → approved \(approve\) by Dana Whitfield/,
    /whisper .*to (Dana Whitfield|Nora Lindqvist) alone: Nothing was changed: .*already decided/,
    /whisper .*to Ada Novak alone: You may not decide/,
    /whisper .*to Nora Lindqvist alone: This is your own account/,
    /ServiceNow .*DELETE \/api\/now\/v2\/table\/sys_user\/[0-9a-f]{32} \(Bob Marsh\) → 204/,
    /thread .*Bob Marsh.+reclaimed/s,
    /writes today 2 of 100/,
    /^\d+ +\d\d:\d\d:\d\d +greta\.lund +reclaiming +reclaimed +done +worker$/m,
    /^All as it should be/m,
  ])
    expect(output).toMatch(line)
  expect(output.match(/ DELETE /g)).toHaveLength(2)
  expect(output).not.toContain('Surprise')
  expect(code).toBe(0)
})

test('npm run demo serves its page until Ctrl-C, and then ends cleanly', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { child, exit } = start('--port', '0')
  const url = await new Promise<string>((resolve, reject) => {
    let output = ''
    child.stdout.on('data', chunk => {
      output += chunk
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(output)?.[0]
      if (found && output.includes('please decide about 5 accounts')) resolve(found)
    })
    child.on('exit', () => reject(new Error(`The demo ended too early: ${output}`)))
  })
  expect(await (await fetch(url)).text()).toContain('Approve: Bob Marsh')
  child.kill('SIGINT')
  expect(await exit).toBe(0)
})

test.each([
  [['--atuo'], /--atuo/],
  [['--port', 'four'], /“four” is no port/],
])('wrong usage %j exits 2 and says how it is used', { timeout: TIMEOUT_MS }, async (args, problem) => {
  const { child, exit } = start(...args)
  const errors = await text(child.stderr)
  expect(await exit).toBe(2)
  expect(errors).toMatch(problem)
  expect(errors).toContain('npm run demo -- --auto')
})
