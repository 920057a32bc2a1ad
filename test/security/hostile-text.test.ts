import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { buttonsIn } from '../../sandbox/slack/buttons.ts'
import type { Stage } from '../../sandbox/stage.ts'
import { eventually } from '../story/screen.ts'
import { startHost } from './host.ts'

/*
 * Whoever writes in ServiceNow, in HR's roster or in a chat chooses words that the bot repeats. Everything that the bot
 * then says in Slack and on the shell is read here. Any strings, on both platforms, within every limit:
 * test/bot/rendering-property.test.ts, test/bot/teams/rendering-property.test.ts.
 */

const HOSTILE = [
  '<!channel> <!here> <!everyone>',
  '<@U0PERSON001> <#C0123456789> <!subteam^S0123456789>',
  '<https://evil.example|Click here>',
  '&lt;!channel&gt; &amp;lt;',
  '*bold* _italic_ ~struck~ `code` :tada: > quote',
  '[click](https://evil.example) <at>Dana</at> {{DATE(2026-01-01)}}',
  'one\ntwo\r\nthree\u2028four\u2029five\u0085six',
  '\u202egnp.exe\u2066 \u200b\u200f\u061c\ufeff',
  '\u001b[2J\u001b]0;title\u0007\u009b31m\u0000\b\u007f',
  '=HYPERLINK("https://evil.example","x")',
  "+1+cmd|' /C calc'!A0",
  '-2+3',
  '@SUM(A1)',
  '\t=1+1',
  `long ${'x'.repeat(10_000)}`,
]
const hostile = (n: number) => HOSTILE[n % HOSTILE.length] ?? ''

