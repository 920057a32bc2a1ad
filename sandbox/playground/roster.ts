import { stringify } from 'yaml'
import type { Member } from '../teams/directory.ts'

/** What the Playground is told about the tenant. */
export interface PlaygroundTenant {
  tenantId: string
  bot: { id: string; name: string }
  /** The first one sits at the screen; five others are there. */
  members: readonly Member[]
  team: { id: string; name: string; threadId: string }
  channel: { id: string; name: string }
}

/**
 * The Playground's settings file, `.m365agentsplayground.yml`. It takes exactly one channel and five users beside the
 * one at the screen, and ends without a word if there are more or fewer.
 */
export function playgroundFile({ tenantId, bot, members, team, channel }: PlaygroundTenant): string {
  const [current, ...others] = members.map(({ memberId, realName, email, userId, userPrincipalName }) => {
    const [givenName = '', surname = ''] = realName.split(' ')
    return {
      ...{ id: memberId, name: realName, aadObjectId: userId, givenName, surname },
      // Spelt like this by the Playground.
      ...{ email: email ?? '', userPrincipleName: userPrincipalName },
    }
  })
  if (others.length !== 5)
    throw new Error(`The Playground takes six people, and there are ${members.length}.`)
  return stringify({
    version: '0.1.1',
    tenantId,
    bot,
    currentUser: current,
    users: others,
    personalChat: { id: 'a:personal-chat-of-the-screen' },
    groupChat: { id: '19:a-group-chat@thread.v2', name: 'A group chat' },
    team: {
      ...{ id: team.threadId, name: team.name, aadGroupId: team.id },
      channels: [{ id: channel.id, name: channel.name }],
    },
  })
}
