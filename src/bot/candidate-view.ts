import type { Candidate } from '../reclaim/candidate.ts'
import { buttonsIn, type LogEntry } from '../reclaim/lifecycle.ts'
import { requestLine } from '../reclaim/plan.ts'
import type { MessageContent, MessageItem, ThreadLine } from '../reclaim/ports.ts'
import { isPerson } from './names.ts'
import { type Block, type Button, bold, type Card, type Line, text, type ViewSettings } from './view.ts'
import { answered, because, capitalise, count, grounds, instant, money } from './words.ts'

type ListContent = Extract<MessageContent, { kind: 'list' }>

/** A message to one approver: up to eight candidates with their buttons, each in its present state. */
export function listCard({ asked, items, part, parts, run }: ListContent, settings: ViewSettings): Card {
  const waiting = items.filter(({ candidate }) => ['proposed', 'failed'].includes(candidate.state)).length
  const whom: Line =
    asked === null ? [bold('Named approvers')] : [{ kind: 'person', actor: asked, asked: true }]
  const half = items.filter(({ candidate: c }) => c.state === 'proposed' && c.endorsedBy !== null).length
  const second = half > 0 ? `; ${half} of them ${half === 1 ? 'waits' : 'wait'} for a second person` : ''
  const ask = waiting > 0 ? `, please decide about ${count(waiting, 'account')}${second}` : ', all decided'
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
        `${candidate.facts.userName && ` (${candidate.facts.userName})`}${worth.some(Boolean) ? ` · ${worth.filter(Boolean).join(', ')}` : ''}`,
      ),
    ],
    [
      text(
        grounds(candidate, settings.timeZone) +
          (candidate.askedBefore > 0 ? ` · asked before: ${candidate.askedBefore}` : ''),
      ),
    ],
  ]
  if (candidate.state !== 'proposed' || last.event === 'undo' || last.event === 'endorse')
    lines.push(presentState(candidate, last, settings))
  return [
    { kind: 'lines', lines },
    { kind: 'buttons', id: candidate.id, buttons: buttonsOf(candidate, settings) },
  ]
}

/** The state of a candidate in its message: the word, who, and what happens next. */
export function presentState(candidate: Candidate, last: LogEntry, settings: ViewSettings): Line {
  return [
    bold(capitalise(candidate.state)),
    ...again(last),
    ...whose(candidate, last),
    text(consequence(candidate, last, settings)),
  ]
}

/** A transition in the thread: whose account, the new state, who, and what happens next. */
export function threadLine({ candidate, entry }: ThreadLine, settings: ViewSettings): Line {
  return [
    bold(candidate.name),
    text(': '),
    bold(entry.to),
    ...again(entry),
    ...whose(candidate, entry),
    text(consequence(candidate, entry, settings)),
  ]
}

const again = ({ event }: LogEntry): Line =>
  ['undo', 'retry', 'found_undone'].includes(event) ? [text(' again')] : []

/** Who brought it into this state: whoever waits still has the approval that it waits with. */
function whose(candidate: Candidate, entry: LogEntry): Line {
  if (entry.event === 'undo') return [text(', as'), ...personOf(entry.actor)]
  if (entry.event === 'endorse') return [text(', approved'), ...by(entry), text(' (1 of 2)')]
  return by(entry.event === 'wait' ? { actor: candidate.approvedBy ?? entry.actor } : entry)
}

/** The person behind something, ` by @Dana`; nothing where the bot acted by itself. */
export function by({ actor }: Pick<LogEntry, 'actor'>): Line {
  const person = personOf(actor)
  return person.length > 0 ? [text(' by'), ...person] : []
}

const personOf = (actor: string): Line => (isPerson(actor) ? [text(' '), { kind: 'person', actor }] : [])

