import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttpServer } from '../../src/http.ts'
import type { CandidateId, RunId } from '../../src/reclaim/ids.ts'
import { performRun } from '../../src/reclaim/scan.ts'
import { openStore, randomIds } from '../../src/store/store.ts'
import { aSnapshot } from '../domain/examples.ts'
import { createWorld, START } from '../property/world.ts'

const HOUR = 3_600_000

/** A store after a run that proposed three accounts, one of them approved, and its metrics over HTTP. */
async function scrapeable() {
  const world = createWorld(3, [])
  const { clock, licences } = world
  const store = openStore(':memory:', { platforms: ['slack'], graceMs: 15 * 60_000 })
  const settings = {
    action: 'delete-account' as const,
    dryRun: false,
    policy: {
      rules: { neverLoggedIn: { afterDays: 30 }, inactive: { afterDays: 90 } },
      licenses: [],
      exclude: { users: [], roles: [], groups: [], departments: [], vip: true },
      ownUserNames: [],
    },
    currency: 'USD',
    maxPerRun: 50,
    maxSharePercent: 100,
    skipForMs: 0,
    inactiveValues: [],
  }
  const server = await createHttpServer({
    ...{ host: '127.0.0.1', port: 0, routes: {}, store, clock, timeZone: 'Europe/Berlin' },
    health: async () => ({ store: 'ok', chat: { slack: 'connected' }, servicenow: 'ok' }),
  })
  onTestFinished(async () => {
    await server.close()
    await store.close()
  })
  const scrape = async () => {
    const response = await fetch(`${server.url}/metrics`)
    const text = await response.text()
    const values = new Map(
      text
        .split('\n')
        .filter(line => line !== '' && !line.startsWith('#'))
        .map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    )
    return { type: response.headers.get('content-type'), text, value: (name: string) => values.get(name) }
  }
  const run = () =>
    performRun(
      store,
      settings,
      { licences, roster: null, clock },
      {
        ...{ id: randomIds.next() as RunId, slot: null, actor: 'slack:U_NAMED', release: null },
      },
    )
  return { world, store, run, scrape }
}

describe('/metrics', () => {
  it('has every state from the start, in the format of Prometheus', async () => {
    const { scrape } = await scrapeable()
    const { type, text, value } = await scrape()
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(text).toContain('# TYPE reclaim_candidates gauge')
    for (const state of ['proposed', 'approved', 'reclaiming', 'verifying', 'reclaimed', 'failed', 'skipped'])
      expect(value(`reclaim_candidates{state="${state}"}`)).toBe(0)
    expect(value('reclaim_last_run_timestamp_seconds')).toBe(0)
    expect(value('reclaim_next_run_timestamp_seconds')).toBe(0)
  })

  it('shows what is in the store at each scrape', async () => {
    const { world, store, run, scrape } = await scrapeable()
    await run()
    const [row] = await store.history({ limit: 1 })
    const candidateId = row?.candidateId as CandidateId
    await store.record({ candidateId, event: 'approve', actor: 'slack:U_NAMED', note: {}, at: START })
    await store.saveJob({
      ...{ schedule: 'x', nextDueAt: START + HOUR, failingSince: null, retryAt: null },
    })
    const before = await scrape()
    expect(before.value('reclaim_candidates{state="proposed"}')).toBe(2)
    expect(before.value('reclaim_candidates{state="approved"}')).toBe(1)
    expect(before.value('reclaim_last_run_timestamp_seconds')).toBe(START / 1000)
    expect(before.value('reclaim_next_run_timestamp_seconds')).toBe((START + HOUR) / 1000)
    expect(before.value('reclaim_last_run_held')).toBe(0)
    expect(before.value('reclaim_writes_today')).toBe(0)
    expect(before.value('reclaim_paused')).toBe(0)

    const candidate = await store.candidate(candidateId)
    if (!candidate) throw new Error('no candidate')
    await store.begin(candidate, aSnapshot(), START + HOUR, {
      maxPerDay: 9,
      maxPerApproverPerDay: 9,
      dayStart: 0,
    })
    const digest = await store.takeTask('slack', START)
    if (digest) await store.giveUp(digest.id, 'Slack refuses.')
    await store.pause('slack:U_NAMED', START)
    const after = await scrape()
    expect(after.value('reclaim_candidates{state="approved"}')).toBe(0)
    expect(after.value('reclaim_candidates{state="reclaiming"}')).toBe(1)
    expect(after.value('reclaim_writes_today')).toBe(1)
    expect(after.value('reclaim_paused')).toBe(1)
    expect(after.value('reclaim_tasks{status="given_up"}')).toBe(1)
    // The write, and the word to the channel that it is paused.
    expect(after.value('reclaim_tasks{status="waiting"}')).toBe(2)

    world.advance(24 * HOUR)
    expect((await scrape()).value('reclaim_writes_today')).toBe(0)
  })

  it('names nobody', async () => {
    const { run, store, scrape } = await scrapeable()
    await run()
    const rows = await store.history({})
    expect(rows).toHaveLength(3)
    const { text } = await scrape()
    for (const { userName, name, candidateId, actor } of rows)
      for (const secret of [userName, name, candidateId, `${actor}:`]) expect(text).not.toContain(secret)
    expect(text).not.toMatch(/U_NAMED|mia|@/i)
  })
})
