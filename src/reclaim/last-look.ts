import { type Approver, managerCanDecide, mayDecide, samePerson, sameText } from './approval.ts'
import type { Candidate } from './candidate.ts'
import type { DecisionContext } from './decision.ts'
import { isOursIfGone } from './lifecycle.ts'
import type { Note, Reason } from './note.ts'
import { objection, sameAsConfigured } from './objection.ts'
import type { Chat, Inspection, Person, Platform } from './ports.ts'
import { employeeNumbersOf } from './roster.ts'
import { judgeNow, loadRoster, type ScanSettings, type ScanSources } from './survey.ts'

/** What a last look asks: ServiceNow, the roster, the settings, and the chats about whoever approved. */
export type LookContext = {
  readonly sources: ScanSources
  readonly chats: ReadonlyMap<Platform, Chat>
  readonly settings: ScanSettings & Pick<DecisionContext, 'askManagers' | 'approvalsRequired'>
}

export type Look =
  | { readonly kind: 'go' }
  | { readonly kind: 'stop'; readonly event: 'withdraw' | 'found_done'; readonly note: Note }
  | { readonly kind: 'wait'; readonly why: Reason; readonly error?: Error }

/** Looks at the account, the settings and whoever approved once more, a moment before the write. */
export async function lastLook(candidate: Candidate, context: LookContext): Promise<Look> {
  const { settings, sources } = context
  if (!sameAsConfigured(candidate, settings, sources.licences)) return withdraw({ why: 'settings_changed' })
  if (settings.approvalsRequired === 2 && candidate.endorsedBy === null)
    return withdraw({ why: 'settings_changed' })
  const seen = await sources.licences.inspect(candidate.sysId).catch(asError)
  if (seen instanceof Error) return { kind: 'wait', why: 'account_unreadable', error: seen }
  if (seen.kind === 'gone')
    return isOursIfGone(candidate)
      ? { kind: 'stop', event: 'found_done', note: {} }
      : withdraw({ why: 'already_gone' })

  const verdict = await judgeNow(seen.account, settings, sources).catch(asError)
  if (verdict instanceof Error) return { kind: 'wait', why: 'roster_unreadable', error: verdict }
  const note = objection(candidate, verdict)
  if (note) return withdraw(note)
  if (verdict.kind === 'unknown')
    return { kind: 'wait', why: verdict.reason === 'roster' ? 'roster_unreadable' : 'account_unreadable' }
  return everyApproverEntitled(candidate, seen, context)
}

async function everyApproverEntitled(
  candidate: Candidate,
  seen: Extract<Inspection, { kind: 'found' }>,
  context: LookContext,
): Promise<Look> {
  const approvers: Approver[] = []
  for (const actor of [candidate.endorsedBy, candidate.approvedBy]) {
    if (actor === null) continue
    const person = await personBehind(actor, context).catch(asError)
    if (person instanceof Error) return { kind: 'wait', why: 'approver_unreadable', error: person }
    const manager = context.settings.askManagers ? managersId(person, candidate, seen) : null
    const entitled = mayDecide(person, candidate, manager).allowed
    if (!entitled) return withdraw({ why: 'approver_not_entitled' })
    approvers.push({ actor, email: person?.email ?? null })
  }
  return isEverybodySomebodyElse(approvers, candidate, context)
}

/** No two of them, nor one of them and the holder of the account, may be one person. */
async function isEverybodySomebodyElse(
  approvers: readonly Approver[],
  { facts }: Candidate,
  { settings, sources }: LookContext,
): Promise<Look> {
  const index = await loadRoster(sources.roster, settings, sources.clock.now()).catch(asError)
  if (index instanceof Error) return { kind: 'wait', why: 'roster_unreadable', error: index }
  // HR knows somebody with two addresses under one employee number.
  const numbers = [
    [facts.employeeNumber],
    ...approvers.map(({ email }) => (index ? employeeNumbersOf(index, email ?? '') : [])),
  ]
  const isShared = numbers.some((mine, n) =>
    numbers.slice(n + 1).some(theirs => mine.some(number => theirs.some(other => sameText(number, other)))),
  )
  const [first, second] = settings.approvalsRequired === 2 ? approvers : []
  const isOne = first !== undefined && second !== undefined && samePerson(first, second)
  return isShared || isOne ? withdraw({ why: 'approver_not_entitled' }) : { kind: 'go' }
}

async function personBehind(actor: string, { chats }: LookContext): Promise<Person | null> {
  const [platform, id = ''] = actor.split(':')
  return (await chats.get(platform as Platform)?.person(id)) ?? null
}

/** The id of a person who is the manager whom ServiceNow names at this moment, else `null`. */
function managersId(
  person: Person | null,
  candidate: Candidate,
  { manager }: Extract<Inspection, { kind: 'found' }>,
): string | null {
  const canDecide = manager !== null && managerCanDecide({ ...candidate, manager })
  return person && canDecide && sameText(person.email ?? '', manager.email) ? person.id : null
}

const withdraw = (note: Note): Look => ({ kind: 'stop', event: 'withdraw', note })

/** Whatever was thrown, as a value. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown))
