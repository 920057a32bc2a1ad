import type { Account, Manager } from '../../src/reclaim/candidate.ts'
import type { MessageId, SysId } from '../../src/reclaim/ids.ts'
import type {
  Chat,
  Inspection,
  Licences,
  MessageContent,
  MessageRef,
  Person,
  Roster,
  RosterEntry,
  ThreadLine,
  WriteAnswer,
} from '../../src/reclaim/ports.ts'
import { aManager, idOf } from './examples.ts'

/** A message in the channel, as everybody sees it. */
type Posted = {
  readonly key: MessageId
  readonly ref: MessageRef
  content: MessageContent
  /** What stands in its thread, one entry for each reply. */
  readonly replies: (readonly ThreadLine[])[]
}

/** ServiceNow, HR and a chat, played: they do what a test tells them, and remember what they were asked. */
export function createSurroundings() {
  const accounts = new Map<SysId, Account>()
  const managers = new Map<SysId, Manager>([[idOf('mia'), aManager('mia')]])
  const people = new Map<string, Person>()
  const calls: string[] = []
  const posted: Posted[] = []
  const trouble = new Map<string, Error>()
  const answers: (WriteAnswer | Error)[] = []
  let instance = 'https://example.service-now.com'
  let roster: Roster | null = null
  let hidesRoles = false
  let next: { call: string; happens: () => unknown } | undefined

  /** Notes a call from the bot; fails it, or lets something happen first, where a test said so. */
  async function called(call: string, what = ''): Promise<void> {
    calls.push(what === '' ? call : `${call} ${what}`)
    if (next?.call === call) {
      const { happens } = next
      next = undefined
      await happens()
    }
    const error = trouble.get(call)
    if (error) throw error
  }

  const licences: Licences = {
    get instance() {
      return instance
    },
    async scan() {
      await called('scan')
      return { accounts: [...accounts.values()], hidden: 0 }
    },
    managers: async () => managers,
    async inspect(id): Promise<Inspection> {
      const account = accounts.get(id)
      await called('inspect', account?.userName ?? 'nobody')
      if (!account) return { kind: 'gone' }
      return { kind: 'found', account, manager: (account.manager && managers.get(account.manager)) ?? null }
    },
    async snapshot(id) {
      const { userName = '', roles = [] } = accounts.get(id) ?? {}
      await called('snapshot', userName)
      const rows = roles.map(name => ({ sys_id: id, 'role.name': name }))
      return { account: { sys_id: id }, roles: hidesRoles ? [] : rows, groups: [] }
    },
    async send({ sysId: id }) {
      await called('send', accounts.get(id)?.userName ?? 'nobody')
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      if (answer) return answer
      accounts.delete(id)
      return { kind: 'accepted', status: 204 }
    },
    signInAgain: () => {},
  }

  const chat: Chat = {
    platform: 'slack',
    paceMs: 0,
    async findApprover(email) {
      await called('findApprover', email)
      return [...people.values()].find(person => person.email === email) ?? null
    },
    async person(id) {
      await called('person', id)
      return people.get(id) ?? null
    },
    async post(key, content, again) {
      await called('post', again ? `${content.kind} again` : content.kind)
      const ref = { conversation: 'C_LICENCES', id: String(posted.length + 1) }
      posted.push({ key, ref, content, replies: [] })
      const after = trouble.get('post answered')
      if (after) throw after
      return ref
    },
    async find(key) {
      await called('find')
      return posted.find(message => message.key === key)?.ref ?? null
    },
    async reply(to, lines, again) {
      await called('reply', again ? 'again' : '')
      posted.find(({ ref }) => ref.id === to.id)?.replies.push(lines)
      return 'done'
    },
    async update(ref, _, content) {
      await called('update', ref.id)
      const message = posted.find(one => one.ref.id === ref.id)
      if (message) message.content = content
      return message ? 'done' : 'gone'
    },
  }

  return {
    licences,
    chat,
    roster: () => roster,
    /** What the bot asked of the outside, in order; {@link fresh} forgets what it asked so far. */
    calls,
    posted,
    fresh: () => {
      calls.length = 0
    },
    hire: (...more: Account[]) => {
      for (const account of more) accounts.set(account.sysId, account)
    },
    change: (name: string, differences: Partial<Account>) => {
      const account = accounts.get(idOf(name))
      if (!account) throw new Error(`Nobody is called ${name}.`)
      accounts.set(account.sysId, { ...account, ...differences })
    },
    remove: (name: string) => {
      accounts.delete(idOf(name))
    },
    appoint: (...more: Manager[]) => {
      for (const manager of more) managers.set(manager.sysId, manager)
    },
    join: (...more: Person[]) => {
      for (const person of more) people.set(person.id, person)
    },
    leave: (name: string) => {
      people.delete(`U_${name}`)
    },
    setRoster: (...rows: RosterEntry[]) => {
      roster = {
        async load() {
          await called('roster')
          return rows
        },
      }
    },
    moveTo: (other: string) => {
      instance = other
    },
    /** From now on these calls fail; {@link repair} ends it. */
    breakDown: (...names: string[]) => {
      for (const call of names) trouble.set(call, new Error(`${call} is out of order`))
    },
    failWith: (call: string, error: Error) => {
      trouble.set(call, error)
    },
    /** ServiceNow shows nobody's roles when a snapshot is taken. */
    hideRoles: (hidden: boolean) => {
      hidesRoles = hidden
    },
    repair: () => trouble.clear(),
    /** What the next writes are answered; nothing is deleted then. Without it, a write deletes and is accepted. */
    answerWrites: (...next: (WriteAnswer | Error)[]) => {
      answers.push(...next)
    },
    /** Something happens just when the bot makes this call for the next time. */
    during: (call: string, happens: () => unknown) => {
      next = { call, happens }
    },
  }
}
