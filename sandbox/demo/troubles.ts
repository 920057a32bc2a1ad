import { openReports } from '../../src/store/store.ts'
import { toDate, toDateTime } from '../servicenow/dates.ts'
import type { FaultOptions } from '../servicenow/faults.ts'
import type { FaultKind } from '../slack/faults.ts'
import type { Stage } from '../stage.ts'

/** Something that can go wrong on the stage, what the bot promises then, and how it is brought about. */
export type Trouble = LastingTrouble | EventTrouble

/** One that is switched on and off. */
export type LastingTrouble = Words & (AtServiceNow | AtSlack)
/** One that happens at once. */
export type EventTrouble = Words & AtOnce

type Words = {
  readonly id: string
  readonly label: string
  /** What goes wrong. */
  readonly wrong: string
  /** What the bot does about it; `test/e2e/trouble.test.ts` holds it to that. */
  readonly promise: string
}

type AtServiceNow = {
  readonly where: 'ServiceNow'
  /** With `times: 1` the trouble is over once it has struck; without, it lasts until it is switched off. */
  readonly fault: FaultOptions
  /** What befell a request that it struck, in a few words. */
  readonly mark: string
  /** It holds what it struck until told; the words for telling it. */
  readonly letGo?: string
}

type AtSlack = {
  readonly where: 'Slack'
  /** Lasts until it is switched off. */
  readonly fault: FaultKind
  /** The Web API's methods that it strikes; `*` = all. */
  readonly methods: readonly string[]
}

type AtOnce = {
  readonly where: 'The rest of the world'
  /** @returns what happened, in a sentence. @throws Error with one sentence if it cannot happen now */
  readonly happen: (stage: Stage) => Promise<string>
}

const NEXT_DELETION = { method: 'DELETE', times: 1 } as const

const DELETION_TROUBLES = [
  {
    id: 'breaks',
    where: 'ServiceNow',
    label: 'Deletes, but the connection breaks',
    wrong: 'The next account is deleted, and no answer comes.',
    promise:
      'It looks instead of deleting again: gone, so reclaimed, with one DELETE. After three such answers in a row it stops until Nora writes /reclaim resume.',
    fault: { kind: 'commit_then_reset', ...NEXT_DELETION },
    mark: 'deleted, then the connection broke',
  },
  {
    id: 'answers-500',
    where: 'ServiceNow',
    label: 'Deletes, but answers 500',
    wrong: 'The next account is deleted, and the answer says that it failed.',
    promise:
      'It believes what it reads, not the answer: reclaimed, with one DELETE. After three such answers in a row it stops until Nora writes /reclaim resume.',
    fault: { kind: 'commit_then_500', ...NEXT_DELETION },
    mark: 'deleted all the same',
  },
  {
    id: 'drops',
    where: 'ServiceNow',
    label: 'Drops the deletion (202)',
    wrong: 'The next DELETE is answered with 202 and forgotten.',
    promise: 'It looks at once, and again after 90 seconds; only then it sends another DELETE.',
    fault: { kind: 'dropped_202', ...NEXT_DELETION },
    mark: 'dropped',
  },
  {
    id: 'says-204',
    where: 'ServiceNow',
    label: 'Says 204, but does nothing',
    wrong: 'The next DELETE is answered as if it were done, and the account stays.',
    promise: 'It does not say reclaimed before it has read that the account is gone; 90 seconds, then again.',
    fault: { kind: 'false_204', ...NEXT_DELETION },
    mark: 'not done',
  },
  {
    id: 'refuses',
    where: 'ServiceNow',
    label: 'Refuses by business rule (403)',
    wrong: 'The next DELETE is refused.',
    promise: 'It says why and stops: failed. Only a person can have it try again.',
    fault: { kind: 'business_rule_403', ...NEXT_DELETION },
    mark: 'refused',
  },
  {
    id: 'later',
    where: 'ServiceNow',
    label: 'Deletes minutes later',
    wrong: 'The next DELETE is answered with 500, and carried out when you say so.',
    promise:
      'It looks again after 90 seconds before it does anything: if gone by then, one DELETE was enough.',
    fault: { kind: 'commit_later', ...NEXT_DELETION },
    mark: 'carried out later',
    letGo: 'Carry it out now',
  },
  {
    id: 'hangs',
    where: 'ServiceNow',
    label: 'Hangs',
    wrong: 'The next DELETE gets no answer until you say so.',
    promise: 'It waits 75 real seconds; then it treats the outcome as unknown, and looks.',
    fault: { kind: 'hang_then_commit', ...NEXT_DELETION },
    mark: 'left hanging',
    letGo: 'Delete and answer now',
  },
] as const satisfies readonly Trouble[]

