import {
  AuthError,
  ConfidentialClientApplication,
  type INetworkModule,
  ManagedIdentityApplication,
} from '@azure/msal-node'
import { ChatRefused } from '../connection.ts'
import type { Cloud } from './cloud.ts'
import { TeamsFailure } from './failures.ts'
import type { Http } from './http.ts'

/** How the bot proves who it is. */
export type TeamsCredentials =
  | { readonly kind: 'secret'; readonly password: string }
  | { readonly kind: 'managed-identity' }

/** Whom a token is for. */
export const CONNECTOR = 'https://api.botframework.com'
export const GRAPH = 'https://graph.microsoft.com'

export type Tokens = {
  /**
   * A bearer token, kept until it expires.
   * @throws ChatRefused when Microsoft does not accept the credentials; TeamsFailure when it cannot be asked.
   */
  tokenFor(audience: typeof CONNECTOR | typeof GRAPH): Promise<string>
}

/** Tokens from Microsoft Entra, by a client secret or by the managed identity of the machine. */
export function createTokens(
  { appId, tenant, credentials }: { appId: string; tenant: string; credentials: TeamsCredentials },
  cloud: Cloud,
  http: Http,
): Tokens {
  const system = { networkClient: networkOf(cloud, http) }
  const acquire = acquireBy(credentials, appId, tenant, system)
  return {
    async tokenFor(audience) {
      const answer = await acquire(audience).catch((error: unknown) => {
        throw refusalOf(error, credentials)
      })
      if (!answer?.accessToken) throw new TeamsFailure({ status: null, ambiguous: false })
      return answer.accessToken
    },
  }
}

function acquireBy(
  credentials: TeamsCredentials,
  appId: string,
  tenant: string,
  system: { networkClient: INetworkModule },
) {
  if (credentials.kind === 'managed-identity') {
    const machine = new ManagedIdentityApplication({
      managedIdentityIdParams: { userAssignedClientId: appId },
      system: { ...system, disableInternalRetries: true },
    })
    return (audience: string) => machine.acquireToken({ resource: audience })
  }
  const app = new ConfidentialClientApplication({
    auth: {
      clientId: appId,
      clientSecret: credentials.password,
      authority: `https://login.microsoftonline.com/${tenant}`,
    },
    system,
  })
  return (audience: string) => app.acquireTokenByClientCredential({ scopes: [`${audience}/.default`] })
}

/** The library's way to the network: ours, with its timeouts, and to where the cloud is. */
function networkOf(cloud: Cloud, http: Http): INetworkModule {
  const ask = async (
    method: string,
    url: string,
    options?: { headers?: Record<string, string>; body?: string },
  ) => {
    const target = url.startsWith('https://login.microsoftonline.com/') ? cloud.locate(url) : url
    const answer = await http.send({
      method,
      url: target,
      headers: options?.headers ?? {},
      body: options?.body,
    })
    // What is no JSON is an answer that nobody can use: a proxy's page, an outage.
    return { headers: answer.headers, body: JSON.parse(answer.text), status: answer.status }
  }
  return {
    sendGetRequestAsync: (url, options) => ask('GET', url, options),
    sendPostRequestAsync: (url, options) => ask('POST', url, options),
  }
}

/** Errors of Entra that no waiting mends (Microsoft Learn, "Microsoft Entra authentication and authorization error codes"). */
const REFUSED = ['invalid_client', 'unauthorized_client', 'invalid_request', 'invalid_tenant']

function refusalOf(error: unknown, credentials: TeamsCredentials): Error {
  // The number says more than we can, and no secret.
  const [number] = /AADSTS\d+/.exec(error instanceof AuthError ? error.errorMessage : '') ?? []
  const as = number ? ` (${number})` : ''
  if (error instanceof AuthError && REFUSED.includes(error.errorCode))
    return new ChatRefused(
      `Microsoft does not accept the credentials of the bot${as}. Check MicrosoftAppId, MicrosoftAppPassword (the secret may have expired) and teams.tenant.`,
    )
  const sentence =
    credentials.kind === 'managed-identity'
      ? `This machine gives the bot no token${as}: that works only in Azure, where a managed identity with MicrosoftAppId is assigned to it. It is tried again.`
      : `Microsoft Entra cannot be reached, or gives the bot no token${as}; it is tried again.`
  return new TeamsFailure({ status: null, ambiguous: false, sentence })
}