function consequence(candidate: Candidate, entry: LogEntry, settings: ViewSettings): string {
  const { timeZone } = settings
  const reason = because(entry.note, timeZone)
  const answer = answered(entry.note)
  const begun = candidate.begunAt !== null && candidate.begunAt <= entry.at ? candidate.begunAt : null
  const sent = begun === null ? '' : ` A deletion was sent at ${instant(begun, timeZone)}.`
  const inVain = begun === null ? '' : ` The deletion sent at ${instant(begun, timeZone)} had no effect.`
  switch (entry.event) {
    case 'endorse':
      return '. Nothing is deleted until a second person approves: the manager or a named approver.'
    case 'approve':
    case 'retry':
      return `. ${afterGrace(candidate, entry, settings)}${inVain}`
    case 'undo':
      return ` undid the approval. Nothing was deleted; it waits for a decision.${inVain}`
    case 'skip':
      return `. The account stays.${inVain}`
    case 'expire':
      return `. Nobody decided in time; the account stays.${inVain}`
    case 'withdraw':
      if (entry.note.why === 'gone_after_undo') return ` – ${reason}.${sent}`
      // Whether the bot deleted it after the copy was made is not known.
      if (entry.note.why === 'gone_since_restore' || entry.note.why === 'unread_since_restore')
        return ` – ${reason}.`
      return ` – ${reason}. The bot did not delete the account.${entry.note.why === 'already_gone' ? sent : inVain}`
    case 'wait':
      if (entry.note.why === 'time_to_undo_again')
        return `, but waiting – ${reason}. ${afterGrace(candidate, entry, settings)}${inVain}`
      return `, but waiting – ${reason}.${inVain}`
    case 'begin':
      return '. The last check passed; the deletion is being sent to ServiceNow.'
    case 'rehearse':
      return `. Nothing was deleted (dry run). The last check passed; this would have been sent: ${requests(candidate)}${sent && `.${sent}`}`
    case 'done':
    case 'found_done':
      return `. The account is gone; the bot checked that in ServiceNow.${entry.note.detail ? ` ${answer}.` : ''}`
    case 'refused':
      if (entry.note.why === 'never_sent' || entry.note.why === 'not_sent')
        return `. ${capitalise(reason)}. Press Try again once the cause is removed, or Skip. ${entry.note.detail ?? ''}`
      return `. ServiceNow refused the deletion; the account is still there. Press Try again once the cause is removed, or Skip. ${answer}.`
    case 'lose_track':
      return ` – ${reason}. The bot checks the account again before anything else happens.${sent}${answer && ` ${answer}.`}`
    case 'found_undone':
      return `. The account is still there; after another check the deletion is sent again.${inVain}`
    case 'give_up':
      if (entry.note.why === 'store_restored')
        return ` – ${reason}. The account is still there. Press Try again or Skip.`
      return `. The deletion took no effect in several attempts; the account is still there. Press Try again or Skip.`
    case 'propose':
      return ', waiting for a decision.'
  }
}

/** What happens when the time to undo is over, and when that is. */
function afterGrace({ dryRun }: Candidate, { at }: LogEntry, { graceMs, timeZone }: ViewSettings): string {
  const end = instant(at + graceMs, timeZone)
  if (dryRun)
    return graceMs === 0
      ? 'Dry run: the bot shows what it would delete.'
      : `Dry run: after ${end} the bot shows what it would delete, unless somebody presses Undo.`
  return graceMs === 0
    ? 'The account is deleted now.'
    : `The account is deleted after ${end} unless somebody presses Undo.`
}

/** The exact requests, as the bot sends them. */
export function requests(candidate: Candidate): string {
  return candidate.operations.map(requestLine).join(', ')
}

const LABELS: Readonly<Record<Button['does'], string>> = {
  approve: 'Approve',
  skip: 'Skip',
  undo: 'Undo',
  retry: 'Try again',
  details: 'Details',
}

function buttonsOf(candidate: Candidate, settings: ViewSettings): Button[] {
  const { token, name, state } = candidate
  return [...buttonsIn(state), 'details' as const].map(does => ({
    does,
    token,
    label: LABELS[does],
    spoken: `${LABELS[does]}: ${name}`,
    ...(does === 'approve' && { confirm: confirmation(candidate, settings) }),
  }))
}

function confirmation(
  { name, facts, dryRun, endorsedBy }: Candidate,
  { graceMs, approvalsRequired }: ViewSettings,
): NonNullable<Button['confirm']> {
  const who = `${name} (${facts.userName})`
  const minutes = count(Math.round(graceMs / 60_000), 'minute')
  const first =
    approvalsRequired === 2 && endorsedBy === null
      ? 'You are the first of two. Once a second person approves, '
      : ''
  const undo = graceMs > 0 ? `in ${minutes}. Until then Undo stops it; after that` : 'at once. After that'
  return {
    title: dryRun ? 'Rehearse the deletion?' : 'Delete this account?',
    text: dryRun
      ? `Dry run: ${who} stays. The bot only shows what it would send.`
      : `${first}${who} will be deleted in ServiceNow ${undo} the bot cannot bring the account back.`,
    yes: 'Approve',
    no: 'Cancel',
  }
}