const LASTING_TROUBLES = [
  {
    id: 'hibernates',
    where: 'ServiceNow',
    label: 'Hibernates',
    wrong: 'Every request gets a web page instead of data.',
    promise:
      'It deletes nothing that it cannot look at first. It says once that it waits, and goes on later.',
    fault: { kind: 'hibernating_200' },
    mark: 'got a page instead',
  },
  {
    id: 'limits',
    where: 'ServiceNow',
    label: 'Limits requests (429)',
    wrong: 'Every request is turned away: “not for 30 seconds”.',
    promise: 'It waits, deletes nothing meanwhile, and goes on later.',
    fault: { kind: 'rate_limit_429' },
    mark: 'turned away',
  },
  {
    id: 'halves',
    where: 'ServiceNow',
    label: 'Sends half of each list',
    wrong: 'Every list breaks off in the middle. Try /reclaim run as Nora.',
    promise: 'It never takes a part for the whole: nobody is proposed, nothing is deleted.',
    fault: { kind: 'truncated_200' },
    mark: 'cut in half',
  },
  {
    id: 'loses-answers',
    where: 'Slack',
    label: 'Takes messages, loses its answers',
    wrong: 'Every message is posted, and the bot is not told.',
    promise: 'It looks whether the message arrived; nothing is said twice.',
    fault: { kind: 'reset_after' },
    methods: ['chat.postMessage'],
  },
  {
    id: 'patience',
    where: 'Slack',
    label: 'Asks for patience (429)',
    wrong: 'Every message is turned away: “not for 30 seconds”.',
    promise: 'Decisions and deletions go on; every message comes later, in order.',
    fault: { kind: '429', retryAfterSeconds: 30 },
    methods: ['chat.postMessage', 'chat.update'],
  },
  {
    id: 'slack-down',
    where: 'Slack',
    label: 'Is down',
    wrong: 'Every call of the bot fails; buttons and commands still reach it.',
    promise:
      'It deletes nothing while it cannot ask who the approver is. What is pressed meanwhile does not count: press it again. Every message comes later, in order.',
    fault: { kind: '500' },
    methods: ['*'],
  },
] as const satisfies readonly Trouble[]

const EVENTS = [
  {
    id: 'login',
    where: 'The rest of the world',
    label: 'Somebody logs in meanwhile',
    wrong: 'Whoever was approved last uses the account again.',
    promise: 'It sees that in its last look: withdrawn, nothing is deleted.',
    happen: async stage => `${await logIn(stage)} logs in to ServiceNow.`,
  },
  {
    id: 'restart',
    where: 'The rest of the world',
    label: 'Stop the bot and start it again',
    wrong: 'It ends in order, and comes back with what is on disk. (kill -9 is for the tests.)',
    promise: 'Approvals and their 15 minutes run on. Nothing is forgotten, nothing done twice.',
    async happen(stage) {
      await stage.restart()
      return 'The bot was stopped and started again.'
    },
  },
] as const satisfies readonly Trouble[]

/** Every trouble that the demo offers, in the order in which they are shown. */
export const TROUBLES = [...DELETION_TROUBLES, ...LASTING_TROUBLES, ...EVENTS] as const

export type TroubleId = (typeof TROUBLES)[number]['id']

/** What befell a request to ServiceNow, by its outcome in the journal; null if none of these troubles struck it. */
export function markOf(outcome: string): string | null {
  const marks = TROUBLES.flatMap(each =>
    each.where === 'ServiceNow' && outcome === `fault:${each.fault.kind}` ? [each.mark] : [],
  )
  return marks[0] ?? null
}

/** @returns the name of the person who has logged in. */
async function logIn({ settings, servicenow, clock }: Stage): Promise<string> {
  const reports = openReports(settings.store.path)
  const history = await reports.history({}).finally(() => reports.close())
  const latest = new Map(history.map(row => [row.userName, row]))
  const approved = [...latest.values()].filter(({ to }) => to === 'approved').sort((a, b) => a.seq - b.seq)
  const userName = approved.at(-1)?.userName
  const row = servicenow.tables.rows('sys_user').find(user => user.user_name === userName)
  if (userName === undefined || row === undefined)
    throw new Error('Nobody is about to be deleted; approve somebody first.')
  const now = clock.now()
  servicenow.tables.update('sys_user', row.sys_id, {
    last_login_time: toDateTime(now),
    last_login: toDate(now),
  })
  return row.name ?? userName
}
