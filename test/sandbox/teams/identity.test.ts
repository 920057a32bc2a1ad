import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { CONNECTOR, callerOf, GRAPH, requestToken, startCompany } from './company.ts'

describe('the channel', () => {
  it('publishes the keys that its tokens are signed with, endorsed for Teams', async () => {
    const tenant = await startCompany()
    const metadata = await (await fetch(`${tenant.url}/v1/.well-known/openidconfiguration`)).json()
    expect(metadata).toMatchObject({
      issuer: 'https://api.botframework.com',
      jwks_uri: `${tenant.url}/v1/.well-known/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    })
    const jwks = await (await fetch(metadata.jwks_uri)).json()
    expect(jwks.keys).toMatchObject([{ kty: 'RSA', use: 'sig', endorsements: ['msteams'] }])

    const { payload } = await jwtVerify(await tenant.driver.token(), createLocalJWKSet(jwks), {
      issuer: 'https://api.botframework.com',
      audience: tenant.appId,
    })
    expect(payload.serviceurl).toBe(`${tenant.url}/teams/`)
    expect(tenant.calls).toEqual([])
  })

  it.each([
    ['an unknown key', { kid: 'unknown' }, 'ERR_JWKS_NO_MATCHING_KEY'],
    ['a forged signature', { forged: true }, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
  ])('can make a token with %s', async (_what, options, code) => {
    const tenant = await startCompany()
    const jwks = createLocalJWKSet(await (await fetch(`${tenant.url}/v1/.well-known/keys`)).json())
    const token = await tenant.driver.token({}, options)
    await expect(jwtVerify(token, jwks)).rejects.toMatchObject({ code })
  })

  it('can make a token with any claim', async () => {
    const { driver } = await startCompany()
    expect(decodeJwt(await driver.token({ aud: 'another app', exp: 1 }))).toMatchObject({
      aud: 'another app',
      exp: 1,
      iss: 'https://api.botframework.com',
    })
  })
})

describe('a token', () => {
  it('is had for the right secret', async () => {
    const tenant = await startCompany()
    const { status, body } = await requestToken(tenant)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3599 })
    expect(decodeJwt(String(body.access_token))).toMatchObject({ aud: CONNECTOR, appid: tenant.appId })
    expect(tenant.calls).toMatchObject([{ operation: 'token', method: 'POST', status: 200, outcome: 'ok' }])
    expect(JSON.stringify(tenant.calls)).not.toContain('the password')
  })

  it.each([
    [{ client_secret: 'wrong' }, 401, 'invalid_client', 'AADSTS7000215: '],
    [{ client_id: 'another' }, 400, 'unauthorized_client', 'AADSTS700016: '],
    [{ tenant: 'another' }, 400, 'invalid_request', 'AADSTS90002: '],
    [{ scope: 'https://vault.azure.net/.default' }, 400, 'invalid_scope', 'AADSTS70011: '],
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type', 'AADSTS70003: '],
  ])('is not had for %o', async (changes, status, error, description) => {
    const answer = await requestToken(await startCompany(), changes)
    expect(answer).toMatchObject({
      status,
      body: { error, error_description: expect.stringContaining(description) },
    })
  })

  it('opens only what it was asked for', async () => {
    const tenant = await startCompany()
    const members = `/teams/v3/conversations/${encodeURIComponent(tenant.channelId)}/pagedmembers`
    const messages = `/v1.0/teams/${tenant.teamId}/channels/${tenant.channelId}/messages`
    const [connector, graph] = [await callerOf(tenant), await callerOf(tenant, GRAPH)]
    expect(await connector('GET', members)).toMatchObject({ status: 200 })
    expect(await graph('GET', messages)).toMatchObject({ status: 200 })
    expect(await graph('GET', members)).toMatchObject({
      status: 401,
      body: { error: { code: 'Unauthorized' } },
    })
    expect(await connector('GET', messages)).toMatchObject({
      status: 401,
      body: { error: { code: 'InvalidAuthenticationToken' } },
    })
    expect((await fetch(tenant.url + members)).status).toBe(401)
    // The channel's own token, which a bot is sent, opens nothing.
    const authorization = `Bearer ${await tenant.driver.token({ aud: CONNECTOR })}`
    expect((await fetch(tenant.url + members, { headers: { authorization } })).status).toBe(401)
  })
})
