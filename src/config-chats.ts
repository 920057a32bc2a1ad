import { z } from 'zod'
import { choice, flag, guid, hint, isGiven, isMap, list, section, text } from './config-fields.ts'

/* Where people are asked, and who may decide there. */

/** How Slack reaches the bot: over a connection that the bot opens, or over HTTP. */
const SLACK_MODES = ['socket', 'http'] as const
export type SlackMode = (typeof SLACK_MODES)[number]

export const mode = choice(SLACK_MODES).default('socket')
export const slack = section({
  channel: text('write the id of the channel in Slack, like C0123456789', /^[CG][A-Z0-9]{8,}$/),
  mode,
  allowPublicChannel: flag().default(false),
})

/** What stands in the links that Teams gives out: l/team and l/channel (Microsoft Learn, "Deep link to Teams chat"). */
export const tenant = guid(
  'write the GUID of your Microsoft 365 tenant: the tenantId in the link that Teams copies with “Get link to team”',
)
export const teams = section({
  tenant,
  channel: text(
    'write the id of the channel in Teams, like "19:…@thread.tacv2", in quotes: it is in the link that Teams copies with “Get link to channel”, where %3A stands for : and %40 for @',
    /^19:[\w.-]+@thread\.(tacv2|skype)$/,
  ),
  team: guid(
    'write the GUID of the team in Teams: the groupId in the link that Teams copies with “Get link to team”',
  ),
})

export const approvers = section({
  managers: flag().default(true),
  slackUsers: list(text('write the member id of a person in Slack, like U012AB3CD', /^[UW][A-Z0-9]{8,}$/)),
  slackUsergroups: list(text('write the id of a user group in Slack, like S012AB3CD', /^S[A-Z0-9]{8,}$/)),
  teamsUsers: list(
    guid(
      'write the object id of a person, a GUID: in the Microsoft Entra admin center, Users, the person, Object ID',
    ),
  ),
  required: z
    .literal([1, 2], hint('write 1, or 2 for four eyes: two different people have to approve'))
    .default(1),
})

const CHATS = [
  { chat: 'slack', label: 'Slack', keys: ['slackUsers', 'slackUsergroups'] },
  { chat: 'teams', label: 'Microsoft Teams', keys: ['teamsUsers'] },
] as const

type ChatProblem = { readonly path: string[]; readonly message: string }

/**
 * What is wrong between the chats and the approvers: there must be a chat, and in each that is there somebody named,
 * else nobody could administer the bot there. Any of the three may hold anything.
 */
export function chatProblems(found: {
  readonly slack?: unknown
  readonly teams?: unknown
  readonly approvers?: unknown
}): ChatProblem[] {
  const anyChat = CHATS.some(({ chat }) => found[chat] !== undefined)
  const none = anyChat ? [] : [{ path: ['slack'], message: 'missing; write slack or teams (or both)' }]
  const { approvers } = found
  if (!isMap(approvers)) return none
  if (anyChat)
    return [
      ...loneApprover(approvers),
      ...CHATS.flatMap(({ chat, label, keys }) => {
        const named = keys.filter(key => isGiven(approvers[key]))
        if (found[chat] === undefined) return named.map(key => withoutEffect(chat, key))
        return named.length > 0 ? [] : nobodyNamed(` in ${label}`, keys)
      }),
    ]
  const keys = CHATS.flatMap(chat => chat.keys)
  return keys.some(key => isGiven(approvers[key])) ? none : [...none, ...nobodyNamed('', keys)]
}

/** Four eyes with one pair of eyes: nothing could ever be approved. */
function loneApprover(approvers: Readonly<Record<string, unknown>>): ChatProblem[] {
  const { managers, required, slackUsers, slackUsergroups, teamsUsers } = approvers
  const people = [slackUsers, teamsUsers].flatMap(list => (Array.isArray(list) ? list : []))
  if (required !== 2 || managers !== false || isGiven(slackUsergroups) || people.length > 1) return []
  const message = 'two people have to approve, but only one may; name another, or write 1'
  return [{ path: ['approvers', 'required'], message }]
}

function nobodyNamed(where: string, keys: readonly string[]): ChatProblem[] {
  const what = keys.length > 1 ? `at least one of ${keys.join(', ')}` : keys.join()
  const message = `nobody is named${where}; write ${what}, also where managers approve`
  return [{ path: ['approvers'], message }]
}

function withoutEffect(chat: string, key: string): ChatProblem {
  const message = `has no effect without ${chat}; write that section, or leave ${key} out`
  return { path: ['approvers', key], message }
}
