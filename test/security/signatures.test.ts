import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { buttonsIn } from '../../sandbox/slack/buttons.ts'
import type { Stage } from '../../sandbox/stage.ts'
import { eventually } from '../story/screen.ts'
import { MINUTE, story } from '../story/story.ts'
import { type Caught, catchRequest, send, signed } from './wiretap.ts'

/*
 * Who is believed at the bot's one port. Teams, whose requests carry tokens instead: test/bot/teams/ears.test.ts.
 * What the port answers to other paths and methods: test/http/http.test.ts.
 */

const FIVE_MINUTES_S = 5 * 60
const YEAR_S = 365 * 24 * 3600

/** A click of Dana's on a button beside Bob Marsh, as Slack would have delivered it. */
async function clickOnBob(stage: Stage, what = 'approve'): Promise<Caught> {
  const action = { actionId: `reclaim_${what}` }
  const isBobs = ({ actionId, element }: ReturnType<typeof buttonsIn>[number]) =>
    actionId === action.actionId && String(element.accessibility_label).endsWith(': Bob Marsh')
  const on = (await stage.slack.messages()).find(({ blocks }) => buttonsIn(blocks).some(isBobs))
  if (!on) throw new Error('No message offers it.')
  return catchRequest(stage, () =>
    stage.slack.driver.as('dana').click({ on, ...action, pick: button => isBobs(button) }),
  )
}

const typed = (stage: Stage, person: string, line: string) =>
  catchRequest(stage, () => stage.slack.driver.as(person).command(`/reclaim ${line}`))

const without = ({ body, headers }: Caught, name: string): Caught => ({
  body,
  headers: Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)),
})
const withHeader = ({ body, headers }: Caught, name: string, value: string): Caught => ({
  body,
  headers: { ...headers, [name]: value },
})

/** Everything that a request could leave behind. */
async function traces({ stage, history }: Awaited<ReturnType<typeof story>>) {
  const { whispers, views, calls } = stage.slack
  return {
    history: await history(),
    shown: [whispers.length, views.length],
    // Not what the bot asks by itself.
    calls: calls.filter(({ method }) => method !== 'auth.test' && method !== 'conversations.info').length,
    written: stage.servicenow.journal.filter(({ method }) => method !== 'GET').length,
  }
}

describe('a click that is not Slack’s, for this bot, from now, is refused, and leaves nothing', () => {
  const SIGNATURE = 'x-slack-signature'
  const TIME = 'x-slack-request-timestamp'
  const cases: [string, (real: Caught) => Caught][] = [
    ['without a signature', real => without(real, SIGNATURE)],
    ['without a time', real => without(real, TIME)],
    ['with neither', real => without(without(real, SIGNATURE), TIME)],
    ['signed with another secret', ({ body }) => signed(body, { secret: 'another-signing-secret' })],
    ['signed with nothing', ({ body }) => signed(body, { secret: '\0' })],
    ['signed for another body', real => ({ ...real, body: real.body.replace('approve', 'skip') })],
    ['with a field more than was signed', real => ({ ...real, body: `${real.body}&payload=%7B%7D` })],
    ['with an empty signature', real => withHeader(real, SIGNATURE, 'v0=')],
    ['with a signature of a version to come', real => withHeader(real, SIGNATURE, 'v1=00')],
    [
      'with half a signature',
      real => withHeader(real, SIGNATURE, String(real.headers[SIGNATURE]).slice(0, 40)),
    ],
    ['with a time that is none', real => withHeader(real, TIME, 'soon')],
    ['with a time that never passes', real => withHeader(real, TIME, 'Infinity')],
    [
      'with another time than was signed',
      real => withHeader(real, TIME, String(Number(real.headers[TIME]) - 1)),
    ],
    ['older than five minutes', ({ body }) => signed(body, { secondsAhead: -FIVE_MINUTES_S - 5 })],
    ['more than five minutes ahead', ({ body }) => signed(body, { secondsAhead: FIVE_MINUTES_S + 5 })],
    ['a year ahead, to be kept', ({ body }) => signed(body, { secondsAhead: YEAR_S })],
  ]

  test('be it one of these', async () => {
    const town = await story('slack')
    const { run, stage, pass, quiet, states, deletes } = town
    await run()
    const real = await clickOnBob(stage)
    const before = await traces(town)
    for (const [what, forge] of cases) expect(await send(stage, forge(real)), what).toBe(401)
    expect(await traces(town)).toEqual(before)
    await pass(20 * MINUTE)
    expect(deletes()).toHaveLength(0)

    expect(await send(stage, real), 'the real one').toBe(200)
    await quiet()
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved'])
  })

  test('but for a clock that is a little off', async () => {
    const { run, stage, states } = await story('slack')
    await run()
    const { body } = await clickOnBob(stage)
    expect(await send(stage, signed(body, { secondsAhead: FIVE_MINUTES_S - 30 }))).toBe(200)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved'])
  })
})

