import { createHmac } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { Pool } from 'undici'
import { SLACK_SECRETS } from '../sandbox/chats.ts'
import type { Contestant, Running } from './contestants.ts'
import { CLICKS_EACH, type Click, type World } from './world.ts'

/** Latencies in ms, one a click. `first`: the very first click of each approver, whom nobody knows yet; `warmUp`: the others before the clock starts. */
export type Measured = Readonly<Record<'first' | 'warmUp' | 'clicks', readonly number[]>>

/** One round of one contestant: started afresh, clicked at by all approvers at once, stopped. */
export async function measure(
  contestant: Contestant,
  clicks: readonly Click[][],
  folder: string,
  told: World['told'],
): Promise<Measured> {
  mkdirSync(folder)
  const running = await contestant.start(folder)
  const pool = new Pool(running.url, { connections: clicks.length })
  try {
    const check = ({ token }: Click) => {
      if (!running.isCommitted(token)) throw new Error(`${contestant.name} answered before it committed.`)
    }
    const first = await allAtOnce(pool, clicks, [0, 1], check)
    const warmUp = await allAtOnce(pool, clicks, [1, CLICKS_EACH.before], check)
    // What they have left to do is out of the way of the next ones.
    if (contestant.tells) await told(clicks.length * CLICKS_EACH.before)
    const counted = await allAtOnce(pool, clicks, [CLICKS_EACH.before], () => {})
    mustHaveAll(running, clicks, contestant.name)
    if (contestant.tells) await told(clicks.flat().length)
    return { first, warmUp, clicks: counted }
  } finally {
    await pool.close()
    await running.stop()
  }
}

/** Every approver presses their buttons from `from` to `to`, each as soon as the one before is answered. */
async function allAtOnce(
  pool: Pool,
  clicks: readonly Click[][],
  range: [from: number, to?: number],
  answered: (click: Click) => void,
): Promise<number[]> {
  const one = async (theirs: readonly Click[]) => {
    const latencies: number[] = []
    for (const click of theirs.slice(...range)) {
      latencies.push(await send(pool, click))
      answered(click)
    }
    return latencies
  }
  return (await Promise.all(clicks.map(one))).flat()
}

/** @returns ms from sending to the whole answer. */
async function send(pool: Pool, { body }: Click): Promise<number> {
  const headers = signed(body)
  const started = performance.now()
  const answer = await pool.request({ method: 'POST', path: '/slack/events', headers, body })
  await answer.body.dump()
  const latencyMs = performance.now() - started
  if (answer.statusCode !== 200) throw new Error(`A click was answered HTTP ${answer.statusCode}.`)
  return latencyMs
}

/** Slack docs, "Verifying requests from Slack". */
function signed(body: string): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1000)
  const hmac = createHmac('sha256', SLACK_SECRETS.signingSecret).update(`v0:${timestamp}:${body}`)
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${hmac.digest('hex')}`,
  }
}

function mustHaveAll({ isCommitted }: Running, clicks: readonly Click[][], name: string): void {
  const lost = clicks.flat().filter(({ token }) => !isCommitted(token)).length
  if (lost > 0) throw new Error(`${name} answered ${lost} clicks that it did not commit.`)
}
