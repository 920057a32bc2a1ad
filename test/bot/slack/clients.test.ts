import { describe, expect, test } from 'vitest'
import type { FaultKind } from '../../../sandbox/slack/faults.ts'
import {
  createSlackClients,
  isFinal,
  readable,
  refusalOf,
  slackLogger,
} from '../../../src/bot/slack/clients.ts'
import { Later, type Log } from '../../../src/reclaim/ports.ts'
import { BOT_TOKEN, startCompany } from '../../sandbox/slack-company.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** What the bot makes of a call that goes wrong, for people and for itself. */
async function failed(fault: FaultKind, client: 'interactive' | 'outbox' = 'outbox') {
  const workspace = await startCompany()
  workspace.faults.add({ ...fault, method: 'auth.test', times: Infinity })
  const clients = createSlackClients(BOT_TOKEN, workspace.apiUrl, silent)
  const startedAt = performance.now()
  const error: unknown = await clients[client].auth.test().then(
    () => new Error('It went well.'),
    reason => reason,
  )
  const tookMs = performance.now() - startedAt
  return { workspace, error, tookMs, sentence: readable(error).message }
}

describe('a refusal by Slack becomes one sentence that says what to do:', () => {
  test.each([
    ['invalid_auth', /SLACK_BOT_TOKEN .* reinstall/],
    ['not_authed', /Set SLACK_BOT_TOKEN/],
    ['account_inactive', /was removed from the workspace.*Reinstall it/],
    ['token_revoked', /was revoked.*Reinstall/],
    ['not_in_channel', /not a member of its Slack channel.*\/invite/],
    ['channel_not_found', /Check slack\.channel/],
    ['is_archived', /Unarchive it/],
    ['missing_scope', /manifest\.yml and reinstall/],
    ['some_new_error', /^Slack refused: some_new_error\.$/],
  ])('%s', async (error, sentence) => {
    const met = await failed({ kind: 'error', error })
    expect(met.sentence).toMatch(sentence)
    expect(refusalOf(met.error)).toBe(error)
    expect(isFinal(met.error), 'only other settings will help').toBe(true)
  })
})

describe('what passes is tried again:', () => {
  test.each([
    'ratelimited',
    'internal_error',
    'fatal_error',
    'service_unavailable',
    'request_timeout',
    'accesslimited',
    'team_added_to_org',
  ])('%s', async error => {
    expect(isFinal((await failed({ kind: 'error', error })).error)).toBe(false)
  })

  test('a rate limit, for as long as Slack says', async () => {
    const { error } = await failed({ kind: '429', retryAfterSeconds: 7 })
    expect(readable(error)).toBeInstanceOf(Later)
    expect(readable(error)).toMatchObject({ retryAfterMs: 7000 })
    expect(isFinal(error)).toBe(false)
  })

  test.each<[FaultKind, string]>([
    [{ kind: '500' }, 'Slack answered HTTP 500; it is tried again.'],
    [{ kind: 'html' }, 'Slack answered with something that is no answer of its API.'],
    [{ kind: 'reset_before' }, 'Slack cannot be reached, or its answer made no sense; it is tried again.'],
    [
      { kind: '429', retryAfterSeconds: null },
      'Slack cannot be reached, or its answer made no sense; it is tried again.',
    ],
  ])('%o', async (fault, sentence) => {
    const met = await failed(fault)
    expect(met.sentence).toBe(sentence)
    expect(refusalOf(met.error)).toBeNull()
    expect(isFinal(met.error)).toBe(false)
  })
})

describe('what Slack sent is never passed on', () => {
  test.each(['<html>secret</html>', 'Not A Word', `${'x'.repeat(61)}`, ''])('“%s”', async error => {
    const { sentence } = await failed({ kind: 'error', error })
    expect(sentence).not.toContain('secret')
    expect(sentence).toBe('Slack answered with something that is no answer of its API.')
  })

  test('not to the log either: its lines are cut, and an info of the SDK is only for debugging', () => {
    const lines: [string, object][] = []
    const note = (level: string) => (fields: object) => {
      lines.push([level, fields])
    }
    const logger = slackLogger({
      ...{ debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
    })
    logger.debug('x')
    logger.info('x')
    logger.warn('x')
    logger.error('x'.repeat(1000))
    expect(lines.map(([level]) => level)).toEqual(['debug', 'debug', 'warn'])
    expect(JSON.stringify(lines.at(-1)).length).toBeLessThan(250)
  })
})

describe('each call is one request:', () => {
  test.each<FaultKind>([{ kind: '500' }, { kind: '429', retryAfterSeconds: 0 }, { kind: 'reset_after' }])(
    'the SDK does not try again after %o',
    async fault => {
      const { workspace } = await failed(fault)
      expect(workspace.calls.map(({ method }) => method)).toEqual(['auth.test'])
    },
  )

  test('while a person waits, it is given up before the three seconds in which a click must be answered', async () => {
    const { workspace, tookMs } = await failed({ kind: 'hang' }, 'interactive')
    expect(tookMs).toBeLessThan(3000)
    expect(workspace.calls).toHaveLength(1)
  })
})
