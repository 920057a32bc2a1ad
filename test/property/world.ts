import { createHash } from 'node:crypto'
import type { Account, Proposal } from '../../src/reclaim/candidate.ts'
import { type MessageId, type SysId, sysId } from '../../src/reclaim/ids.ts'
import type {
  Chat,
  Inspection,
  Licences,
  MessageContent,
  MessageRef,
  Person,
  WriteAnswer,
} from '../../src/reclaim/ports.ts'

/** What goes wrong at one outside call or commit. `die_…` ends the process; `fail_…` is an error that it survives. */
export type Fault = 'none' | 'fail_before' | 'fail_after' | 'die_before' | 'die_after'
/** How ServiceNow takes a DELETE. */
export type Reception =
  | 'deletes'
  | 'refuses'
  | 'refuses_but_deletes'
  | 'drops'
  | 'says_yes_but_does_not'
  | 'deletes_without_answer'
  | 'deletes_a_minute_later'

/** Thrown where the simulated process ends; nothing that it does afterwards has an effect. */
class Death extends Error {}

const MINUTE = 60_000
export const START = Date.UTC(2026, 10, 23, 9)

/** ServiceNow, a chat and the passing of time, as far as the bot can notice them; outlives every simulated process. */
export function createWorld(accounts: number, receptions: readonly Reception[]) {
  let now = START
  const users = new Map<SysId, { account: Account; deletedAt: number | null }>()
  for (let n = 0; n < accounts; n++) {
    const account = accountNumber(n)
    users.set(account.sysId, { account, deletedAt: null })
  }
  const journal: { kind: 'found' | 'gone' | 'sent'; id: SysId; at: number }[] = []
  const roots = new Map<string, { key: MessageId; lines: number[]; content: MessageContent }>()
  const queue = [...receptions]
  const beforeSend: ((id: SysId) => void)[] = []
  const violations: string[] = []
  const isGone = (id: SysId) => {
    const deletedAt = users.get(id)?.deletedAt
    return typeof deletedAt === 'number' && deletedAt <= now
  }

  const licences: Licences = {
    instance: 'https://example.service-now.com',
    scan: async () => ({
      accounts: [...users.values()].filter(u => !isGone(u.account.sysId)).map(u => u.account),
      hidden: 0,
    }),
    managers: async ids => new Map(ids.map(id => [id, manager])),
    inspect: async (id): Promise<Inspection> => {
      const user = users.get(id)
      const gone = !user || isGone(id)
      journal.push({ kind: gone ? 'gone' : 'found', id, at: now })
      return gone ? { kind: 'gone' } : { kind: 'found', account: user.account, manager }
    },
    snapshot: async id => {
      if (isGone(id)) throw new Error('The account is gone from ServiceNow, so nothing of it can be kept.')
      return { account: { sys_id: id }, roles: [{ 'role.name': 'itil' }], groups: [] }
    },
    send: async ({ sysId: id }): Promise<WriteAnswer> => {
      for (const check of beforeSend) check(id)
      journal.push({ kind: 'sent', id, at: now })
      return receive(id, queue.shift() ?? 'deletes')
    },
    signInAgain: () => {},
  }

  function receive(id: SysId, reception: Reception): WriteAnswer {
    const user = users.get(id)
    const remove = (at: number) => {
      if (user) user.deletedAt ??= at
    }
    switch (reception) {
      case 'deletes':
        remove(now)
        return { kind: 'accepted', status: 204 }
      case 'refuses':
        return { kind: 'refused', status: 403, detail: 'ACL Exception Delete Failed' }
      case 'refuses_but_deletes':
        remove(now)
        return { kind: 'refused', status: 403, detail: 'Operation Failed' }
      case 'drops':
        return { kind: 'unknown', status: 202, detail: 'not executed' }
      case 'says_yes_but_does_not':
        return { kind: 'accepted', status: 204 }
      case 'deletes_without_answer':
        remove(now)
        return { kind: 'unknown', status: null, detail: 'connection reset' }
      case 'deletes_a_minute_later':
        remove(now + MINUTE)
        return { kind: 'unknown', status: 500, detail: 'maximum execution time exceeded' }
    }
  }

  const chat: Chat = {
    platform: 'slack',
    paceMs: 0,
    findApprover: async email => (email === manager.email ? person('U_MANAGER') : null),
    person: async id => person(id),
    post: async (key, content) => {
      const ref = { conversation: 'C1', id: `${roots.size + 1}` }
      roots.set(ref.id, { key, lines: [], content })
      return ref
    },
    find: async key => {
      const found = [...roots].find(([, root]) => root.key === key)
      return found ? { conversation: 'C1', id: found[0] } : null
    },
    reply: async (to: MessageRef, lines, again) => {
      const thread = roots.get(to.id)?.lines ?? []
      const seqs = lines.map(line => line.entry.seq)
      thread.push(...seqs.filter(seq => !again || !thread.includes(seq)))
      return 'done'
    },
    update: async (ref, _key, content) => {
      const root = roots.get(ref.id)
      if (root) root.content = content
      return root ? 'done' : 'gone'
    },
  }

  return {
    clock: { now: () => now },
    advance: (ms: number) => {
      now += ms
    },
    licences,
    chat,
    journal,
    roots,
    beforeSend,
    violations,
    isGone,
    ids: [...users.keys()],
    logIn(index: number) {
      const user = [...users.values()][index % users.size]
      if (user) user.account = { ...user.account, lastLoginAt: now }
    },
  }
}

