import { expect } from 'vitest'
import { buttonsIn } from '../../../sandbox/slack/buttons.ts'
import { objectOf, stringOf } from '../../../sandbox/slack/json.ts'
import type { ShownMessage } from '../../../sandbox/slack/messages.ts'
import * as lifecycle from '../../../src/reclaim/lifecycle.ts'
import type { HistoryRow } from '../../../src/reclaim/reports.ts'
import { openReports } from '../../../src/store/store.ts'
import type { Scene } from './scene.ts'

/** What must be true once everything has come to its end, wherever the bot was killed; seen from outside only. */
export async function checkPromises(scene: Scene): Promise<void> {
  const rows = await scene.history()
  const candidates = [...Map.groupBy(rows, row => row.candidateId).values()]
  const roots = (await scene.stage.slack.messages()).filter(root => payloadOf(root, 'reclaim_message'))
  expect(scene.hasTasks(), 'something is left to do for ever').toBe(false)
  everyDeleteProven(scene)
  noDecisionLost(scene, rows)
  for (const own of candidates) {
    endsRightly(scene, own)
    if (roots.length > 0) toldOnce(own, roots)
  }
  const keys = roots.map(root => payloadOf(root, 'reclaim_message')?.key)
  expect(keys, 'a message stands in the channel twice').toEqual([...new Set(keys)])
  const names = candidates.map(([first]) => first?.name)
  expect(names, 'an account is proposed twice').toEqual([...new Set(names)])
  await chainHolds(scene)
}

/** What was last heard of an account before each DELETE is a read that found it. */
function everyDeleteProven({ stage: { servicenow } }: Scene): void {
  for (const { sysId } of servicenow.journal.filter(({ method }) => method === 'DELETE')) {
    const talk = servicenow.journal.filter(
      entry =>
        entry.table === 'sys_user' &&
        (entry.sysId === sysId || entry.query.sysparm_query?.includes(`sys_id=${sysId}`)),
    )
    for (const [index, { method }] of talk.entries())
      if (method === 'DELETE') {
        const before = talk[index - 1]
        expect([before?.method, before?.status], 'a DELETE follows a read that found the account').toEqual([
          'GET',
          200,
        ])
      }
  }
}

/** Whoever was told “Done”, or whose click was taken, finds it in the history; and nothing stands there that nobody pressed. */
function noDecisionLost({ presses }: Scene, rows: readonly HistoryRow[]): void {
  const keyOf = (name: string, event: string, actor: string) => `${event} ${name} by ${actor}`
  const recorded = rows
    .filter(({ actor }) => actor.startsWith('slack:'))
    .map(({ name, event, actor }) => keyOf(name, event, actor))
  const pressed = presses.map(({ name, event, actor }) => keyOf(name, event, actor))
  const believed = presses
    .filter(({ acknowledged, told }) => told?.startsWith('Done') ?? acknowledged)
    .map(({ name, event, actor }) => keyOf(name, event, actor))
  const count = (keys: readonly string[], key: string) => keys.filter(each => each === key).length
  for (const key of new Set(believed))
    expect(count(recorded, key), `${key}, which was believed to be done`).toBeGreaterThanOrEqual(
      count(believed, key),
    )
  for (const key of new Set(recorded))
    expect(count(recorded, key), `${key}, which somebody must have pressed`).toBeLessThanOrEqual(
      count(pressed, key),
    )
}

const ENDS = new Map([
  ['approve', 'reclaimed'],
  ['undo', 'proposed'],
  ['skip', 'skipped'],
])

/** What was decided last is what happened: reclaimed if and only if the account is gone. */
function endsRightly({ stage }: Scene, own: readonly HistoryRow[]): void {
  const end = own.reduce((before, { event }) => ENDS.get(event) ?? before, 'proposed')
  const last = own.at(-1)
  const story = own.map(({ event, to }) => `${event} → ${to}`).join(', ')
  expect(last?.to, `${last?.name}: ${story}`).toBe(end)
  const exists = stage.servicenow.tables.rows('sys_user').some(row => row.user_name === last?.userName)
  expect(exists, `${last?.name} still has an account`).toBe(end !== 'reclaimed')
}

/** Its message shows the present state, and its thread was told every transition, once and in order. */
function toldOnce(own: readonly HistoryRow[], roots: readonly ShownMessage[]): void {
  const [first] = own
  const labels = (root: ShownMessage) =>
    buttonsIn(root.blocks).map(({ element }) => stringOf(element.accessibility_label))
  const holding = roots.filter(root => labels(root).some(label => label.endsWith(`: ${first?.name}`)))
  expect(holding.length, `messages that show ${first?.name}`).toBe(1)
  const [root] = holding
  if (!root) return
  const state = own.at(-1)?.to ?? 'proposed'
  const offered = buttonsIn(root.blocks)
    .filter(({ element }) => stringOf(element.accessibility_label).endsWith(`: ${first?.name}`))
    .map(({ actionId }) => actionId.replace('reclaim_', ''))
  expect(
    offered.filter(event => event !== 'details').sort(),
    `buttons beside ${first?.name}, ${state}`,
  ).toEqual(lifecycle.buttonsIn(state).sort())
  const mine = new Set(own.map(({ seq }) => seq))
  const told = root.replies.flatMap(seqsOf).filter(seq => mine.has(seq))
  expect(told, `what the thread says of ${first?.name}`).toEqual(own.slice(1).map(({ seq }) => seq))
}

async function chainHolds({ stage }: Scene): Promise<void> {
  const reports = openReports(stage.settings.store.path)
  expect(await reports.verifyChain()).toMatchObject({ kind: 'intact' })
  reports.close()
}

const payloadOf = ({ metadata }: ShownMessage, type: string) =>
  metadata?.event_type === type ? objectOf(metadata.event_payload) : undefined

const seqsOf = (reply: ShownMessage): number[] =>
  stringOf(payloadOf(reply, 'reclaim_lines')?.seqs)
    .split(',')
    .filter(Boolean)
    .map(mark => Number.parseInt(mark, 10))
