import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Card } from '../../src/bot/view.ts'
import { PEOPLE } from '../bot/cast.ts'
import { HEADERS, LISTS, NOTICES, THREADS } from '../bot/channel-cases.ts'
import {
  ANSWERS,
  commandAnswers,
  DETAILS,
  histories,
  RUN_OUTCOMES,
  statuses,
  statusesOfUsers,
} from '../bot/private-cases.ts'
import { message, modal, reading, type Shown } from '../bot/reading.ts'

/* Everything that the bot shows in Slack, as sent (.json) and as read (.txt). UPDATE_GOLDEN=1 writes it anew. */

const FOLDER = fileURLToPath(new URL('slack/', import.meta.url))
const update = process.env.UPDATE_GOLDEN === '1'
const nameOf = (id: string) => PEOPLE[id] ?? id

type Cases = Readonly<Record<string, Card>>
const KINDS: Readonly<Record<string, () => Cases | Promise<Cases>>> = {
  header: () => HEADERS,
  list: () => LISTS,
  thread: () => THREADS,
  notice: () => NOTICES,
  answer: () => ANSWERS,
  run: () => RUN_OUTCOMES,
  command: commandAnswers,
  status: statuses,
  'status-of-user': statusesOfUsers,
  history: histories,
  details: () => DETAILS,
}

async function shownOf(kind: string): Promise<Record<string, Shown>> {
  const cases = await KINDS[kind]?.()
  const show = kind === 'details' ? (card: Card) => modal(card, 'Details') : message
  return Object.fromEntries(Object.entries(cases ?? {}).map(([name, card]) => [name, show(card)]))
}

describe('what people see in Slack', () => {
  test.each(Object.keys(KINDS))('%s', async kind => {
    const shown = await shownOf(kind)
    const json = `${JSON.stringify(shown, null, 2)}\n`
    const text = Object.entries(shown)
      .map(([name, what]) => `══ ${name} ══\n${reading(what, nameOf)}\n`)
      .join('\n')
    if (update) {
      mkdirSync(FOLDER, { recursive: true })
      writeFileSync(`${FOLDER}${kind}.json`, json)
      writeFileSync(`${FOLDER}${kind}.txt`, text)
    }
    expect(text).toBe(readFileSync(`${FOLDER}${kind}.txt`, 'utf8'))
    expect(json).toBe(readFileSync(`${FOLDER}${kind}.json`, 'utf8'))
  })

  test('nothing is kept that nobody sees any more', () => {
    const wanted = Object.keys(KINDS).flatMap(kind => [`${kind}.json`, `${kind}.txt`])
    expect(readdirSync(FOLDER).sort()).toEqual(wanted.sort())
  })
})
