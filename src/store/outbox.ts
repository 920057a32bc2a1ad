import { type Halts, isHalted } from '../reclaim/control.ts'
import type { CandidateId, MessageId, RunId, TaskId } from '../reclaim/ids.ts'
import type { MessageRef, Platform } from '../reclaim/ports.ts'
import type { Lane, Task, TaskEnd, Tasks } from '../reclaim/storage.ts'
import { OPEN } from './candidate-row.ts'
import type { Db } from './database.ts'
import type { Verb } from './transaction.ts'

type TaskRow = {
  id: number
  lane: string
  kind: Task['kind']
  candidate_id: string | null
  asked_by: number | null
  run_id: string | null
  message_id: string | null
  attempts: number
  due_at: number
  leased: number
}

/** Asking for and ending tasks inside a transaction of somebody else; {@link createTasks} makes verbs of it. */
export function createOutbox(db: Db) {
  const askWrite = db.prepare(
    `INSERT INTO outbox (lane, kind, candidate_id, asked_by, due_at) VALUES ('servicenow', ?, ?, ?, ?)`,
  )
  const askDigest = db.prepare(`INSERT INTO outbox (lane, kind, run_id, due_at) VALUES (?, 'digest', ?, ?)`)
  const askPost = db.prepare(`INSERT INTO outbox (lane, kind, message_id, due_at) VALUES (?, 'post', ?, ?)`)
  // One announcement that has not started yet will tell everything that happened until it starts. After one that was
  // given up the next looks first: some of it may have been told.
  const askAnnouncements = db.prepare(
    `INSERT INTO outbox (lane, kind, message_id, due_at, attempts)
     SELECT p.platform, 'announce', p.message_id, :at,
       EXISTS (SELECT 1 FROM outbox g WHERE g.message_id = p.message_id AND g.kind = 'announce' AND g.ended = 'given_up')
     FROM placements p
     WHERE p.candidate_id = :candidate AND NOT EXISTS (
       SELECT 1 FROM outbox o WHERE o.message_id = p.message_id AND o.kind = 'announce' AND o.ended IS NULL AND o.leased = 0)`,
  )
  const askRefresh = db.prepare(
    `INSERT INTO outbox (lane, kind, message_id, due_at)
     SELECT m.platform, 'announce', m.id, :at FROM postings p JOIN messages m ON m.id = p.message_id
     WHERE m.platform = :platform AND m.kind = 'list' AND p.conversation = :conversation AND p.ref = :ref AND NOT EXISTS (
       SELECT 1 FROM outbox o WHERE o.message_id = m.id AND o.kind = 'announce' AND o.ended IS NULL AND o.leased = 0)`,
  )
  const refreshAll = db.prepare(
    `INSERT INTO outbox (lane, kind, message_id, due_at, attempts)
     SELECT DISTINCT p.platform, 'announce', p.message_id, :at, 1 FROM placements p JOIN candidates c ON c.id = p.candidate_id
     WHERE c.state IN (${OPEN})`,
  )
  const rearm = db.prepare<{ dueAt: number; dueBy: number }, { candidate_id: CandidateId }>(
    `UPDATE outbox SET due_at = :dueAt WHERE ended IS NULL AND kind = 'write' AND due_at <= :dueBy AND EXISTS (
       SELECT 1 FROM candidates c WHERE c.id = candidate_id AND c.state = 'approved' AND c.approval_seq = asked_by)
     RETURNING candidate_id`,
  )
  const lookFirst = db.prepare('UPDATE outbox SET attempts = attempts + 1 WHERE ended IS NULL')
  const settle = db.prepare(`UPDATE outbox SET ended = 'settled', leased = 0, reason = NULL WHERE id = ?`)
  // Never sooner than it was due: a resume may have given it a full grace time while it was under way.
  const postpone = db.prepare(
    'UPDATE outbox SET due_at = max(due_at, ?), reason = ?, leased = 0 WHERE id = ?',
  )
  const putBack = db.prepare(
    'UPDATE outbox SET due_at = max(due_at, ?), reason = ?, leased = 0, attempts = attempts - 1 WHERE id = ?',
  )

  return {
    askWrite: (kind: 'write' | 'verify', candidate: CandidateId, askedBy: number, dueAt: number) => {
      askWrite.run(kind, candidate, askedBy, dueAt)
    },
    askDigest: (platform: Platform, run: RunId, at: number) => {
      askDigest.run(platform, run, at)
    },
    askPost: (platform: Platform, message: MessageId, at: number) => {
      askPost.run(platform, message, at)
    },
    askAnnouncements: (candidate: CandidateId, at: number) => {
      askAnnouncements.run({ candidate, at })
    },
    askRefresh: (platform: Platform, { conversation, id: ref }: MessageRef, at: number) => {
      askRefresh.run({ platform, conversation, ref, at })
    },
    /** Every list that shows an open candidate may be out of date. */
    refreshAll: (at: number) => {
      refreshAll.run({ at })
    },
    /**
     * Writes whose approval stands and that have not begun get another time.
     * @param dueBy only those that are due by then; left out = all
     * @returns whose they are
     */
    rearm: (dueAt: number, dueBy = Number.MAX_SAFE_INTEGER): CandidateId[] =>
      rearm.all({ dueAt, dueBy }).map(row => row.candidate_id),
    /** Whatever is still to be done may have been done already: see the attempts of a task. */
    lookFirst: () => {
      lookFirst.run()
    },
    settle: (id: TaskId) => {
      settle.run(id)
    },
    postpone: (id: TaskId, dueAt: number, reason: string) => {
      postpone.run(dueAt, reason, id)
    },
    putBack: (id: TaskId, dueAt: number, reason: string) => {
      putBack.run(dueAt, reason, id)
    },
    end({ id, ends }: TaskEnd) {
      if (ends === 'settled') settle.run(id)
      else postpone.run(ends.dueAt, null, id)
    },
  }
}

