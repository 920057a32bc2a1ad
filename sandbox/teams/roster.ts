import type { Directory, Member } from './directory.ts'

/** Where the bot is installed. */
export interface Roster {
  inTeam(): boolean
  setInTeam(installed: boolean): void
  installFor(member: Member): void
  /** Whether the bot may write to this person alone. */
  mayReach(member: Member): boolean
}

/** The bot is in the team from the beginning, and in nobody's personal scope. */
export function createRoster(directory: Directory): Roster {
  let inTeam = true
  const personal = new Set<string>()
  return {
    inTeam: () => inTeam,
    setInTeam: installed => {
      inTeam = installed
    },
    installFor: member => {
      personal.add(member.userId)
    },
    // Teams docs, "Send proactive messages": for members of a team in which the app is, or who installed it.
    mayReach: member => personal.has(member.userId) || (inTeam && directory.team().includes(member)),
  }
}
