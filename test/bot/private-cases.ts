import { decisionCard, mayNotRead, runSentence, say } from '../../src/bot/answer.ts'
import { detailsCard } from '../../src/bot/details.ts'
import type { Card } from '../../src/bot/view.ts'
import type { Refusal } from '../../src/reclaim/approval.ts'
import type { RunId } from '../../src/reclaim/ids.ts'
import type { RunOutcome } from '../../src/reclaim/scan.ts'
import { DAY_MS, MINUTE_MS, NOW } from '../domain/examples.ts'
import { biography, DANA, NORA, report, step, VIEWS } from './cast.ts'
import { desk } from './desk.ts'

/* What one person alone sees, one case a situation. */

const approve = step('approve', DANA, { as: 'manager' })

function recorded(halted: boolean, ...steps: Parameters<typeof biography>[1] & object): Card {
  const { candidate, last } = biography('bob.marsh', steps)
  return decisionCard({ kind: 'recorded', candidate, entry: last, halted }, VIEWS)
}

function already(...steps: Parameters<typeof biography>[1] & object): Card {
  const { candidate, timeline } = biography('bob.marsh', steps)
  return decisionCard({ kind: 'already', candidate, timeline }, VIEWS)
}

const refusal = (why: Refusal): Card => decisionCard({ kind: 'not_allowed', why }, VIEWS)

export const ANSWERS: Readonly<Record<string, Card>> = {
  approved: recorded(false, approve),
  'approved during a pause': recorded(true, approve),
  skipped: recorded(false, step('skip', DANA)),
  undone: recorded(false, approve, step('undo', DANA)),
  'to be tried again': recorded(
    false,
    ...[approve, step('begin'), step('refused', 'worker', { status: 403 }), step('retry', DANA)],
  ),
  'somebody else was faster': already(step('approve', NORA)),
  'an old button, and nothing decided since': already(approve, step('undo', DANA)),
  'too late to undo': already(approve, step('begin'), step('done', 'worker', { status: 204 })),
  'already expired': already(step('expire', 'clock')),
  ...Object.fromEntries(
    (['unknown_person', 'not_a_full_member', 'no_email', 'own_account', 'not_the_approver'] as const).map(
      why => [`refused: ${why}`, refusal(why)],
    ),
  ),
  'refused: unreachable': decisionCard({ kind: 'try_again' }, VIEWS),
  'unknown button': decisionCard({ kind: 'unknown_button' }, VIEWS),
  'may not read': mayNotRead(VIEWS),
}

const outcome = (ended: RunOutcome): Card => say(runSentence(ended, VIEWS))

export const RUN_OUTCOMES: Readonly<Record<string, Card>> = {
  finished: outcome({ kind: 'finished', report: report({ stillOpen: 7 }) }),
  'nobody found': outcome({ kind: 'finished', report: report({ proposed: 0, found: 0 }) }),
  held: outcome({
    kind: 'finished',
    report: report({ found: 317, proposed: 0, held: [{ why: 'share', percent: 24.7, limit: 10 }] }),
  }),
  busy: outcome({ kind: 'busy', since: NOW - 4 * MINUTE_MS, actor: 'schedule' }),
  'slot done': outcome({ kind: 'slot_done' }),
  failed: outcome({
    kind: 'failed',
    reason:
      'ServiceNow did not sort sys_user by sys_id as asked, so rows could be missed; nothing of it is used. Give the scanning account (SERVICENOW_READER_USERNAME) the right to sort and to compare this field (operation query_range).',
  }),
}

