import type { MessageId } from '../reclaim/ids.ts'
import type { Ids, Notice, Person, Platform } from '../reclaim/ports.ts'
import type { Control as ControlPort, Job, ShellRequest } from '../reclaim/storage.ts'
import type { Db } from './database.ts'
import type { Outbox } from './outbox.ts'
import type { Verb } from './transaction.ts'

type Pause = { readonly by: string; readonly at: number }

/** Small facts that outlive the process, one JSON value a name. */
export function createControl(db: Db) {
  const read = db.prepare<[string], { value: string }>('SELECT value FROM control WHERE name = ?')
  const write = db.prepare('INSERT OR REPLACE INTO control (name, value) VALUES (?, ?)')
  const remove = db.prepare('DELETE FROM control WHERE name = ?')
  const get = (name: string) => {
    const row = read.get(name)
    return row ? JSON.parse(row.value) : null
  }
  return {
    paused: (): Pause | null => get('pause'),
    pause: (by: string, at: number) => {
      if (!get('pause')) write.run('pause', JSON.stringify({ by, at }))
    },
    unpause: () => {
      remove.run('pause')
    },
    job: (): Job | null => get('job'),
    saveJob: (job: Job) => {
      write.run('job', JSON.stringify(job))
    },
  }
}

export type Control = ReturnType<typeof createControl>

/** The control verbs of the port. */
export function createControlVerbs(
  db: Db,
  { reading, writing }: { reading: Verb; writing: Verb },
  control: Control,
  outbox: Outbox,
  platforms: readonly Platform[],
  ids: Ids,
): ControlPort {
  const rearm = db.prepare<{ dueAt: number }>(
    `UPDATE outbox SET due_at = :dueAt WHERE ended IS NULL AND kind = 'write' AND EXISTS (
       SELECT 1 FROM candidates c WHERE c.id = candidate_id AND c.state = 'approved' AND c.approval_seq = asked_by)`,
  )
  const person = db.prepare('INSERT OR REPLACE INTO people (actor, name, email) VALUES (?, ?, ?)')
  const named = db.prepare<[string], { actor: string; name: string }>(
    'SELECT actor, name FROM people WHERE actor IN (SELECT value FROM json_each(?))',
  )
  const emailOf = db.prepare<[string], { email: string | null }>('SELECT email FROM people WHERE actor = ?')
  const waiting = db.prepare<[number], ShellRequest>(
    'SELECT id, kind, actor FROM requests WHERE taken = 0 AND at >= ? ORDER BY at, id',
  )
  const taken = db.prepare('UPDATE requests SET taken = 1 WHERE id = ?')
  const answer = db.prepare('UPDATE requests SET answer = ?, ok = ? WHERE id = ?')
  const notice = db.prepare(
    `INSERT INTO messages (id, platform, kind, part, parts, without_manager, notice, announced_seq, at)
     VALUES (?, ?, 'notice', 1, 1, 0, ?, 0, ?)`,
  )
  const takeRequests = db.transaction((since: number): ShellRequest[] => {
    const requests = waiting.all(since)
    for (const request of requests) taken.run(request.id)
    return requests
  })

  return {
    paused: reading(control.paused),
    pause: writing(control.pause),
    resume: writing((at: number, graceMs: number) => {
      control.unpause()
      return rearm.run({ dueAt: at + graceMs }).changes
    }),
    job: reading(control.job),
    saveJob: writing(control.saveJob),
    rememberPerson: writing((who: Person) => {
      person.run(`${who.platform}:${who.id}`, who.name, who.email)
    }),
    names: reading((actors: readonly string[]) => {
      const rows = named.all(JSON.stringify(actors))
      return new Map(rows.map(({ actor, name }) => [actor, name]))
    }),
    emailOf: reading((actor: string) => emailOf.get(actor)?.email ?? null),
    takeRequests: async since => takeRequests.immediate(since),
    answerRequest: writing((id: string, text: string, ok: boolean) => {
      answer.run(text, ok ? 1 : 0, id)
    }),
    notify: writing((word: Notice, at: number) => {
      for (const platform of platforms) {
        const id = ids.next() as MessageId
        notice.run(id, platform, JSON.stringify(word), at)
        outbox.askPost(platform, id, at)
      }
    }),
  }
}