export type World = ReturnType<typeof createWorld>

/**
 * One process' view of an object of the outside: each call takes the next fault from `faults`. After a death every
 * call fails without effect, as nothing can be done by a process that is gone.
 */
export function mortal<T extends object>(
  target: T,
  life: { dead: boolean },
  next: (name: string) => Fault,
): T {
  return new Proxy(target, {
    get(object, property) {
      const value: unknown = Reflect.get(object, property)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        if (life.dead) throw new Death('dead')
        const fault = next(String(property))
        const die = () => {
          life.dead = true
          throw new Death(`${String(property)}: ${fault}`)
        }
        if (fault === 'die_before') die()
        if (fault === 'fail_before') throw new Error(`${String(property)} failed`)
        const result: unknown = await value.apply(object, args)
        if (fault === 'die_after') die()
        if (fault === 'fail_after') throw new Error(`${String(property)} failed after the fact`)
        return result
      }
    },
  })
}

const hex = (text: string) => sysId(createHash('md5').update(text).digest('hex'))

const manager: NonNullable<Proposal['manager']> = {
  sysId: hex('manager'),
  name: 'Mia Manager',
  email: 'mia@example.com',
  employeeNumber: '1',
  active: true,
}

function person(id: string): Person | null {
  const known: Record<string, Person> = {
    U_MANAGER: {
      platform: 'slack',
      id,
      name: 'Mia',
      email: 'mia@example.com',
      fullMember: true,
      named: false,
    },
    U_NAMED: {
      platform: 'slack',
      id,
      name: 'Nora',
      email: 'nora@example.com',
      fullMember: true,
      named: true,
    },
    U_STRANGER: {
      platform: 'slack',
      id,
      name: 'Sam',
      email: 'sam@example.com',
      fullMember: true,
      named: false,
    },
  }
  return known[id] ?? null
}

function accountNumber(n: number): Account {
  return {
    sysId: hex(`user ${n}`),
    userName: `user.${n}`,
    name: `User ${n}`,
    email: `user.${n}@example.com`,
    employeeNumber: `E${n}`,
    active: true,
    webServiceAccessOnly: false,
    internalIntegrationUser: false,
    vip: false,
    identityType: '',
    className: 'sys_user',
    createdAt: Date.UTC(2020, 0, 1),
    lastLoginAt: n % 2 === 0 ? null : Date.UTC(2025, 0, 1),
    department: '',
    manager: n % 3 === 0 ? null : manager.sysId,
    roles: ['itil'],
    groups: [],
  }
}
