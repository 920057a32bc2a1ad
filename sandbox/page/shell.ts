import { createElement as h, type ReactElement, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { PARTS, type Person } from './people.ts'
import type { RegionName } from './regions.ts'
import { TroublePanel, TroubleToggle } from './trouble.ts'

export type ShellParts = {
  readonly person: Person
  readonly team: string
  readonly channel: { readonly name: string; readonly private: boolean }
  readonly members: number
  readonly timeZone: string
  readonly regions: ReadonlyMap<RegionName, string>
}

const COMMANDS = ['/reclaim status', '/reclaim history', '/reclaim run', '/reclaim help']

/** The whole page, complete before any script runs. */
export function renderShell(parts: ShellParts): string {
  return `<!doctype html>${renderToStaticMarkup(h(Page, parts))}`
}

function Page(parts: ShellParts): ReactElement {
  const region: Region = (name, as, props = {}) =>
    h(as, {
      ...props,
      'data-region': name,
      dangerouslySetInnerHTML: { __html: parts.regions.get(name) ?? '' },
    })
  return h(
    'html',
    { lang: 'en' },
    h(
      'head',
      null,
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('title', null, 'Reclaim Bot demo'),
      h('link', { rel: 'icon', href: 'data:,' }),
      h('link', { rel: 'stylesheet', href: '/blocks.css' }),
      h('link', { rel: 'stylesheet', href: '/page.css' }),
      h('link', { rel: 'stylesheet', href: '/trouble.css' }),
      h('script', { src: '/client.js', type: 'module' }),
    ),
    h(
      'body',
      null,
      h(TopBar, { person: parts.person, timeZone: parts.timeZone, region }),
      h(
        'p',
        { id: 'lost', role: 'alert', hidden: true },
        'The demo is not running any more. Start it again with npm run demo.',
      ),
      h(
        'main',
        null,
        h(TroublePanel, {
          list: region('troubles', 'div', { className: 'scroll' }),
          news: region('trouble-news', 'p', { className: 'only-heard', role: 'status' }),
        }),
        h(ChannelPane, { ...parts, region }),
        h(Panels, { region }),
      ),
      h(Dialogs, { region }),
    ),
  )
}

type Region = (name: RegionName, as: string, props?: object) => ReactElement

function TopBar({
  person,
  timeZone,
  region,
}: {
  person: Person
  timeZone: string
  region: Region
}): ReactElement {
  return h(
    'header',
    { className: 'top' },
    h('h1', null, 'Reclaim Bot ', h('span', null, 'demo')),
    h(
      'fieldset',
      { className: 'people' },
      h('legend', null, 'Act as'),
      PARTS.map(({ person: each, name, part }) =>
        h(
          'label',
          { key: each },
          h('input', { type: 'radio', name: 'person', value: each, defaultChecked: each === person }),
          h('span', null, h('b', null, name), h('small', null, part)),
        ),
      ),
    ),
    h(
      'div',
      { className: 'clock' },
      h('div', null, h('small', null, `Demo time (${timeZone})`), region('clock', 'div')),
      h('button', { type: 'button', 'data-pass': 15 }, 'Let 15 minutes pass'),
      h('button', { type: 'button', 'data-pass': 24 * 60 }, '1 day'),
      h(TroubleToggle, { count: region('trouble-count', 'span') }),
    ),
  )
}

function ChannelPane({ team, channel, members, region }: ShellParts & { region: Region }): ReactElement {
  return h(
    'section',
    { className: 'card channel-pane', 'aria-labelledby': 'channel-name' },
    h(
      'header',
      { className: 'card-head' },
      h('h2', { id: 'channel-name' }, h(Lock), channel.name),
      h('span', null, `${channel.private ? 'Private' : 'Public'} channel · ${members} people · ${team}`),
    ),
    region('channel', 'div', {
      className: 'scroll messages',
      tabIndex: 0,
      role: 'log',
      'aria-label': 'Messages',
    }),
    h(
      'div',
      { className: 'edge' },
      h('button', { type: 'button', id: 'jump', hidden: true }, 'New in the thread ↓'),
    ),
    h(
      'section',
      { className: 'whispers', 'aria-label': 'Only visible to you', 'aria-live': 'polite', hidden: true },
      h('button', { type: 'button', id: 'clear', className: 'link' }, 'Dismiss'),
      region('whispers', 'div', { className: 'scroll', tabIndex: 0 }),
    ),
    h(
      'form',
      { className: 'composer' },
      h('label', { htmlFor: 'line' }, 'Command'),
      h('input', {
        id: 'line',
        name: 'line',
        autoComplete: 'off',
        placeholder: '/reclaim status',
        list: 'commands',
      }),
      h(
        'datalist',
        { id: 'commands' },
        COMMANDS.map(line => h('option', { key: line, value: line })),
      ),
      h('button', { type: 'submit', className: 'primary' }, 'Send'),
      h('p', { id: 'problem', role: 'alert' }),
    ),
  )
}

function Panels({ region }: { region: Region }): ReactElement {
  const panel = (id: RegionName, title: string, note: ReactNode) =>
    h(
      'section',
      { className: `card ${id}-panel`, 'aria-labelledby': `${id}-title` },
      h('header', { className: 'card-head' }, h('h2', { id: `${id}-title` }, title), h('span', null, note)),
      region(id, 'div', { className: 'scroll', tabIndex: 0 }),
    )
  return h(
    'div',
    { className: 'panels' },
    panel('users', 'ServiceNow users', region('user-count', 'span')),
    panel('history', 'Event history', 'SQLite, append-only, hash-chained'),
    panel('requests', 'Requests to ServiceNow', 'as the instance received them'),
  )
}

function Dialogs({ region }: { region: Region }): ReactElement {
  return h(
    'div',
    null,
    h(
      'dialog',
      { id: 'confirm', 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text' },
      h(
        'form',
        { method: 'dialog' },
        h('h2', { id: 'confirm-title' }),
        h('p', { id: 'confirm-text' }),
        h(
          'div',
          { className: 'dialog-buttons' },
          h('button', { type: 'submit', value: 'no', className: 'plain', id: 'confirm-no' }),
          h('button', { type: 'submit', value: 'yes', className: 'primary', id: 'confirm-yes' }),
        ),
      ),
    ),
    h('dialog', { id: 'modal', 'aria-labelledby': 'modal-title' }, region('modal', 'div')),
  )
}

function Lock(): ReactElement {
  return h(
    'svg',
    { viewBox: '0 0 24 24', width: 16, height: 16, role: 'img', 'aria-label': 'Private' },
    h('path', {
      d: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
      fill: 'none',
      stroke: 'currentColor',
      strokeWidth: 2,
      strokeLinejoin: 'round',
    }),
  )
}
