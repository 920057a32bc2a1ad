import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TEAMS_APP } from '../../sandbox/chats.ts'
import { BOT_ACCOUNT } from '../../sandbox/company.ts'
import { eventually } from '../story/screen.ts'
import { teamsScreen } from '../story/teams-screen.ts'
import { startHost } from './host.ts'
import { filesIn, formsOf, found, type Places } from './search.ts'

/* As secrets.test.ts: a day of the bot's in Teams, with a sign-in by OAuth, and all that it left is searched. */

const CLIENT = { clientId: 'app-1', clientSecret: 'client-secret-Vb3mX' } as const

/** A token of Microsoft's, wherever it came from: a JWT begins with the base64 of `{"`. */
const tokensIn = (places: Places) =>
  [...places]
    .filter(([, bytes]) => /eyJ[\w-]{8,}\.[\w-]{8,}/.test(bytes.toString('latin1')))
    .map(([at]) => at)

test('in Teams, and with OAuth, no secret and no token is left anywhere either', async () => {
  const lent = new Set<string>()
  let careless = false
  const { stage, reclaim, leftovers, folder } = await startHost({
    on: ['teams'],
    account: { auth: 'oauth-client-credentials' },
    env: { SERVICENOW_CLIENT_ID: CLIENT.clientId, SERVICENOW_CLIENT_SECRET: CLIENT.clientSecret },
    prepare: ({ servicenow }) => servicenow.registerApp({ ...CLIENT, runsAs: BOT_ACCOUNT.userName }),
    async servicenow({ authorization, body }) {
      if (authorization !== '') lent.add(authorization.replace('Bearer ', ''))
      if (!careless) return null
      // No instance is known to repeat what it was sent. This one does.
      const error = { message: `Refused: ${authorization} ${body}`, detail: `${authorization} ${body}` }
      return { status: 401, body: JSON.stringify({ error, status: 'failure' }) }
    },
  })
  const { teams, servicenow, company } = stage
  await teams.driver.install('nora')
  const screen = teamsScreen(teams, company)

  // A day on which all goes well.
  const said = [await screen.command('nora', 'run')]
  const { candidates } = JSON.parse((await reclaim('scan', '--json')).stdout) as { candidates: Candidate[] }
  await eventually(async () => expect(await offered(screen, candidates)).toHaveLength(candidates.length))
  for (const { message, name } of await offered(screen, candidates))
    for (const what of ['details', 'approve'] as const) said.push(await message.press('nora', what, name))
  await eventually(() =>
    expect(servicenow.journal.filter(({ method }) => method === 'DELETE').length).toBeGreaterThan(3),
  )
  for (const line of ['status', 'history', 'pause', 'resume', 'help'])
    said.push(await screen.command('nora', line))

  // A day on which nothing does.
  teams.faults.add({ operation: 'token', kind: '500', times: 2 })
  teams.faults.add({ operation: 'update', kind: 'error', status: 401, code: 'Unauthorized', times: 2 })
  await teams.driver.as('nora').say('reclaim status', { token: await teams.driver.token({ aud: 'another' }) })
  careless = true
  servicenow.revokeTokens()
  said.push(await screen.command('nora', 'run'))
  const outputs: string[] = []
  for (const line of [
    ['status'],
    ['status', '--json'],
    ['scan'],
    ['history', '--csv'],
    ['verify'],
    ['run'],
  ]) {
    const { stdout, stderr } = await reclaim(...line)
    outputs.push(stdout, stderr)
  }

  const data = join(folder, 'data')
  const places = new Map<string, Buffer>([
    ...(await leftovers()),
    ['the shell', Buffer.from(outputs.join('\n'))],
    ['Teams', Buffer.from(JSON.stringify([said, teams.messages(), teams.whispers, teams.calls]))],
  ])
  expect(lent.size, 'the tokens that ServiceNow lent').toBeGreaterThan(0)
  const words = formsOf([CLIENT.clientSecret, TEAMS_APP.appPassword, ...lent])
  expect(found(places, words)).toEqual([])
  expect(tokensIn(places)).toEqual([])

  // All that was searched is there, and the same search finds what was planted.
  expect(found(places, ['bob.marsh'])).toEqual(
    expect.arrayContaining(['the shell: bob.marsh', 'Teams: bob.marsh', 'reclaim.db-wal: bob.marsh']),
  )
  expect(found(places, ['refused the sign-in'])).toEqual(
    expect.arrayContaining(['the shell: refused the sign-in', 'Teams: refused the sign-in']),
  )
  writeFileSync(join(data, 'planted'), `${CLIENT.clientSecret} ${await teams.driver.token({})}`)
  expect(found(filesIn(data), words)).toEqual([`planted: ${CLIENT.clientSecret}`])
  expect(tokensIn(filesIn(data))).toEqual(['planted'])
}, 180_000)

type Candidate = { readonly user: { readonly name: string } }

/** The lists on which an account still waits for a decision. */
async function offered(screen: ReturnType<typeof teamsScreen>, candidates: readonly Candidate[]) {
  const messages = await screen.messages()
  return candidates.flatMap(({ user: { name } }) => {
    const message = messages.find(each => each.offers('approve', name))
    return message ? [{ message, name }] : []
  })
}
