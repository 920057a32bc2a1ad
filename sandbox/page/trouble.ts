import { createElement as h, type ReactElement, type ReactNode } from 'react'
import type { Scene } from '../demo/scene.ts'
import type { EventState, TroubleState } from '../demo/trouble-board.ts'
import { isOn, type SwitchState, times } from '../demo/trouble-switches.ts'
import type { Eyes } from './eyes.ts'

/** The button in the top bar that opens and closes the panel. */
export function TroubleToggle({ count }: { count: ReactNode }): ReactElement {
  return h(
    'button',
    { type: 'button', id: 'trouble-toggle', 'aria-expanded': false, 'aria-controls': 'trouble' },
    'Trouble ',
    count,
  )
}

/** The panel around the list; closed until asked for. */
export function TroublePanel({ list, news }: { list: ReactNode; news: ReactNode }): ReactElement {
  return h(
    'section',
    { id: 'trouble', className: 'card', 'aria-labelledby': 'trouble-title', hidden: true },
    h(
      'header',
      { className: 'card-head' },
      h('h2', { id: 'trouble-title' }, 'Trouble'),
      h('button', { type: 'button', id: 'quiet' }, 'All quiet again'),
    ),
    h('p', { id: 'trouble-problem', role: 'alert' }),
    news,
    list,
  )
}

/** Every trouble with its switch, what goes wrong, and what the bot promises. */
export function Troubles({ scene, eyes }: { scene: Scene; eyes: Eyes }): ReactElement {
  const places = [...new Set(scene.troubles.map(({ trouble }) => trouble.where))]
  return h(
    'div',
    null,
    places.map(place =>
      h(
        'section',
        { key: place, 'aria-label': place },
        h('h3', null, place),
        h(
          'ul',
          null,
          scene.troubles
            .filter(({ trouble }) => trouble.where === place)
            .map(state => h(Row, { key: state.trouble.id, state, scene, eyes })),
        ),
      ),
    ),
  )
}

function Row({ state, scene, eyes }: { state: TroubleState; scene: Scene; eyes: Eyes }): ReactElement {
  const { id, wrong, promise } = state.trouble
  const letGo = state.is === 'holding' && state.trouble.where === 'ServiceNow' ? state.trouble.letGo : null
  return h(
    'li',
    { className: `trouble ${state.is}` },
    'happened' in state ? h(Happen, { state }) : h(Switch, { state }),
    h('p', { className: 'trouble-state' }, standing(state, scene, eyes)),
    letGo &&
      h('button', { type: 'button', 'data-trouble': id, 'data-then': 'off', className: 'let-go' }, letGo),
    h('div', { id: `about-${id}` }, h('p', null, wrong), h('p', null, h('b', null, 'The bot: '), promise)),
  )
}

function Switch({ state }: { state: SwitchState }): ReactElement {
  const { id, label } = state.trouble
  const on = isOn(state)
  return h(
    'button',
    {
      type: 'button',
      role: 'switch',
      className: 'switch',
      'aria-checked': on,
      'aria-describedby': `about-${id}`,
      'data-trouble': id,
      'data-then': on ? 'off' : 'on',
    },
    h('span', { className: 'knob', 'aria-hidden': true }),
    label,
  )
}

function Happen({ state: { trouble } }: { state: EventState }): ReactElement {
  const { id, label } = trouble
  return h(
    'button',
    {
      type: 'button',
      className: 'happen',
      'aria-describedby': `about-${id}`,
      'data-trouble': id,
      'data-then': 'on',
    },
    label,
  )
}

/** How a trouble stands, in words; empty while there is nothing to say. */
function standing(state: TroubleState, scene: Scene, eyes: Eyes): string {
  switch (state.is) {
    case 'on':
      return strikesOnce(state)
        ? 'On: waits for the next DELETE.'
        : `On: has struck ${times(state.struck)} so far.`
    case 'holding':
      return 'On: has struck, and holds 1 DELETE.'
    case 'spent':
      return `Off again: has struck ${times(state.struck)}.`
    case 'happening':
      return 'Under way …'
    case 'idle':
      return state.happened ? `${eyes.second(state.happened.at, scene.now)}: ${state.happened.words}` : ''
    case 'off':
      return ''
  }
}

function strikesOnce({ trouble }: SwitchState): boolean {
  return trouble.where === 'ServiceNow' && trouble.fault.times !== undefined
}

/** How many are on, for the top bar. */
export function TroubleCount({ scene }: { scene: Scene }): ReactElement | null {
  const on = scene.troubles.filter(isOn).length
  return on === 0 ? null : h('b', { className: 'number' }, `${on} on`)
}

/** The same for those who listen: read out whenever it changes. */
export function TroubleNews({ scene, eyes }: { scene: Scene; eyes: Eyes }): ReactElement {
  const told = scene.troubles.flatMap(state => {
    const words = standing(state, scene, eyes)
    return words ? [`${state.trouble.label}. ${words}`] : []
  })
  return h('span', null, told.join(' ') || 'Nothing is switched on.')
}
