import { onTestFinished } from 'vitest'
import type { StatusFacts } from '../../src/bot/status.ts'
import type { Log, Platform } from '../../src/reclaim/ports.ts'
import { openStore } from '../../src/store/store.ts'
import { VIEWS } from '../bot/cast.ts'
import { NOW } from '../domain/examples.ts'

const FACTS: StatusFacts = { timeZone: 'Europe/Berlin', currency: 'USD', dryRun: false, maxPerDay: 100 }

/** What surrounds the bot on a platform: a real, empty store, a clock that is set by hand, a log that is kept. */
export function surroundings(platform: Platform) {
  const store = openStore(':memory:', { platforms: [platform], graceMs: VIEWS.graceMs })
  onTestFinished(() => store.close())
  let now = NOW
  const clock = { now: () => now }
  const lines: { level: string; fields: object; words: string }[] = []
  const keep = (level: string) => (fields: object, words: string) => void lines.push({ level, fields, words })
  const log: Log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
  return {
    ...{ store, clock, log, lines },
    pass: (ms: number) => {
      now += ms
    },
    parts: {
      ...{ store, clock, log, facts: FACTS, askManagers: true, views: VIEWS },
      signInAgain: () => {},
      run: () => Promise.reject(new Error('Nobody asked for a run here.')),
    },
  }
}
