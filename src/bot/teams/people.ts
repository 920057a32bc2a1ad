import { sameText } from '../../reclaim/approval.ts'
import type { Clock, Person } from '../../reclaim/ports.ts'
import { remembered } from '../remembered.ts'
import type { Addresses } from './addresses.ts'
import type { Connector, Member } from './connector.ts'
import { isNoMember, readable } from './failures.ts'

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

  const personOf = ({ id, name, email, guest }: Member): Person => ({
    ...{ platform: 'teams', id, name, email },
    ...{ fullMember: !guest, named: named.includes(id) },
  })
  const readably = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await ask()
    } catch (error) {
      throw readable(error)
    }
  }

  return {
    person: (id: string) =>
      readably(async () => {
        const member = await members.get(id)
        return member && personOf(member)
      }),
    /** How Teams itself calls somebody (`29:…`), who is known by either id. */
    memberId: async (id: string): Promise<string | null> => (await members.get(id))?.memberId ?? null,
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
