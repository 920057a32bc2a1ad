import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { decodeJwt } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { FaultKind } from '../../../sandbox/teams/faults.ts'
import { ChatRefused } from '../../../src/bot/connection.ts'
import { createCloud } from '../../../src/bot/teams/cloud.ts'
import { TeamsFailure } from '../../../src/bot/teams/failures.ts'
import { createHttp } from '../../../src/bot/teams/http.ts'
import { CONNECTOR, createTokens, GRAPH } from '../../../src/bot/teams/tokens.ts'
import { startCompany } from '../../sandbox/teams/company.ts'
import { type Reply, startServer } from './server.ts'

const PASSWORD = 'hunter2-the-client-secret'

/** A bot with these credentials, and Entra as the tenant has it. */
async function bot(wrong: { password?: string; appId?: string; tenant?: string } = {}) {
  const company = await startCompany({ appPassword: PASSWORD })
  const http = createHttp(500)
  onTestFinished(http.close)
  const { password = PASSWORD, appId = company.appId, tenant = company.tenantId } = wrong
  const credentials = { kind: 'secret', password } as const
  const tokens = createTokens({ appId, tenant, credentials }, createCloud(company.url), http)
  const asked = () => company.calls.filter(({ operation }) => operation === 'token')
  return { company, asked, tokenFor: tokens.tokenFor }
}

async function refused(call: Promise<string>): Promise<Error> {
  const error = await call.catch((reason: unknown) => reason)
  if (error instanceof Error) return error
  throw new Error('A token was given.')
}

describe('with a client secret', () => {
  test('there is a token for each whom the bot speaks to, asked for once', async () => {
    const { tokenFor, asked } = await bot()
    const [connector, graph] = [await tokenFor(CONNECTOR), await tokenFor(GRAPH)]
    expect([decodeJwt(connector).aud, decodeJwt(graph).aud]).toEqual([CONNECTOR, GRAPH])
    expect(await tokenFor(CONNECTOR)).toBe(connector)
    expect(await tokenFor(GRAPH)).toBe(graph)
    expect(asked()).toMatchObject([
      { body: { scope: `${CONNECTOR}/.default` } },
      { body: { scope: `${GRAPH}/.default` } },
    ])
  })

  test.each([
    ['another secret', { password: 'wrong-secret' }, 'AADSTS7000215'],
    ['another app', { appId: '11111111-1111-4111-8111-111111111111' }, 'AADSTS700016'],
    ['another tenant', { tenant: '22222222-2222-4222-8222-222222222222' }, 'AADSTS90002'],
  ])('%s is refused, with Microsoft’s number and which settings to check', async (_what, wrong, number) => {
    const { tokenFor } = await bot(wrong)
    const error = await refused(tokenFor(CONNECTOR))
    expect(error).toBeInstanceOf(ChatRefused)
    expect(error.message).toMatch(/MicrosoftAppId.*MicrosoftAppPassword.*expired.*teams\.tenant/)
    expect(error.message).toContain(`the credentials of the bot (${number}).`)
    expect(JSON.stringify([error, error.message, error.cause])).not.toMatch(/hunter2|wrong-secret/)
  })

  test.each<FaultKind>([
    { kind: 'reset_before' },
    { kind: 'reset_after' },
    { kind: 'hang' },
    { kind: 'html' },
    { kind: '503' },
    { kind: 'error', status: 400, code: 'temporarily_unavailable' },
    { kind: 'error', status: 400, code: 'invalid_scope' },
  ])(
    'Entra that fails ($kind $code) is no refusal: one request, one sentence, and the next one counts',
    async fault => {
      const { tokenFor, company, asked } = await bot()
      company.faults.add({ operation: 'token', ...fault })
      const error = await refused(tokenFor(CONNECTOR))
      expect(error).not.toBeInstanceOf(ChatRefused)
      expect(error).toBeInstanceOf(TeamsFailure)
      // What a token was wanted for was never sent.
      expect(error).toMatchObject({ status: null, ambiguous: false })
      expect(error.message).toBe(
        'Microsoft Entra cannot be reached, or gives the bot no token; it is tried again.',
      )
      expect(asked()).toHaveLength(1)
      expect(decodeJwt(await tokenFor(CONNECTOR)).aud).toBe(CONNECTOR)
    },
  )

  test.each<FaultKind>([{ kind: '500' }, { kind: '429', retryAfterSeconds: 30 }])(
    'after a $kind the library leaves Entra alone for a while; that is no refusal, either',
    async fault => {
      const { tokenFor, company, asked } = await bot()
      company.faults.add({ operation: 'token', ...fault })
      for (let each = 0; each < 3; each++)
        expect(await refused(tokenFor(CONNECTOR))).toMatchObject({ name: 'TeamsFailure', ambiguous: false })
      expect(asked()).toHaveLength(1)
    },
  )
})

describe('with the managed identity of the machine', () => {
  const APP = 'a0000000-0000-4000-8000-00000000000a'
  const SCRIPT = fileURLToPath(new URL('./managed-identity.ts', import.meta.url))
  const NODE = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url))

  /** Asks for a token twice, on an App Service whose identity endpoint answers so. */
  async function askTwice(answer: () => Reply) {
    const server = await startServer(answer)
    onTestFinished(server.close)
    const env = {
      ...process.env,
      APP,
      IDENTITY_ENDPOINT: `${server.url}/msi/token`,
      IDENTITY_HEADER: 'the-header',
    }
    const { stdout } = await promisify(execFile)(NODE, [SCRIPT], { env })
    const answers: string[] = JSON.parse(stdout)
    return { answers, requests: server.requests }
  }

  // Azure docs, "How to use managed identities for App Service", REST endpoint reference.
  test('the token is the one of the machine’s own endpoint, for this app; asked for once', async () => {
    const token = {
      access_token: 'the machine’s token',
      expires_on: `${Math.floor(Date.now() / 1000) + 7200}`,
    }
    const { answers, requests } = await askTwice(() => ({
      ...{ status: 200, body: { ...token, resource: CONNECTOR, token_type: 'Bearer', client_id: APP } },
    }))
    expect(answers).toEqual(['the machine’s token', 'the machine’s token'])
    expect(requests).toMatchObject([{ method: 'GET', headers: { 'x-identity-header': 'the-header' } }])
    const { pathname, searchParams } = new URL(requests[0]?.path ?? '', 'http://machine')
    expect(pathname).toBe('/msi/token')
    expect(Object.fromEntries(searchParams)).toEqual({
      ...{ 'api-version': '2019-08-01', resource: CONNECTOR, client_id: APP },
    })
  })

  test('a machine that does not have this identity says so in one sentence', async () => {
    const { answers } = await askTwice(() => ({
      ...{
        status: 400,
        body: { statusCode: 400, message: 'No User Assigned or Delegated Managed Identity found' },
      },
    }))
    expect(answers[0]).toMatch(
      /^TeamsFailure: This machine gives the bot no token.*only in Azure.*MicrosoftAppId/,
    )
  })
})
