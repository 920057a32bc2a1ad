import fc from 'fast-check'
import type { CandidateId } from '../../src/reclaim/ids.ts'
import { type Biography, biography, DANA, type Step, step } from './cast.ts'

/* Accounts whose names, addresses, roles and refusals are what an attacker, or chance, made them. */

const SHORT = [
  ...['', ' ', '\n', '\u0000', '\u202eevil\u2066', '\ud800', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
  ...['<!channel>', '<@U0EVIL>', '<https://evil.example|click>', '&lt;!here&gt;', '<!date^0^{date}|x>'],
  ...['*x* _y_ ~z~ `q`', ':tada::skull:'],
  ...[
    '<at>Dana Whitfield</at>',
    '</AT >',
    '[click](https://evil.example)',
    'www.evil.example',
    '1. one',
    '- # a',
  ],
  ...['{{DATE(2026-11-23T09:00:00Z, SHORT)}}', '\\', '&#60;', '"'],
]
const LONG = ['x', '&', '<', '"', '{', '😀', 'e\u0301', '\u202e', '\ud800'].map(letter =>
  letter.repeat(10_000),
)

/** What may stand where others write. */
export const anyText = fc.oneof(
  fc.constantFrom(...SHORT, ...LONG),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  // Halves of characters too, as JSON may carry them.
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map(code => String.fromCharCode(code)),
    maxLength: 400,
  }),
  fc.array(fc.constantFrom(...SHORT), { maxLength: 30 }).map(parts => parts.join('')),
)

const approve = step('approve', DANA)
/** Ways in which it may have gone for somebody, others' words included. */
export const LIVES: readonly ((words: string) => readonly Step[])[] = [
  () => [],
  () => [approve],
  () => [approve, step('undo', DANA)],
  words => [approve, step('begin'), step('refused', 'worker', { status: 403, detail: words })],
  words => [
    ...[approve, step('begin')],
    step('lose_track', 'worker', { why: 'not_confirmed', status: null, detail: words }),
  ],
  words => [
    step('withdraw', 'scan', {
      ...{ why: 'facts_changed', changes: [{ field: 'roles', from: words, to: words }] },
    }),
  ],
  () => [approve, step('begin'), step('done', 'worker', { status: 204 })],
]

/** Somebody about whom every text is what others made it. */
export const aLife: fc.Arbitrary<Biography> = fc
  .record({
    life: fc.constantFrom(...LIVES),
    dryRun: fc.boolean(),
    manager: fc.boolean(),
    ...{ words: anyText, name: anyText, userName: anyText, email: anyText, role: anyText, license: anyText },
  })
  .map(({ life, dryRun, manager, words, name, userName, email, role, license }) => {
    const usual = biography('bob.marsh').candidate
    return biography('bob.marsh', life(words), {
      ...{ name, dryRun, licenses: [license], askedBefore: 3 },
      facts: { ...usual.facts, userName, email, employeeNumber: words, roles: [role, role] },
      manager: manager && usual.manager ? { ...usual.manager, name } : null,
    })
  })

/** Slack wants the blocks of a message to have different ids. */
export const apart = (lives: readonly Biography[]): Biography[] =>
  lives.map((life, n) => ({ ...life, candidate: { ...life.candidate, id: `candidate ${n}` as CandidateId } }))