const CONTROL_OR_BIDI = /[\p{Cc}\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u
/** Accounts that stay as they are, so that their managers can be asked. */
const DECIDERS = ['nora.lindqvist', 'dana.whitfield', 'priya.raman', 'tomas.herrera', 'reclaim.bot']

/** Puts something hostile wherever others write, another thing into each account. */
function poison({ servicenow, folder }: Stage): void {
  const { tables } = servicenow
  for (const [n, row] of tables.rows('sys_user').entries()) {
    const fields = { name: hostile(n), title: hostile(n + 1) }
    const known = DECIDERS.includes(row.user_name ?? '')
    const own = { user_name: `${hostile(n + 2)}${n}`, email: `${hostile(n + 3)}@example.com` }
    tables.update('sys_user', row.sys_id ?? '', known ? fields : { ...fields, ...own })
  }
  for (const [n, row] of tables.rows('cmn_department').entries())
    tables.update('cmn_department', row.sys_id ?? '', { name: hostile(n) })
  const roster = join(folder, 'roster.csv')
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`
  const more = HOSTILE.map(text => [`${text}@example.com`, text, text, text].map(cell).join(','))
  writeFileSync(roster, readFileSync(roster, 'utf8') + more.join('\n'))
}

/** Every text of a message or a view, with the kind of object that it stands in. */
function textsIn(value: unknown, kind = ''): { kind: string; text: string }[] {
  if (Array.isArray(value)) return value.flatMap(part => textsIn(part, kind))
  if (typeof value !== 'object' || value === null) return []
  const type = 'type' in value ? String(value.type) : kind
  return Object.entries(value).flatMap(([key, part]) =>
    typeof part === 'string' && ['text', 'accessibility_label', 'url'].includes(key)
      ? [{ kind: key === 'url' ? 'url' : type, text: part }]
      : textsIn(part, type),
  )
}

/** What Slack reads as markup: nothing but the mention of a member may be left in it. */
function expectHarmlessMarkup(text: string): void {
  expect(text.replaceAll(/<@[UW][A-Z0-9]+>/g, '')).not.toMatch(/[<>]/)
  expect(text).not.toMatch(CONTROL_OR_BIDI)
}

function expectHarmless(blocks: unknown): void {
  const texts = textsIn(blocks)
  expect(texts.length).toBeGreaterThan(0)
  for (const { kind, text } of texts) {
    expect(['plain_text', 'text', 'button'], text).toContain(kind)
    expect(text === '\n' ? '' : text).not.toMatch(CONTROL_OR_BIDI)
    expect(text.length).toBeLessThanOrEqual(3000)
  }
  const types = JSON.stringify(blocks).match(/"type":"[a-z_]+"/g) ?? []
  for (const type of ['mrkdwn', 'link', 'broadcast', 'usergroup', 'channel', 'emoji', 'image', 'date'])
    expect(types).not.toContain(`"type":"${type}"`)
}

test('hostile words harm nobody who reads what the bot says', async () => {
  const refusals = HOSTILE.values()
  const { stage, reclaim, printed } = await startHost({
    prepare: poison,
    async servicenow({ method }) {
      if (method !== 'DELETE') return null
      const words = refusals.next().value ?? '<!channel>'
      return {
        status: 403,
        body: JSON.stringify({ error: { message: words, detail: words }, status: 'failure' }),
      }
    },
    async slack({ path }, ask) {
      if (!path.startsWith('/api/users.info')) return null
      // Slack people choose their own names.
      return { status: 200, body: (await ask()).replaceAll('Dana Whitfield', '=<!channel>\\n\\u202eDana') }
    },
  })
  const { slack } = stage
  const shown = () => [...slack.whispers, ...slack.views]
  const answered = async (act: () => Promise<unknown>) => {
    const before = shown().length
    await act()
    await eventually(() => expect(shown().length).toBeGreaterThan(before))
  }
  const say = (person: string, line: string) =>
    answered(() => slack.driver.as(person).command(`/reclaim ${line}`))

  await say('nora', 'run')
  expect((await reclaim('run')).code).toBe(0)
  const candidates = JSON.parse((await reclaim('scan', '--json')).stdout).candidates
  expect(candidates.length, 'hostile words keep nobody from being found').toBeGreaterThan(8)
  const buttons = async () => (await slack.messages()).flatMap(({ blocks }) => buttonsIn(blocks))
  await eventually(async () =>
    expect((await buttons()).filter(({ actionId }) => actionId === 'reclaim_details')).toHaveLength(
      candidates.length,
    ),
  )
  for (const message of await slack.messages())
    for (const { actionId, value } of buttonsIn(message.blocks)) {
      if (actionId === 'reclaim_details')
        await answered(() => slack.driver.as('nora').click({ on: message, actionId, pick: value }))
      if (actionId !== 'reclaim_approve') continue
      // Dana where she may, else Nora; on the message as they both saw it.
      for (const person of ['dana', 'nora'])
        await answered(() => slack.driver.as(person).click({ on: message, actionId, pick: value }))
    }
  await eventually(async () => {
    const { stdout } = await reclaim('status', '--json')
    const { byState } = JSON.parse(stdout)
    expect(byState.failed, 'hostile refusals').toBeGreaterThan(2)
    expect((byState.approved ?? 0) + (byState.reclaiming ?? 0)).toBe(0)
  })
  for (const words of HOSTILE)
    for (const line of ['', 'status ', 'history ', 'undo ']) await say('nora', line + words.slice(0, 4000))
  await say('nora', 'status')
  await say('nora', 'history')

  const messages = (await slack.messages()).flatMap(message => [message, ...message.replies])
  for (const { text, blocks } of [...messages, ...slack.whispers]) {
    expectHarmlessMarkup(text)
    expectHarmless(blocks)
  }
  for (const { view } of slack.views) expectHarmless(view)
  expect(slack.views).toHaveLength(candidates.length)
  const refused = slack.calls.filter(({ method, ok }) => !ok && /^(chat|views)\./.test(method))
  expect(refused, 'Slack takes everything, so it is within its limits').toEqual([])

  const rows = JSON.parse((await reclaim('history', '--json')).stdout)
  for (const [line, lines] of [
    [['status'], 0],
    [['scan'], 0],
    [['history'], rows.length],
    [['history', '--user', '<!channel>\u001b[2J'], 1],
    [['verify'], 1],
  ] as const) {
    const { code, stdout, stderr } = await reclaim(...line)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const said = stdout.trimEnd().split('\n')
    if (lines) expect(said).toHaveLength(lines)
    for (const each of said) expect(each).not.toMatch(CONTROL_OR_BIDI)
  }
  const cells: string[][] = parse((await reclaim('history', '--csv')).stdout)
  expect(cells).toHaveLength(rows.length + 1)
  for (const cell of cells.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/)
  const names = new Set(cells.map(([, , , name]) => name))
  expect([...names].some(name => name?.startsWith("'=HYPERLINK"))).toBe(true)

  const logged = printed.stderr.trimEnd().split('\n')
  for (const each of logged) {
    expect(JSON.parse(each)).toHaveProperty('msg')
    expect(each).not.toMatch(CONTROL_OR_BIDI)
  }
}, 180_000)
