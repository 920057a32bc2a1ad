import type { Stage } from '../stage.ts'
import { type LastingTrouble, TROUBLES } from './troubles.ts'

/** How a trouble that lasts, or waits for its victim, stands. */
export type SwitchState = {
  readonly trouble: LastingTrouble
  /**
   * `holding`: it has struck, and what it struck waits to be let go. `spent`: it has struck as often as it was to, and
   * is over.
   */
  readonly is: 'off' | 'on' | 'holding' | 'spent'
  /** How many requests or calls it struck since it was switched on. */
  readonly struck: number
}

/** One that is switched on, and how often its kind had struck before. */
type Switched = { readonly before: number; readonly off: () => void }

/** Switches faults on and off at the stand-ins. @param say told in words of each change */
export function createSwitches(stage: Stage, say: (words: string) => void) {
  const switched = new Map<string, Switched>()

  function stateOf(trouble: LastingTrouble): SwitchState {
    const on = switched.get(trouble.id)
    if (on === undefined) return { trouble, is: 'off', struck: 0 }
    const struck = timesStruck(trouble, stage) - on.before
    if (trouble.where === 'Slack' || struck < (trouble.fault.times ?? Number.POSITIVE_INFINITY))
      return { trouble, is: 'on', struck }
    return { trouble, is: trouble.letGo ? 'holding' : 'spent', struck }
  }

  return {
    stateOf,
    on(trouble: LastingTrouble) {
      if (isOn(stateOf(trouble))) return
      const before = timesStruck(trouble, stage)
      const off = trouble.where === 'Slack' ? () => {} : addFault(trouble, stage)
      switched.set(trouble.id, { before, off })
      if (trouble.where === 'Slack') setSlackFaults(stage, switched)
      say(`“${named(trouble)}” switched on`)
    },
    off(trouble: LastingTrouble) {
      const { is, struck } = stateOf(trouble)
      switched.get(trouble.id)?.off()
      if (!switched.delete(trouble.id)) return
      if (trouble.where === 'Slack') setSlackFaults(stage, switched)
      if (is === 'holding') say(`“${named(trouble)}” lets go of the request that it held`)
      if (is === 'on') say(`“${named(trouble)}” switched off; it has struck ${times(struck)}`)
    },
  }
}

/** Whether it still matters to what happens next. */
export function isOn({ is }: { readonly is: string }): boolean {
  return is === 'on' || is === 'holding'
}

/** `nothing`, `1 request`, `3 requests`. */
export function times(struck: number): string {
  if (struck === 0) return 'nothing'
  return struck === 1 ? '1 request' : `${struck} requests`
}

const named = ({ where, label }: LastingTrouble) => `${where}: ${label}`

/** @returns what switches it off and lets go of what it holds */
function addFault(trouble: LastingTrouble & { where: 'ServiceNow' }, { servicenow }: Stage): () => void {
  const fault = servicenow.faults.add(trouble.fault)
  return () => {
    fault.remove()
    fault.release()
  }
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

function timesStruck(trouble: LastingTrouble, { servicenow, slack }: Stage): number {
  if (trouble.where === 'Slack')
    return slack.calls.filter(({ outcome }) => outcome.startsWith(`fault: ${trouble.fault.kind}`)).length
  return servicenow.journal.filter(({ outcome }) => outcome === `fault:${trouble.fault.kind}`).length
}