/** Everything that somebody may type, but for what is shown elsewhere. */
export async function commandAnswers(): Promise<Record<string, Card>> {
  const { command, run, press, loseSlack } = desk()
  const asked: Record<string, Card> = {}
  const ask = async (line: string, person = 'U0NORA', situation = '') => {
    asked[`${line}${situation}`] = await command(person, line)
  }
  await ask('help', 'U0ADA')
  await ask('')
  for (const line of [
    'frobnicate',
    'exempt bob.marsh',
    'undo',
    'run all',
    'status nobody.here',
    'undo nobody.here',
  ])
    await ask(line)
  await ask('history', 'U0NORA', ' (nothing yet)')
  await ask('history', 'U0ADA', ' (nothing that Ada may see)')
  await ask('help', 'U0GUS', ' (from a guest)')
  await ask('pause', 'U0DANA', ' (from a manager)')
  await run()
  await press('U0DANA', 'approve', 'greta.lund')
  await press('U0DANA', 'approve', 'bob.marsh')
  await ask('pause')
  await ask('resume')
  await ask('undo greta.lund', 'U0DANA')
  await ask('undo greta.lund', 'U0PRIYA', ' (from the manager of others)')
  await ask('undo greta.lund', 'U0DANA', ' (once more)')
  await command('U0DANA', 'undo bob.marsh')
  await ask('resume', 'U0NORA', ' (nothing waits)')
  loseSlack()
  await ask('status', 'U0ADA', ' (while Slack does not answer)')
  return asked
}

export async function statuses(): Promise<Record<string, Card>> {
  const young = desk({ dryRun: true })
  const first = await young.command('U0ADA', 'status')

  const { store, company, command, run, press, works } = desk()
  await store.saveJob({ schedule: '', nextDueAt: NOW + 7 * DAY_MS, failingSince: null, retryAt: null })
  await run()
  company.pass(125 * MINUTE_MS)
  await press('U0DANA', 'approve', 'bob.marsh')
  await press('U0PRIYA', 'skip', 'ines.duarte')
  await works('bob.marsh', ['begin'], ['done', { status: 204 }])
  const usual = await command('U0ADA', 'status')

  await store.pause(NORA, company.now())
  await store.startRun({ id: 'a run' as RunId, slot: null, actor: NORA, at: company.now() })
  for (
    let task = await store.takeTask('slack', company.now());
    task;
    task = await store.takeTask('slack', company.now())
  )
    await store.giveUp(task.id, 'Slack refused: msg_too_long.')
  return {
    'dry run, nothing yet': first,
    usual,
    'paused, a run under way, messages given up': await command('U0ADA', 'status'),
  }
}

export async function statusesOfUsers(): Promise<Record<string, Card>> {
  const { command, run, press } = desk()
  await run()
  await press('U0DANA', 'skip', 'greta.lund')
  return {
    'by the manager': await command('U0DANA', 'status greta.lund'),
    'by a named approver, by e-mail': await command('U0NORA', 'status Hugo.Martin@example.com'),
    'by the manager of others': await command('U0PRIYA', 'status greta.lund'),
    'unknown account': await command('U0NORA', 'status nobody.here'),
  }
}

export async function histories(): Promise<Record<string, Card>> {
  const { command, run, press, company, works } = desk()
  await run()
  company.pass(5 * MINUTE_MS)
  await press('U0DANA', 'approve', 'bob.marsh')
  await press('U0PRIYA', 'skip', 'ines.duarte')
  company.pass(15 * MINUTE_MS)
  await works('bob.marsh', ['begin'], ['lose_track', { why: 'not_confirmed', status: 202 }], ['found_done'])
  return {
    'by a named approver': await command('U0NORA', 'history'),
    'of one account': await command('U0NORA', 'history bob.marsh'),
    'by a manager: hers only': await command('U0PRIYA', 'history'),
  }
}

const details = (...args: Parameters<typeof biography>): Card => {
  const { candidate, timeline } = biography(...args)
  return detailsCard(candidate, timeline, 'USD', VIEWS)
}

export const DETAILS: Readonly<Record<string, Card>> = {
  'just proposed': details('lena.vogel'),
  'after a rough ride': details('greta.lund', [
    ...[approve, step('wait', 'worker', { why: 'account_unreadable' }), step('begin')],
    step('refused', 'worker', { status: 403, detail: 'Operation Failed: no right to delete' }),
    ...[step('retry', NORA), step('begin'), step('done', 'worker', { status: 204 })],
  ]),
  'nobody to ask, no cost known, dry run': details('kai.sorensen', [], {
    dryRun: true,
    ...{ manager: null, licenses: [], yearlySaving: 0 },
  }),
}
