import type { CandidateId } from './ids.ts'
import type { MessageContent, MessageRef, Person, Platform } from './ports.ts'

/* What the store keeps beside candidates and runs: what steers the bot, whom it knows, what has to be erased. */

/** Names and addresses for the history and the chats; erasable, apart from the events. */
export type People = {
  rememberPerson(person: Person): Promise<void>
  /** What people are called, by actor (`slack:U012AB3CD`), as far as it is known. */
  names(actors: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** The address under which somebody decided, by actor; `null` where it was never known, or erased. */
  emailOf(actor: string): Promise<string | null>
}

/** Where a platform said that the bot can be written to: some can only be answered at an address that they gave. */
export type Addresses = {
  /** @param name the adapter's own name for whom it reaches. @returns what was kept, the adapter's own words. */
  address(platform: Platform, name: string): Promise<string | null>
  /** @returns whether there was none before. */
  keepAddress(platform: Platform, name: string, address: string, at: number): Promise<boolean>
  dropAddress(platform: Platform, name: string): Promise<void>
}

/** What keeps writes from beginning, if anything: `null` = not that. What has begun is finished all the same. */
export type Halts = {
  /** A person stopped them. */
  readonly paused: { readonly by: string; readonly at: number } | null
  /** ServiceNow's answers could not be trusted, or it does not let the bot in. */
  readonly breaker: { readonly reason: string; readonly at: number } | null
  /**
   * The store was restored from an older backup, with a history up to `seq`: every open account is read again first.
   * `unread`: whose could not be read yet, in the order in which to try; `null` = none has been tried.
   */
  readonly restored: {
    readonly at: number
    readonly seq: number
    readonly unread: readonly CandidateId[] | null
  } | null
}

/** Whether anything does. */
export const isHalted = ({ paused, breaker, restored }: Halts): boolean =>
  paused !== null || breaker !== null || restored !== null

/** Where a message stands. */
export type Place = MessageRef & { readonly platform: Platform; readonly at: number }

export type Forgotten =
  | {
      readonly kind: 'forgotten'
      readonly candidates: number
      /** Candidates of others that named the person as their manager. */
      readonly managed: number
      /** Accounts in chats under which the person was known. */
      readonly people: number
      /** Messages that named the person, oldest first; their threads still do. */
      readonly places: readonly Place[]
      /** Somebody was reading the file, so what was erased stays in its log until the log is emptied, at the bot's end at the latest. */
      readonly isReadMeanwhile: boolean
    }
  | { readonly kind: 'unknown' }
  /** A write is under way; what it needs cannot be erased now. */
  | { readonly kind: 'under_way' }

export type Forgetting = {
  /**
   * Erases what is known about a person: names, addresses, facts, reasons and snapshots. The history stays, without
   * them, and its chain holds. An open candidate of theirs is withdrawn.
   * @param user name, e-mail address, sys_id or candidate
   */
  forget(user: string, actor: string, at: number): Promise<Forgotten>
}

/** A scheduled job's durable memory. */
export type Job = {
  /** What it was computed from; another cron or zone recomputes the next slot. */
  readonly schedule: string
  readonly nextDueAt: number
  /** When the present slot was first tried and failed; `null` = not yet. */
  readonly failingSince: number | null
  readonly retryAt: number | null
}

/** Something that a shell command asks of the running bot. */
export type ShellRequest = {
  readonly id: string
  readonly actor: string
  readonly kind: 'run' | 'forget'
  /** Whom it is about. */
  readonly subject: string | null
}

export type Control = {
  /** What keeps writes from beginning now. */
  halts(): Promise<Halts>
  /** Stops all writes, and says so in the channels. */
  pause(by: string, at: number): Promise<void>
  /** Stops all writes until somebody resumes, and says so in the channels, once. */
  openBreaker(reason: string, at: number): Promise<void>
  /** The store was restored, and every open account has been read again but these; where none is left, writes may begin. */
  reconciled(unread: readonly CandidateId[]): Promise<void>
  /** Ends a pause and closes the breaker, and says so in the channels. @returns how many writes will begin; each is due a full grace time from now; none while a restored store is read again. */
  resume(by: string, at: number, graceMs: number): Promise<number>
  /** A bot runs at this moment: the next one knows since when there was none. */
  alive(at: number): Promise<void>
  job(): Promise<Job | null>
  saveJob(job: Job): Promise<void>
  /** Requests left since then that nobody took yet; whoever left an older one has given up waiting. */
  takeRequests(since: number): Promise<ShellRequest[]>
  answerRequest(id: string, answer: string, ok: boolean): Promise<void>
  /** Posts a word to the channel of each platform. */
  notify(notice: Extract<MessageContent, { kind: 'notice' }>['notice'], at: number): Promise<void>
}
