import { z } from 'zod'
import type { Clock } from '../ports.ts'
import { later, readBody } from './faults.ts'
import { createRefusals, type Refusals } from './refusals.ts'
import type { Transport } from './transport.ts'

export type Credentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'oauth-client-credentials'; readonly clientId: string; readonly clientSecret: string }
  | {
      readonly kind: 'oauth-password'
      readonly clientId: string
      readonly clientSecret: string
      readonly username: string
      readonly password: string
    }

/** Whose sign-in it is, in words, and where its secrets come from: `SERVICENOW_` or `SERVICENOW_READER_`. */
export type AccountLabel = { readonly name: string; readonly variables: string }

export type Auth = {
  /** The value of `Authorization`. @throws Error when ServiceNow refuses the sign-in or cannot be reached. */
  header(): Promise<string>
  /**
   * Another header, after ServiceNow answered 401 to this one.
   * @throws Error when there is no other: a password is never sent twice, since failed attempts lock the account.
   */
  renew(refused: string): Promise<string>
  /** How often ServiceNow refused this sign-in, and whether it may be tried. */
  readonly refusals: Refusals
}

const RENEW_BEFORE_MS = 60_000

type Grant = Exclude<Credentials, { kind: 'basic' }>
type Token = { readonly header: string; readonly renewAt: number }

/** Signs one account in. OAuth tokens are kept and shared; nothing here is ever logged or put into an error. */
export function createAuth(
  transport: Transport,
  credentials: Credentials,
  label: AccountLabel,
  clock: Clock,
): Auth {
  const refusals = createRefusals(label, clock)
  if (credentials.kind === 'basic') {
    const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')
    return {
      async header() {
        refusals.check()
        return `Basic ${pair}`
      },
      async renew() {
        throw refusals.count()
      },
      refusals,
    }
  }

  let token: Token | undefined
  let asking: Promise<Token> | undefined
  const header = async () => {
    refusals.check()
    if (!token || clock.now() >= token.renewAt) {
      asking ??= askToken(transport, credentials, label, clock, refusals).finally(() => {
        asking = undefined
      })
      token = await asking
    }
    return token.header
  }
  return {
    header,
    renew(refused) {
      if (token?.header === refused) token = undefined
      return header()
    },
    // Only a password goes along with every request; a token that is refused locks nobody.
    refusals: { ...refusals, inTurn: request => request() },
  }
}

const TokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive(),
})

/** `POST /oauth_token.do`, form-urlencoded (ServiceNow docs, OAuth API request and response parameters). */
async function askToken(
  transport: Transport,
  grant: Grant,
  label: AccountLabel,
  clock: Clock,
  refusals: Refusals,
): Promise<Token> {
  const answer = await transport
    .exchange({
      method: 'POST',
      path: '/oauth_token.do',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form(grant).toString(),
    })
    .catch((error: Error) => {
      throw new Error(`ServiceNow could not be reached to sign in the ${label.name}: ${error.message}.`)
    })
  if (answer.status === 401) throw refusals.count()
  if (answer.status === 429) throw later(answer, clock.now())
  const reading = readBody(answer)
  // Not the words of the answer: what an instance puts there when a sign-in goes wrong is not documented.
  if (reading.kind === 'fault' && reading.refusal !== null) throw refusals.count()
  if (reading.kind === 'fault')
    throw new Error(
      `ServiceNow did not sign in the ${label.name}: ${reading.reason}. ${reading.advice} No token was issued.`,
    )
  const parsed = TokenAnswer.safeParse(reading.body)
  if (!parsed.success)
    throw new Error(
      `ServiceNow did not sign in the ${label.name}: /oauth_token.do answered without a token that can be used. Check servicenow.instance.`,
    )
  const lifetimeMs = parsed.data.expires_in * 1000
  return {
    header: `Bearer ${parsed.data.access_token}`,
    // Until a token expires ServiceNow hands out the same one again: near its end, ask at half of what is left.
    renewAt: clock.now() + Math.max(lifetimeMs - RENEW_BEFORE_MS, lifetimeMs / 2),
  }
}

function form(grant: Grant): URLSearchParams {
  const client = { client_id: grant.clientId, client_secret: grant.clientSecret }
  return grant.kind === 'oauth-password'
    ? new URLSearchParams({
        grant_type: 'password',
        ...client,
        username: grant.username,
        password: grant.password,
      })
    : new URLSearchParams({ grant_type: 'client_credentials', ...client })
}
