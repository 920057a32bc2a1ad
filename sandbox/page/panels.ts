import { createElement as h, type ReactElement, type ReactNode } from 'react'
import type { HistoryRow } from '../../src/reclaim/reports.ts'
import type { Scene } from '../demo/scene.ts'
import { markOf } from '../demo/troubles.ts'
import type { ListedUser } from '../demo/users.ts'
import { actorName } from '../demo/words.ts'
import type { Eyes } from './eyes.ts'

const REQUESTS_SHOWN = 60
const ROWS_SHOWN = 300

/** The users of the ServiceNow instance; who was deleted stays in view, struck through. */
export function Users({ scene, eyes }: { scene: Scene; eyes: Eyes }): ReactElement {
  const rows = scene.users.map(user => h(UserRow, { key: user.sysId, user, scene, eyes }))
  return table(['Name', 'User name', 'Last login (UTC)', 'Roles', 'Manager'], rows)
}

function UserRow({ user, scene, eyes }: { user: ListedUser; scene: Scene; eyes: Eyes }): ReactElement {
  const { sysId, userName, name, lastLogin, roles, manager, marks, deletedAt } = user
  const gone = deletedAt !== null
  const notes = gone ? [`deleted ${eyes.minute(deletedAt, scene.now)}`] : marks
  return h(
    'tr',
    {
      'data-key': `${gone ? 'gone' : 'user'} ${sysId}`,
      'data-user': userName,
      ...(gone && { className: 'gone' }),
    },
    h(
      'th',
      { scope: 'row' },
      gone ? h('del', null, name) : name,
      notes.map(note => h('span', { key: note, className: 'note' }, note)),
    ),
    h('td', null, gone ? h('del', null, userName) : userName),
    h('td', { className: 'number' }, lastLogin.slice(0, 16) || 'never'),
    h('td', null, gone ? h('del', null, roles.join(', ')) : roles.join(', ') || '–'),
    h('td', null, manager || '–'),
  )
}

/** The event history of the bot's store, as its own reports give it. */
export function History({ scene, eyes }: { scene: Scene; eyes: Eyes }): ReactElement {
  const rows = scene.history.slice(-ROWS_SHOWN).map(row => h(EventRow, { key: row.seq, row, scene, eyes }))
  return table(['Seq', 'Time', 'Account', 'From → to', 'Event', 'Actor'], rows)
}

function EventRow({ row, scene, eyes }: { row: HistoryRow; scene: Scene; eyes: Eyes }): ReactElement {
  const { seq, at, name, userName, from, to, event, actor } = row
  return h(
    'tr',
    { 'data-key': `event ${seq}`, 'data-user': userName, 'data-to': to },
    h('td', { className: 'number' }, seq),
    h('td', { className: 'number' }, eyes.second(at, scene.now)),
    h('td', null, name),
    h('td', null, from ? `${from} → ` : '', h('b', { className: `state ${to}` }, to)),
    h('td', null, event.replaceAll('_', ' ')),
    h('td', null, actorName(actor, eyes.nameOf)),
  )
}

/** What ServiceNow was asked last, and what it answered. */
export function Requests({ scene, eyes }: { scene: Scene; eyes: Eyes }): ReactElement {
  const names = new Map(scene.users.map(({ sysId, name }) => [sysId, name]))
  const first = Math.max(scene.requests.length - REQUESTS_SHOWN, 0)
  const rows = scene.requests
    .slice(first)
    .map(({ at, method, path, query, sysId, status, outcome }, index) => {
      const mark = markOf(outcome)
      return h(
        'tr',
        {
          key: first + index,
          'data-key': `request ${first + index}`,
          'data-method': method,
          ...(mark && { className: 'struck' }),
        },
        h('td', { className: 'number' }, eyes.second(at, scene.now)),
        h('td', null, h('b', { className: `method ${method}` }, method)),
        h('td', { className: 'path', title: `${path} ${query.sysparm_query ?? ''}` }, shortened(path)),
        h(
          'td',
          null,
          about(sysId, query.sysparm_query, names),
          mark && h('span', { className: 'note' }, `Trouble: ${mark}`),
        ),
        h('td', { className: 'number' }, status ?? (mark ? 'no answer' : outcome)),
      )
    })
  return table(['Time', 'Method', 'Path', 'About', 'Status'], rows)
}

/** The table and the first digits of the sys_id are what one looks for. */
function shortened(path: string): string {
  return path.replace('/api/now', '').replace(/([0-9a-f]{8})[0-9a-f]{24}/, '$1…')
}

/** Whom a request is about: the user in the path, or the one user whom the query names. */
function about(sysId: string | null, query: string | undefined, names: ReadonlyMap<string, string>): string {
  const named = [...(query ?? '').matchAll(/[0-9a-f]{32}/g)].flatMap(([id]) => names.get(id) ?? [])
  return names.get(sysId ?? '') ?? (new Set(named).size === 1 ? (named[0] ?? '') : '')
}

function table(headings: readonly string[], rows: ReactNode[]): ReactElement {
  return h(
    'table',
    null,
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        headings.map(heading => h('th', { key: heading, scope: 'col' }, heading)),
      ),
    ),
    h('tbody', null, rows),
  )
}
