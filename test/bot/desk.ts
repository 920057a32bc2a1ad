import { parseCommand } from '../../src/bot/command.ts'
import { type CommandContext, deciding, obey } from '../../src/bot/commands.ts'
import type { Card } from '../../src/bot/view.ts'
import { press } from '../../src/reclaim/decision.ts'
import type { Happening, PersonEvent } from '../../src/reclaim/lifecycle.ts'
import type { Note } from '../../src/reclaim/note.ts'
import type { Chat, Person } from '../../src/reclaim/ports.ts'
import type { RunOutcome } from '../../src/reclaim/scan.ts'
import type { ScanSettings } from '../../src/reclaim/survey.ts'
import { digest } from '../../src/reclaim/tell.ts'
import { createBot, createCompany } from '../domain/company.ts'
import {
  aManager,
  anAccount,
  anIdleAccount,
  aPerson,
  aRosterEntry,
  daysAgo,
  idOf,
} from '../domain/examples.ts'
import { VIEWS } from './cast.ts'

const PERSONS: readonly Person[] = [
  aPerson('dana', { id: 'U0DANA', name: 'Dana Whitfield' }),
  aPerson('priya', { id: 'U0PRIYA', name: 'Priya Raman' }),
  aPerson('nora', { id: 'U0NORA', name: 'Nora Lindqvist', named: true }),
  aPerson('ada', { id: 'U0ADA', name: 'Ada Novák' }),
  aPerson('gus', { id: 'U0GUS', name: 'Gus Guest', fullMember: false }),
]

const ACCOUNTS = [
  anAccount('bob.marsh', { name: 'Bob Marsh', lastLoginAt: daysAgo(48), manager: idOf('dana') }),
  anIdleAccount('greta.lund', { name: 'Greta Lund', lastLoginAt: daysAgo(412), manager: idOf('dana') }),
  anIdleAccount('ines.duarte', { name: 'Inês Duarte', lastLoginAt: daysAgo(301), manager: idOf('priya') }),
  anIdleAccount('hugo.martin', { name: 'Hugo Martin', lastLoginAt: daysAgo(91) }),
  anAccount('ada', { name: 'Ada Novák' }),
]

/**
 * The bot's real store, domain and commands, in a company of five accounts; chat and clock are all that is staged.
 * Dana and Priya are managers, Nora is a named approver, Ada neither, Gus a guest.
 */
export function desk(settings: Partial<ScanSettings> = {}) {
  const company = createCompany(...ACCOUNTS)
  company.appoint(aManager('dana'))
  company.appoint(aManager('priya'))
  company.setRoster(aRosterEntry('bob.marsh', { status: 'Left' }))
  const bot = createBot(company, settings)
  const store = { ...bot.store(), close: async () => {} }
  const clock = { now: company.now }
  let reachable = true
  let ids = 0
  const elsewhere = () => Promise.reject(new Error('Nothing is posted here.'))
  const chat: Chat = {
    platform: 'slack',
    paceMs: 0,
    person: async id => {
      if (!reachable) throw new Error('Slack cannot be reached.')
      return PERSONS.find(person => person.id === id) ?? null
    },
    findApprover: async email => PERSONS.find(person => person.email === email) ?? null,
    post: elsewhere,
    find: elsewhere,
    reply: elsewhere,
    update: elsewhere,
  }
  const context: CommandContext = {
    ...{ store, chat, clock, views: VIEWS },
    facts: {
      dryRun: settings.dryRun ?? false,
      maxPerDay: 100,
      timeZone: VIEWS.timeZone,
      currency: 'USD',
    },
    askManagers: true,
    signInAgain: () => {},
    run: (actor, release): Promise<RunOutcome> => bot.run({ actor, ...(release !== null && { release }) }),
  }

  return {
    ...{ store, company, bot, clock, context },
    loseSlack: () => {
      reachable = false
    },
    command: (person: string, line: string): Promise<Card> => obey(parseCommand(line), person, context),
    /** A run, and everybody's messages laid out. */
    async run() {
      await bot.report()
      const task = await store.takeTask('slack', clock.now())
      if (task?.kind !== 'digest') throw new Error('The run asked for no messages.')
      const next = () => `message ${++ids}`
      await digest(task, { store, chat, clock, ids: { next }, askManagers: true })
    },
    /** The worker did something. */
    async works(name: string, ...events: [Happening, Note?][]) {
      const { id: candidateId } = await bot.candidate(name)
      for (const [event, note = {}] of events)
        await store.record({ candidateId, event, actor: 'worker', note, at: clock.now() })
    },
    async press(personId: string, event: PersonEvent, name: string) {
      const { token } = await bot.candidate(name)
      return press({ personId, event, token, at: null }, deciding(context))
    },
  }
}
