import type { UsersInfoResponse, WebClient } from '@slack/web-api'
import type { Clock, Person } from '../../reclaim/ports.ts'
import { remembered } from '../remembered.ts'
import { readable, refusalOf, type SlackClients } from './clients.ts'

type SlackUser = NonNullable<UsersInfoResponse['user']>

export type PeopleSettings = {
  readonly channel: string
  readonly users: readonly string[]
  readonly usergroups: readonly string[]
  /** Whether a manager has to be a member of the channel to be asked there. */
  readonly membersOnly: boolean
}

/** Who people are, by Slack's own word. `teamId` is the bot's workspace; everybody from elsewhere is a stranger. */
export function createPeople(
  clients: SlackClients,
  settings: PeopleSettings,
  teamId: () => string,
  clock: Clock,
) {
  const users = remembered<SlackUser | null>(clock, id => userById(clients.interactive, id))
  const groups = remembered<readonly string[]>(clock, async group => {
    const answer = await clients.interactive.usergroups.users.list({ usergroup: group })
    return answer.users ?? []
  })
  const members = remembered<ReadonlySet<string>>(clock, channel => membersOf(clients.outbox, channel))

  /** Fails closed: a user group that cannot be read makes the answer an error, not a no. */
  async function isNamed(id: string): Promise<boolean> {
    if (settings.users.includes(id)) return true
    const lists = await Promise.all(settings.usergroups.map(group => groups.get(group)))
    return lists.some(list => list.includes(id))
  }

  return {
    async person(id: string): Promise<Person | null> {
      const team = teamId()
      try {
        const [user, named] = await Promise.all([users.get(id), isNamed(id)])
        return user ? personOf(user, named, team) : null
      } catch (error) {
        throw readable(error)
      }
    },
    /** Exactly one full member with this address, who can see the channel. */
    async findApprover(email: string): Promise<Person | null> {
      const team = teamId()
      try {
        const user = await userByEmail(clients.outbox, email)
        if (!user?.id) return null
        const person = personOf(user, false, team)
        const sees = !settings.membersOnly || (await members.get(settings.channel)).has(user.id)
        return person.fullMember && person.email !== null && sees ? person : null
      } catch (error) {
        throw readable(error)
      }
    },
  }
}

/** Whose address it is, in whatever case: Slack does not say that it compares without, so small letters are tried too. */
async function userByEmail(client: WebClient, email: string): Promise<SlackUser | null> {
  for (const spelling of new Set([email, email.toLowerCase()])) {
    try {
      return ((await client.users.lookupByEmail({ email: spelling })).user as SlackUser | undefined) ?? null
    } catch (error) {
      if (refusalOf(error) !== 'users_not_found') throw error
    }
  }
  return null
}

async function userById(client: WebClient, user: string): Promise<SlackUser | null> {
  try {
    return (await client.users.info({ user })).user ?? null
  } catch (error) {
    if (['user_not_found', 'users_not_found'].includes(refusalOf(error) ?? '')) return null
    throw error
  }
}

async function membersOf(client: WebClient, channel: string): Promise<ReadonlySet<string>> {
  const all = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await client.conversations.members({ channel, limit: 1000, ...(cursor && { cursor }) })
    for (const id of page.members ?? []) all.add(id)
    cursor = page.response_metadata?.next_cursor || undefined
  } while (cursor)
  return all
}

/** An address that nobody confirmed may be anybody's: whoever made the account wrote it (Slack docs, "User object"). */
function emailOf(user: SlackUser): string | null {
  return user.is_email_confirmed === false ? null : user.profile?.email || null
}

function personOf(user: SlackUser, named: boolean, teamId: string): Person {
  const elsewhere = user.team_id !== teamId
  const lesser = user.is_restricted || user.is_ultra_restricted || user.is_stranger
  const notHuman = user.is_bot || user.id === 'USLACKBOT'
  return {
    platform: 'slack',
    id: user.id ?? '',
    name: user.profile?.real_name || user.real_name || user.name || '',
    email: emailOf(user),
    fullMember: !(elsewhere || lesser || notHuman || user.deleted),
    named,
  }
}
