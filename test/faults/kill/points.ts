/** A moment at which a process can be killed: the `nth` time that something of this name happens to it. */
export type Point = { readonly name: string; readonly nth: number }

/** What the test tells the bot's process; each order is answered with what has happened to it since `start` or `arm`. */
export type Order =
  /** Begins the bot, with this environment, to die at `at` if it comes there. */
  | { readonly kind: 'start'; readonly env: Readonly<Record<string, string>>; readonly at: Point | null }
  /** Counts anew, to die at `at`. */
  | { readonly kind: 'arm'; readonly at: Point | null }
  /** How far its clock is ahead of the real one. */
  | { readonly kind: 'ahead'; readonly ms: number }

export type Passed = readonly string[]