test('the one thing that Slack does not sign, its check of the certificate, carries nothing in', async () => {
  const town = await story('slack')
  await town.run()
  const { body, headers } = without(await clickOnBob(town.stage), 'x-slack-signature')
  const before = await traces(town)
  expect(await send(town.stage, { headers, body: `ssl_check=1&${body}` })).toBe(200)
  expect(await send(town.stage, { headers, body: `${body}&ssl_check=1` })).toBe(200)
  expect(await traces(town)).toEqual(before)
})

describe('a signed request that is sent again within its five minutes is answered, and not repeated:', () => {
  test('a click', async () => {
    const { run, stage, states, pass, quiet, deletes, shownTo } = await story('slack')
    await run()
    const real = await clickOnBob(stage)
    const before = shownTo('dana').length
    for (let n = 0; n < 3; n++) expect(await send(stage, real)).toBe(200)
    await eventually(() => expect(shownTo('dana')).toHaveLength(before + 3))
    expect(shownTo('dana').at(-1)).toMatch(/approved/)
    await quiet()
    await pass(15 * MINUTE)
    expect(await send(stage, real), 'after the deletion').toBe(200)
    await pass(20 * MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'reclaiming', 'reclaimed'])
    expect(deletes()).toHaveLength(1)
  })

  test('an approval that was taken back', async () => {
    const { run, stage, states, press, pass, quiet, deletes } = await story('slack')
    await run()
    const real = await clickOnBob(stage)
    await send(stage, real)
    await quiet()
    expect(await press('dana', 'undo', 'Bob Marsh')).toMatch(/^Done/)
    await quiet()
    expect(await send(stage, real)).toBe(200)
    await pass(20 * MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'proposed'])
    expect(deletes()).toHaveLength(0)
  })

  test.each([
    ['run', 'The run is done'],
    ['pause', 'Paused'],
    ['resume', 'Resumed'],
  ])('the command %s', async (line, answer) => {
    const { run, stage, shownTo, quiet, messages, history } = await story('slack')
    await run()
    const answers = () => shownTo('nora').filter(text => text.startsWith(answer))
    const before = answers().length
    const real = await typed(stage, 'nora', line)
    await send(stage, real)
    await eventually(() => expect(answers()).toHaveLength(before + 1))
    await quiet()
    const [posts, events] = [(await messages()).length, (await history()).length]
    expect(await send(stage, real)).toBe(200)
    await eventually(() => expect(shownTo('nora').at(-1)).toMatch(/^This command was delivered twice/))
    await quiet()
    expect(answers()).toHaveLength(before + 1)
    expect(await messages()).toHaveLength(posts)
    expect(await history()).toHaveLength(events)
  })

  test('a resume that was kept does not end the pause that came after it', async () => {
    const { run, stage, shownTo, press, command, pass, deletes } = await story('slack')
    await run()
    const real = await typed(stage, 'nora', 'resume')
    await send(stage, real)
    await eventually(() => expect(shownTo('nora').at(-1)).toMatch(/^Resumed/))
    await press('dana', 'approve', 'Bob Marsh')
    expect(await command('dana', 'help')).toContain('help')
    expect(await command('nora', 'pause')).toMatch(/^Paused/)
    await send(stage, real)
    await eventually(() => expect(shownTo('nora').at(-1)).toMatch(/^This command was delivered twice/))
    await pass(60 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect(await command('nora', 'help'), 'the same words typed again are another command').toContain('help')
    expect(await command('nora', 'resume')).toMatch(/^Resumed: 1 approved deletion/)
  })
})

