import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { Cloud } from './cloud.ts'
import { failureOf, type Http, jsonOf, noAnswer } from './http.ts'
import { CONNECTOR } from './tokens.ts'

/** What is checked of a request before anything else is believed of it. */
export type Claimed = { readonly authorization: string | undefined; readonly serviceUrl: string }

const OPENID = 'https://login.botframework.com/v1/.well-known/openidconfiguration'
const CLOCK_TOLERANCE_SECONDS = 300
const metadata = z.object({ jwks_uri: z.url() })
/** jose's words for keys that it could not get; all its others are about the token. */
const NO_KEYS = ['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT']

/**
 * Tells what Teams sent from what only says so: signed by a key of the Bot Framework that is meant for Teams, for this
 * app, and for the address to which answers would go. Nothing of the SDK's other doors (emulator, skills) is open.
 * Source: Microsoft Learn, "Authentication with the Bot Connector API", Authenticate requests from the service to your bot.
 */
export function createGate(appId: string, cloud: Cloud, http: Http) {
  let known: ReturnType<typeof createRemoteJWKSet> | null = null

  const keys = async () => {
    if (known) return known
    const answer = await http.send({ method: 'GET', url: cloud.locate(OPENID), headers: {} })
    if (answer.status !== 200) throw failureOf(answer)
    const { data } = metadata.safeParse(jsonOf(answer))
    if (!data) throw noAnswer(answer.status)
    known = createRemoteJWKSet(new URL(data.jwks_uri), { timeoutDuration: 2000 })
    return known
  }

  /** @throws Error when the keys cannot be had: then nobody knows. */
  return async ({ authorization, serviceUrl }: Claimed): Promise<'genuine' | 'forged'> => {
    const [, token] = /^Bearer ([\w.~+/-]+=*)$/.exec(authorization ?? '') ?? []
    if (!token) return 'forged'
    const keySet = await keys()
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keySet, {
        issuer: CONNECTOR,
        audience: appId,
        algorithms: ['RS256', 'RS384', 'RS512'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp'],
      })
      const key: object | undefined = keySet.jwks()?.keys.find(({ kid }) => kid === protectedHeader.kid)
      const endorsements = key && 'endorsements' in key ? key.endorsements : undefined
      const forTeams = Array.isArray(endorsements) && endorsements.includes('msteams')
      return forTeams && payload.serviceurl === serviceUrl ? 'genuine' : 'forged'
    } catch (error) {
      if (error instanceof errors.JOSEError && !NO_KEYS.includes(error.code)) return 'forged'
      throw error
    }
  }
}

export type Gate = ReturnType<typeof createGate>
