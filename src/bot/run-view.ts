import type { MessageContent, Notice } from '../reclaim/ports.ts'
import type { Hold, RunReport } from '../reclaim/run.ts'
import { by } from './candidate-view.ts'
import { bold, type Card, type Line, text, type ViewSettings } from './view.ts'
import {
  breakdown,
  capitalise,
  count,
  day,
  EXCLUSION_WORDS,
  holdWords,
  instant,
  money,
  RULE_WORDS,
  UNCERTAINTY_WORDS,
} from './words.ts'

type HeaderContent = Extract<MessageContent, { kind: 'header' }>

/** The first message of a run: what was found, what it is worth, what happens next. */
export function headerCard(content: HeaderContent, settings: ViewSettings): Card {
  const { run } = content
  const title = `Licence reclaim, ${day(run.finishedAt, settings.timeZone)}${run.dryRun ? ' (dry run)' : ''}`
  const findings = run.held.length > 0 ? heldLines(run, settings) : foundLines(run)
  const isAsked = (run.held.length === 0 && run.proposed > 0) || content.fromEarlierRuns > 0
  return {
    summary: [text(`${title}: `), ...(findings[0] ?? [])],
    blocks: [
      { kind: 'title', text: title },
      {
        kind: 'lines',
        lines: [...findings, ...(isAsked ? nextLines(run, settings) : []), ...askedLines(content)],
      },
      { kind: 'small', text: checked(run) },
    ],
  }
}

function foundLines(run: RunReport): Line[] {
  if (run.proposed === 0)
    return [
      [
        bold('Nobody to propose. '),
        text(
          run.found === 0
            ? 'No account qualifies.'
            : 'Every account that qualifies was proposed before: it is still open, or was skipped.',
        ),
      ],
    ]
  const saving =
    run.yearlySaving > 0 ? `: up to ${money(run.yearlySaving, run.currency)} a year in licences` : ''
  return [
    [bold(`${count(run.proposed, 'account seems', 'accounts seem')} no longer needed${saving}.`)],
    [text(`Why: ${breakdown(run.byRule, RULE_WORDS)}.`)],
  ]
}

/** What comes of a decision. */
function nextLines({ dryRun }: RunReport, settings: ViewSettings): Line[] {
  const lines: Line[] = [[text(nextSteps(dryRun, settings))]]
  return dryRun ? [[bold('Dry run: '), text('nothing is deleted, whatever is decided.')], ...lines] : lines
}

/** What is unusual about who is asked in the messages below. */
function askedLines({ withoutManager, fromEarlierRuns }: HeaderContent): Line[] {
  const sentences = [
    fromEarlierRuns > 0 &&
      `${count(fromEarlierRuns, 'account')} of an earlier run could not be shown here until now: see below.`,
    withoutManager > 0 &&
      `For ${count(withoutManager, 'account')} no manager can be asked here, so the named approvers decide.`,
  ]
  return sentences.flatMap(sentence => (sentence ? [[text(sentence)]] : []))
}

function nextSteps(dryRun: boolean, { graceMs, expireAfterMs, approvalsRequired }: ViewSettings): string {
  const minutes = count(Math.round(graceMs / 60_000), 'minute')
  const when = graceMs > 0 ? `after ${minutes}, and Undo stops that until then` : 'at once'
  const [whom, approve] =
    approvalsRequired === 2
      ? [
          'Two people have to approve, the manager and a named approver, or two of them. ',
          'The second Approve',
        ]
      : ['', 'Approve']
  const deletes = dryRun
    ? `After ${whom && 'the second '}Approve the bot only shows what it would delete`
    : `${approve} deletes the account in ServiceNow ${when}`
  const days = count(Math.round(expireAfterMs / 86_400_000), 'day')
  return `Next: decide below. ${whom}${deletes}. Skip keeps it. What nobody decides in ${days} expires, and the account stays.`
}

function heldLines(run: RunReport, { command }: ViewSettings): Line[] {
  return [
    [
      bold(
        `Held: nothing was proposed. ${run.found} of ${count(run.licensed, 'licensed account')} qualify. `,
      ),
    ],
    ...run.held.map((hold): Line => [text(`${capitalise(holdWords(hold, run.found))}.`)]),
    [text(`That usually means a mistake. Check ${run.held.map(({ why }) => TO_CHECK[why]).join('; ')}.`)],
    [
      text(
        `If the number is right, a named approver lets this run through by writing ${command} run ${run.found}`,
      ),
    ],
  ]
}

