import { createCloud } from '../../../src/bot/teams/cloud.ts'
import { createHttp } from '../../../src/bot/teams/http.ts'
import { createTokens } from '../../../src/bot/teams/tokens.ts'

/* A bot on a machine of Azure's, as far as its tokens go: the library reads the environment when it is loaded. */

const http = createHttp(2000)
const tokens = createTokens(
  { appId: process.env.APP ?? '', tenant: 'any', credentials: { kind: 'managed-identity' } },
  createCloud(undefined),
  http,
)
const ask = () =>
  tokens.tokenFor('https://api.botframework.com').catch((error: Error) => `${error.name}: ${error.message}`)
process.stdout.write(JSON.stringify([await ask(), await ask()]))
await http.close()
