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

type Row = { id: string; email: string; state: string; proposal: string }
/** Whose names a message may carry, as JSON: candidates whose holder or decider is erased, and erased actors. */
type Named = { candidates: string; actors: string }

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
  const select = createSearch(db)
  const blank = db.prepare(
    `UPDATE candidates SET user_name = '', email = '', salt = '', proposal = ?, erased_at = ? WHERE id = ?`,
  )
  const setProposal = db.prepare('UPDATE candidates SET proposal = ? WHERE id = ?')
  const dropPerson = db.prepare('DELETE FROM people WHERE actor = ?')
  const dropAddress = db.prepare("DELETE FROM addresses WHERE platform || ':' || name = ?")

  const eraseCandidate = ({ id, proposal }: Row, actor: string, at: number) => {
    const candidateId = id as CandidateId
    table.record({ candidateId, event: 'withdraw', actor, note: { why: 'person_erased' }, at })
    blank.run(JSON.stringify(blankOf(JSON.parse(proposal))), at, id)
    particulars.erase(candidateId)
    snapshots.erase(candidateId)
  }
  const eraseManager = ({ id, proposal }: Row) => {
    const kept: Proposal = JSON.parse(proposal)
    const manager = kept.manager && { ...kept.manager, name: ERASED, email: '', employeeNumber: '' }
    setProposal.run(JSON.stringify({ ...kept, manager }), id)
  }

  const forget = writing((asked: string, actor: string, at: number): Forgotten => {
    const user = asked.trim()
    // Many an account has no address: an empty wish must not mean all of them.
    if (user === '') return { kind: 'unknown' }
    const accounts = JSON.stringify(select.accounts.all({ user }))
    const theirs = select.theirs.all(accounts)
    if (theirs.some(({ state }) => state === 'reclaiming' || state === 'verifying'))
      return { kind: 'under_way' }
    const addresses = [user, ...theirs.map(({ email }) => email)]
    const managed = select.managed.all({ accounts, emails: json(addresses) })
    addresses.push(...managed.map(({ proposal }): string => JSON.parse(proposal).manager?.email ?? ''))
    const people = select.actors.all(json(addresses))
    if (theirs.length + people.length + managed.length === 0) return { kind: 'unknown' }

    const actors = JSON.stringify(people)
    const candidates = [...theirs.map(({ id }) => id), ...select.decided.all(actors)]
    const named = { candidates: JSON.stringify(candidates), actors }
    for (const row of theirs) eraseCandidate(row, actor, at)
    for (const row of managed) eraseManager(row)
    for (const person of people) {
      dropPerson.run(person)
      dropAddress.run(person)
    }
    for (const id of select.shown.all(named)) outbox.askAnnouncements(id as CandidateId, at)
    return {
      ...{ kind: 'forgotten', candidates: theirs.length, managed: managed.length, people: people.length },
      ...{ places: select.places.all(named), isReadMeanwhile: false },
    }
  })

  return {
    async forget(user, actor, at) {
      const outcome = await forget(user, actor, at)
      return outcome.kind === 'forgotten' ? { ...outcome, isReadMeanwhile: !emptyLog(db) } : outcome
    },
  }
}

/** Who a person is to the store, and which messages name them. */
function createSearch(db: Db) {
  return {
    // One account, as its holder's or as a manager's, may have been shown under several names and addresses.
    accounts: db
      .prepare<{ user: string }, string>(
        `SELECT user_sys_id FROM candidates WHERE id = :user OR user_name = :user COLLATE NOCASE
           OR email = :user COLLATE NOCASE OR user_sys_id = :user
         UNION SELECT proposal ->> '$.manager.sysId' FROM candidates
           WHERE proposal ->> '$.manager.email' = :user COLLATE NOCASE OR proposal ->> '$.manager.sysId' = :user`,
      )
      .pluck(),
    theirs: db.prepare<[string], Row>(
      `SELECT id, email, state, proposal FROM candidates WHERE user_sys_id IN (SELECT value FROM json_each(?))`,
    ),
    managed: db.prepare<{ accounts: string; emails: string }, Row>(
      `SELECT id, email, state, proposal FROM candidates
       WHERE user_sys_id NOT IN (SELECT value FROM json_each(:accounts))
         AND (proposal ->> '$.manager.sysId' IN (SELECT value FROM json_each(:accounts))
           OR lower(proposal ->> '$.manager.email') IN (SELECT value FROM json_each(:emails)))`,
    ),
    actors: db
      .prepare<[string], string>(
        'SELECT actor FROM people WHERE lower(email) IN (SELECT value FROM json_each(?))',
      )
      .pluck(),
    decided: db
      .prepare<[string], string>(
        'SELECT DISTINCT candidate_id FROM events WHERE actor IN (SELECT value FROM json_each(?))',
      )
      .pluck(),
    // A list names the holders of its accounts, whom it asks, and who decided; a word to the channel, who steered.
    shown: db
      .prepare<Named, string>(
        `SELECT l.candidate_id FROM placements l JOIN messages m ON m.id = l.message_id
         WHERE l.candidate_id IN (SELECT value FROM json_each(:candidates))
           OR m.platform || ':' || m.approver IN (SELECT value FROM json_each(:actors))`,
      )
      .pluck(),
    places: db.prepare<Named, Place>(
      `SELECT m.platform, p.conversation, p.ref AS id, p.at FROM postings p JOIN messages m ON m.id = p.message_id
       WHERE m.id IN (SELECT message_id FROM placements WHERE candidate_id IN (SELECT value FROM json_each(:candidates)))
         OR m.platform || ':' || m.approver IN (SELECT value FROM json_each(:actors))
         OR m.notice ->> '$.by' IN (SELECT value FROM json_each(:actors))
       ORDER BY p.at, p.rowid`,
    ),
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
