/** What somebody typed to the bot, after `/reclaim` in Slack. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'status'; readonly user: string | null }
  | { readonly kind: 'history'; readonly user: string | null }
  /** `release`: the count typed to let a held run through. */
  | { readonly kind: 'run'; readonly release: number | null }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'undo'; readonly user: string }
  | { readonly kind: 'not_built'; readonly word: string }
  | { readonly kind: 'wrong'; readonly problem: string }

const LATER = ['tasks', 'enable', 'disable', 'restore', 'exempt', 'exemptions', 'report', 'export']

/**
 * Reads a command. Text from a chat never goes further than this: what it names is only ever compared with what the
 * store holds.
 */
export function parseCommand(line: string): Command {
  const [word = 'help', ...rest] = line.trim().split(/\s+/).filter(Boolean)
  const argument = unescapeMarkup(rest.join(' '))
  switch (word.toLowerCase()) {
    case 'help':
      return { kind: 'help' }
    case 'status':
    case 'history':
      return { kind: word.toLowerCase() as 'status' | 'history', user: argument || null }
    case 'run':
      return run(argument)
    case 'pause':
    case 'resume':
      return { kind: word.toLowerCase() as 'pause' | 'resume' }
    case 'undo':
      return argument
        ? { kind: 'undo', user: argument }
        : {
            kind: 'wrong',
            problem: 'Whose approval should be undone? Write the user name after undo.',
          }
    default:
      return LATER.includes(word.toLowerCase())
        ? { kind: 'not_built', word: word.toLowerCase() }
        : { kind: 'wrong', problem: `There is no command “${word.slice(0, 40)}”.` }
  }
}

function run(argument: string): Command {
  if (argument === '') return { kind: 'run', release: null }
  if (/^\d{1,7}$/.test(argument)) return { kind: 'run', release: Number(argument) }
  return {
    kind: 'wrong',
    problem: 'Write run alone, or with the number of accounts that a held run found.',
  }
}

/** A chat writes an e-mail address as a link and escapes three characters; the store knows neither. */
function unescapeMarkup(argument: string): string {
  return argument
    .replace(/^<mailto:([^|>]+)\|[^>]*>$/, '$1')
    .replace(/^`(.*)`$/, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** What `help` shows, one line a command. */
export const HELP = [
  'help: this text',
  'status: what is open, what was done today, when the next run comes',
  'status <user>: where one account stands',
  'history: what happened, newest last',
  'history <user>: what happened to one account',
  'undo <user>: takes an approval back before the deletion begins',
  'run: looks for accounts to propose now (named approvers)',
  'run <count>: lets a held run through that found so many (named approvers)',
  'pause: lets no deletion begin (named approvers)',
  'resume: lets deletions begin again (named approvers)',
] as const
