import type { Refusal } from '../reclaim/approval.ts'
import type { Candidate } from '../reclaim/candidate.ts'
import type { DecisionAnswer } from '../reclaim/decision.ts'
import type { LogEntry, PersonEvent } from '../reclaim/lifecycle.ts'
import type { RunOutcome } from '../reclaim/scan.ts'
import { by, presentState } from './candidate-view.ts'
import { bold, type Card, type Line, text, type ViewSettings } from './view.ts'
import { count, holdWords, instant } from './words.ts'

/* What is said to one person alone: the one who clicked or typed. */

/** An answer of several lines; the first is its notification, too. */
export function answerCard(...lines: readonly Line[]): Card {
  return { summary: lines[0] ?? [], blocks: [{ kind: 'lines', lines }] }
}

/** An answer of one sentence. */
export const say = (sentence: string): Card => answerCard([text(sentence)])

const REFUSALS: Readonly<Record<Refusal, string>> = {
  unknown_person:
    'The bot does not find you among the people it works for, so it cannot let you decide. Ask to be added to its team. Nothing was changed.',
  not_a_full_member:
    'Only full members of this organisation may decide, no guests and no bots. Nothing was changed.',
  no_email:
    'Your profile shows no e-mail address, so the bot cannot check that the account is not your own. Nothing was changed.',
  own_account: 'This is your own account. Somebody else has to decide about it. Nothing was changed.',
  not_the_approver:
    "You may not decide about this account: only the account's manager and the named approvers may. Nothing was changed.",
  second_person:
    'You have approved this already. A second person has to, the manager or a named approver. Nothing was changed.',
}

/** The answer to a button or an undo: done, already decided (by whom, when), or not allowed (why). */
export function decisionCard(answer: DecisionAnswer, settings: ViewSettings): Card {
  switch (answer.kind) {
    case 'recorded': {
      const { candidate, entry, halted } = answer
      const done: Line = [
        text('Done. '),
        bold(candidate.name),
        text(': '),
        ...presentState(candidate, entry, settings),
      ]
      const wait: Line = [text('Deletions are stopped at the moment, so this waits; status says why.')]
      return halted && candidate.state === 'approved' ? answerCard(done, wait) : answerCard(done)
    }
    case 'already':
      return alreadyCard(answer.candidate, answer.timeline, settings)
    case 'not_allowed':
      return say(REFUSALS[answer.why])
    case 'try_again':
      return say('It could not be checked who you are, so nothing was changed. Please try again in a minute.')
    case 'unknown_button':
      return say(
        `The bot does not know this button any more. Nothing was changed; ${settings.command} status shows what is open.`,
      )
  }
}

/** Who was faster and when, and what has come of it since. */
function alreadyCard(candidate: Candidate, timeline: readonly LogEntry[], settings: ViewSettings): Card {
  const decided = timeline.findLast(({ event }) => event in DECIDED)
  const last = timeline.at(-1)
  const lines: Line[] = [
    [text('Nothing was changed: this was already decided, or the button is out of date.')],
  ]
  if (decided)
    lines.push([
      bold(candidate.name),
      text(`: ${DECIDED[decided.event as PersonEvent | 'endorse']}`),
      ...by(decided),
      text(`, ${instant(decided.at, settings.timeZone)}.`),
    ])
  if (last) lines.push([text('Now: '), ...presentState(candidate, last, settings)])
  return answerCard(...lines)
}

const DECIDED: Readonly<Record<PersonEvent | 'endorse', string>> = {
  endorse: 'approved, as the first of two,',
  approve: 'approved',
  skip: 'skipped',
  undo: 'approval undone',
  retry: 'tried again',
}

/** For whoever asks about an account that is not theirs to decide about. */
export const mayNotRead = ({ command }: ViewSettings): Card =>
  say(`Only the account's manager and the named approvers may see this. ${command} status shows the counts.`)

/** What a run came to, for whoever asked for it. */
export function runSentence(
  outcome: RunOutcome,
  { timeZone, command }: Pick<ViewSettings, 'timeZone' | 'command'>,
): string {
  switch (outcome.kind) {
    case 'finished': {
      const { held, found, licensed, proposed, stillOpen } = outcome.report
      if (held.length > 0)
        return `The run is held: ${found} of ${count(licensed, 'licensed account')} qualify; ${held.map(hold => holdWords(hold, found)).join('; ')}. Nothing was proposed; if the number is right, write ${command} run ${found}`
      return `The run is done: ${proposed} proposed, ${stillOpen} still open from before.`
    }
    case 'busy':
      return `A run is under way since ${instant(outcome.since, timeZone)}; there is only one at a time.`
    case 'slot_done':
      return 'This run has already happened.'
    case 'failed':
      return `The run stopped, and nothing was proposed or withdrawn. ${outcome.reason}`
  }
}
