import type { Stage } from '../stage.ts'
import { type AtOnce, type AtServiceNow, type AtSlack, TROUBLES, type Trouble } from './troubles.ts'

/** How a trouble stands. */
export type TroubleState = {
  readonly trouble: Trouble
  /**
   * `holding`: it has struck, and what it struck is still waiting to be let go. `spent`: it has struck as often as it
   * was to. `none` for what happens at once.
   */
  readonly is: 'off' | 'on' | 'holding' | 'spent' | 'none'
  /** How many requests or calls it struck since it was switched on. */
  readonly struck: number
}

/** Something that was done about a trouble, for the transcript. */
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

type Lasting = Trouble & (AtServiceNow | AtSlack)
/** One that is switched on, and how often its kind had struck before. */
type Switched = { readonly before: number; readonly off: () => void }

/**
 * The switchboard of a stage with Slack.
 * @param tell called after each change
 */
export function createTroubleBoard(stage: Stage, tell: () => void = () => {}): TroubleBoard {
  const { servicenow, clock } = stage
  const switched = new Map<string, Switched>()
  const news: TroubleNews[] = []
  let restarting = false
  const say = (words: string) => {
    news.push({ at: clock.now(), words })
    tell()
  }

  const switchOn = (trouble: Lasting) => {
    if (isOn(stateOf(trouble, stage, switched))) return
    const before = timesStruck(trouble, stage)
    if (trouble.where === 'Slack') {
      switched.set(trouble.id, { before, off: () => {} })
      setSlackFaults(stage, switched)
    } else {
      const fault = servicenow.faults.add(trouble.fault)
      const off = () => {
        fault.remove()
        fault.release()
      }
      switched.set(trouble.id, { before, off })
    }
    say(`“${named(trouble)}” switched on`)
  }
  const happen = async (trouble: Trouble & AtOnce) => {
    if (restarting) throw new Error('The bot is being started again; wait until it is back.')
    restarting = trouble.id === 'restart'
    tell()
    try {
      say(await trouble.happen(stage))
    } finally {
      restarting = false
      tell()
    }
  }
  const switchOff = (trouble: Lasting) => {
    const state = stateOf(trouble, stage, switched)
    switched.get(trouble.id)?.off()
    switched.delete(trouble.id)
    if (trouble.where === 'Slack') setSlackFaults(stage, switched)
    if (state.is === 'holding') say(`“${named(trouble)}” let go of the request that it held`)
    else if (state.is === 'on') say(`“${named(trouble)}” switched off; it struck ${times(state.struck)}`)
    else tell()
  }
  return {
    states: () => TROUBLES.map(each => stateOf(each, stage, switched)),
    news: () => news,
    isRestarting: () => restarting,
    async switchOn(id) {
      const trouble = troubleNamed(id)
      if (isLasting(trouble)) switchOn(trouble)
      else await happen(trouble)
    },
    switchOff(id) {
      const trouble = troubleNamed(id)
      if (isLasting(trouble)) switchOff(trouble)
    },
    allQuiet() {
      for (const trouble of TROUBLES) if (isLasting(trouble)) switchOff(trouble)
    },
  }
}

/** Whether it still matters to what happens next. */
export function isOn({ is }: TroubleState): boolean {
  return is === 'on' || is === 'holding'
}

/** `nothing`, `1 request`, `3 requests`. */
export function times(struck: number): string {
  if (struck === 0) return 'nothing'
  return struck === 1 ? '1 request' : `${struck} requests`
}

function troubleNamed(id: string): Trouble {
  const trouble = TROUBLES.find(each => each.id === id)
  if (trouble === undefined) throw new Error('There is no trouble of that name.')
  return trouble
}

const isLasting = (trouble: Trouble): trouble is Lasting => trouble.where !== 'The rest of the world'
const named = ({ where, label }: Trouble) => `${where}: ${label}`

function stateOf(trouble: Trouble, stage: Stage, switched: ReadonlyMap<string, Switched>): TroubleState {
  if (trouble.where === 'The rest of the world') return { trouble, is: 'none', struck: 0 }
  const on = switched.get(trouble.id)
  if (on === undefined) return { trouble, is: 'off', struck: 0 }
  const struck = timesStruck(trouble, stage) - on.before
  if (trouble.where === 'Slack' || struck < (trouble.fault.times ?? Number.POSITIVE_INFINITY))
    return { trouble, is: 'on', struck }
  return { trouble, is: trouble.letGo ? 'holding' : 'spent', struck }
}

function timesStruck(trouble: Lasting, { servicenow, slack }: Stage): number {
  if (trouble.where === 'Slack')
    return slack.calls.filter(({ outcome }) => outcome.startsWith(`fault: ${trouble.fault.kind}`)).length
  return servicenow.journal.filter(({ outcome }) => outcome === `fault:${trouble.fault.kind}`).length
}

/** Slack's faults can only be cleared together. */
function setSlackFaults({ slack }: Stage, switched: ReadonlyMap<string, Switched>): void {
  slack.faults.clear()
  for (const trouble of TROUBLES) {
    if (trouble.where !== 'Slack' || !switched.has(trouble.id)) continue
    for (const method of trouble.methods)
      slack.faults.add({ ...trouble.fault, method, times: Number.POSITIVE_INFINITY })
  }
}
