import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import { type JsonObject, objectOf, parseJson, stringOf } from '../../../sandbox/slack/json.ts'
import { close, listen } from '../../../sandbox/teams/server.ts'
import { startTeamsTenant, type TeamsTenant, type TeamsTenantOptions } from '../../../sandbox/teams/tenant.ts'

/** One of each kind of person that a bot may meet. */
const COMPANY: TeamsTenantOptions = {
  appId: 'a0000000-0000-4000-8000-00000000000a',
  appPassword: 'the password',
  botName: 'Reclaim',
  tenantId: 'b0000000-0000-4000-8000-00000000000b',
  team: { id: 'c0000000-0000-4000-8000-00000000000c', name: 'IT Operations' },
  channel: { name: 'licence-reclaim' },
  people: [
    { name: 'mara', realName: 'Mara Manager', email: 'Mara@small.example' },
    { name: 'noel', realName: 'Noel Named', email: 'noel@small.example' },
    { name: 'gita', realName: 'Gita Guest', email: 'gita@partner.example', guest: true },
    { name: 'otto', realName: 'Otto Outside', email: 'otto@small.example', memberOfTeam: false },
  ],
}

/** A tenant for one test. */
export async function startCompany(changes: Partial<TeamsTenantOptions> = {}): Promise<TeamsTenant> {
  const tenant = await startTeamsTenant({ ...COMPANY, ...changes })
  onTestFinished(() => tenant.close())
  return tenant
}

export const CONNECTOR = 'https://api.botframework.com'
export const GRAPH = 'https://graph.microsoft.com'

/** The answer to a token request with the right credentials, or others. */
export async function requestToken(
  { url, tenantId, appId }: TeamsTenant,
  changes: { tenant?: string } & Record<string, string> = {},
): Promise<{ status: number; body: JsonObject }> {
  const { tenant = tenantId, ...form } = changes
  const response = await fetch(`${url}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: appId,
      client_secret: COMPANY.appPassword,
      scope: `${CONNECTOR}/.default`,
      ...form,
    }),
  })
  return { status: response.status, body: objectOf(parseJson(await response.text())) ?? {} }
}

/** What the tests look at in answers. */
interface Answer {
  status: number
  headers: Headers
  text: string
  /** Empty if it is not a JSON object. */
  body: JsonObject
}

/** Calls the connector or Graph with a token for it. */
export async function callerOf(tenant: TeamsTenant, audience = CONNECTOR) {
  const { body } = await requestToken(tenant, { scope: `${audience}/.default` })
  return async (method: string, path: string, sent?: object) => {
    const response = await fetch(`${tenant.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    })
    const text = await response.text()
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: objectOf(parseJson(text)) ?? {},
    }
    return answer
  }
}

/** A message activity with a card. */
export function withCard(card: object) {
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }],
  }
}

/** A card with one decision for each token. */
export function decisions(...tokens: string[]) {
  return {
    type: 'AdaptiveCard',
    version: '1.5',
    body: [
      { type: 'TextBlock', text: 'Reclaim these?' },
      ...tokens.map(token => ({
        type: 'ActionSet',
        actions: [button('approve', 'Approve', token), button('skip', 'Skip', token)],
      })),
    ],
  }
}

function button(verb: string, title: string, token: string) {
  const fallback = { type: 'Action.Submit', title, data: { verb, token } }
  return { type: 'Action.Execute', title, verb, data: { token }, fallback }
}

/** The body of POST /v3/conversations for a new thread. */
export function newThread({ tenantId, channelId }: TeamsTenant, activity: object) {
  return {
    isGroup: true,
    tenantId,
    channelData: { channel: { id: channelId }, tenant: { id: tenantId } },
    activity,
  }
}

/** Posts a card as the bot does; answers the root's id. */
export async function postCard(tenant: TeamsTenant, card: object): Promise<string> {
  const call = await callerOf(tenant)
  const { body } = await call('POST', '/teams/v3/conversations', newThread(tenant, withCard(card)))
  return stringOf(body.activityId)
}

/** What a bot was sent. */
interface Heard {
  method: string
  authorization: string | undefined
  /** Empty if it is not a JSON object. */
  activity: JsonObject
}

/** A bot that listens to all and gives every activity the same answer; connected to the tenant. */
export async function startBot(tenant: TeamsTenant, answer: object | null = null): Promise<Heard[]> {
  const heard: Heard[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    heard.push({
      method: request.method ?? '',
      authorization: request.headers.authorization,
      activity: objectOf(parseJson(text)) ?? {},
    })
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(answer === null ? '' : JSON.stringify(answer))
  })
  tenant.connect(await listen(server, 0))
  onTestFinished(() => close(server))
  return heard
}