const TO_CHECK: Readonly<Record<Hold['why'], string>> = {
  share: 'the days under rules in reclaim.yml, and whether ServiceNow still records logins',
  roster_shrunk: 'whether the file of the HR roster is whole',
  tripled: 'what changed since the last runs in the roster, in reclaim.yml and in ServiceNow',
}

function checked(run: RunReport): string {
  const unknown = breakdown(run.unknown, UNCERTAINTY_WORDS)
  const excluded = breakdown(run.excluded, EXCLUSION_WORDS)
  const parts = [
    `${count(run.licensed, 'licensed account')} checked on ${new URL(run.instance).host}`,
    excluded && `left alone: ${excluded}`,
    unknown && `could not be judged: ${unknown}`,
    run.hidden > 0 && `hidden from the bot by ServiceNow: ${run.hidden}`,
    run.stillOpen > 0 && `still open: ${run.stillOpen}`,
    run.withdrawn > 0 && `withdrawn: ${run.withdrawn}`,
    run.skippedBefore > 0 && `skipped earlier: ${run.skippedBefore}`,
    run.postponed > 0 && `waiting for the next run: ${run.postponed}`,
    run.head && `history: row ${run.head.seq}, fingerprint ${run.head.hash}`,
  ]
  return parts.filter(Boolean).join(' · ')
}

/** A word to the whole channel. */
export function noticeCard(notice: Notice, settings: ViewSettings): Card {
  const lines = noticeLines(notice, settings)
  return { summary: lines[0] ?? [], blocks: [{ kind: 'lines', lines }] }
}

function noticeLines(notice: Notice, settings: ViewSettings): Line[] {
  switch (notice.kind) {
    case 'run_gave_up':
      return [
        [
          bold(`The run of ${instant(notice.slot, settings.timeZone)} did not happen. `),
          text(
            `It was tried for six hours; nothing was proposed or withdrawn. The next run comes as scheduled, or ${settings.command} run starts one now.`,
          ),
        ],
        [text(notice.reason)],
      ]
    case 'paused':
      return [
        [
          bold('Paused'),
          ...by({ actor: notice.by }),
          text(`. No deletion begins until ${settings.command} resume; you can still decide.`),
        ],
      ]
    case 'breaker_opened':
      return [
        [
          bold('Deletions are stopped. '),
          text(
            `Nothing is deleted until a named approver writes ${settings.command} resume; you can still decide.`,
          ),
        ],
        [text(notice.reason)],
        [text('Check the instance with whoever runs it before you resume.')],
      ]
    case 'restored':
      return [
        [
          bold('The bot runs on an older copy of its store. '),
          text(
            'Somebody restored a backup, or removed a part of the history. Approvals from before are withdrawn. Nothing is deleted until each open account was read again. Whoever still qualifies is proposed anew by the next run.',
          ),
        ],
      ]
    case 'was_away':
      return [wasAway(notice, settings)]
    case 'resumed':
      return [
        [
          bold('Resumed'),
          ...by({ actor: notice.by }),
          text(`. Approved deletions begin ${afterGrace(settings)}.`),
        ],
      ]
  }
}

function wasAway(
  { since, until, waiting }: Extract<Notice, { kind: 'was_away' }>,
  { timeZone, graceMs }: ViewSettings,
): Line {
  const again = `For ${count(waiting, 'approval')} the time to undo runs once more: ${count(Math.round(graceMs / 60_000), 'minute')} from then.`
  return [
    bold(`The bot was away from ${instant(since, timeZone)} to ${instant(until, timeZone)}. `),
    text('A button that was pressed meanwhile did nothing: please press it again.'),
    ...(waiting > 0 ? [text(` ${again}`)] : []),
  ]
}

function afterGrace({ graceMs }: ViewSettings): string {
  return graceMs > 0
    ? `in ${count(Math.round(graceMs / 60_000), 'minute')}; until then Undo stops them`
    : 'now'
}
