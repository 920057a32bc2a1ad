import type { PersonEvent } from '../reclaim/lifecycle.ts'

/* What the bot shows, free of any platform: a renderer alone knows markup, escapes it, and keeps the limits. */

/**
 * A piece of a line. A person is an actor, as the history names them (`slack:U012AB3CD`); one who is `asked` has to
 * notice it.
 */
export type Span =
  | { readonly kind: 'text'; readonly text: string; readonly bold?: boolean }
  | { readonly kind: 'person'; readonly actor: string; readonly asked?: boolean }
export type Line = readonly Span[]

export type Button = {
  readonly does: PersonEvent | 'details'
  readonly label: string
  readonly token: string
  /** The label for who cannot see which account the button stands beside. */
  readonly spoken: string
  /** Asked before the click counts. */
  readonly confirm?: {
    readonly title: string
    readonly text: string
    readonly yes: string
    readonly no: string
  }
}

export type Block =
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  | { readonly kind: 'small'; readonly text: string }
  | { readonly kind: 'buttons'; readonly id: string; readonly buttons: readonly Button[] }
  | { readonly kind: 'divider' }

/** `summary` is what a notification and a screen reader say. */
export type Card = { readonly summary: Line; readonly blocks: readonly Block[] }

/** What the views need from the settings. */
export type ViewSettings = {
  /** What people write before a command: `/reclaim` in Slack, `@Reclaim` in Teams. */
  readonly command: string
  readonly graceMs: number
  readonly expireAfterMs: number
  /** How many different people have to approve. */
  readonly approvalsRequired: 1 | 2
  readonly timeZone: string
}

/** Words as they are; the renderer escapes them. */
export const text = (value: string): Span => ({ kind: 'text', text: value })
/** The same, set off: names and states. */
export const bold = (value: string): Span => ({ kind: 'text', text: value, bold: true })
