import { type JsonObject, objectOf, stringOf } from './json.ts'

/** Somebody in the workspace. `name` is the handle by which tests and the demo speak of them. */
export interface Person {
  /** Slack user id; made up if absent. */
  id?: string
  name: string
  realName: string
  /** `null`: the workspace shows no address for this person (bots, strangers). */
  email: string | null
  /** Nobody has answered Slack's mail to this address yet: the user object says so. */
  emailUnconfirmed?: boolean
  title?: string
  guest?: 'restricted' | 'ultra_restricted'
  /** Deactivated: still answered by `users.info`, no longer found by e-mail, in no channel. */
  deleted?: boolean
  bot?: boolean
  /** Somebody of another organisation, here by Slack Connect: other `team_id`, `is_stranger`. */
  stranger?: boolean
  /** Default true. */
  memberOfChannel?: boolean
}

/** A person with an id, as the workspace knows them now. */
export type Member = Person & { id: string }

/** What may change about a person while the workspace runs. */
export type PersonChange = Partial<
  Pick<Person, 'deleted' | 'bot' | 'stranger' | 'email' | 'emailUnconfirmed'>
> & {
  guest?: 'restricted' | 'ultra_restricted' | null
}

/** The people of a workspace, and what `emulate` cannot say about them. */
export interface Directory {
  members(): readonly Member[]
  /** Throws if nobody has that handle: a typing error in a test. */
  named(name: string): Member
  change(name: string, change: PersonChange): void
  /** A user object of `emulate`'s with the flags that it lacks. */
  described(user: JsonObject): JsonObject
  /** Whether `users.lookupByEmail` finds this user: not when deactivated, a stranger, or without an address. */
  canBeLookedUp(userId: string): boolean
  isActive(userId: string): boolean
}

/** The one team of an `emulate` instance (its default seed; it cannot be chosen). */
export const TEAM_ID = 'T000000001'
const OTHER_TEAM_ID = 'T0STRANGER'

/** Builds the directory; ids are made up in the order of the list, so they are the same in every run. */
export function createDirectory(people: readonly Person[]): Directory {
  const members: Member[] = people.map((person, index) => ({
    ...person,
    id: person.id ?? `U0PERSON${String(index + 1).padStart(3, '0')}`,
  }))
  const withId = (id: string) => members.find(member => member.id === id)
  const named = (name: string) => {
    const member = members.find(each => each.name === name)
    if (member === undefined) {
      throw new Error(
        `Nobody in the Slack stand-in is called "${name}". There are: ${members.map(each => each.name).join(', ')}.`,
      )
    }
    return member
  }
  return {
    members: () => members,
    named,
    change(name, { guest, ...flags }) {
      const member = named(name)
      Object.assign(member, flags)
      if (guest === null) delete member.guest
      else if (guest !== undefined) member.guest = guest
    },
    described: user => describe(user, withId(stringOf(user.id))),
    canBeLookedUp(userId) {
      const member = withId(userId)
      if (member === undefined || member.email === null) return false
      return member.deleted !== true && member.stranger !== true
    },
    isActive: userId => withId(userId)?.deleted !== true,
  }
}

/** The team that a person belongs to, as users.info and interaction payloads say it. */
export function teamOf(member: Member): string {
  return member.stranger === true ? OTHER_TEAM_ID : TEAM_ID
}

/** Source of the flags: Slack docs, "User object". */
function describe(user: JsonObject, member: Member | undefined): JsonObject {
  if (member === undefined) return user
  const profile = { ...objectOf(user.profile) }
  if (member.email === null) delete profile.email
  return {
    ...user,
    team_id: teamOf(member),
    deleted: member.deleted === true,
    is_bot: member.bot === true,
    is_app_user: false,
    is_restricted: member.guest !== undefined,
    is_ultra_restricted: member.guest === 'ultra_restricted',
    is_stranger: member.stranger === true,
    is_email_confirmed: member.emailUnconfirmed !== true,
    profile,
  }
}
