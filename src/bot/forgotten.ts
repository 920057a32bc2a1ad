import type { Forgotten } from '../reclaim/control.ts'
import { count } from './words.ts'

/** What came of a wish to forget somebody, for whoever asked on the shell; one line a message that still names them. */
export function forgottenAnswer(outcome: Forgotten): { readonly text: string; readonly ok: boolean } {
  switch (outcome.kind) {
    case 'unknown':
      return { text: 'The store knows nobody by that name, address or id; nothing was erased.', ok: false }
    case 'under_way':
      return {
        text: 'A deletion of this account is under way; nothing was erased. Try again once it has been read back.',
        ok: false,
      }
    case 'forgotten':
      return { text: whatIsLeft(outcome).join('\n'), ok: true }
  }
}

function whatIsLeft(outcome: Extract<Forgotten, { kind: 'forgotten' }>): string[] {
  const { candidates, managed, people, places, isReadMeanwhile } = outcome
  const erased = [
    `${count(candidates, 'candidate')} with facts, reasons and snapshots`,
    ...(managed > 0 ? [`the name of the manager of ${count(managed, 'candidate')} more`] : []),
    `${count(people, 'name')} of people in chats`,
  ]
  const lines = [
    `Erased: ${erased.join(', ')}. The history keeps what happened, without them; verify still holds.`,
  ]
  if (isReadMeanwhile)
    lines.push(
      'Another program is reading the store, so its log still holds what was erased: until it is closed and the bot is stopped once.',
    )
  lines.push(
    places.length === 0
      ? 'No message in a channel named the person.'
      : 'The bot takes the name out of its lists, but threads, words to the channel and notifications still carry it, and a chat goes on showing its own members. Delete by hand what has to go:',
    ...places.map(
      ({ platform, conversation, id, at }) =>
        `  ${platform} ${conversation}, message ${id} and its thread, of ${new Date(at).toISOString()}`,
    ),
    'What the bot answered to one person alone, as details and history, is not kept, so it cannot be listed.',
  )
  return lines
}
