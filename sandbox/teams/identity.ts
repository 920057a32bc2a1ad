import { generateKeyPair, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { exportJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import type { JsonObject } from '../slack/json.ts'
import type { Route } from './routes.ts'

/** Who signs for the Bot Framework; source: Bot Framework docs, "Authentication", Connector to Bot. */
const ISSUER = 'https://api.botframework.com'

/** What may be wrong about a token, other than its claims. */
interface TokenOptions {
  /** Default: the key that the JWKS names. */
  kid?: string
  /** Signed with a key that the JWKS does not have, under the id of the one that it has. */
  forged?: boolean
}

/** Keys, and what is signed with them. */
export interface Identity {
  /** The token with which the channel posts to a bot; claims given replace the right ones. */
  channelToken(claims?: JsonObject, options?: TokenOptions): Promise<string>
  /** A token for an app, for this audience, one hour long. */
  appToken(audience: string): Promise<string>
  /** Whether this is an app token for this audience, signed here and not expired. */
  accepts(token: string, audience: string): Promise<boolean>
  /** OpenID metadata and keys, by which a bot checks the channel's tokens. */
  routes: readonly Route[]
}

/** What is said in tokens. */
export interface IdentityOptions {
  appId: string
  tenantId: string
  /** The base URL, for the metadata; known once the server listens. */
  url(): string
}

/** New RSA keys. */
export async function createIdentity({ appId, tenantId, url }: IdentityOptions): Promise<Identity> {
  const { publicKey, privateKey } = await newKeys()
  const kid = randomUUID().replaceAll('-', '')
  const jwk: JWK = { ...(await exportJWK(publicKey)), use: 'sig', alg: 'RS256', kid, x5t: kid }
  const sign = (claims: JsonObject, key = privateKey, keyId = kid) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: keyId, x5t: keyId }).sign(key)
  let otherKey: typeof privateKey | undefined
  const forgersKey = async () => {
    otherKey ??= (await newKeys()).privateKey
    return otherKey
  }
  return {
    async channelToken(claims = {}, options = {}) {
      const genuine = { serviceurl: `${url()}/teams/`, iss: ISSUER, aud: appId, ...validity() }
      const key = options.forged === true ? await forgersKey() : privateKey
      return sign({ ...genuine, ...claims }, key, options.kid)
    },
    appToken: audience =>
      sign({
        aud: audience,
        iss: `https://sts.windows.net/${tenantId}/`,
        appid: appId,
        tid: tenantId,
        ver: '1.0',
        ...validity(),
      }),
    async accepts(token, audience) {
      try {
        await jwtVerify(token, publicKey, { audience, issuer: `https://sts.windows.net/${tenantId}/` })
        return true
      } catch {
        return false
      }
    },
    routes: [
      {
        method: 'GET',
        path: /^\/v1\/\.well-known\/openidconfiguration$/,
        operation: null,
        answer: () => ({ status: 200, body: metadata(url()) }),
      },
      {
        method: 'GET',
        path: /^\/v1\/\.well-known\/keys$/,
        operation: null,
        answer: () => ({ status: 200, body: { keys: [{ ...jwk, endorsements: ['msteams'] }] } }),
      },
    ],
  }
}

const newKeys = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 })

/** Tokens are compared with the real time: the bot's libraries know no other. */
function validity(): JsonObject {
  const now = Math.floor(Date.now() / 1000)
  return { iat: now, nbf: now, exp: now + 3600 }
}

/** The members of https://login.botframework.com/v1/.well-known/openidconfiguration. */
function metadata(url: string): JsonObject {
  return {
    issuer: ISSUER,
    authorization_endpoint: 'https://invalid.botframework.com',
    jwks_uri: `${url}/v1/.well-known/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
  }
}
