import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where something could have been left, by name, with all that is there. */
export type Places = ReadonlyMap<string, Buffer>

/** Each secret as it is, and as it travels. */
export function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap(secret => [
    ...[secret, base64(secret), encodeURIComponent(secret), Buffer.from(secret).toString('hex')],
    JSON.stringify(secret).slice(1, -1),
  ])
  return [...new Set(forms)]
}

export const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Where each word stands: `place: word`. */
export function found(places: Places, words: readonly string[]): string[] {
  return [...places].flatMap(([place, bytes]) =>
    words.filter(word => bytes.includes(word)).map(word => `${place}: ${word}`),
  )
}

/** All files of a folder. */
export function filesIn(folder: string): Places {
  return new Map(readdirSync(folder).map(name => [name, readFileSync(join(folder, name))]))
}
