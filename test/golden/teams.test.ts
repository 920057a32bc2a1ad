import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { lintCard } from '../../sandbox/teams/lint.ts'
import { renderMessage, renderText, type TeamsMessage } from '../../src/bot/teams/render.ts'
import type { Card } from '../../src/bot/view.ts'
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
import { inTeams, NAMES_IN_TEAMS } from '../bot/teams/in-teams.ts'
import { cardOf, reading } from '../bot/teams/reading.ts'

/* Everything that the bot shows in Teams, as sent (.json) and as read (.txt). UPDATE_GOLDEN=1 writes it anew. */

const FOLDER = fileURLToPath(new URL('teams/', import.meta.url))
const update = process.env.UPDATE_GOLDEN === '1'

type Shown = TeamsMessage | string
type Kind = {
  readonly cases: () => Readonly<Record<string, Card>> | Promise<Readonly<Record<string, Card>>>
  readonly show: (card: Card) => Shown
}
const message = (card: Card): Shown => renderMessage(card, NAMES_IN_TEAMS)
const root = (card: Card): Shown => renderMessage(card, NAMES_IN_TEAMS, '0190-message')
const line = (card: Card): Shown => renderText(card, NAMES_IN_TEAMS)

const KINDS: Readonly<Record<string, Kind>> = {
  header: { cases: () => HEADERS, show: root },
  list: { cases: () => LISTS, show: root },
  notice: { cases: () => NOTICES, show: root },
  thread: { cases: () => THREADS, show: message },
  /** What a click is answered with. */
  answer: { cases: () => ANSWERS, show: line },
  run: { cases: () => RUN_OUTCOMES, show: message },
  command: { cases: commandAnswers, show: message },
  status: { cases: statuses, show: message },
  'status-of-user': { cases: statusesOfUsers, show: message },
  history: { cases: histories, show: message },
  details: { cases: () => DETAILS, show: message },
}

async function shownOf(kind: string): Promise<[string, Shown][]> {
  const { cases, show } = KINDS[kind] as Kind
  return Object.entries(await cases()).map(([name, card]) => [name, show(inTeams(card))])
}

describe('what people see in Teams', () => {
  test.each(Object.keys(KINDS))('%s', async kind => {
    const shown = await shownOf(kind)
    const json = `${JSON.stringify(Object.fromEntries(shown), null, 2)}\n`
    const text = shown
      .map(([name, what]) => `══ ${name} ══\n${typeof what === 'string' ? what : reading(what)}\n`)
      .join('\n')
    if (update) {
      mkdirSync(FOLDER, { recursive: true })
      writeFileSync(`${FOLDER}${kind}.json`, json)
      writeFileSync(`${FOLDER}${kind}.txt`, text)
    }
    expect(text).toBe(readFileSync(`${FOLDER}${kind}.txt`, 'utf8'))
    expect(json).toBe(readFileSync(`${FOLDER}${kind}.json`, 'utf8'))
  })

  test.each(Object.keys(KINDS))('%s: nothing is wrong with the cards', async kind => {
    for (const [name, what] of await shownOf(kind))
      if (typeof what !== 'string') expect([name, lintCard(cardOf(what))]).toEqual([name, []])
  })

  test('nothing is kept that nobody sees any more', () => {
    const wanted = Object.keys(KINDS).flatMap(kind => [`${kind}.json`, `${kind}.txt`])
    expect(readdirSync(FOLDER).sort()).toEqual(wanted.sort())
  })
})
