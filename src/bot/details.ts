import type { Candidate } from '../reclaim/candidate.ts'
import type { LogEntry } from '../reclaim/lifecycle.ts'
import { by, presentState, requests } from './candidate-view.ts'
import { type Block, bold, type Card, type Line, text, type ViewSettings } from './view.ts'
import { capitalise, happened, instant, money, RULE_WORDS } from './words.ts'

const ENTRIES_SHOWN = 40

/** All that the bot knows about a candidate, for somebody who may read it: evidence with sources, requests, history. */
export function detailsCard(
  candidate: Candidate,
  timeline: readonly LogEntry[],
  currency: string,
  settings: ViewSettings,
): Card {
  const last = timeline.at(-1)
  const state = last ? presentState(candidate, last, settings) : [text(candidate.state)]
  const { timeZone } = settings
  return {
    summary: [text(`Details: ${candidate.name}`)],
    blocks: [
      { kind: 'title', text: candidate.name },
      { kind: 'lines', lines: [state] },
      {
        kind: 'lines',
        lines: section(
          'Why',
          candidate.rules.map(rule => capitalise(RULE_WORDS[rule])),
        ),
      },
      { kind: 'lines', lines: section('Evidence', evidence(candidate, timeZone)) },
      { kind: 'lines', lines: section('What it is worth', [worth(candidate, currency)]) },
      {
        kind: 'lines',
        lines: section(candidate.dryRun ? 'What would be sent, exactly' : 'What is sent, exactly', [
          requests(candidate),
          'No body. Sent once, and again only after a read has proven that it took no effect.',
        ]),
      },
      ...recovery(candidate, timeline, timeZone),
      {
        kind: 'lines',
        lines: [
          [bold('What happened so far')],
          ...timeline.slice(-ENTRIES_SHOWN).map(entry => timelineLine(entry, timeZone)),
        ],
      },
      { kind: 'small', text: `Candidate ${candidate.id}, account ${candidate.sysId}` },
    ],
  }
}

/** Deleted records can be recovered for 7 days, with what referred to them (ServiceNow docs, Delete Recovery). */
const RECOVERABLE_MS = 7 * 24 * 60 * 60 * 1000

/** How to bring a deleted account back; nothing while there is nothing to bring back. */
function recovery(candidate: Candidate, timeline: readonly LogEntry[], timeZone: string): Block[] {
  if (candidate.state !== 'reclaimed') return []
  const gone = timeline.findLast(({ to }) => to === 'reclaimed')?.at ?? candidate.proposedAt
  const lines = section('To bring the account back', [
    `In ServiceNow an administrator opens the module Delete Recovery, finds the deletion of this user (${instant(gone, timeZone)}) and recovers it, with what referred to the account. ServiceNow keeps it for 7 days: until ${instant(gone + RECOVERABLE_MS, timeZone)}.`,
    `After that only a new account can be made. What the old one looked like, with roles and groups, was kept before the deletion: npm run -s reclaim -- snapshot ${candidate.id}`,
  ])
  return [{ kind: 'lines', lines }]
}

function timelineLine(entry: LogEntry, timeZone: string): Line {
  return [text(`${instant(entry.at, timeZone)}  ${happened(entry, timeZone)}`), ...by(entry)]
}

function section(title: string, lines: readonly string[]): Line[] {
  return [[bold(title)], ...lines.map((line): Line => [text(line)])]
}

/** Each fact with the field that it was read from. The roster says only active or not. */
function evidence({ facts, manager, proposedAt }: Candidate, timeZone: string): string[] {
  const login = facts.lastLoginAt === null ? 'never' : instant(facts.lastLoginAt, timeZone)
  return [
    `Read at ${instant(proposedAt, timeZone)}, and again right before any deletion`,
    `User name: ${facts.userName} (sys_user.user_name)`,
    `E-mail: ${facts.email || 'none'} (sys_user.email)`,
    `Last login: ${login} (sys_user.last_login_time, last_login)`,
    `Account created: ${instant(facts.createdAt, timeZone)} (sys_user.sys_created_on)`,
    `HR roster: ${ROSTER_WORDS[facts.rosterStatus]}`,
    `Roles: ${facts.roles.join(', ') || 'none of those named in the settings'} (sys_user_has_role)`,
    `Manager: ${manager ? manager.name : 'none'} (sys_user.manager)`,
  ]
}

const ROSTER_WORDS: Readonly<Record<Candidate['facts']['rosterStatus'], string>> = {
  active: 'active',
  inactive: 'not active',
  missing: 'not listed',
  unknown: 'not asked, or not clear',
}

function worth({ licenses, yearlySaving }: Candidate, currency: string): string {
  const names = licenses.join(', ') || 'one licensed user'
  return yearlySaving > 0 ? `${names}: ${money(yearlySaving, currency)} a year` : names
}
