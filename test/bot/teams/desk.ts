import { onTestFinished } from 'vitest'
import type { TeamsTenantOptions } from '../../../sandbox/teams/tenant.ts'
import { createAddresses } from '../../../src/bot/teams/addresses.ts'
import { createCloud } from '../../../src/bot/teams/cloud.ts'
import { type Address, createConnector } from '../../../src/bot/teams/connector.ts'
import { createChannelReader } from '../../../src/bot/teams/graph.ts'
import { createHttp } from '../../../src/bot/teams/http.ts'
import { createMouth } from '../../../src/bot/teams/mouth.ts'
import { createPeople } from '../../../src/bot/teams/people.ts'
import { createTokens } from '../../../src/bot/teams/tokens.ts'
import { surroundings } from '../../chat-contract/surroundings.ts'
import { startCompany } from '../../sandbox/teams/company.ts'

const PASSWORD = 'the desk’s password'

/** The bot's real parts in the small company's Teams, put together by hand so that each can be asked alone. */
export async function desk(changes: Partial<TeamsTenantOptions> = {}) {
  const tenant = await startCompany({ appPassword: PASSWORD, ...changes })
  const around = surroundings('teams')
  const http = createHttp(1000)
  onTestFinished(http.close)
  const credentials = { kind: 'secret', password: PASSWORD } as const
  const cloud = createCloud(tenant.url)
  const { appId } = tenant
  const tokens = createTokens({ appId, tenant: tenant.tenantId, credentials }, cloud, http)
  const place = { appId, team: tenant.teamId, channel: tenant.channelId }
  const reader = createChannelReader(place, { cloud, http, tokens })
  const connector = createConnector(tenant.appId, tokens, http)
  const addresses = createAddresses(around.store, around.clock)
  const channel: Address = {
    ...{ serviceUrl: tenant.serviceUrl, tenant: tenant.tenantId },
    ...{ bot: tenant.botId, conversation: tenant.channelId },
  }
  return {
    ...{ ...around, tenant, tokens, reader, connector, addresses, channel },
    mouth: createMouth(connector, addresses, around.store, around.log),
    people: createPeople({ interactive: connector, outbox: connector }, addresses, [], around.clock),
    /** Somebody as a request of theirs names them. */
    sender: (name: string) => ({ id: tenant.userId(name), memberId: tenant.memberId(name) }),
    asked: (operation: string) => tenant.calls.filter(call => call.operation === operation),
  }
}
