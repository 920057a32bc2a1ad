import type { Candidate } from '../reclaim/candidate.ts'
import { buttonsIn, type LogEntry } from '../reclaim/lifecycle.ts'
import type { MessageContent, MessageItem, ThreadLine } from '../reclaim/ports.ts'
import { type Block, type Button, bold, type Card, type Line, text, type ViewSettings } from './view.ts'
import { because, capitalise, count, grounds, instant, money } from './words.ts'

type ListContent = Extract<MessageContent, { kind: 'list' }>

/** A message to one approver: up to eight candidates with their buttons, each in its present state. */
export function listCard({ approver, items, part, parts, run }: ListContent, settings: ViewSettings): Card {
  const waiting = items.filter(({ candidate }) => candidate.state === 'proposed').length
  const whom: Line = approver === null ? [bold('Named approvers')] : [{ kind: 'person', id: approver }]
  const ask = waiting > 0 ? `, please decide about ${count(waiting, 'account')}` : ', all decided'
  const heading: Line = [...whom, text(`${ask}${parts > 1 ? ` (part ${part} of ${parts})` : ''}.`)]
  return {
    summary: heading,
    blocks: [
      { kind: 'lines', lines: [heading] },
      ...items.flatMap((item): Block[] => [
        { kind: 'divider' },
        ...candidateBlocks(item, run.currency, settings),
      ]),
    ],
  }
}

function candidateBlocks(
  { candidate, last }: MessageItem,
  currency: string,
  settings: ViewSettings,
): Block[] {
  const [license] = candidate.licenses
  const worth = [license, candidate.yearlySaving > 0 && `${money(candidate.yearlySaving, currency)} a year`]
  const lines: Line[] = [
    [
      bold(candidate.name),
      text(
        ` (${candidate.facts.userName})${worth.some(Boolean) ? ` · ${worth.filter(Boolean).join(', ')}` : ''}`,
      ),
    ],
    [
      text(
        grounds(candidate, settings.timeZone) +
          (candidate.askedBefore > 0 ? ` · asked before: ${candidate.askedBefore}` : ''),
      ),
    ],
  ]
  if (candidate.state !== 'proposed' || last.event === 'undo')
    lines.push(presentState(candidate, last, settings))
  return [
    { kind: 'lines', lines },
    { kind: 'buttons', id: candidate.id, buttons: buttonsOf(candidate) },
  ]
}

/** The state of a candidate in its message: the word, who, and what happens next. */
export function presentState(candidate: Candidate, last: LogEntry, settings: ViewSettings): Line {
  return [
    bold(capitalise(candidate.state)),
    ...by(last, settings),
    text(consequence(candidate, last, settings)),
  ]
}

/** A transition in the thread: whose account, the new state, who, and what happens next. */
export function threadLine({ candidate, entry }: ThreadLine, settings: ViewSettings): Line {
  return [
    bold(candidate.name),
    text(' is '),
    bold(entry.to),
    ...by(entry, settings),
    text(consequence(candidate, entry, settings)),
  ]
}

function by(entry: LogEntry, settings: ViewSettings): Line {
  const [platform, id] = entry.actor.split(':')
  if (id === undefined) return []
  return [
    text(' by '),
    platform === settings.platform ? { kind: 'person', id } : text(`a person on ${platform}`),
  ]
}

function consequence(candidate: Candidate, entry: LogEntry, settings: ViewSettings): string {
  const { timeZone, graceMs } = settings
  const reason = because(entry.note, timeZone)
  const sent =
    candidate.begunAt === null ? '' : ` A DELETE was sent at ${instant(candidate.begunAt, timeZone)}.`
  switch (entry.event) {
    case 'approve':
    case 'retry': {
      const end = candidate.dryRun ? 'rehearsed' : 'deleted'
      return `. The account is ${end} after ${instant(entry.at + graceMs, timeZone)} unless somebody presses Undo.${sent}`
    }
    case 'undo':
      return `: the approval was undone, nothing was deleted; it waits for a decision again.${sent}`
    case 'skip':
      return `. The account stays.${sent}`
    case 'expire':
      return `: nobody decided in time. The account stays.${sent}`
    case 'withdraw':
      return `: ${reason}. The account was not deleted by the bot.${sent}`
    case 'wait':
      return `, but ${reason}.${sent}`
    case 'begin':
      return ': last look passed, the deletion is being sent.'
    case 'rehearse':
      return `: last look passed. This would have been sent, and was not: ${requests(candidate)}`
    case 'done':
    case 'found_done':
      return `. The account is gone; this was read back from ServiceNow.${reason ? ` ${capitalise(reason)}.` : ''}`
    case 'refused':
      return `: ServiceNow refused the deletion, and the account is still there. ${capitalise(reason)}. Try again once the cause is removed, or skip.`
    case 'lose_track':
      return `: ${reason}. The account will be read again before anything else happens.${sent}`
    case 'found_undone':
      return `: the account is still there, so the deletion is sent again after another last look.${sent}`
    case 'give_up':
      return `: the deletion did not take effect after several attempts; the account is still there.${sent}`
    case 'propose':
      return ', waiting for a decision.'
  }
}

/** The exact requests, as the bot sends them. */
export function requests(candidate: Candidate): string {
  return candidate.operations.map(o => `${o.method} /api/now/v2/table/${o.table}/${o.sysId}`).join(', ')
}

const LABELS: Readonly<Record<Button['does'], string>> = {
  approve: 'Approve',
  skip: 'Skip',
  undo: 'Undo',
  retry: 'Try again',
  details: 'Details',
}

function buttonsOf(candidate: Candidate): Button[] {
  const { token, name, state } = candidate
  return [...buttonsIn(state), 'details' as const].map(does => ({
    does,
    token,
    label: LABELS[does],
    spoken: `${LABELS[does]}: ${name}`,
    ...(does === 'approve' && { confirm: confirmation(candidate) }),
  }))
}

function confirmation({ name, facts, dryRun }: Candidate): NonNullable<Button['confirm']> {
  return {
    title: dryRun ? 'Rehearse the deletion?' : 'Delete this account?',
    text: dryRun
      ? `Dry run: ${name} (${facts.userName}) stays. The bot only shows what it would send.`
      : `${name} (${facts.userName}) will be deleted in ServiceNow after the time to undo. That cannot be reversed by the bot.`,
    yes: 'Approve',
    no: 'Cancel',
  }
}
