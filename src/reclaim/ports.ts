import type { Account, Candidate, Manager, Operation } from './candidate.ts'
import type { MessageId, SysId } from './ids.ts'
import type { LogEntry } from './lifecycle.ts'
import type { RunReport } from './run.ts'

/** UTC epoch milliseconds. Tests and the demo set their own. */
export type Clock = { now(): number }

/** Fresh, unguessable identifiers. */
export type Ids = { next(): string }

/** Where the bot writes down what it does, for operators. Never a secret, never a person's data beyond ids. */
export type Log = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>

/* ── ServiceNow ─────────────────────────────────────────────────────────── */

/** What ServiceNow answered to a write. Only a read afterwards proves anything. */
export type WriteAnswer =
  /** 204: the documented success. */
  | { readonly kind: 'accepted'; readonly status: number }
  /** A clear no (403, 400, 405 …). `detail` is ServiceNow's own words, shortened. */
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string }
  /** Nothing has left this machine. */
  | { readonly kind: 'not_sent'; readonly detail: string }
  /** Anything else: it may have happened, may not, may still. `status` is null when no answer came. */
  | { readonly kind: 'unknown'; readonly status: number | null; readonly detail: string }

/** The licensed accounts of the instance, whole. */
export type AccountScan = {
  readonly accounts: readonly Account[]
  /** Rows that the instance counted but did not show to the scanning account. */
  readonly hidden: number
}

/** One account, as it is this second. `gone` only when an exact read proved it. */
export type Inspection =
  | { readonly kind: 'found'; readonly account: Account; readonly manager: Manager | null }
  | { readonly kind: 'gone' }

/** What an account looked like right before the write: rows as ServiceNow gave them, by field. Without passwords. */
export type Snapshot = {
  readonly account: Readonly<Record<string, string>>
  readonly roles: readonly Readonly<Record<string, string>>[]
  readonly groups: readonly Readonly<Record<string, string>>[]
}

/**
 * The instance's licensed accounts. Every method throws an Error with one readable sentence when ServiceNow
 * cannot be read or answers anything but what is documented; a partial answer is never returned.
 */
export type Licences = {
  readonly instance: string
  /**
   * Reads all licensed, active accounts with the roles and groups that the policy names.
   * @throws also when a role, group or department named in `exclude` does not exist on the instance.
   */
  scan(): Promise<AccountScan>
  /** The managers with these ids, those that exist and can be read. */
  managers(ids: readonly SysId[]): Promise<ReadonlyMap<SysId, Manager>>
  /** The last look, and the read-back: exact, uncached, by the scanning account. Throws where the account is counted but hidden. */
  inspect(id: SysId): Promise<Inspection>
  /** Everything about the account that may help to explain or restore it; read by the scanning account. Throws where it cannot be read whole. */
  snapshot(id: SysId): Promise<Snapshot>
  /** Sends one write, once. @throws {@link NotSent} where nothing has left this machine. */
  send(operation: Operation): Promise<WriteAnswer>
  /** A person says that the sign-in is in order again: see {@link SignInRefused}. */
  signInAgain(): void
}

/** Thrown by {@link Licences.send} where nothing has left this machine: no sign-in was to be had. `cause` says why. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/** Thrown when ServiceNow refuses the bot's sign-in and trying again could lock the account: only a person can help. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'
}

/* ── HR roster ──────────────────────────────────────────────────────────── */

/** One line of the roster. `''` = empty. */
export type RosterEntry = {
  readonly email: string
  readonly employeeNumber: string
  readonly status: string
  /** Last day of employment, counted to its end (UTC); `'unreadable'` if the cell holds something that is no date. */
  readonly endsAt: number | null | 'unreadable'
}

/** @throws Error (one readable sentence) when the roster is missing, too old, empty or lacks a column. */
export type Roster = { load(now: number): Promise<readonly RosterEntry[]> }

/* ── Chat ───────────────────────────────────────────────────────────────── */

export type Platform = 'slack' | 'teams'

