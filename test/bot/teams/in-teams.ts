import type { Names } from '../../../src/bot/names.ts'
import type { Block, Card, Line } from '../../../src/bot/view.ts'
import { NAMES, NORA_IN_TEAMS } from '../cast.ts'

/* The same cards, where the company is in Teams: its people by their Entra object ids, and commands by a mention of the bot. */

const OBJECT_IDS: Readonly<Record<string, string>> = {
  'slack:U0DANA': 'teams:2b1f6c9e-5d34-4a7b-8c02-91e4d7a3f605',
  'slack:U0PRIYA': 'teams:c7d80e12-9a4f-4b63-b1d5-0f2e6a8b4c37',
  'slack:U0TOMAS': 'teams:8e5a3b70-1c2d-4e9f-a6b7-5d4c3f2e1a09',
  'slack:U0NORA': 'teams:f4096d2a-7b8c-4d1e-9f30-6a5b4c3d2e1f',
  // She is at her other screen all the same.
  [NORA_IN_TEAMS]: 'slack:U0NORA',
}
const actorIn = (actor: string) => OBJECT_IDS[actor] ?? actor

export const DANA_IN_TEAMS = actorIn('slack:U0DANA')
/** What the store knows them by. */
export const NAMES_IN_TEAMS: Names = new Map([...NAMES].map(([actor, name]) => [actorIn(actor), name]))

const words = (value: string) => value.replaceAll('/reclaim', '@Reclaim')

const lineIn = (line: Line): Line =>
  line.map(span =>
    span.kind === 'person' ? { ...span, actor: actorIn(span.actor) } : { ...span, text: words(span.text) },
  )

function blockIn(block: Block): Block {
  switch (block.kind) {
    case 'lines':
      return { ...block, lines: block.lines.map(lineIn) }
    case 'title':
    case 'small':
      return { ...block, text: words(block.text) }
    default:
      return block
  }
}

export function inTeams({ summary, blocks }: Card): Card {
  return { summary: lineIn(summary), blocks: blocks.map(blockIn) }
}
