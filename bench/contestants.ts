import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import type { World } from './world.ts'

export const OURS = 'ours'
export const BOLT = 'bolt'
export const HTTP = 'http'

/** Somebody who answers clicks, in a process of its own. */
export type Contestant = {
  readonly name: string
  /** Whether each person is told what came of their click. */
  readonly tells: boolean
  /** Starts it in an empty folder, on a fresh store. */
  start(folder: string): Promise<Running>
}

export type Running = {
  readonly url: string
  /** Whether the row of a click is committed, as another connection to its store sees it. */
  isCommitted(token: string): boolean
  stop(): Promise<void>
}

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The bot as its operator starts it, with nothing of the benchmark in it, and the two that it is compared with. */
export function contestantsIn({ storePath, settings }: World): Contestant[] {
  const bare = (name: string, program: string): Contestant => ({
    name,
    tells: false,
    start: folder => {
      const store = join(folder, 'clicks.db')
      return start([fileOf(program), store], folder, settings.env, {
        store,
        row: 'SELECT 1 FROM clicks WHERE token = ?',
      })
    },
  })
  const ours: Contestant = {
    name: OURS,
    tells: true,
    start: folder => {
      const store = join(folder, 'reclaim.db')
      writeFileSync(join(folder, 'reclaim.yml'), settings.yaml)
      writeFileSync(join(folder, 'roster.csv'), settings.rosterCsv)
      // A store without its witness is taken for a restored one, and reads every account again while people click.
      for (const part of ['', '.head']) copyFileSync(storePath + part, store + part)
      return start([fileOf('../src/cli.ts'), 'start'], folder, settings.env, {
        store,
        row: `SELECT 1 FROM rounds r JOIN events e ON e.candidate_id = r.candidate_id AND e.event = 'approve' WHERE r.token = ?`,
      })
    },
  }
  return [ours, bare(BOLT, './bolt.ts'), bare(HTTP, './http.ts')]
}

async function start(
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  { store, row }: { store: string; row: string },
): Promise<Running> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const url = await new Promise<string>((found, failed) => {
    // All three say where they listen in a line of JSON.
    createInterface(child.stderr).on('line', line => {
      const { url }: { url?: string } = line.startsWith('{') ? JSON.parse(line) : {}
      if (url) found(url)
    })
    child.once('exit', code => failed(new Error(`${args.join(' ')} ended with ${code} before it listened.`)))
  })
  const db = new Database(store, { readonly: true })
  const committed = db.prepare<[string]>(row)
  return {
    url,
    isCommitted: token => committed.get(token) !== undefined,
    async stop() {
      db.close()
      child.kill()
      await once(child, 'exit')
    },
  }
}
