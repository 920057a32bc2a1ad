import { styleText } from 'node:util'
import { timeOfDay } from './words.ts'

/** All that has ever happened, by a key that stays the same. */
export type Happenings = readonly (readonly [key: string, entry: Entry])[]

/** Something that happened, told in one line or a few. */
export type Entry = { readonly at: number; readonly where: Where; readonly lines: readonly string[] }
type Where = 'channel' | 'thread' | 'whisper' | 'ServiceNow' | 'history' | 'trouble'
type Style = Parameters<typeof styleText>[0]

const STYLES: Readonly<Record<Where, Style>> = {
  channel: 'bold',
  thread: 'green',
  whisper: 'magenta',
  ServiceNow: 'red',
  history: 'gray',
  trouble: 'yellow',
}

export type TranscriptOptions = {
  readonly timeZone: string
  /** Takes a line without its end. */
  readonly print: (line: string) => void
  readonly colour: boolean
}

/** What can be watched. */
export type Watched = {
  happenings(): Promise<Happenings>
  /** Calls the listener after every change. @returns the way to stop that */
  onChange(listener: () => void): () => void
}

/** Prints what happens on a stage while it happens: what is new at each look, in the order in which it came. */
export function startTranscript(watched: Watched, { timeZone, print, colour }: TranscriptOptions) {
  const told = new Set<string>()
  const news = (happenings: Happenings): Entry[] =>
    happenings.flatMap(([key, entry]) => {
      if (told.has(key)) return []
      told.add(key)
      return [entry]
    })
  const tell = async () => {
    const entries = news(await watched.happenings()).sort((a, b) => a.at - b.at)
    for (const { at, where, lines } of entries) {
      const label = where.padEnd(10)
      const head = `${timeOfDay(at, timeZone)}  ${colour ? styleText(STYLES[where], label) : label}`
      for (const [index, line] of lines.entries())
        print(index === 0 ? `${head}  ${line}` : `${' '.repeat(22)}${line}`)
    }
  }
  // One at a time, so that nothing is told twice; a failure may only come from a stage that is being cleared.
  let telling = Promise.resolve()
  const queue = () => {
    telling = telling.then(tell).catch(() => {})
    return telling
  }
  const stop = watched.onChange(queue)
  return {
    /** Everything that has happened so far is printed once this resolves. */
    flush: queue,
    stop,
  }
}
