import { type Button, buttonsIn } from '../slack/buttons.ts'
import type { Delivery } from '../slack/delivery.ts'
import type { ShownMessage } from '../slack/messages.ts'
import type { Stage } from '../stage.ts'
import { until, untilQuiet } from './quiet.ts'
import { createTroubleBoard, type TroubleBoard } from './trouble-board.ts'
import type { TroubleId } from './troubles.ts'
import { linesOf, type NameOf } from './words.ts'

type Press = 'approve' | 'skip' | 'undo' | 'retry' | 'details'

/** People who play a part by themselves. Each action resolves with what the bot tells that person alone. */
export type Players = {
  press(person: string, what: Press, about: string): Promise<string>
  /** Two people press the same button at the same moment. */
  pressTogether(persons: readonly [string, string], what: Press, about: string): Promise<[string, string]>
  command(person: string, line: string): Promise<string>
  /** Lets time pass and waits until the bot has done what became due. */
  pass(ms: number): Promise<void>
  /** Switches a trouble on. */
  trouble(id: TroubleId): Promise<void>
}

/** @throws from each action when the bot does not take it, or gives no answer. */
export function createPlayers(
  stage: Stage,
  nameOf: NameOf,
  troubles: Pick<TroubleBoard, 'switchOn'> = createTroubleBoard(stage),
): Players {
  const { slack } = stage

  async function answered(person: string, act: () => Promise<Delivery>): Promise<string> {
    const whispers = () => slack.whispers.filter(({ user }) => user === slack.userId(person))
    const before = whispers().length
    const { status } = await act()
    if (status !== 200) throw new Error(`the bot answered ${person} with HTTP ${status}`)
    await until(
      () => whispers().length > before,
      () => `the bot told ${person} nothing`,
    )
    return linesOf(whispers()[before]?.blocks ?? [], nameOf).join('\n')
  }

  async function messageAbout(about: string, what: Press): Promise<ShownMessage> {
    const found = (await slack.messages()).find(({ blocks }) => buttonsIn(blocks).some(isButton(what, about)))
    if (!found) throw new Error(`no message offers “${what}” for ${about}`)
    return found
  }

  const pressOn = (on: ShownMessage, person: string, what: Press, about: string) =>
    answered(person, () =>
      slack.driver.as(person).click({ on, actionId: `reclaim_${what}`, pick: isButton(what, about) }),
    )

  return {
    async press(person, what, about) {
      const answer = await pressOn(await messageAbout(about, what), person, what, about)
      await untilQuiet(stage)
      return answer
    },
    async pressTogether([one, other], what, about) {
      const message = await messageAbout(about, what)
      const answers = await Promise.all([
        pressOn(message, one, what, about),
        pressOn(message, other, what, about),
      ])
      await untilQuiet(stage)
      return answers
    },
    async command(person, line) {
      const answer = await answered(person, () => slack.driver.as(person).command(line))
      await untilQuiet(stage)
      return answer
    },
    async pass(ms) {
      await stage.pass(ms)
      await untilQuiet(stage)
    },
    trouble: troubles.switchOn,
  }
}

/** A button's spoken label names the account that it stands beside. */
function isButton(what: Press, about: string): (button: Button) => boolean {
  return ({ actionId, element }) =>
    actionId === `reclaim_${what}` && String(element.accessibility_label).endsWith(`: ${about}`)
}