/** A person on a chat platform, as the platform itself describes them (at most 5 minutes ago). */
export type Person = {
  readonly platform: Platform
  readonly id: string
  readonly name: string
  readonly email: string | null
  /** A full, active, human member of the bot's own workspace; never a guest, a bot or a stranger. */
  readonly fullMember: boolean
  /** Named in the settings, directly or through a user group. */
  readonly named: boolean
}

/** Where a message stands on its platform: enough to edit it and to answer in its thread. */
export type MessageRef = { readonly conversation: string; readonly id: string }

/** One line in a thread: a transition of a candidate, or a word from the bot. */
export type ThreadLine = { readonly candidate: Candidate; readonly entry: LogEntry }

export type MessageContent =
  | {
      readonly kind: 'header'
      readonly run: RunReport
      /** Candidates that go to the named approvers because their manager cannot be asked. */
      readonly withoutManager: number
      /** Candidates of earlier runs, which could not be shown until now. */
      readonly fromEarlierRuns: number
    }
  | {
      readonly kind: 'list'
      readonly run: RunReport
      /** The manager, as an actor (`slack:U012AB3CD`); `null` = the named approvers as a group. */
      readonly asked: string | null
      readonly part: number
      readonly parts: number
      readonly items: readonly MessageItem[]
    }
  | { readonly kind: 'notice'; readonly notice: Notice }

/** A candidate with its latest event, which says what its buttons and its line should be. */
export type MessageItem = { readonly candidate: Candidate; readonly last: LogEntry }

/** A word to the channel that belongs to no candidate. */
export type Notice =
  | { readonly kind: 'run_gave_up'; readonly slot: number; readonly reason: string }
  | { readonly kind: 'paused' | 'resumed'; readonly by: string }
  | { readonly kind: 'breaker_opened'; readonly reason: string }
  /** The store was found to be older than what it once held; approvals of before are withdrawn. */
  | { readonly kind: 'restored' }
  /** No bot ran, from `since` to `until`. `waiting`: approvals whose write had become due, and got a full grace time. */
  | {
      readonly kind: 'was_away'
      readonly since: number
      readonly until: number
      readonly waiting: number
    }

/**
 * One chat platform. Whatever a method throws means "later"; a post that threw may have happened all the same,
 * so the worker asks {@link Chat.find} before it posts again.
 */
export type Chat = {
  readonly platform: Platform
  /** How long the platform wants between two posts to one conversation. */
  readonly paceMs: number
  /** Exactly one full member with this e-mail address who can see the bot's channel, or `null`. */
  findApprover(email: string): Promise<Person | null>
  /** The person behind an id, or `null` when the platform does not know it. */
  person(id: string): Promise<Person | null>
  /**
   * Posts a root message, marked with `key` so that {@link Chat.find} can recognise it.
   * @param again an earlier attempt was looked for in vain, but may still turn up: the message says so.
   */
  post(key: MessageId, content: MessageContent, again?: boolean): Promise<MessageRef>
  /** A message posted earlier under `key`: asked after a post with an unknown outcome. */
  find(key: MessageId): Promise<MessageRef | null>
  /**
   * Posts lines into a message's thread.
   * @param again an earlier attempt may have succeeded: look before posting.
   */
  reply(to: MessageRef, lines: readonly ThreadLine[], again: boolean): Promise<'done' | 'gone'>
  update(ref: MessageRef, key: MessageId, content: MessageContent): Promise<'done' | 'gone'>
}

/** Thrown by a chat that will never take a message as it is: trying again would only hold up the ones behind it. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable'
}

/** Thrown by an adapter that was told when to come back. Any other Error means "later" too, at the worker's own pace. */
export class Later extends Error {
  readonly retryAfterMs: number
  constructor(message: string, retryAfterMs: number) {
    super(message)
    this.name = 'Later'
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * Thrown by a chat that certainly did nothing: it is not connected, or was told no. The attempt does not count: nothing
 * has to be looked for afterwards, and a wait for somebody to add the bot never ends in giving up.
 */
export class Unsent extends Later {}
