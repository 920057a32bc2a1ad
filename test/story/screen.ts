import { expect, vi } from 'vitest'
import type { Platform } from '../../src/reclaim/ports.ts'

/** The buttons beside an account. */
export type Press = 'approve' | 'skip' | 'undo' | 'retry' | 'details'

/** A message of the bot's in the channel, as it looked when it was read; it may have changed since. */
export type Seen = {
  readonly id: string
  /** As people read it, line by line, people by name. */
  readonly text: string
  /** Whose attention it calls, by handle. */
  readonly calls: readonly string[]
  /** All of it that the platform reads as markup. */
  readonly markup: string
  /** What the bot says in its thread, one text a reply. */
  readonly replies: readonly string[]
  offers(what: Press, name: string): boolean
  /** Presses a button that stood there. @returns what the person is told, alone. */
  press(person: string, what: Press, name: string): Promise<string>
  /** Posts the same once more, as the bot, which knows nothing of it. */
  copy(): Promise<Seen>
}

/** A chat before the eyes of everybody in a story, in words that know no platform. */
export type Screen = {
  readonly platform: Platform
  /** The bot's messages about its work, oldest first; not what people say, nor its welcome. */
  messages(): Promise<Seen[]>
  /** All that everybody can read, whoever said it, threads included. */
  everybodyReads(): Promise<string>
  /** All that this person alone was shown so far, oldest first. */
  shownTo(person: string): string[]
  /**
   * Says a command, such as `status`; a person in it is written `@ada`, and mentioned as the platform does that.
   * @returns the answer, which is for this person alone.
   */
  command(person: string, words: string): Promise<string>
  /** The person is no longer in the organisation. */
  leave(person: string): void
  /** What can go wrong with any chat. */
  readonly trouble: {
    /** It takes the next posts, or lines in threads, but their answers are lost. */
    losesAnswers(to: 'posts' | 'lines', times: number): void
    /** It will never take the next message as it is. */
    refusesMessage(): void
    /** It asks for half a minute before the next thread lines. */
    asksForPatience(times: number): void
    /** It cannot say who the next person is. */
    knowsNobody(): void
  }
}

/** The bot says this first when something takes long. */
const PATIENCE = /^Working on it\./

/** Waits for the next thing that a person is shown, after the `before` known ones. */
export function answerTo(person: string, shown: () => readonly string[], before: number): Promise<string> {
  return eventually(() => {
    const answer = shown()
      .slice(before)
      .find(text => !PATIENCE.test(text))
    if (answer === undefined) throw new Error(`${person} is not answered.`)
    return answer
  })
}

/** Every click and command is taken at once, whatever comes of it. */
export function acknowledged({ status }: { readonly status: number }): void {
  expect(status, 'it is acknowledged').toBe(200)
}

/** Repeats a check until it holds. */
export function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(check, { timeout: 15_000, interval: 20 })
}
