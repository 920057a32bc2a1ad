import type { Control as ControlPort, Halts, Job, ShellRequest } from '../reclaim/control.ts'
import type { CandidateId } from '../reclaim/ids.ts'
import type { Breaker } from './breaker.ts'
import type { Db } from './database.ts'
import type { EventLog } from './events.ts'
import type { Grace } from './grace.ts'
import type { Notices } from './notices.ts'
import type { Verb } from './transaction.ts'

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
    halts: (): Halts => ({ paused: get('pause'), breaker: get('breaker'), restored: get('restored') }),
    /** @returns whether it was not paused before. */
    pause: (by: string, at: number): boolean => {
      if (get('pause')) return false
      write.run('pause', JSON.stringify({ by, at }))
      return true
    },
    /** @returns whether that is new. */
    openBreaker: (reason: string, at: number): boolean => {
      if (get('breaker')?.reason === reason) return false
      write.run('breaker', JSON.stringify({ reason, at }))
      return true
    },
    /** @param seq the newest event: answers up to it are forgiven. */
    resume: (seq: number) => {
      remove.run('pause')
      remove.run('breaker')
      write.run('forgiven', JSON.stringify(seq))
    },
    markRestored: (at: number, seq: number) => {
      write.run('restored', JSON.stringify({ at, seq, unread: null }))
    },
    /** @param unread whose accounts are still to be read. */
    reconciled: (unread: readonly CandidateId[]) => {
      if (unread.length === 0) remove.run('restored')
      else write.run('restored', JSON.stringify({ ...get('restored'), unread }))
    },
    /** Up to which event ServiceNow's answers were forgiven when somebody resumed. */
    forgiven: (): number => get('forgiven') ?? 0,
    /** When a bot last ran on this store; `null` = not known. */
    lastAlive: (): number | null => get('alive'),
    alive: (at: number) => {
      write.run('alive', JSON.stringify(at))
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
  breaker: Breaker,
  events: EventLog,
  notices: Notices,
  grace: Grace,
): ControlPort {
  const waiting = db.prepare<[number], ShellRequest>(
    'SELECT id, kind, actor, subject FROM requests WHERE taken = 0 AND at >= ? ORDER BY at, id',
  )
  const taken = db.prepare('UPDATE requests SET taken = 1, subject = NULL WHERE id = ?')
  // Whoever asked to forget somebody and gave up waiting must not have left the name here.
  const forgetQuestions = db.prepare('UPDATE requests SET subject = NULL WHERE at < ?')
  const answer = db.prepare('UPDATE requests SET answer = ?, ok = ? WHERE id = ?')
  const takeRequests = db.transaction((since: number): ShellRequest[] => {
    const requests = waiting.all(since)
    for (const request of requests) taken.run(request.id)
    forgetQuestions.run(since)
    return requests
  })

  return {
    halts: reading(control.halts),
    pause: writing((by: string, at: number) => {
      if (control.pause(by, at)) notices.post({ kind: 'paused', by }, at)
    }),
    openBreaker: writing(breaker.open),
    reconciled: writing(control.reconciled),
    resume: writing((by: string, at: number, graceMs: number) => {
      control.resume(events.head().seq)
      notices.post({ kind: 'resumed', by }, at)
      // What is read again first may be withdrawn.
      return control.halts().restored ? 0 : grace.again(at, graceMs, by)
    }),
    alive: writing(control.alive),
    job: reading(control.job),
    saveJob: writing(control.saveJob),
    takeRequests: async since => takeRequests.immediate(since),
    answerRequest: writing((id: string, text: string, ok: boolean) => {
      answer.run(text, ok ? 1 : 0, id)
    }),
    notify: writing(notices.post),
  }
}
