import type { Proposal } from '../reclaim/candidate.ts'
import type { Forgetting, Forgotten, Place } from '../reclaim/control.ts'
import type { CandidateId } from '../reclaim/ids.ts'
import type { CandidateTable } from './candidate-table.ts'
import type { Db } from './database.ts'
import type { Outbox } from './outbox.ts'
import type { AllParticulars } from './particulars.ts'
import type { Snapshots } from './snapshots.ts'
import type { Verb } from './transaction.ts'

const ERASED = '(erased)'
/** Clicks wait as long. */
const READERS_PATIENCE_MS = 200

type Row = { id: string; user_sys_id: string; email: string; state: string; proposal: string }

/**
 * Erases what the store knows about a person: names, addresses, facts, reasons and snapshots, as the holder of an
 * account, as a manager, and as somebody who decided. What happened, when, and to which sys_id stays, and so does the
 * chain. Deleted content is overwritten (SQLite docs, PRAGMA secure_delete), the write-ahead log emptied.
 */
export function createForgetting(
  db: Db,
  { writing }: { writing: Verb },
  {
    table,
    particulars,
    snapshots,
    outbox,
  }: {
    table: CandidateTable
    particulars: AllParticulars
    snapshots: Snapshots
    outbox: Outbox
  },
): Forgetting {
  const select = {
    // One account may have been proposed under several names and addresses.
    theirs: db.prepare<{ user: string }, Row>(
      `SELECT id, user_sys_id, email, state, proposal FROM candidates WHERE user_sys_id IN (
         SELECT user_sys_id FROM candidates WHERE id = :user OR user_name = :user COLLATE NOCASE
           OR email = :user COLLATE NOCASE OR user_sys_id = :user)`,
    ),
    managed: db.prepare<{ sysIds: string; emails: string }, Row>(
      `SELECT id, user_sys_id, email, state, proposal FROM candidates
       WHERE proposal ->> '$.manager.sysId' IN (SELECT value FROM json_each(:sysIds))
          OR lower(proposal ->> '$.manager.email') IN (SELECT value FROM json_each(:emails))`,
    ),
    actors: db.prepare<[string], { actor: string }>(
      'SELECT actor FROM people WHERE lower(email) IN (SELECT value FROM json_each(?))',
    ),
    places: db.prepare<[string], Place>(
      `SELECT m.platform, p.conversation, p.ref AS id, p.at FROM placements l
         JOIN messages m ON m.id = l.message_id JOIN postings p ON p.message_id = m.id
       WHERE l.candidate_id = ? ORDER BY p.at`,
    ),
  }
  const blank = db.prepare(
    `UPDATE candidates SET user_name = '', email = '', salt = '', proposal = ?, erased_at = ? WHERE id = ?`,
  )
  const setProposal = db.prepare('UPDATE candidates SET proposal = ? WHERE id = ?')
  const dropPerson = db.prepare('DELETE FROM people WHERE actor = ?')
  const dropAddress = db.prepare("DELETE FROM addresses WHERE platform || ':' || name = ?")

  const managedBy = (sysIds: readonly string[], addresses: readonly string[]) =>
    select.managed.all({ sysIds: JSON.stringify(sysIds), emails: json(addresses) })

  const eraseCandidate = ({ id, proposal }: Row, at: number): Place[] => {
    const candidate = id as CandidateId
    blank.run(JSON.stringify(blankOf(JSON.parse(proposal))), at, id)
    particulars.erase(candidate)
    snapshots.erase(candidate)
    outbox.askAnnouncements(candidate, at)
    return select.places.all(id)
  }

  const forget = writing((asked: string, actor: string, at: number): Forgotten => {
    const user = asked.trim()
    // Many an account has no address: an empty wish must not mean all of them.
    if (user === '') return { kind: 'unknown' }
    const theirs = select.theirs.all({ user })
    if (theirs.some(({ state }) => state === 'reclaiming' || state === 'verifying'))
      return { kind: 'under_way' }
    const sysIds = [user, ...theirs.map(row => row.user_sys_id)]
    const addresses = [user, ...theirs.map(({ email }) => email)]
    const managed = managedBy(sysIds, addresses)
    addresses.push(...managed.map(({ proposal }): string => JSON.parse(proposal).manager?.email ?? ''))
    const actors = select.actors.all(json(addresses))
    if (theirs.length + actors.length + managed.length === 0) return { kind: 'unknown' }

    for (const { id } of theirs)
      table.record({
        candidateId: id as CandidateId,
        event: 'withdraw',
        actor,
        note: { why: 'person_erased' },
        at,
      })
    const places = theirs.flatMap(row => eraseCandidate(row, at))
    for (const { id, proposal } of managed) {
      const kept: Proposal = JSON.parse(proposal)
      const manager = kept.manager && { ...kept.manager, name: ERASED, email: '', employeeNumber: '' }
      if (!sysIds.includes(kept.sysId)) setProposal.run(JSON.stringify({ ...kept, manager }), id)
    }
    for (const person of actors) {
      dropPerson.run(person.actor)
      dropAddress.run(person.actor)
    }
    return {
      kind: 'forgotten',
      ...{ candidates: theirs.length, people: actors.length, places, isReadMeanwhile: false },
    }
  })

  return {
    async forget(user, actor, at) {
      const outcome = await forget(user, actor, at)
      return outcome.kind === 'forgotten' ? { ...outcome, isReadMeanwhile: !emptyLog(db) } : outcome
    },
  }
}

/** What was overwritten still stands in the log of the file until it is emptied. @returns whether it could be now. */
function emptyLog(db: Db): boolean {
  const patienceMs = db.pragma('busy_timeout', { simple: true })
  db.pragma(`busy_timeout = ${READERS_PATIENCE_MS}`)
  try {
    const [outcome] = db.prepare<[], { busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)').all()
    return outcome?.busy === 0
  } finally {
    db.pragma(`busy_timeout = ${patienceMs}`)
  }
}

const json = (addresses: readonly string[]) =>
  JSON.stringify(addresses.filter(Boolean).map(address => address.toLowerCase()))

function blankOf(proposal: Proposal): Proposal {
  return {
    ...proposal,
    name: ERASED,
    manager: null,
    daysIdle: null,
    facts: {
      userName: '',
      email: '',
      employeeNumber: '',
      createdAt: 0,
      lastLoginAt: null,
      roles: [],
      rosterStatus: 'unknown',
    },
  }
}
