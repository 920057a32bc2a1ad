import type { SlackMode } from './config-chats.ts'
import { GUID } from './config-fields.ts'
import type { Problem } from './config-problems.ts'
import type { AuthKind } from './config-schema.ts'

/** How one ServiceNow account of the bot signs in. */
export type Credentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly kind: 'oauth-client-credentials'
      readonly clientId: string
      readonly clientSecret: string
      /** The OAuth Application User behind the client, where the operator names it: no request needs it. */
      readonly username?: string
    }
  | {
      readonly kind: 'oauth-password'
      readonly clientId: string
      readonly clientSecret: string
      readonly username: string
      readonly password: string
    }

export type SlackSecrets =
  | {
      readonly mode: 'socket'
      readonly botToken: string
      readonly appToken: string
      readonly signingSecret?: never
    }
  | {
      readonly mode: 'http'
      readonly botToken: string
      readonly signingSecret: string
      readonly appToken?: never
    }

export type TeamsSecrets = {
  /** The Entra application behind the bot, in lower case: what Microsoft's requests to the bot must be meant for. */
  readonly appId: string
  readonly credentials:
    | { readonly kind: 'secret'; readonly password: string }
    /** Azure vouches for the machine that the bot runs on. */
    | { readonly kind: 'managed-identity' }
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads secrets and notes what is wrong with them; a secret that is missing or wrong reads as `''`. */
export type SecretReader = {
  readonly problems: readonly Problem[]
  read(name: string, what: string, wrong?: RegExp): string
  /** Notes what is wrong with a value that only its reader can judge. */
  refuse(name: string, message: string): void
}

/** Reads secrets from an environment, and collects what is wrong instead of stopping at the first. */
export function secretReader(env: Environment): SecretReader {
  const problems: Problem[] = []
  return {
    problems,
    read(name, what, wrong) {
      const value = given(env, name)
      const fault = faultOf(value, wrong)
      if (fault) problems.push({ path: name, message: `${fault}; ${what}` })
      return fault ? '' : (value ?? '')
    },
    refuse(path, message) {
      problems.push({ path, message })
    },
  }
}

function faultOf(value: string | undefined, wrong: RegExp | undefined): string | undefined {
  if (value === undefined) return 'missing'
  // A line break or NUL would end an HTTP header early, and the client's own error would quote the secret.
  if (/\p{Cc}/u.test(value)) return 'holds a line break or another control character'
  return wrong?.test(value) ? 'holds the wrong kind of secret' : undefined
}

const SNAPSHOT_KEY_CHARACTERS = 32

/** The key under which snapshots of accounts are kept; `null` = none, and they are kept readable. */
export function snapshotKey(env: Environment, reader: SecretReader): string | null {
  const name = 'RECLAIM_SNAPSHOT_KEY'
  if (given(env, name) === undefined) return null
  const instead = 'make one with: openssl rand -base64 32'
  const key = reader.read(name, instead)
  if (key === '' || key.trim().length >= SNAPSHOT_KEY_CHARACTERS) return key
  reader.refuse(name, `is shorter than ${SNAPSHOT_KEY_CHARACTERS} characters; ${instead}`)
  return null
}

/** The value of an environment variable; an empty one counts as missing. */
export function given(env: Environment, name: string): string | undefined {
  const value = env[name]
  return value?.trim() ? value : undefined
}

/** @param prefix `SERVICENOW_`, or `SERVICENOW_READER_` for the account that only reads. */
export function servicenowSecrets(
  kind: AuthKind,
  prefix: 'SERVICENOW_' | 'SERVICENOW_READER_',
  env: Environment,
  { read }: SecretReader,
): Credentials {
  const user = () => ({
    username: read(`${prefix}USERNAME`, 'set the user name of the account in ServiceNow'),
    password: read(`${prefix}PASSWORD`, 'set the password of the account in ServiceNow'),
  })
  const client = () => ({
    clientId: read(`${prefix}CLIENT_ID`, 'set the client id of the OAuth entry in ServiceNow'),
    clientSecret: read(`${prefix}CLIENT_SECRET`, 'set the client secret of the OAuth entry in ServiceNow'),
  })
  if (kind === 'basic') return { kind, ...user() }
  if (kind === 'oauth-password') return { kind, ...client(), ...user() }
  const username = given(env, `${prefix}USERNAME`)
  return { kind, ...client(), ...(username === undefined ? {} : { username }) }
}

/**
 * Only kinds that are known to be wrong are refused, as stand-ins for Slack have tokens of their own.
 * Prefixes: Slack docs, "Tokens" (xoxb- bot, xoxp- user, xapp- app-level, xoxe. rotated).
 */
const NOT_A_BOT_TOKEN = /^(xapp-|xox(?!b-))|\s/i
const NOT_AN_APP_TOKEN = /^xox|\s/i
const NOT_A_SIGNING_SECRET = /^(xox|xapp-)|\s/i

/** The secrets that Slack needs in a mode. */
export function slackSecrets(mode: SlackMode, reader: SecretReader): SlackSecrets {
  const botToken = slackBotToken(reader)
  if (mode === 'http') {
    const what = 'set the Signing Secret (Basic Information), or use slack.mode: socket'
    return { mode, botToken, signingSecret: reader.read('SLACK_SIGNING_SECRET', what, NOT_A_SIGNING_SECRET) }
  }
  const what = 'set an App-Level Token with connections:write (xapp-…), or use slack.mode: http'
  return { mode, botToken, appToken: reader.read('SLACK_APP_TOKEN', what, NOT_AN_APP_TOKEN) }
}

/** The one secret that Slack needs in every mode. */
export function slackBotToken({ read }: SecretReader): string {
  return read('SLACK_BOT_TOKEN', 'set the Bot User OAuth Token (xoxb-…, not rotated)', NOT_A_BOT_TOKEN)
}

/** Entra shows a client secret beside its id, which is a GUID and opens nothing. */
const NOT_A_CLIENT_SECRET = new RegExp(`${GUID.source}|\\s`, 'i')

/**
 * What Microsoft Teams needs, under the names that Azure's own bots use (Microsoft Learn, "Provision and publish a bot").
 * @param tenant the tenant of the settings; `undefined` = cannot be told.
 */
export function teamsSecrets(
  tenant: string | undefined,
  env: Environment,
  reader: SecretReader,
): TeamsSecrets {
  const appId = reader.read('MicrosoftAppId', APP_ID).toLowerCase()
  if (appId && appId === tenant)
    reader.refuse('MicrosoftAppId', `is the id of the tenant (teams.tenant); ${APP_ID}`)
  if (appId && !GUID.test(appId)) reader.refuse('MicrosoftAppId', `is no GUID; ${APP_ID}`)
  const own = given(env, 'MicrosoftAppTenantId')?.toLowerCase()
  if (own !== undefined && tenant !== undefined && own !== tenant)
    reader.refuse(
      'MicrosoftAppTenantId',
      'is not teams.tenant, the one tenant that the bot serves; leave it out',
    )
  return { appId, credentials: teamsCredentials(env, reader) }
}

const APP_ID = 'set the application (client) id of the bot in Microsoft Entra'

function teamsCredentials(env: Environment, reader: SecretReader): TeamsSecrets['credentials'] {
  const type = given(env, 'MicrosoftAppType')?.toLowerCase() ?? 'singletenant'
  if (type === 'userassignedmsi') return { kind: 'managed-identity' }
  const instead = 'write SingleTenant or UserAssignedMSI'
  if (type === 'multitenant') reader.refuse('MicrosoftAppType', `Microsoft retired MultiTenant; ${instead}`)
  else if (type !== 'singletenant') reader.refuse('MicrosoftAppType', `${instead}, or leave it out`)
  const what = 'set the value of a client secret (not its id) of the bot in Microsoft Entra'
  return { kind: 'secret', password: reader.read('MicrosoftAppPassword', what, NOT_A_CLIENT_SECRET) }
}
