import { Command, CommanderError } from 'commander'
import { SettingsError } from '../config-problems.ts'
import { complain } from './output.ts'

/** 0 fine, 1 a check or an action failed, 2 wrong usage or unusable settings. */
export type ExitCode = 0 | 1 | 2

/** How people call it; npm finds the right Node. */
const NAME = 'npm run -s reclaim --'

const ABOUT = `Takes ServiceNow licences back: proposed in chat, approved by managers, proven afterwards.
Settings come from reclaim.yml (or the file that RECLAIM_CONFIG names), secrets from the environment and .env.`

const EPILOGUE = `
Exit codes: 0 fine, 1 a check or an action failed, 2 wrong usage or unusable settings.
With --json, stdout is JSON and nothing else; logs go to stderr. No command approves anything: people do, in chat.`

/** Announced, but not in this version. */
const NOT_BUILT = ['doctor', 'restore']

/** Carries out what was typed behind the program's name. Never throws: what went wrong is said on stderr. */
export async function runCommand(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0
  const program = createProgram(async command => {
    code = await command()
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    // Commander has said what was wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    complain(error)
    return error instanceof SettingsError ? 2 : 1
  }
}

function createProgram(carryOut: (command: () => Promise<ExitCode>) => Promise<void>): Command {
  const program = new Command(NAME).description(ABOUT).addHelpText('after', EPILOGUE)
  program.exitOverride().showHelpAfterError(`(${NAME} --help shows what there is)`)
  const add = (name: string, description: string) => program.command(name).description(description)

  // Each command is loaded when it is wanted: the whole bot, Slack's library included, takes a while.
  add('start', 'run the bot, until it is told to stop (SIGINT, SIGTERM)').action(() =>
    carryOut(async () => (await import('./start.ts')).start()),
  )
  add('scan', 'show what would be proposed now; nothing is posted, nothing written')
    .option('--json', 'as JSON')
    .action((options: { json?: true }) => carryOut(async () => (await import('./scan.ts')).scan(options)))
  add('run', 'ask the running bot for a run now, and wait up to 60 s for the outcome').action(() =>
    carryOut(async () => (await import('./run.ts')).run()),
  )
  add('status', 'show open candidates, writes against the caps, runs and saving')
    .option('--json', 'as JSON')
    .action((options: { json?: true }) => carryOut(async () => (await reports()).status(options)))
  add('history', 'show everything that happened, oldest first')
    .option('--user <user>', 'only about this account: user name, e-mail or sys_id')
    .option('--json', 'as JSON')
    .addOption(program.createOption('--csv', 'as CSV, with a header row').conflicts('json'))
    .action((options: { user?: string; json?: true; csv?: true }) =>
      carryOut(async () => (await reports()).history(options)),
    )
  add('verify', 'check that nobody tampered with the history')
    .option('--head <hash>', "the history must come to this fingerprint, as printed in a run's first message")
    .action((options: { head?: string }) => carryOut(async () => (await reports()).verify(options)))
  add('snapshot <user>', 'show what an account looked like before it was deleted, as JSON').action(
    (user: string) => carryOut(async () => (await reports()).snapshot(user)),
  )
  add(
    'forget <user>',
    'erase a person, also as manager or approver: name, facts, reasons, snapshot; the history still verifies',
  ).action((user: string) => carryOut(async () => (await import('./forget.ts')).forget(user)))
  add('restored', 'say that the store was put back from a backup, before the bot is started on it').action(
    () => carryOut(async () => (await import('./restored.ts')).restored()),
  )
  add('teams-package', 'make the app package for Microsoft Teams, for an administrator to upload')
    .option('--out <file>', 'where to write it', 'reclaim-teams.zip')
    .action((options: { out: string }) =>
      carryOut(async () => (await import('./teams-package.ts')).teamsPackage(options)),
    )

  for (const name of NOT_BUILT)
    program
      .command(`${name} [args...]`, { hidden: true })
      .allowUnknownOption()
      .action(() => carryOut(async () => notBuilt(name)))
  return program
}

const reports = () => import('./reports.ts')

function notBuilt(name: string): ExitCode {
  complain(new Error(`“${name}” is not built yet; ${NAME} --help shows what there is.`))
  return 2
}
