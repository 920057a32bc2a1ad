import { type JsonObject, stringOf } from '../slack/json.ts'
import type { Identity } from './identity.ts'
import type { Answer, Call, Route } from './routes.ts'

/** The two audiences that an app may ask a token for. */
export const CONNECTOR = 'https://api.botframework.com'
export const GRAPH = 'https://graph.microsoft.com'

/** An app's registration, as Entra knows it. */
export interface AppRegistration {
  appId: string
  appPassword: string
  tenantId: string
}

/**
 * Entra's token endpoint for client credentials.
 * Source: Microsoft identity platform docs, "OAuth 2.0 client credentials flow" and "AADSTS error codes".
 */
export function tokenRoutes(app: AppRegistration, identity: Identity): readonly Route[] {
  return [
    {
      method: 'POST',
      path: /^\/([^/]+)\/oauth2\/v2\.0\/token$/,
      operation: 'token',
      async answer({ body }, [tenant = '']) {
        const wrong = refusalOf(app, tenant, body)
        if (wrong !== undefined) return wrong
        const audience = stringOf(body.scope).replace(/\/\.default$/, '')
        return {
          status: 200,
          body: {
            token_type: 'Bearer',
            expires_in: 3599,
            ext_expires_in: 3599,
            access_token: await identity.appToken(audience),
          },
        }
      },
    },
  ]
}

function refusalOf(app: AppRegistration, tenant: string, form: JsonObject): Answer | undefined {
  if (tenant !== app.tenantId) {
    return refused(400, 'invalid_request', `AADSTS90002: Tenant '${tenant}' not found.`)
  }
  if (form.grant_type !== 'client_credentials') {
    return refused(400, 'unsupported_grant_type', 'AADSTS70003: The app requested an unsupported grant type.')
  }
  if (form.client_id !== app.appId) {
    const message = `AADSTS700016: Application with identifier '${stringOf(form.client_id)}' was not found in the directory.`
    return refused(400, 'unauthorized_client', message)
  }
  if (form.client_secret !== app.appPassword) {
    return refused(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.')
  }
  if (![CONNECTOR, GRAPH].some(audience => form.scope === `${audience}/.default`)) {
    return refused(400, 'invalid_scope', 'AADSTS70011: The provided value for the scope is not valid.')
  }
  return undefined
}

function refused(status: number, error: string, description: string): Answer {
  return { status, body: { error, error_description: description } }
}

/** The same routes, for callers with a token for this audience only; all others are answered 401. */
export function guarded(routes: readonly Route[], audience: string, identity: Identity): readonly Route[] {
  const allowed = ({ bearer }: Call) => identity.accepts(bearer, audience)
  return routes.map(route => ({
    ...route,
    answer: async (call, params) =>
      (await allowed(call)) ? route.answer(call, params) : unauthorized(audience),
  }))
}

function unauthorized(audience: string): Answer {
  const error =
    audience === GRAPH
      ? { code: 'InvalidAuthenticationToken', message: 'Access token validation failure. Invalid audience.' }
      : { code: 'Unauthorized', message: 'Authorization has been denied for this request.' }
  return { status: 401, body: { error } }
}
