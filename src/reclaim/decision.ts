import { type Entitlement, mayDecide, type Refusal, samePerson } from './approval.ts'
import type { Candidate } from './candidate.ts'
import { isHalted } from './control.ts'
import type { MessageId } from './ids.ts'
import type { Happening, LogEntry, PersonEvent } from './lifecycle.ts'
import type { Chat, Clock, MessageRef, Person } from './ports.ts'
import type { Store } from './storage.ts'

/** What the bot answers to whoever pressed a button or asked for an undo. */
export type DecisionAnswer =
  | {
      readonly kind: 'recorded'
      readonly candidate: Candidate
      readonly entry: LogEntry
      /** Nothing begins at the moment, whatever is approved. */
      readonly halted: boolean
    }
  /** Not possible (any more): somebody was faster, or the button is of an earlier round. The timeline says who and when. */
  | { readonly kind: 'already'; readonly candidate: Candidate; readonly timeline: readonly LogEntry[] }
  | { readonly kind: 'not_allowed'; readonly why: Refusal }
  /** The platform could not say who this is; nobody decides unchecked. */
  | { readonly kind: 'try_again' }
  | { readonly kind: 'unknown_button' }

export type DecisionContext = {
  readonly store: Store
  readonly chat: Chat
  readonly clock: Clock
  /** Whether managers decide at all; else only the named approvers do. */
  readonly askManagers: boolean
  /** How many different people have to approve. */
  readonly approvalsRequired: 1 | 2
}

/**
 * A person pressed a button. Records the decision, and nothing else; whoever pressed gets an answer in any case.
 * @param at the message on which it was pressed: remembered, so that it is kept up to date even if the bot had lost it.
 */
export async function press(
  {
    personId,
    event,
    token,
    at,
  }: { personId: string; event: PersonEvent; token: string; at: MessageRef | null },
  context: DecisionContext,
): Promise<DecisionAnswer> {
  const { store, chat, clock } = context
  const button = await store.candidateByToken(token)
  if (!button) {
    if (at) await store.refresh(chat.platform, at, clock.now())
    return { kind: 'unknown_button' }
  }
  const answer = await decide(button.candidate, button.current, { personId, event, at }, context)
  // Whoever pressed a button that changes nothing sees a message that is out of date.
  if (at && answer.kind === 'already') await store.refresh(chat.platform, at, clock.now())
  return answer
}

/** A person decided by name instead of by button: `/reclaim undo <user>`. */
export function decideByName(
  candidate: Candidate,
  asked: { personId: string; event: PersonEvent },
  context: DecisionContext,
): Promise<DecisionAnswer> {
  return decide(candidate, true, { ...asked, at: null }, context)
}

async function decide(
  candidate: Candidate,
  current: boolean,
  { personId, event, at }: { personId: string; event: PersonEvent; at: MessageRef | null },
  context: DecisionContext,
): Promise<DecisionAnswer> {
  const { store, chat, clock } = context
  const asked = await entitlement(personId, candidate, context)
  if (asked.kind === 'unreachable') return { kind: 'try_again' }
  if (!asked.entitlement.allowed) return { kind: 'not_allowed', why: asked.entitlement.why }
  const now = clock.now()
  // Only whoever may decide is believed about where the message stands.
  const rememberPlace = async () => {
    if (at && asked.shownIn) await store.posted(asked.shownIn, at, now)
  }
  if (!current) {
    await rememberPlace()
    return already(candidate, store)
  }

  const actor = `${chat.platform}:${personId}`
  const email = asked.person?.email ?? null
  const note = { as: asked.entitlement.as }
  let seen = candidate
  for (;;) {
    const happening = await approvalOf(seen, { event, actor, email }, context)
    if (happening === 'second_person') return { kind: 'not_allowed', why: happening }
    const { id: candidateId, version } = seen
    // Asked for together, they share a commit: whoever pressed waits for the disk once. What they are told depends on
    // the decision alone.
    const [decided] = await Promise.allSettled([
      store.record({ candidateId, version, actor, note, event: happening, at: now }),
      asked.person && store.rememberPerson(asked.person),
      rememberPlace(),
    ])
    if (decided.status === 'rejected') throw decided.reason
    const recorded = decided.value
    if (recorded.kind === 'recorded') {
      const { candidate, entry } = recorded
      return { kind: 'recorded', candidate, entry, halted: isHalted(await store.halts()) }
    }
    if (!isStillAsked(seen, recorded.candidate)) return already(recorded.candidate, store)
    seen = recorded.candidate
  }
}

/**
 * Whether a decision is for the candidate as it is by now, too: nobody decided in between, the bot only noted that a
 * write waits, or the first of two approved.
 */
function isStillAsked(before: Candidate, now: Candidate): boolean {
  return now.version > before.version && now.state === before.state && now.round === before.round
}

/** Where two have to approve, the first only endorses, and the second has to be somebody else. */
async function approvalOf(
  { endorsedBy }: Candidate,
  { event, actor, email }: { event: PersonEvent; actor: string; email: string | null },
  { store, approvalsRequired }: DecisionContext,
): Promise<Happening | 'second_person'> {
  if (event !== 'approve' || approvalsRequired === 1) return event
  if (endorsedBy === null) return 'endorse'
  const first = { actor: endorsedBy, email: await store.emailOf(endorsedBy) }
  return samePerson(first, { actor, email }) ? 'second_person' : 'approve'
}

/** Whether a person may decide about a candidate, by the platform's own word of at most 5 minutes ago. */
export async function entitlement(
  personId: string,
  candidate: Candidate,
  { store, chat, askManagers }: Pick<DecisionContext, 'store' | 'chat' | 'askManagers'>,
): Promise<
  | { kind: 'unreachable' }
  | {
      kind: 'known'
      person: Person | null
      entitlement: Entitlement
      /** The message that shows the candidate here. */
      shownIn: MessageId | null
    }
> {
  const placement = await store.placement(candidate.id, chat.platform)
  const person = await chat.person(personId).catch(() => 'unreachable' as const)
  if (person === 'unreachable') return { kind: 'unreachable' }
  return {
    kind: 'known',
    person,
    entitlement: mayDecide(person, candidate, (askManagers && placement?.approver) || null),
    shownIn: placement?.messageId ?? null,
  }
}

async function already(candidate: Candidate, store: Store): Promise<DecisionAnswer> {
  return { kind: 'already', candidate, timeline: await store.timeline(candidate.id) }
}
