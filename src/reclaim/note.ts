import type { Facts } from './candidate.ts'

/** Why something happened, in words of the machine. Never names, never people's own text. */
export const REASONS = [
  'facts_changed',
  'no_longer_qualifies',
  'excluded',
  'already_gone',
  'gone_after_undo',
  'settings_changed',
  'rehearsal_over',
  'approver_not_entitled',
  'over_daily_cap',
  'over_approver_cap',
  'roster_unreadable',
  'account_unreadable',
  'approver_unreadable',
  'interrupted',
  'not_confirmed',
  'still_there',
  'snapshot_unreadable',
  'store_restored',
  'gone_since_restore',
  'unread_since_restore',
  'person_erased',
  'time_to_undo_again',
  'not_what_was_shown',
  'not_sent',
  'never_sent',
] as const
export type Reason = (typeof REASONS)[number]

/** A fact that is not what it was. Values are given only where every reader of the channel may know them. */
export type Change = {
  readonly field: keyof Facts
  readonly from?: string | number | null
  readonly to?: string | number | null
}

/** What the history keeps beside the event: the reason, and what was asked of and answered by ServiceNow. */
export type Note = {
  readonly why?: Reason
  readonly changes?: readonly Change[]
  /** What ServiceNow answered: HTTP status (`null` = no answer) and its own words, shortened. */
  readonly status?: number | null
  readonly detail?: string
  /** Salted hash of the facts that were shown. */
  readonly facts?: string
  /** The requests that are about to be sent, as method and path. */
  readonly requests?: readonly string[]
  /** In which capacity a person decided. */
  readonly as?: 'manager' | 'named'
}
