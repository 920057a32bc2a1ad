import { startOfDay } from '../reclaim/calendar.ts'
import type { Candidate } from '../reclaim/candidate.ts'
import { type DecisionContext, decideByName, entitlement } from '../reclaim/decision.ts'
import type { Chat, Clock, Person } from '../reclaim/ports.ts'
import type { Summary } from '../reclaim/reports.ts'
import type { RunOutcome } from '../reclaim/scan.ts'
import type { Store } from '../reclaim/storage.ts'
import { answerCard, decisionCard, mayNotRead, runSentence, say } from './answer.ts'
import { presentState } from './candidate-view.ts'
import { type Command, HELP } from './command.ts'
import { type StatusFacts, statusLines } from './status.ts'
import { bold, type Card, type Line, text, type ViewSettings } from './view.ts'
import { count, historyLine, instant } from './words.ts'

/** What the commands need; the same on every platform. */
export type CommandContext = {
  readonly store: Store
  readonly chat: Chat
  readonly clock: Clock
  readonly views: ViewSettings
  readonly facts: StatusFacts
  /** Whether managers decide at all; else only the named approvers do. */
  readonly askManagers: boolean
  readonly run: (actor: string, release: number | null) => Promise<RunOutcome>
  /** Somebody says that ServiceNow will let the bot in again. */
  readonly signInAgain: () => void
}

const HISTORY_LINES = 30

/** Carries a command out for a person and answers that person alone. */
export async function obey(command: Command, personId: string, context: CommandContext): Promise<Card> {
  const { command: typed } = context.views
  if (command.kind === 'wrong') return say(`${command.problem} ${typed} help shows what there is.`)
  if (command.kind === 'not_built')
    return say(`${typed} ${command.word} is not built yet. ${typed} help shows what there is.`)
  const person = await context.chat.person(personId).catch(() => 'unreachable' as const)
  if (person === 'unreachable')
    return say('It could not be checked who you are, so nothing was done. Please try again in a minute.')
  if (!person)
    return say('The bot does not find you among the people it works for. Ask to be added to its team.')
  if (!person.fullMember) return say('The bot answers full members of this organisation only.')

  switch (command.kind) {
    case 'help':
      return answerCard(...HELP.map((line): Line => [text(`${typed} ${line}`)]))
    case 'status':
      return command.user === null ? status(context) : statusOf(command.user, person, context)
    case 'history':
      return history(command.user, person, context)
    case 'undo':
      return undo(command.user, person, context)
    case 'run':
    case 'pause':
    case 'resume':
      if (!person.named) return say('Only the named approvers may do this. Nothing was changed.')
      return steer(command, person, context)
  }
}

async function status({ store, clock, facts, chat }: CommandContext): Promise<Card> {
  const now = clock.now()
  const summary = await store.summary(startOfDay(now, facts.timeZone))
  // Each candidate is posted to every platform; whoever asks is told about their own.
  const byApprover = summary.byApprover.filter(({ platform }) => platform === chat.platform)
  const names = await store.names(byApprover.flatMap(({ approver }) => approver ?? []))
  const nameOf = ({ approver }: Summary['byApprover'][number]) =>
    approver === null ? 'named approvers' : (names.get(approver) ?? approver)
  return answerCard(
    ...statusLines({ ...summary, byApprover }, facts, now, nameOf).map((line): Line => [text(line)]),
  )
}

async function statusOf(user: string, person: Person, context: CommandContext): Promise<Card> {
  const [newest] = await context.store.candidatesOf(user)
  if (!newest || !(await mayRead(person, newest, context)))
    return person.named ? unknownUser(user) : mayNotRead(context.views)
  const timeline = await context.store.timeline(newest.id)
  const last = timeline.at(-1)
  const state = last ? presentState(newest, last, context.views) : []
  return answerCard(
    [
      bold(newest.name),
      text(
        ` (${newest.facts.userName}), ${instant(last?.at ?? newest.proposedAt, context.facts.timeZone)}: `,
      ),
      ...state,
    ],
    [
      text(
        `${count(timeline.length, 'entry', 'entries')} in its history: ${context.views.command} history ${newest.facts.userName}`,
      ),
    ],
  )
}

async function history(user: string | null, person: Person, context: CommandContext): Promise<Card> {
  const rows = await context.store.history({
    ...(user !== null && { user }),
    // Whoever may read everything need not have everything read.
    ...(person.named && { limit: HISTORY_LINES }),
  })
  const readable = new Map<string, boolean>()
  for (const { candidateId } of rows) {
    if (readable.has(candidateId)) continue
    const candidate = await context.store.candidate(candidateId)
    readable.set(candidateId, candidate !== null && (await mayRead(person, candidate, context)))
  }
  const shown = rows.filter(row => readable.get(row.candidateId)).slice(-HISTORY_LINES)
  if (shown.length === 0)
    return say(person.named ? 'Nothing has happened yet.' : 'Nothing has happened yet that you may see.')
  return answerCard(...shown.map((row): Line => [text(historyLine(row, context.facts.timeZone))]))
}

async function undo(user: string, person: Person, context: CommandContext): Promise<Card> {
  const theirs = await context.store.candidatesOf(user)
  const candidate = theirs.find(({ state }) => state === 'approved') ?? theirs[0]
  if (!candidate) return person.named ? unknownUser(user) : mayNotRead(context.views)
  const answer = await decideByName(candidate, { personId: person.id, event: 'undo' }, deciding(context))
  return decisionCard(answer, context.views)
}

async function steer(
  command: Extract<Command, { kind: 'run' | 'pause' | 'resume' }>,
  person: Person,
  { store, chat, clock, views, run, signInAgain }: CommandContext,
): Promise<Card> {
  const actor = `${chat.platform}:${person.id}`
  await store.rememberPerson(person)
  switch (command.kind) {
    case 'run':
      return say(runSentence(await run(actor, command.release), views))
    case 'pause':
      await store.pause(actor, clock.now())
      return say(
        `Paused: no deletion begins until ${views.command} resume. The time to undo runs on, and what has begun is finished and checked.`,
      )
    case 'resume': {
      signInAgain()
      const writes = await store.resume(actor, clock.now(), views.graceMs)
      if ((await store.halts()).restored)
        return say(
          'Resumed, but nothing begins yet: the store was restored from a backup, and every open account is read again first. status says when that is over.',
        )
      return say(resumedSentence(writes, views.graceMs))
    }
  }
}

async function mayRead(person: Person, candidate: Candidate, context: CommandContext): Promise<boolean> {
  if (person.named) return true
  const asked = await entitlement(person.id, candidate, context)
  return asked.kind === 'known' && asked.entitlement.allowed
}

function resumedSentence(writes: number, graceMs: number): string {
  if (writes === 0) return 'Resumed: no approved deletion is waiting.'
  const when =
    graceMs > 0
      ? `after a full ${count(Math.round(graceMs / 60_000), 'minute')} in which Undo stops ${writes === 1 ? 'it' : 'each'}`
      : 'now'
  return `Resumed: ${count(writes, 'approved deletion')} will begin ${when}.`
}

/** What a decision needs of it. */
export function deciding({ store, chat, clock, views, askManagers }: CommandContext): DecisionContext {
  return { store, chat, clock, askManagers, approvalsRequired: views.approvalsRequired }
}

const unknownUser = (user: string) =>
  say(
    `The bot has never proposed an account “${user.slice(0, 60)}”. Write its user name, e-mail address or sys_id.`,
  )
