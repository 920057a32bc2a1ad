import { createHash } from 'node:crypto'
import type { JsonObject } from '../slack/json.ts'

/** Somebody in the tenant. `name` is the handle by which tests and the demo speak of them. */
export interface Person {
  name: string
  realName: string
  /** `null`: the tenant shows no address for this person. */
  email: string | null
  title?: string
  /** Of another organisation, invited into this tenant (Entra B2B). */
  guest?: boolean
  /** Default true. */
  memberOfTeam?: boolean
}

/** A person with their ids, as the tenant knows them now. */
export type Member = Person & {
  /** Microsoft Entra object id. */
  userId: string
  /** The id by which Teams speaks of them to this bot: `29:…`. */
  memberId: string
  /** Their personal chat with the bot: `a:…`, always the same one. */
  chatId: string
  userPrincipalName: string
}

/** What may change about a person while the tenant runs. */
export type PersonChange = Partial<Pick<Person, 'email' | 'guest' | 'memberOfTeam' | 'realName'>>

/** The people of a tenant. */
export interface Directory {
  members(): readonly Member[]
  /** Who is in the team, and so in its channels. */
  team(): readonly Member[]
  /** Throws if nobody has that handle: a typing error in a test. */
  named(name: string): Member
  /** By `29:` id, Entra object id or user principal name: what the bot API takes. */
  identified(id: string): Member | undefined
  ofChat(chatId: string): Member | undefined
  change(name: string, change: PersonChange): void
  /** A member as the bot API describes them. */
  account(member: Member): JsonObject
}

/** Builds the directory; ids are made from the handles, so they are the same in every run. */
export function createDirectory(people: readonly Person[], tenantId: string): Directory {
  const members = people.map(person => memberOf(person, tenantId))
  const named = (name: string) => {
    const member = members.find(each => each.name === name)
    if (member === undefined) {
      throw new Error(
        `Nobody in the Teams stand-in is called "${name}". There are: ${members.map(each => each.name).join(', ')}.`,
      )
    }
    return member
  }
  return {
    members: () => members,
    team: () => members.filter(member => member.memberOfTeam !== false),
    named,
    identified: id => members.find(each => [each.userId, each.memberId, each.userPrincipalName].includes(id)),
    ofChat: chatId => members.find(member => member.chatId === chatId),
    change: (name, change) => {
      Object.assign(named(name), change)
    },
    account: member => accountOf(member, tenantId),
  }
}

/** Somebody with all their ids made up from the handle. */
export function memberOf(person: Person, tenantId: string): Member {
  return {
    ...person,
    userId: guidOf(`user ${person.name}`),
    memberId: `29:1${digest(`member ${person.name}`).toString('base64url')}`,
    chatId: `a:1${digest(`chat ${person.name}`).toString('base64url')}`,
    userPrincipalName: principalNameOf(person, tenantId),
  }
}

/** A GUID that is always the same for the same text. */
export function guidOf(text: string): string {
  const hex = digest(text).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Entra docs, "Properties of a Microsoft Entra B2B collaboration user": a guest's name carries `#EXT#`. */
function principalNameOf({ name, email, guest }: Person, tenantId: string): string {
  const home = `tenant-${tenantId.slice(0, 8)}.onmicrosoft.com`
  if (guest === true) return `${(email ?? name).replace('@', '_')}#EXT#@${home}`
  return email ?? `${name}@${home}`
}

/**
 * Teams docs, "Get Teams specific context for your bot", single member details. The docs show `objectId`, the
 * SDK reads `aadObjectId`: Teams sends both. `userRole` "guest" is not in the docs' examples ("user", "anonymous").
 */
function accountOf(member: Member, tenantId: string): JsonObject {
  const [givenName = '', ...rest] = member.realName.split(' ')
  return {
    id: member.memberId,
    aadObjectId: member.userId,
    objectId: member.userId,
    name: member.realName,
    givenName,
    surname: rest.join(' '),
    ...(member.email === null ? {} : { email: member.email }),
    userPrincipalName: member.userPrincipalName,
    tenantId,
    userRole: member.guest === true ? 'guest' : 'user',
  }
}
