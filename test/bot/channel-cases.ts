import { messageCard, threadCard } from '../../src/bot/message-view.ts'
import type { Card } from '../../src/bot/view.ts'
import { evolve, type LogEntry } from '../../src/reclaim/lifecycle.ts'
import { REASONS, type Reason } from '../../src/reclaim/note.ts'
import type { MessageContent, Notice, ThreadLine } from '../../src/reclaim/ports.ts'
import type { RunReport } from '../../src/reclaim/run.ts'
import { daysAgo, HOUR_MS, NOW } from '../domain/examples.ts'
import {
  type Biography,
  biography,
  DANA,
  lastLine,
  NORA,
  NORA_IN_TEAMS,
  PRIYA,
  report,
  type Step,
  step,
  VIEWS,
} from './cast.ts'

const FOUR_EYES = { ...VIEWS, approvalsRequired: 2 } as const

/* What the whole channel sees, one case a situation. */

const header = (run: Partial<RunReport>, withoutManager = 0, views = VIEWS, fromEarlierRuns = 0): Card =>
  messageCard({ kind: 'header', run: report(run), withoutManager, fromEarlierRuns }, views)

export const HEADERS: Readonly<Record<string, Card>> = {
  live: header({}, 1),
  'dry run': header({ dryRun: true }),
  'one account, no cost known': header({ proposed: 1, byRule: { neverLoggedIn: 1 }, yearlySaving: 0 }),
  'no time to undo': header({}, 0, { ...VIEWS, graceMs: 0 }),
  'four eyes': header({}, 0, FOUR_EYES),
  held: header({
    ...{ found: 317, proposed: 0, byRule: {}, yearlySaving: 0 },
    held: [
      { why: 'share', percent: (100 * 317) / 1284, limit: 10 },
      { why: 'roster_shrunk', from: 1400, to: 900 },
      { why: 'tripled', usual: 42 },
    ],
  }),
  nobody: header({ found: 0, proposed: 0, byRule: {}, yearlySaving: 0 }),
  'nobody new': header({
    ...{ found: 9, proposed: 0, stillOpen: 7, skippedBefore: 2, byRule: {}, yearlySaving: 0 },
  }),
  'nobody new, but somebody who could not be shown before': header(
    { found: 9, proposed: 0, stillOpen: 9, byRule: {}, yearlySaving: 0 },
    ...[1, VIEWS, 2],
  ),
  'dry run, nobody new, but somebody who could not be shown before': header(
    { found: 9, proposed: 0, stillOpen: 9, byRule: {}, yearlySaving: 0, dryRun: true },
    ...[0, VIEWS, 1],
  ),
  'everything in the small print': header({
    ...{ hidden: 4, stillOpen: 7, withdrawn: 2, skippedBefore: 3, postponed: 41 },
    excluded: {
      ...{ ownAccount: 1, systemUser: 2, noUserName: 1, notPlainUser: 3, notHuman: 4, webServiceAccess: 5 },
      ...{ integrationUser: 6, protectedRole: 7, users: 1, roles: 12, groups: 8, departments: 14, vip: 9 },
    },
    unknown: { identity: 1, flags: 2, created: 1, lastLogin: 3, department: 1, roster: 11 },
  }),
}

type List = Extract<MessageContent, { kind: 'list' }>
const list = (items: readonly Biography[], differences: Partial<List> = {}): Card =>
  messageCard({ kind: 'list', run: report(), asked: DANA, part: 1, parts: 1, items, ...differences }, VIEWS)

const approve = step('approve', DANA, { as: 'manager' })
const begun = [approve, step('begin')]
const lost = [...begun, step('lose_track', 'worker', { why: 'not_confirmed', status: 202 })]
const refused = step('refused', 'worker', {
  status: 403,
  detail: 'Operation Failed: Delete is blocked by the business rule “Keep approvers”',
})
const withdrawn = (why: Reason, more: object = {}) => [step('withdraw', 'scan', { why, ...more })]
const SCHEDULED = ['bob.marsh', 'lena.vogel', 'ruth.adeyemi', 'kai.sorensen', 'omar.haddad', 'greta.lund']

function endorsedByDana(userName: string) {
  const one = biography(userName)
  const last: LogEntry = {
    ...{ seq: 2, candidateId: one.candidate.id, event: 'endorse', from: 'proposed', to: 'proposed' },
    ...{ actor: DANA, note: { as: 'manager' }, at: NOW },
  }
  return { ...one, candidate: { ...one.candidate, ...evolve(one.candidate, last) }, last }
}

