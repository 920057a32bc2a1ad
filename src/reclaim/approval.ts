import type { Candidate } from './candidate.ts'
import type { Person } from './ports.ts'

export type Entitlement =
  | { readonly allowed: true; readonly as: 'manager' | 'named' }
  | { readonly allowed: false; readonly why: Refusal }

/** Why a person may not: told to that person alone. */
export type Refusal =
  | 'unknown_person'
  | 'not_a_full_member'
  | 'no_email'
  | 'own_account'
  | 'not_the_approver'
  | 'second_person'

/**
 * Whether a person may decide about a candidate. Default deny: whoever cannot be placed may not.
 * @param person as the platform describes them now; `null` when it does not know them.
 * @param approver the manager's id on the person's platform, fixed when the candidate was posted; `null` = named approvers only.
 */
export function mayDecide(person: Person | null, candidate: Candidate, approver: string | null): Entitlement {
  if (person === null) return { allowed: false, why: 'unknown_person' }
  if (!person.fullMember) return { allowed: false, why: 'not_a_full_member' }
  if (!person.email) return { allowed: false, why: 'no_email' }
  if (isOwn(person, person.email, candidate)) return { allowed: false, why: 'own_account' }
  if (person.named) return { allowed: true, as: 'named' }
  if (approver !== null && approver === person.id) return { allowed: true, as: 'manager' }
  return { allowed: false, why: 'not_the_approver' }
}

/** By address; where ServiceNow knows none, by name, rather than let somebody decide about themselves. */
function isOwn({ name }: Person, email: string, { facts, name: accountName }: Candidate): boolean {
  return facts.email === '' ? sameText(name, accountName) : sameText(email, facts.email)
}

/**
 * Whether a manager can be asked at all: active, and not the very person whose account it is.
 */
export function managerCanDecide(candidate: Pick<Candidate, 'manager' | 'facts' | 'sysId'>): boolean {
  const { manager, facts } = candidate
  if (!manager?.active || manager.email === '') return false
  return (
    manager.sysId !== candidate.sysId &&
    !sameText(manager.email, facts.email) &&
    !sameText(manager.employeeNumber, facts.employeeNumber)
  )
}

/** Somebody who approved, or is about to. `email` is null where none is known (any more). */
export type Approver = { readonly actor: string; readonly email: string | null }

/**
 * Whether two approvals come from one person: also one who approves in two chats, under the same address. Where an
 * address is not known any more, two chats may show one person twice: that counts as one.
 */
export function samePerson(a: Approver, b: Approver): boolean {
  const isUnclear = (a.email === null || b.email === null) && chatOf(a) !== chatOf(b)
  return a.actor === b.actor || isUnclear || sameText(a.email ?? '', b.email ?? '')
}

const chatOf = ({ actor }: Approver) => actor.split(':')[0]

/** How many candidates' writes may begin in one day (of the schedule's time zone). */
export type Caps = { readonly maxPerDay: number; readonly maxPerApproverPerDay: number }

/** Which cap keeps one more write from beginning, if any. */
export function capReached(
  begun: { total: number; byApprover: number },
  caps: Caps,
): 'over_daily_cap' | 'over_approver_cap' | null {
  if (begun.total >= caps.maxPerDay) return 'over_daily_cap'
  if (begun.byApprover >= caps.maxPerApproverPerDay) return 'over_approver_cap'
  return null
}

/** Whether two e-mail addresses or numbers are the same, without case; an empty one is like no other. */
export function sameText(a: string, b: string): boolean {
  return a !== '' && a.trim().toLowerCase() === b.trim().toLowerCase()
}
