import { createElement as h, type ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import type { Scene } from '../demo/scene.ts'
import { Channel } from './channel.ts'
import type { Eyes } from './eyes.ts'
import { History, Requests, Users } from './panels.ts'
import { Modal, Whispers } from './private.ts'
import { TroubleCount, TroubleNews, Troubles } from './trouble.ts'

type Region = (props: { scene: Scene; eyes: Eyes }) => ReactElement | null

/** The parts of the page that change, by the `data-region` of the element that each fills. */
const REGIONS = {
  clock: Clock,
  channel: Channel,
  whispers: Whispers,
  modal: Modal,
  users: Users,
  'user-count': UserCount,
  history: History,
  requests: Requests,
  troubles: Troubles,
  'trouble-count': TroubleCount,
  'trouble-news': TroubleNews,
} as const satisfies Record<string, Region>

export type RegionName = keyof typeof REGIONS

/** The HTML of each region at one moment. */
export function renderRegions(scene: Scene, eyes: Eyes): Map<RegionName, string> {
  const names = Object.keys(REGIONS) as RegionName[]
  return new Map(names.map(name => [name, renderToStaticMarkup(h(REGIONS[name] as Region, { scene, eyes }))]))
}

function Clock({ scene, eyes }: { scene: Scene; eyes: Eyes }): ReactElement {
  const time = h('b', { className: 'number' }, eyes.second(scene.now, scene.now))
  return h('span', null, eyes.day(scene.now), ' ', time)
}

function UserCount({ scene }: { scene: Scene }): ReactElement {
  const gone = scene.users.filter(({ deletedAt }) => deletedAt !== null).length
  return h('span', null, `${scene.users.length - gone} users${gone > 0 ? `, ${gone} deleted` : ''}`)
}
