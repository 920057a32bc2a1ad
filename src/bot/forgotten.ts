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
    case 'forgotten': {
      const { candidates, people, places, isReadMeanwhile } = outcome
      const erased = `Erased: ${count(candidates, 'candidate')} with facts, reasons and snapshots, and ${count(people, 'name')} of people in chats. The history keeps what happened, without them; verify still holds.`
      const log = isReadMeanwhile
        ? [
            'Another program is reading the store, so its log still holds what was erased: until it is closed and the bot is stopped once.',
          ]
        : []
      const left =
        places.length === 0
          ? 'No list of accounts showed the person.'
          : 'The bot edits its lists, but threads and notifications still carry the name. Delete by hand what has to go:'
      const lines = places.map(
        ({ platform, conversation, id, at }) =>
          `  ${platform} ${conversation}, message ${id} and its thread, of ${new Date(at).toISOString()}`,
      )
      return { text: [erased, ...log, left, ...lines].join('\n'), ok: true }
    }
  }
}
