import { type Directory, TEAM_ID } from './directory.ts'
import { isTrue, type JsonObject } from './json.ts'

/** A user group to start with; members by their handles. */
export interface Usergroup {
  handle: string
  members: readonly string[]
}

/** The user groups of a workspace and the two methods that read them. */
export interface Usergroups {
  /** Id of a group; throws if there is none. */
  id(handle: string): string
  /** The answer to usergroups.list or usergroups.users.list; undefined for any other method. */
  answer(call: { method: string; args: JsonObject }): JsonObject | undefined
}

/** User groups with ids made up in order. `scopes` are the bot's. */
export function createUsergroups(
  groups: readonly Usergroup[],
  directory: Directory,
  scopes: readonly string[],
): Usergroups {
  const known = groups.map(({ handle, members }, index) => ({
    id: `S0GROUP${String(index + 1).padStart(3, '0')}`,
    handle,
    users: members.map(name => directory.named(name).id),
  }))
  const methods: Record<string, (args: JsonObject) => JsonObject> = {
    'usergroups.list': args => ({
      ok: true,
      usergroups: known.map(group => described(group, isTrue(args.include_users))),
    }),
    'usergroups.users.list': args => {
      const group = known.find(({ id }) => id === args.usergroup)
      return group ? { ok: true, users: group.users } : { ok: false, error: 'no_such_subteam' }
    },
  }
  return {
    id(handle) {
      const group = known.find(each => each.handle === handle)
      if (group === undefined) throw new Error(`The Slack stand-in has no user group "${handle}".`)
      return group.id
    },
    answer({ method, args }) {
      const answer = methods[method]
      if (answer === undefined || scopes.includes('usergroups:read')) return answer?.(args)
      return { ok: false, error: 'missing_scope', needed: 'usergroups:read', provided: scopes.join(',') }
    },
  }
}

/** Slack docs, "Usergroup object". */
function described(group: { id: string; handle: string; users: string[] }, withUsers: boolean): JsonObject {
  return {
    id: group.id,
    team_id: TEAM_ID,
    is_usergroup: true,
    is_subteam: true,
    is_external: false,
    handle: group.handle,
    name: group.handle,
    description: '',
    date_delete: 0,
    user_count: group.users.length,
    ...(withUsers ? { users: group.users } : {}),
  }
}
