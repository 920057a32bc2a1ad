import type { Stage } from '../stage.ts'
import { createSwitches, type SwitchState } from './trouble-switches.ts'
import { type EventTrouble, type LastingTrouble, TROUBLES, type Trouble } from './troubles.ts'

/** How a trouble that happens at once stands. */
export type EventState = {
  readonly trouble: EventTrouble
  readonly is: 'idle' | 'happening'
  /** What came of it last. */
  readonly happened: TroubleNews | null
}

export type TroubleState = SwitchState | EventState

/** Something that was done about a trouble. */
export type TroubleNews = {
  /** UTC ms by the stage's clock. */
  readonly at: number
  readonly words: string
}

/** The switches of all troubles of one stage. */
export type TroubleBoard = {
  states(): readonly TroubleState[]
  /** Oldest first. */
  news(): readonly TroubleNews[]
  /** Whether the bot is being stopped and started just now. */
  isRestarting(): boolean
  /** Switches a trouble on, or lets it happen. @throws Error with one sentence if it cannot happen now */
  switchOn(id: string): Promise<void>
  /** What the trouble holds is let go. Nothing happens if it is off. @throws Error if there is none of that name */
  switchOff(id: string): void
  /** Switches everything off. */
  allQuiet(): void
}

/**
 * The switchboard of a stage with Slack.
 * @param tell called after each change
 */
export function createTroubleBoard(stage: Stage, tell: () => void = () => {}): TroubleBoard {
  const news: TroubleNews[] = []
  const happened = new Map<string, TroubleNews>()
  let happening: string | null = null
  const say = (words: string) => {
    const told = { at: stage.clock.now(), words }
    news.push(told)
    tell()
    return told
  }
  const switches = createSwitches(stage, say)

  async function happen({ id, happen: act }: EventTrouble): Promise<void> {
    if (happening === 'restart') throw new Error('The bot is being started again; wait until it is back.')
    happening = id
    tell()
    try {
      happened.set(id, say(await act(stage)))
    } finally {
      happening = null
      tell()
    }
  }

  return {
    states: () =>
      TROUBLES.map((trouble: Trouble) =>
        isLasting(trouble)
          ? switches.stateOf(trouble)
          : {
              trouble,
              is: happening === trouble.id ? 'happening' : 'idle',
              happened: happened.get(trouble.id) ?? null,
            },
      ),
    news: () => news,
    isRestarting: () => happening === 'restart',
    async switchOn(id) {
      const trouble = troubleNamed(id)
      if (isLasting(trouble)) switches.on(trouble)
      else await happen(trouble)
    },
    switchOff(id) {
      const trouble = troubleNamed(id)
      if (isLasting(trouble)) switches.off(trouble)
      tell()
    },
    allQuiet() {
      for (const trouble of TROUBLES) if (isLasting(trouble)) switches.off(trouble)
      happened.clear()
      tell()
    },
  }
}

function troubleNamed(id: string): Trouble {
  const trouble = TROUBLES.find(each => each.id === id)
  if (trouble === undefined) throw new Error('There is no trouble of that name.')
  return trouble
}

function isLasting(trouble: Trouble): trouble is LastingTrouble {
  return trouble.where !== 'The rest of the world'
}