export const LISTS: Readonly<Record<string, Card>> = {
  fresh: list([...SCHEDULED, 'ines.duarte', 'jonas.keller'].map(name => biography(name))),
  'posted again': messageCard(
    {
      ...{ kind: 'list', run: report(), asked: DANA, part: 1, parts: 1 },
      items: [biography('greta.lund')],
    },
    ...[VIEWS, true],
  ),
  'part 1 of 2': list([biography('greta.lund')], { parts: 2 }),
  'named approvers': list([biography('hugo.martin')], { asked: null }),
  'asked before, and no cost known': list([
    biography('greta.lund', [], { askedBefore: 2, licenses: [], yearlySaving: 0 }),
  ]),
  'four eyes': messageCard(
    {
      ...{ kind: 'list', run: report(), asked: DANA, part: 1, parts: 1 },
      items: [biography('bob.marsh'), endorsedByDana('lena.vogel')],
    },
    FOUR_EYES,
  ),
  'dry run': list([
    biography('bob.marsh', [], { dryRun: true }),
    biography('kai.sorensen', [approve], { dryRun: true }),
  ]),
  'no time to undo': messageCard(
    {
      ...{ kind: 'list', run: report(), asked: DANA, part: 1, parts: 1 },
      items: [
        biography('bob.marsh'),
        biography('lena.vogel', [approve]),
        biography('kai.sorensen', [approve], { dryRun: true }),
      ],
    },
    { ...VIEWS, graceMs: 0 },
  ),
  'still open': list([
    biography('bob.marsh', [approve]),
    biography('lena.vogel', [approve, step('wait', 'worker', { why: 'over_daily_cap' })]),
    biography('ruth.adeyemi', [approve, step('undo', NORA)]),
    biography('kai.sorensen', begun),
    biography('omar.haddad', lost),
    biography('greta.lund', [...begun, refused]),
    biography('ines.duarte', [...begun, refused, step('retry', DANA)]),
    biography('jonas.keller', [...lost, step('found_undone', 'worker', { why: 'still_there' })]),
  ]),
  closed: list([
    biography('bob.marsh', [...begun, step('done', 'worker', { status: 204 })]),
    biography('lena.vogel', [step('skip', DANA)]),
    biography('ruth.adeyemi', [step('expire', 'clock')]),
    biography('kai.sorensen', [...begun, refused, step('skip', NORA)]),
    biography('omar.haddad', [approve, step('rehearse')], { dryRun: true }),
    biography('greta.lund', [...lost, step('found_done')]),
  ]),
  withdrawn: list([
    biography('bob.marsh', withdrawn('settings_changed')),
    biography('lena.vogel', withdrawn('rehearsal_over'), { dryRun: true }),
    biography('ruth.adeyemi', withdrawn('already_gone')),
    biography('kai.sorensen', withdrawn('excluded', { detail: 'vip' })),
    biography('omar.haddad', withdrawn('no_longer_qualifies', { detail: 'not_licensed' })),
    biography('greta.lund', [approve, ...withdrawn('approver_not_entitled')]),
    biography('ines.duarte', [approve, ...withdrawn('facts_changed', { changes: [loggedIn()] })]),
  ]),
}

function loggedIn() {
  return { field: 'lastLoginAt', from: daysAgo(301) - HOUR_MS, to: NOW + HOUR_MS } as const
}

/** How a reason comes up in life: with the event and the other words of its note. */
const IN_LIFE: Readonly<Record<Reason, readonly (readonly Step[])[]>> = {
  facts_changed: [
    withdrawn('facts_changed', { changes: [loggedIn()] }),
    withdrawn('facts_changed', { changes: [{ ...loggedIn(), from: null }] }),
    withdrawn('facts_changed', { changes: [{ field: 'roles', from: 'itil', to: 'itil, itil_admin' }] }),
    withdrawn('facts_changed', {
      changes: (['userName', 'email', 'employeeNumber', 'createdAt', 'rosterStatus'] as const).map(field => ({
        field,
      })),
    }),
  ],
  no_longer_qualifies: [
    withdrawn('no_longer_qualifies', { detail: 'in_use' }),
    withdrawn('no_longer_qualifies', { detail: 'inactive_account' }),
  ],
  excluded: [withdrawn('excluded', { detail: 'protectedRole' })],
  already_gone: [withdrawn('already_gone')],
  gone_after_undo: [[...lost, step('found_undone'), step('undo', NORA), ...withdrawn('gone_after_undo')]],
  settings_changed: [withdrawn('settings_changed')],
  rehearsal_over: [withdrawn('rehearsal_over')],
  approver_not_entitled: [[approve, ...withdrawn('approver_not_entitled')]],
  over_daily_cap: [[approve, step('wait', 'worker', { why: 'over_daily_cap' })]],
  over_approver_cap: [[approve, step('wait', 'worker', { why: 'over_approver_cap' })]],
  roster_unreadable: [[approve, step('wait', 'worker', { why: 'roster_unreadable' })]],
  account_unreadable: [[approve, step('wait', 'worker', { why: 'account_unreadable' })]],
  snapshot_unreadable: [[approve, step('wait', 'worker', { why: 'snapshot_unreadable' })]],
  store_restored: [
    [approve, ...withdrawn('store_restored')],
    [
      ...begun,
      step('lose_track', 'worker', { why: 'interrupted' }),
      step('give_up', 'worker', { why: 'store_restored' }),
    ],
  ],
  gone_since_restore: [[approve, ...withdrawn('gone_since_restore')]],
  unread_since_restore: [[approve, ...withdrawn('unread_since_restore')]],
  time_to_undo_again: [[approve, step('wait', NORA, { why: 'time_to_undo_again' })]],
  not_what_was_shown: [[approve, ...withdrawn('not_what_was_shown')]],
  never_sent: [
    [
      ...begun,
      step('refused', 'worker', {
        why: 'never_sent',
        detail: 'ServiceNow refused the sign-in of the writing account.',
      }),
    ],
  ],
  not_sent: [
    [
      ...lost,
      step('found_undone'),
      step('begin'),
      step('refused', 'worker', {
        why: 'not_sent',
        detail: 'ServiceNow refused the sign-in of the writing account.',
      }),
    ],
  ],
  person_erased: [withdrawn('person_erased')],
  approver_unreadable: [[approve, step('wait', 'worker', { why: 'approver_unreadable' })]],
  interrupted: [[...begun, step('lose_track', 'worker', { why: 'interrupted' })]],
  not_confirmed: [
    lost,
    [
      ...begun,
      step('lose_track', 'worker', {
        ...{ why: 'not_confirmed', status: null, detail: 'the connection was cut' },
      }),
    ],
  ],
  still_there: [
    [...lost, step('found_undone', 'worker', { why: 'still_there' })],
    [...lost, step('give_up', 'worker', { why: 'still_there' })],
  ],
}

