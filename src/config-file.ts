import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { LineCounter, parseDocument } from 'yaml'
import { SettingsError } from './config-problems.ts'
import { type Environment, given } from './config-secrets.ts'

/**
 * The environment, filled up from a `.env` file if there is one: what is set already wins.
 * @throws SettingsError if the file is there and cannot be read.
 */
export function withDotEnv(own: Environment, path: string): Environment {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return own
    throw unreadable(path, error, 'let the bot read it, or delete it')
  }
  const set = Object.entries(own).filter(([name]) => given(own, name) !== undefined)
  return { ...parseEnv(text), ...Object.fromEntries(set) }
}

/**
 * @param hint what to do if the file cannot be read.
 * @throws SettingsError if it cannot.
 */
export function readText(path: string, hint: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error, hint)
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown'

function unreadable(path: string, error: unknown, hint: string): SettingsError {
  const code = codeOf(error)
  const what = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`
  return new SettingsError([{ path, message: `${what}; ${hint}` }])
}

/**
 * What a YAML file says, as plain values; an empty one says `{}`.
 * @throws SettingsError with the places where it is no YAML. Never repeats what stands there.
 */
export function parseYaml(text: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const faults = [...document.errors, ...document.warnings].map(fault => {
    const { line, col } = lines.linePos(fault.pos[0])
    // The library's own message may cite the file, and what stands there may be a secret.
    const what = fault.code.toLowerCase().replaceAll('_', ' ')
    const message = `not valid YAML (${what}); check indentation, and put text with special characters in quotes`
    return { path: `line ${line}, column ${col}`, message }
  })
  if (faults.length > 0) throw new SettingsError(faults)
  try {
    return document.toJS() ?? {}
  } catch {
    const message =
      'not valid YAML: an alias (*name) without its anchor (&name); write text that starts with * in quotes'
    throw new SettingsError([{ path: 'the settings file', message }])
  }
}
