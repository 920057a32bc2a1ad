import { createElement as h, type ReactElement, type ReactNode } from 'react'
import type { Scene } from '../demo/scene.ts'
import { isOn, type TroubleState, times } from '../demo/trouble-board.ts'
import type { Trouble } from '../demo/troubles.ts'

/** The button in the top bar that opens and closes the panel. */
export function TroubleToggle({ count }: { count: ReactNode }): ReactElement {
  return h(
    'button',
    { type: 'button', id: 'trouble-toggle', 'aria-expanded': false, 'aria-controls': 'trouble' },
    'Trouble',
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
export function Troubles({ scene }: { scene: Scene }): ReactElement {
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
            .map(state => h(Row, { key: state.trouble.id, state })),
        ),
      ),
    ),
  )
}

function Row({ state }: { state: TroubleState }): ReactElement {
  const { trouble } = state
  const { id, wrong, promise } = trouble
  const letGo = state.is === 'holding' && trouble.where === 'ServiceNow' ? trouble.letGo : undefined
  return h(
    'li',
    { className: `trouble ${state.is}` },
    h(Switch, { state }),
    h('p', { className: 'trouble-state' }, standing(state)),
    letGo &&
      h('button', { type: 'button', 'data-trouble': id, 'data-then': 'off', className: 'let-go' }, letGo),
    h('div', { id: `about-${id}` }, h('p', null, wrong), h('p', null, h('b', null, 'The bot: '), promise)),
  )
}

/** What lasts, or waits for its victim, is a switch; what happens at once is a plain button. */
function Switch({ state }: { state: TroubleState }): ReactElement {
  const { id, label } = state.trouble
  const about = { 'data-trouble': id, 'aria-describedby': `about-${id}` }
  if (state.is === 'none')
    return h('button', { type: 'button', ...about, 'data-then': 'on', className: 'happen' }, label)
  const on = isOn(state)
  return h(
    'button',
    {
      type: 'button',
      ...about,
      role: 'switch',
      'aria-checked': on,
      'data-then': on ? 'off' : 'on',
      className: 'switch',
    },
    h('span', { className: 'knob', 'aria-hidden': true }),
    label,
  )
}

/** How a trouble stands, in words; empty while there is nothing to say. */
function standing({ is, struck, trouble }: TroubleState): string {
  switch (is) {
    case 'on':
      return strikesOnce(trouble) ? 'On: waits for the next DELETE' : `On: has struck ${times(struck)} so far`
    case 'holding':
      return 'On: has struck, and holds 1 DELETE'
    case 'spent':
      return `Off again: has struck ${times(struck)}`
    case 'off':
    case 'none':
      return ''
  }
}

function strikesOnce(trouble: Trouble): boolean {
  return trouble.where === 'ServiceNow' && trouble.fault.times !== undefined
}

/** How many are on, for the top bar. */
export function TroubleCount({ scene }: { scene: Scene }): ReactElement | null {
  const on = scene.troubles.filter(isOn).length
  return on === 0 ? null : h('b', { className: 'number' }, `${on} on`)
}

/** The same for those who listen: read out whenever it changes. */
export function TroubleNews({ scene }: { scene: Scene }): ReactElement {
  const told = scene.troubles.flatMap(state => {
    const words = standing(state)
    return words ? [`${state.trouble.label}. ${words}.`] : []
  })
  return h('span', null, told.join(' ') || 'Nothing is switched on.')
}
