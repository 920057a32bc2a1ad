import type { z } from 'zod'

/** One thing wrong with the settings: where (key path or environment variable), and what to write there. */
export type Problem = { readonly path: string; readonly message: string }

/**
 * The settings cannot be used. The message lists every problem, one a line, and never repeats a value:
 * what stands in a wrong place may be a secret.
 */
export class SettingsError extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    const lines = problems.map(problem => `\n  ${problem.path}: ${problem.message}`)
    super(`The settings cannot be used, ${count}:${lines.join('')}`)
    this.name = 'SettingsError'
    this.problems = problems
  }
}

/** What a zod issue of the settings schema says to its reader; an issue about several unknown keys is several problems. */
export function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: pathOf(issue.path), message: issue.message }]
  const messages = issue.message.split('\n')
  return issue.keys.map((key, at) => ({
    path: pathOf([...issue.path, presentable(key)]),
    message: messages[at] ?? issue.message,
  }))
}

/** One line for each unknown key, in their order, as {@link problemsOf} expects them. */
export function unknownKeys(keys: readonly string[], known: readonly string[]): string {
  return keys.map(key => unknownKey(key, known)).join('\n')
}

function unknownKey(key: string, known: readonly string[]): string {
  if (/pass|secret|token|key$/i.test(key))
    return 'unknown key; secrets belong in the environment (.env), never in this file'
  const close = known.filter(candidate => distance(plain(key), plain(candidate)) <= 2)
  close.sort((a, b) => distance(plain(key), plain(a)) - distance(plain(key), plain(b)))
  return close[0] ? `unknown key; did you mean ${close[0]}?` : `unknown key; known here: ${known.join(', ')}`
}

const plain = (key: string) => key.toLowerCase().replaceAll(/[-_]/g, '')

/** Setting names are letters; anything else may be a value that slipped into the place of a key. */
const presentable = (key: string) => (/^[A-Za-z_-]{1,40}$/.test(key) ? key : '(unreadable key)')

function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return text.replace(/^\./, '') || 'the settings file'
}

/** How many letters must be added, dropped or replaced to get from one word to the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const [above = 0, diagonal = 0, left = 0] = [row[j + 1], row[j], next[j]]
      next.push(Math.min(above + 1, left + 1, diagonal + (b[j] === letter ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
