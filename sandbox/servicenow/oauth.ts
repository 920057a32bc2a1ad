import { randomBytes } from 'node:crypto'
import type { Caller } from './accounts.ts'
import { type Answer, json } from './answers.ts'

/** An entry of the Application Registry. */
export type OAuthClient = {
  readonly clientId: string
  readonly clientSecret: string
  /** The "OAuth Application User"; without one the client cannot use the grant `client_credentials`. */
  readonly runsAs?: string
}

const ACCESS_TOKEN_MS = 1_800_000

type Token = { readonly userName: string; readonly clientId: string; readonly expiresAt: number }

/** Tokens of one kind; who has a valid one gets that again. */
function createTokenStore(lifetimeMs: number, now: () => number) {
  const tokens = new Map<string, Token>()
  return {
    take(userName: string, clientId: string): { readonly token: string; readonly expiresAt: number } {
      for (const [token, held] of tokens) {
        const same = held.userName === userName && held.clientId === clientId
        if (same && held.expiresAt > now()) return { token, expiresAt: held.expiresAt }
      }
      const token = randomBytes(64).toString('base64url')
      const expiresAt = now() + lifetimeMs
      tokens.set(token, { userName, clientId, expiresAt })
      return { token, expiresAt }
    },
    holder(token: string): Token | undefined {
      const held = tokens.get(token)
      return held && held.expiresAt > now() ? held : undefined
    },
    clear: () => tokens.clear(),
  }
}

type Logins = {
  byPassword(userName: string, password: string): Caller | undefined
  byName(userName: string): Caller | undefined
}

export type TokenEndpoint = {
  /** Answers `POST /oauth_token.do`. */
  issue(contentType: string, body: string): Answer
  userOfToken(token: string): string | undefined
  /** All access tokens are worth nothing from now on; refresh tokens still are. */
  expireTokens(): void
  /** Access tokens and refresh tokens are worth nothing from now on. */
  revokeTokens(): void
}

/**
 * `/oauth_token.do`: grants `password`, `refresh_token`, `client_credentials` (ServiceNow docs, OAuth API request
 * and response parameters). Parameters count in a form-urlencoded body only; asking again before expiry returns
 * the same token; every failure is the same 401.
 * @param now epoch milliseconds
 */
export function createTokenEndpoint(
  clients: readonly OAuthClient[],
  logins: Logins,
  now: () => number,
): TokenEndpoint {
  const accessTokens = createTokenStore(ACCESS_TOKEN_MS, now)
  const refreshTokens = createTokenStore(Number.POSITIVE_INFINITY, now)

  const grant = (userName: string, clientId: string, refreshable: boolean): Answer => {
    const access = accessTokens.take(userName, clientId)
    return json(200, {
      access_token: access.token,
      ...(refreshable && { refresh_token: refreshTokens.take(userName, clientId).token }),
      scope: 'useraccount',
      token_type: 'Bearer',
      // A real instance says 1799 of 1800 seconds at once.
      expires_in: Math.floor((access.expiresAt - now() - 1) / 1000),
    })
  }

  return {
    issue(contentType, body) {
      if (!contentType.startsWith('application/x-www-form-urlencoded')) return refused()
      const form = new URLSearchParams(body)
      const clientId = form.get('client_id') ?? ''
      const client = clients.find(known => known.clientId === clientId)
      if (!client || client.clientSecret !== form.get('client_secret')) return refused()
      switch (form.get('grant_type')) {
        case 'password': {
          const caller = logins.byPassword(form.get('username') ?? '', form.get('password') ?? '')
          // "has an interactive session": not for users with web service access only.
          const interactive = caller && caller.user.web_service_access_only !== 'true'
          return interactive ? grant(caller.account.userName, clientId, true) : refused()
        }
        case 'client_credentials': {
          const caller = logins.byName(client.runsAs ?? '')
          return caller ? grant(caller.account.userName, clientId, false) : refused()
        }
        case 'refresh_token': {
          const held = refreshTokens.holder(form.get('refresh_token') ?? '')
          const caller = held?.clientId === clientId ? logins.byName(held.userName) : undefined
          return caller ? grant(caller.account.userName, clientId, false) : refused()
        }
        default:
          return refused()
      }
    },
    userOfToken: token => accessTokens.holder(token)?.userName,
    expireTokens: () => accessTokens.clear(),
    revokeTokens() {
      accessTokens.clear()
      refreshTokens.clear()
    },
  }
}

function refused(): Answer {
  return json(401, { error_description: 'access_denied', error: 'server_error' })
}
