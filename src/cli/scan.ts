import { breakdown, count, day, EXCLUSION_WORDS, money, RULE_WORDS, UNCERTAINTY_WORDS } from '../bot/words.ts'
import { loadSettings, type Settings } from '../config.ts'
import { createLicences, createRoster, scanSettings } from '../main.ts'
import type { Proposal } from '../reclaim/candidate.ts'
import { type Survey, survey } from '../reclaim/survey.ts'
import { print, printJson, table } from './output.ts'
import type { ExitCode } from './program.ts'

/** Shows who would be proposed now. Reads ServiceNow and the roster; needs neither a store nor Slack. */
export async function scan({ json }: { json?: true }): Promise<ExitCode> {
  const settings = loadSettings()
  const clock = { now: Date.now }
  const { licences, close } = createLicences(settings, clock)
  try {
    const seen = await survey(scanSettings(settings), { licences, roster: createRoster(settings), clock })
    if (json) printJson(surveyJson(seen))
    else print(surveyLines(seen, settings))
    return 0
  } finally {
    await close()
  }
}

/** The format that scripts rely on; extend it freely, and change nothing. */
function surveyJson(seen: Survey) {
  return {
    candidates: seen.candidates.map(candidateJson),
    excluded: seen.excluded,
    unknown: unknownCount(seen),
    scanned: seen.verdicts.size,
    licensed: seen.licensed,
  }
}

function candidateJson({ sysId, name, manager, rules, facts, ...found }: Proposal) {
  const { userName, email, lastLoginAt, createdAt, rosterStatus } = facts
  const { daysIdle, licenses, yearlySaving, operations } = found
  return {
    user: { sysId, userName, name, email },
    manager: manager && { name: manager.name, email: manager.email },
    rules,
    evidence: { lastLogin: iso(lastLoginAt), daysIdle, createdOn: iso(createdAt), rosterStatus },
    licenses,
    yearlySaving,
    operations,
  }
}

function surveyLines(seen: Survey, { currency, schedule }: Settings): string[] {
  const { candidates, licensed, hidden, excluded, unknown } = seen
  const saving = candidates.reduce((sum, { yearlySaving }) => sum + yearlySaving, 0)
  const rows = candidates.map(({ name, facts, rules, licenses, yearlySaving }) => [
    name,
    facts.userName,
    rules.map(rule => RULE_WORDS[rule]).join(', '),
    facts.lastLoginAt === null ? 'never' : day(facts.lastLoginAt, schedule.timezone),
    licenses.join(', ') || '-',
    money(yearlySaving, currency),
  ])
  const header = ['NAME', 'USER', 'WHY', 'LAST LOGIN', 'LICENCE', 'A YEAR']
  const doubts = [
    breakdown(unknown, UNCERTAINTY_WORDS),
    hidden > 0 ? `${hidden} not shown to the scanning account` : '',
  ].filter(Boolean)
  return [
    ...(rows.length > 0 ? [...table([header, ...rows]), ''] : []),
    `${count(candidates.length, 'account')} of ${licensed.toLocaleString('en-GB')} licensed would be proposed, up to ${money(saving, currency)} a year.`,
    `Left alone: ${breakdown(excluded, EXCLUSION_WORDS) || 'nobody who is protected or excluded'}.`,
    ...(doubts.length > 0 ? [`Unknown, and so never proposed: ${doubts.join(', ')}.`] : []),
    'Nothing was posted, nothing was written.',
  ]
}

function unknownCount({ unknown, hidden }: Survey): number {
  return Object.values(unknown).reduce((sum, n) => sum + n, hidden)
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
