import type { Notice } from '../reclaim/ports.ts'
import type { RunReport } from '../reclaim/run.ts'
import { bold, type Card, type Line, text, type ViewSettings } from './view.ts'
import {
  breakdown,
  count,
  day,
  EXCLUSION_WORDS,
  instant,
  money,
  RULE_WORDS,
  UNCERTAINTY_WORDS,
} from './words.ts'

/** The first message of a run: what was found, what it is worth, what happens next. */
export function headerCard(run: RunReport, withoutManager: number, settings: ViewSettings): Card {
  const title = `Licence reclaim, ${day(run.finishedAt, settings.timeZone)}${run.dryRun ? ' (dry run)' : ''}`
  const findings = run.held ? heldLines(run) : foundLines(run, withoutManager, settings)
  return {
    summary: [text(`${title}: `), ...(findings[0] ?? [])],
    blocks: [
      { kind: 'title', text: title },
      { kind: 'lines', lines: findings },
      { kind: 'small', text: checked(run) },
    ],
  }
}

function foundLines(run: RunReport, withoutManager: number, settings: ViewSettings): Line[] {
  if (run.proposed === 0)
    return [
      [bold('Nobody to propose. '), text('No account qualifies that is not already being decided about.')],
    ]
  const saving = run.yearlySaving > 0 ? `: up to ${money(run.yearlySaving, run.currency)} a year` : ''
  const lines: Line[] = [
    [bold(`${count(run.proposed, 'account')} can give a licence back${saving}.`)],
    [text(`Why: ${breakdown(run.byRule, RULE_WORDS)}.`)],
  ]
  if (run.dryRun) lines.push([bold('Dry run: '), text('decide as usual; nothing is deleted.')])
  const minutes = count(Math.round(settings.graceMs / 60_000), 'minute')
  const days = count(Math.round(settings.expireAfterMs / 86_400_000), 'day')
  lines.push([
    text(
      `Next: each manager decides below. Without an approval nothing happens; after one there are ${minutes} to undo it. What nobody decides in ${days} expires, and the account stays.`,
    ),
  ])
  if (withoutManager > 0)
    lines.push([
      text(
        `${count(withoutManager, 'account')} without a manager who can be asked here: for the named approvers.`,
      ),
    ])
  return lines
}

function heldLines(run: RunReport): Line[] {
  const share = run.held?.sharePercent.toFixed(1)
  return [
    [
      bold(
        `Held: nothing was proposed. ${run.found} of ${run.licensed} licensed accounts qualify, ${share} percent.`,
      ),
    ],
    [
      text(
        `The limit is ${run.held?.maxSharePercent} percent (reclaim.maxSharePercent), because so many at once usually means a mistake. Check the roster file, the days under rules, and whether logins are still recorded in ServiceNow.`,
      ),
    ],
    [
      text(
        `If the number is right, a named approver lets this one run through with /reclaim run ${run.found}`,
      ),
    ],
  ]
}

function checked(run: RunReport): string {
  const unknown = breakdown(run.unknown, UNCERTAINTY_WORDS)
  const excluded = breakdown(run.excluded, EXCLUSION_WORDS)
  const parts = [
    `${count(run.licensed, 'licensed account')} checked on ${new URL(run.instance).host}`,
    excluded && `left alone: ${excluded}`,
    unknown && `could not be judged: ${unknown}`,
    run.hidden > 0 && `${count(run.hidden, 'row')} hidden from the bot's account`,
    run.stillOpen > 0 && `still open: ${run.stillOpen}`,
    run.withdrawn > 0 && `withdrawn: ${run.withdrawn}`,
    run.skippedBefore > 0 && `skipped earlier: ${run.skippedBefore}`,
    run.postponed > 0 && `waiting for the next run: ${run.postponed}`,
  ]
  return parts.filter(Boolean).join(' · ')
}

/** A word to the whole channel. */
export function noticeCard(notice: Notice, { timeZone }: ViewSettings): Card {
  const summary: Line = noticeLine(notice, timeZone)
  return { summary, blocks: [{ kind: 'lines', lines: [summary] }] }
}

function noticeLine(notice: Notice, timeZone: string): Line {
  switch (notice.kind) {
    case 'run_gave_up':
      return [
        bold(`The run of ${instant(notice.slot, timeZone)} did not happen. `),
        text(
          `It was tried for six hours. ${notice.reason} Nothing was proposed or withdrawn; the next run comes as scheduled, or /reclaim run starts one.`,
        ),
      ]
    case 'paused':
      return [bold('Paused. '), text('Nothing begins until /reclaim resume; decisions are still taken.')]
    case 'resumed':
      return [bold('Resumed. '), text('Approved deletions begin after a full grace time.')]
  }
}
