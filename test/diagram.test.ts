import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LIFECYCLE } from '../src/reclaim/lifecycle.ts'

const FILE = join(import.meta.dirname, '../ARCHITECTURE.md')

/** The state diagram as Mermaid draws it; events between the same two states share an arrow. */
function diagram(): string {
  const arrows = Object.entries(LIFECYCLE).flatMap(([from, events]) =>
    [...Map.groupBy(Object.entries(events), ([, to]) => to)].map(
      ([to, pairs]) => `    ${from} --> ${to}: ${pairs.map(([event]) => event).join(', ')}`,
    ),
  )
  const ends = Object.entries(LIFECYCLE).flatMap(([state, events]) =>
    Object.keys(events).length === 0 ? [`    ${state} --> [*]`] : [],
  )
  return ['```mermaid', 'stateDiagram-v2', '    [*] --> proposed: propose', ...arrows, ...ends, '```'].join(
    '\n',
  )
}

test('the diagram in ARCHITECTURE.md is the lifecycle (UPDATE_GOLDEN=1 draws it)', () => {
  const page = readFileSync(FILE, 'utf8')
  const drawn = page.replace(
    /(<!-- lifecycle -->\n)[\s\S]*(<!-- \/lifecycle -->)/,
    (_, start: string, end: string) => `${start}\n${diagram()}\n\n${end}`,
  )
  if (process.env.UPDATE_GOLDEN) writeFileSync(FILE, drawn)
  else expect(page).toBe(drawn)
  expect(drawn).toContain('proposed --> approved: approve')
})
