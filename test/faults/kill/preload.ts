/*
 * Loaded by --import before the bot, and only by tests. Whatever the bot's process does comes by here under a name:
 * each SQL statement before it is executed, and each commit after it; each request to the outside when it is about to leave, has left
 * and is answered; each request from outside when it comes and is answered. At the point that the test has named the
 * process kills itself as `kill -9` would: nothing is flushed, nothing is closed, nobody is told.
 */
import { subscribe } from 'node:diagnostics_channel'
import { flushCompileCache } from 'node:module'
import Database from 'better-sqlite3'
import type { Order, Passed, Point } from './points.ts'

let bomb: Point | null = null
let times = 0
let passed: string[] = []

function pass(name: string): void {
  passed.push(name)
  if (bomb?.name !== name || ++times < bomb.nth) return
  process.kill(process.pid, 'SIGKILL')
}

function arm(at: Point | null): void {
  bomb = at
  times = 0
  passed = []
}

/* ── SQL ── */

type Statement = { readonly source?: string }
type Execute = (this: Statement, ...args: unknown[]) => unknown

/** What the present transaction has changed last: its COMMIT is called after that. */
let changed: string | null = null

function executing(sql: string, execute: () => unknown): unknown {
  const text = sql.replace(/\s+/g, ' ').trim()
  if (text.startsWith('BEGIN')) {
    changed = null
    return execute()
  }
  const isCommit = text === 'COMMIT'
  // A transaction that has only read has nothing to lose.
  if (isCommit && changed === null) return execute()
  const name = isCommit ? `COMMIT of ${changed}` : text
  if (/^(INSERT|UPDATE|DELETE)/.test(text)) changed = text
  pass(`sql before ${name}`)
  const result = execute()
  // After any other statement is the same as before the next one.
  if (isCommit) pass(`sql after ${name}`)
  return result
}

/** Puts itself before a method that executes SQL; the library's transactions go through the same methods. */
function watch(owner: object, method: string, sqlOf: (self: Statement, first: unknown) => string): void {
  const own: Execute = Reflect.get(owner, method)
  const watched: Execute = function (...args) {
    return executing(sqlOf(this, args[0]), () => own.apply(this, args))
  }
  Reflect.set(owner, method, watched)
}

const memory = new Database(':memory:')
const statements: object = Object.getPrototypeOf(memory.prepare('SELECT 1'))
memory.close()
for (const method of ['run', 'get', 'all', 'iterate'])
  watch(statements, method, ({ source }) => source ?? '(no text)')
watch(Database.prototype, 'exec', (_, sql) => String(sql))

/* ── HTTP ── */

/** Without the query, and without what is different each time. */
const place = (path = '') => path.replace(/[?#].*/, '').replace(/[\w-]{20,}/g, '…')

function listen(channel: string, what: string): void {
  subscribe(channel, message => {
    const { request } = message as { request: { method?: string; path?: string; url?: string } }
    pass(`http ${what} ${request.method} ${place(request.path ?? request.url)}`)
  })
}

listen('undici:request:create', 'before')
listen('undici:request:bodySent', 'left')
listen('undici:request:trailers', 'after')
listen('http.server.request.start', 'comes')
listen('http.server.response.finish', 'answered')

/* ── the clock, and orders ── */

/** The pause between two posts, a second, is over at its second look at this clock. */
const HASTE = 25
const stopwatch = performance.now.bind(performance)
performance.now = () => stopwatch() * HASTE
const wall = Date.now
let aheadMs = 0
Date.now = () => wall() + aheadMs

const started = Promise.withResolvers<void>()
process.on('message', (order: Order) => {
  const answer: Passed = passed
  if (order.kind === 'ahead') aheadMs = order.ms
  else arm(order.at)
  if (order.kind === 'start') {
    Object.assign(process.env, order.env)
    started.resolve()
  }
  process.send?.(answer)
})
// Whoever gave the orders is gone, and a bot that nobody will ever stop must not stay.
process.on('disconnect', () => process.exit(1))

// Loading takes longer than anything else, so it happens before there is something to do.
await Promise.all([import('../../../src/cli/start.ts'), import('../../../src/bot/slack/slack.ts')])
// What was compiled is kept for the next process, since a killed one never comes to do that.
flushCompileCache()
await started.promise