export type Outbox = ReturnType<typeof createOutbox>

/** The tasks' verbs of the port. A new owner of the store starts with every lease free: whoever held one is dead. */
export function createTasks(
  db: Db,
  { writing }: { writing: Verb },
  outbox: Outbox,
  halts: () => Halts,
): Tasks {
  db.prepare('UPDATE outbox SET leased = 0 WHERE leased = 1').run()
  // Whom a digest has to look up may not be to be had for long. Meanwhile all that stands in the chat goes on; only runs
  // keep their order.
  const oldest = db.prepare<{ lane: string; now: number }, TaskRow>(
    `SELECT * FROM outbox o WHERE lane = :lane AND ended IS NULL AND (kind <> 'digest' OR (due_at <= :now AND NOT EXISTS (
       SELECT 1 FROM outbox b WHERE b.lane = o.lane AND b.ended IS NULL AND b.kind = 'digest' AND b.id < o.id)))
     ORDER BY id LIMIT 1`,
  )
  // While writes are halted nothing begins, but a write that had begun when the bot died is still looked after.
  const write = db.prepare<{ now: number; halted: number }, TaskRow>(
    `SELECT o.* FROM outbox o JOIN candidates c ON c.id = o.candidate_id
     WHERE o.lane = 'servicenow' AND o.ended IS NULL AND o.leased = 0 AND o.due_at <= :now
       AND (NOT :halted OR o.kind <> 'write' OR c.state = 'reclaiming')
       AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.candidate_id = o.candidate_id AND b.leased = 1)
     ORDER BY o.due_at, o.id LIMIT 1`,
  )
  const lease = db.prepare('UPDATE outbox SET leased = 1, attempts = attempts + 1 WHERE id = ?')
  const giveUp = db.prepare(`UPDATE outbox SET ended = 'given_up', leased = 0, reason = ? WHERE id = ?`)

  const next = (lane: Lane, now: number): TaskRow | undefined => {
    if (lane === 'servicenow') {
      const present = halts()
      // Until it was read again, nothing that a restored store believes to be under way is to be trusted.
      return present.restored ? undefined : write.get({ now, halted: isHalted(present) ? 1 : 0 })
    }
    const head = oldest.get({ lane, now })
    return head && head.leased === 0 && head.due_at <= now ? head : undefined
  }

  const take = db.transaction((lane: Lane, now: number): Task | null => {
    const row = next(lane, now)
    if (!row) return null
    lease.run(row.id)
    return taskOf({ ...row, attempts: row.attempts + 1 })
  })

  return {
    // Every commit makes every idle lane look, mostly in vain, and only this process takes tasks.
    takeTask: async (lane, now) => (next(lane, now) ? take.immediate(lane, now) : null),
    settle: writing(outbox.settle),
    postpone: writing(outbox.postpone),
    putBack: writing(outbox.putBack),
    giveUp: writing((id: TaskId, reason: string) => {
      giveUp.run(reason, id)
    }),
  }
}

function taskOf(row: TaskRow): Task {
  const { attempts, kind } = row
  const id = row.id as TaskId
  const lane = row.lane as Platform
  switch (kind) {
    case 'write':
    case 'verify':
      return {
        id,
        lane: 'servicenow',
        kind,
        attempts,
        candidateId: row.candidate_id as CandidateId,
        askedBy: Number(row.asked_by),
      }
    case 'digest':
      return { id, lane, kind, attempts, runId: row.run_id as RunId }
    case 'post':
    case 'announce':
      return { id, lane, kind, attempts, messageId: row.message_id as MessageId }
  }
}