describe('what nobody can want leaves the bot up, and nothing behind', () => {
  const KB = 1024
  const payload = (value: string) => `payload=${encodeURIComponent(value)}`
  const deep = (n: number) => `${'['.repeat(n)}${']'.repeat(n)}`
  /** Whatever Bolt makes of it. */
  const HANDLED = [200, 400, 404, 500]
  const bodies: [string, Caught, readonly number[]][] = [
    ['more than 256 kB', signed(payload('x'.repeat(257 * KB))), [413]],
    ['more than 1 MB, announced', signed(payload('x'.repeat(1100 * KB))), [413]],
    ['10,000 fields', signed(Array.from({ length: 10_000 }, (_, n) => `f${n}=${n}`).join('&')), [200, 404]],
    ['a field 10,000 times', signed('payload=1&'.repeat(10_000)), HANDLED],
    ['JSON 30,000 levels deep', signed(payload(deep(30_000))), HANDLED],
    ['the same as JSON', signed(deep(60_000), { contentType: 'application/json' }), HANDLED],
    ['null', signed(payload('null')), [401]],
    ['an object, with null beside it', signed('payload=%7B%7D&payload=null'), HANDLED],
    ['a number', signed(payload('7')), HANDLED],
    ['a click by nobody, on nothing', signed(payload('{"type":"block_actions","actions":[{}]}')), HANDLED],
    ['a click without anything', signed(payload('{"type":"block_actions"}')), HANDLED],
    ['a prototype', signed(payload('{"__proto__":{"type":"block_actions"},"constructor":1}')), HANDLED],
    ['half of JSON', signed(payload('{"type":"block_actions","actions":[')), [400]],
    ['nothing', signed(''), HANDLED],
    ['NUL and halves of characters', signed('payload=%00%ff%fe%ed%a0%80'), [400]],
    ['a form that says it is JSON', signed(payload('{}'), { contentType: 'application/json' }), [400]],
    ['a form that says it is text', signed(payload('{}'), { contentType: 'text/plain' }), [400]],
    [
      'a form with a charset',
      signed(payload('{}'), { contentType: 'application/x-www-form-urlencoded; charset=x' }),
      [400],
    ],
  ]

  test('signed bodies', async () => {
    const town = await story('slack')
    const { run, stage, command } = town
    await run()
    const before = await traces(town)
    // Bolt gives what nobody listens to three seconds: so all at once.
    await Promise.all(
      bodies.map(async ([what, sent, answers]) => expect(answers, what).toContain(await send(stage, sent))),
    )
    expect(await (await fetch(`${stage.bot().url}/healthz`)).text()).toBe('ok')
    expect(await traces(town)).toEqual(before)
    expect(await command('dana', 'help')).toContain('status')
  })

  test('a body that does not say how long it is, and does not end', async () => {
    const town = await story('slack')
    const { stage, command } = town
    const before = await traces(town)
    expect(await pour(`${stage.bot().url}/slack/events`)).toMatch(/^(413|cut off)$/)
    expect(await traces(town)).toEqual(before)
    expect(await command('dana', 'help')).toContain('status')
  })

  test('requests to the pages for operators, which say no more than they must', async () => {
    const { stage, run } = await story('slack')
    await run()
    const pages = await Promise.all(
      ['/healthz', '/readyz', '/metrics'].map(async page => (await fetch(stage.bot().url + page)).text()),
    )
    for (const person of ['marsh', 'whitfield', 'example.com'])
      expect(pages.join('\n').toLowerCase()).not.toContain(person)
  })
})

/** Sends and sends. @returns the status, or how it ended. */
function pour(url: string): Promise<string> {
  return new Promise(resolve => {
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const wanted = request(url, { method: 'POST', headers: signed('x').headers }, response => {
      response.resume()
      resolve(String(response.statusCode))
      wanted.destroy()
    })
    wanted.on('error', () => resolve('cut off'))
    const more = () => {
      if (!wanted.destroyed) wanted.write(chunk, error => !error && more())
    }
    more()
  })
}