const EVENTS: readonly (readonly Step[])[] = [
  [approve],
  [step('skip', PRIYA)],
  [approve, step('undo', NORA)],
  begun,
  [...begun, step('done', 'worker', { status: 204 })],
  [...begun, step('done', 'worker', { status: null, detail: 'the connection was cut' })],
  [...begun, refused],
  [...begun, refused, step('retry', DANA)],
  [...begun, refused, step('skip', DANA)],
  [...begun, refused, step('expire', 'clock')],
  [...lost, step('found_done')],
  [...lost, step('found_undone'), step('undo', DANA)],
  [step('expire', 'clock')],
  [step('approve', NORA_IN_TEAMS)],
]

const dryRun = ({ candidate, entry }: ThreadLine): ThreadLine => ({
  candidate: { ...candidate, dryRun: true },
  entry,
})

/** An approval of which the thread is told only when its deletion has begun. */
function toldLate(): ThreadLine[] {
  const { candidate, timeline } = biography('bob.marsh', begun)
  return timeline.slice(1).map(entry => ({ candidate, entry }))
}

/** Every event, then every reason. */
const THREAD_LINES: readonly ThreadLine[] = [
  ...EVENTS.map(steps => lastLine('bob.marsh', ...steps)),
  ...toldLate(),
  dryRun(lastLine('bob.marsh', approve)),
  dryRun(lastLine('bob.marsh', approve, step('rehearse'))),
  ...REASONS.flatMap(reason => IN_LIFE[reason].map(steps => lastLine('greta.lund', ...steps))),
]

/** A reply takes at most this many lines. */
const LINES_A_REPLY = 20

export const THREADS: Readonly<Record<string, Card>> = Object.fromEntries(
  Array.from({ length: Math.ceil(THREAD_LINES.length / LINES_A_REPLY) }, (_, n) => [
    `reply ${n + 1}`,
    threadCard(THREAD_LINES.slice(n * LINES_A_REPLY, (n + 1) * LINES_A_REPLY), VIEWS),
  ]),
)

const notice = (word: Notice, views = VIEWS): Card => messageCard({ kind: 'notice', notice: word }, views)

export const NOTICES: Readonly<Record<string, Card>> = {
  'a run was given up': notice({
    ...{ kind: 'run_gave_up', slot: NOW },
    reason:
      'The roster ./roster.csv is 71 hours old, more than the 48 allowed (roster.maxAgeHours), so it may miss whoever came or left since; export it anew.',
  }),
  paused: notice({ kind: 'paused', by: NORA }),
  resumed: notice({ kind: 'resumed', by: NORA }),
  'breaker opened': notice({
    kind: 'breaker_opened',
    reason:
      'The last 3 deletions had answers that ServiceNow does not document or that a read did not confirm: 500, no answer, 202.',
  }),
  'store restored': notice({ kind: 'restored' }),
  'the bot was away': notice({ kind: 'was_away', since: NOW - 40 * 60_000, until: NOW, waiting: 0 }),
  'the bot was away, and a time to undo ended': notice({
    ...{ kind: 'was_away', since: NOW - 40 * 60_000, until: NOW, waiting: 1 },
  }),
  'the bot was away, and several times to undo ended': notice({
    ...{ kind: 'was_away', since: NOW - 40 * 60_000, until: NOW, waiting: 3 },
  }),
  'resumed, no time to undo': notice({ kind: 'resumed', by: NORA }, { ...VIEWS, graceMs: 0 }),
}
