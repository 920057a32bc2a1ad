import { sameText } from '../../reclaim/approval.ts'
import type { Clock, Person } from '../../reclaim/ports.ts'
import { remembered } from '../remembered.ts'
import type { Addresses } from './addresses.ts'
import type { Connector, Member } from './connector.ts'
import { isNoMember, readably } from './failures.ts'

/**
 * Who people are, by the team's own roster: whoever is not in the team is unknown.
 * @param connectors `interactive` while a person waits, `outbox` for tasks.
 * @param named Entra object ids of the named approvers, in small letters.
 */
export function createPeople(
  connectors: { interactive: Connector; outbox: Connector },
  addresses: Addresses,
  named: readonly string[],
  clock: Clock,
) {
  const members = remembered(clock, async (id: string): Promise<Member | null> => {
    try {
      return await connectors.interactive.member(await addresses.channel(), id)
    } catch (error) {
      if (isNoMember(error)) return null
      throw error
    }
  })
  const roster = remembered(clock, async () => connectors.outbox.members(await addresses.channel()))

  const personOf = ({ id, name, email, full }: Member): Person => ({
    ...{ platform: 'teams', id, name, email },
    ...{ fullMember: full, named: named.includes(id) },
  })

  return {
    person: (id: string) =>
      readably(async () => {
        const member = await members.get(id)
        return member && personOf(member)
      }),
    /** Exactly one full member of the team with this address. */
    findApprover: (email: string) =>
      readably(async () => {
        const found = (await roster.get('')).filter(member => sameText(member.email ?? '', email))
        const [only, ...others] = found.map(personOf)
        return only?.fullMember && others.length === 0 ? only : null
      }),
  }
}

export type People = ReturnType<typeof createPeople>
