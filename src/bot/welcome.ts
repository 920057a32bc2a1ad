import { answerCard } from './answer.ts'
import { type Card, text, type ViewSettings } from './view.ts'

/** The first words of the bot where it was added. */
export function welcomeCard({ command }: Pick<ViewSettings, 'command'>): Card {
  return answerCard(
    [text('Hello, I take ServiceNow licences back from people who left, never logged in or stopped.')],
    [
      text(
        'On schedule I post the accounts that seem no longer needed, and ask their managers. I delete nothing that nobody approved, and check each account again right before.',
      ),
    ],
    [text(`Write ${command} help to see what you can ask me.`)],
  )
}
