import { describe, expect, it } from 'vitest'
import { lintCard } from '../../../sandbox/teams/lint.ts'
import { decisions } from './company.ts'

const card = (...body: object[]) => ({ type: 'AdaptiveCard', version: '1.5', body })
const text = (said: string, more = {}) => ({ type: 'TextBlock', text: said, ...more })
const execute = {
  type: 'Action.Execute',
  title: 'Go',
  verb: 'go',
  fallback: { type: 'Action.Submit', title: 'Go' },
}
const entity = (name: string) => ({
  type: 'mention',
  text: `<at>${name}</at>`,
  mentioned: { id: `id of ${name}`, name },
})
const donut = { type: 'Chart.Donut', data: [{ legend: 'a', value: 1 }] }

describe('a card is good', () => {
  it.each([
    ['with buttons', decisions('a', 'b')],
    [
      'with a mention for each entity',
      { ...card(text('Hi <at>Mara</at>')), msteams: { entities: [entity('Mara')] } },
    ],
    [
      'with a mention that is repeated',
      {
        ...card(text('<at>Mara</at>'), {
          type: 'FactSet',
          facts: [{ title: 'who', value: '<at>Mara</at>' }],
        }),
        msteams: { entities: [entity('Mara')] },
      },
    ],
    [
      'with what looks like a mention where none can be',
      card({
        type: 'RichTextBlock',
        inlines: [{ type: 'TextRun', text: '<at>Mara</at>' }],
      }),
    ],
    ['with a chart that has a fallback', card({ ...donut, fallback: text('a: 1') })],
    [
      'with a table',
      card({
        type: 'Table',
        columns: [{ width: 1 }],
        rows: [{ type: 'TableRow', cells: [{ type: 'TableCell', items: [text('x')] }] }],
      }),
    ],
    [
      'with children that need not say what they are',
      card({ type: 'ColumnSet', columns: [{ items: [text('x')] }] }),
    ],
    [
      'with an id that only a fallback repeats',
      card({ ...donut, id: 'c', fallback: text('x', { id: 'c' }) }),
    ],
    [
      'with a refresh',
      {
        ...card(text('x')),
        refresh: { action: { type: 'Action.Execute', verb: 'refresh' }, userIds: ['29:x'] },
      },
    ],
  ])('%s', (_what, good) => {
    expect(lintCard(good)).toEqual([])
  })
})

describe('a card is found wanting', () => {
  it.each([
    ['of version 1.6', { ...card(text('x')), version: '1.6' }, 'version', 'version "1.6" is not "1.5"'],
    ['of version 1.4', { ...card(text('x')), version: '1.4' }, 'version', 'version "1.4" is not "1.5"'],
    ['of more than 40,000 characters', card(text('x'.repeat(40_000))), 'size', 'more than 40000'],
    [
      'with an unknown element',
      card({ type: 'Container', items: [{ type: 'Pie' }] }),
      'type',
      'unknown element type "Pie"',
    ],
    ['with an unknown element in a fallback', card({ ...donut, fallback: { type: 'Pie' } }), 'type', '"Pie"'],
    [
      'with an unknown action',
      { ...card(text('x')), actions: [{ type: 'Action.Http' }] },
      'type',
      'unknown action type',
    ],
    [
      'with an unknown action to select',
      card(text('x'), { type: 'Container', items: [], selectAction: { type: 'Pie' } }),
      'type',
      '"Pie"',
    ],
    [
      'with an Execute without a verb',
      { ...card(text('x')), actions: [{ ...execute, verb: '' }] },
      'verb',
      'without a verb',
    ],
    [
      'with an Execute without a fallback',
      { ...card(text('x')), actions: [{ ...execute, fallback: 'drop' }] },
      'fallback',
      'Action.Submit',
    ],
    [
      'with an Execute like that in a card to show',
      {
        ...card(text('x')),
        actions: [
          { type: 'Action.ShowCard', card: { ...card(), actions: [{ ...execute, fallback: undefined }] } },
        ],
      },
      'fallback',
      'Action.Submit',
    ],
    ['with a chart without a fallback', card(donut), 'fallback', 'Chart.Donut without a fallback'],
    [
      'with an id twice',
      card({ type: 'Input.Text', id: 'a' }, text('x', { id: 'a' })),
      'id',
      'id "a" is used more',
    ],
    ['with a mention without an entity', card(text('<at>Mara</at>')), 'mention', 'has 0 entities'],
    [
      'with two entities for a mention',
      {
        ...card(text('<at>Mara</at>')),
        msteams: { entities: [entity('Mara'), entity('Mara')] },
      },
      'mention',
      'has 2 entities',
    ],
    [
      'with an entity without a mention',
      { ...card(text('Mara')), msteams: { entities: [entity('Mara')] } },
      'mention',
      'is in no text',
    ],
    [
      'with an entity that names nobody',
      {
        ...card(text('<at>Mara</at>')),
        msteams: { entities: [{ ...entity('Mara'), mentioned: {} }] },
      },
      'mention',
      'names nobody',
    ],
    ['with a value that is none', card(text('x', { weight: 'heavy' })), 'parse', 'Invalid value "heavy"'],
  ])('%s', (_what, bad, rule, message) => {
    expect(lintCard(bad)).toContainEqual({
      rule,
      at: expect.any(String),
      message: expect.stringContaining(message),
    })
  })

  it('says where', () => {
    const bad = {
      ...card({ type: 'Container', items: [text('x'), { type: 'Pie' }] }),
      actions: [{ ...execute, verb: '' }],
    }
    expect(lintCard(bad).map(({ rule, at }) => [rule, at])).toEqual([
      ['type', '/body/0/items/1'],
      ['verb', '/actions/0'],
      ['parse', ''],
    ])
  })
})
