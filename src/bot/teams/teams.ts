import type { RequestListener } from 'node:http'
import type { Chat, Clock, Log } from '../../reclaim/ports.ts'
import type { Store } from '../../reclaim/storage.ts'
import type { CommandContext } from '../commands.ts'
import type { Connection } from '../connection.ts'
import { createAddresses } from './addresses.ts'
import { createTeamsApp } from './app.ts'
import { createTeamsChat } from './chat.ts'
import { createCloud } from './cloud.ts'
import { createTeamsConnection } from './connection.ts'
import { createConnector } from './connector.ts'
import { createEars } from './ears.ts'
import { createGate } from './gate.ts'
import { createChannelReader } from './graph.ts'
import { createHttp } from './http.ts'
import { createMouth } from './mouth.ts'
import { createPeople } from './people.ts'
import { createTokens, type TeamsCredentials } from './tokens.ts'

export type TeamsSettings = {
  readonly appId: string
  readonly credentials: TeamsCredentials
  readonly tenant: string
  readonly team: string
  readonly channel: string
  /** Entra object ids of the named approvers, in small letters. */
  readonly users: readonly string[]
  /** Left out = Microsoft's own. */
  readonly apiUrl?: string | undefined
  /** How long Teams wants between two posts. */
  readonly paceMs: number
}

export type TeamsParts = Omit<CommandContext, 'chat'> & {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
}

/** The bot in Teams: its mouth (`chat`), its `ears`, and whether it is connected. */
export type Teams = {
  readonly chat: Chat
  readonly ears: { readonly listener: RequestListener; start(): Promise<void>; stop(): Promise<void> }
  readonly connection: Connection
}

/** While a person waits: Teams gives up on a click after a few seconds. */
const INTERACTIVE_MS = 2300
const OUTBOX_MS = 10_000

/** Puts the bot in Teams together. Asks Microsoft nothing yet: its connection does, when it is checked. */
export function createTeams(settings: TeamsSettings, parts: TeamsParts): Teams {
  const { appId, tenant, channel, paceMs } = settings
  const { store, clock, log, views } = parts
  const cloud = createCloud(settings.apiUrl)
  const [quick, patient] = [createHttp(INTERACTIVE_MS), createHttp(OUTBOX_MS)]
  const tokens = createTokens(settings, cloud, patient)
  // A token has to come as quickly as what it is for.
  const interactive = createConnector(appId, createTokens(settings, cloud, quick), quick)
  const outbox = createConnector(appId, tokens, patient)
  const addresses = createAddresses(store, clock)
  const people = createPeople({ interactive, outbox }, addresses, settings.users, clock)
  const reader = createChannelReader(settings, { cloud, http: patient, tokens })
  const chat = createTeamsChat({
    ...{ connector: outbox, reader, addresses, people, store, clock, channel, views, paceMs },
  })
  const connection = createTeamsConnection({
    ...{ tokens, addresses, connector: outbox, reader, named: settings.users, log },
  })

  const app = createTeamsApp({
    ...{ ...parts, chat, people, addresses, settings },
    mouth: createMouth(outbox, addresses, store, log),
    moved: () => void connection.check().catch(() => {}),
  })
  const gate = createGate(appId, cloud, quick)
  return {
    chat,
    connection,
    ears: {
      listener: createEars({ tenant, cloud, gate, connector: interactive, app, log }),
      start: async () => {},
      async stop() {
        await app.stop()
        await Promise.all([quick.close(), patient.close()])
      },
    },
  }
}
