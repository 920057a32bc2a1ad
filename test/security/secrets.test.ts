import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SLACK_SECRETS } from '../../sandbox/chats.ts'
import { BOT_ACCOUNT } from '../../sandbox/company.ts'
import { buttonsIn } from '../../sandbox/slack/buttons.ts'
import { eventually } from '../story/screen.ts'
import { startHost } from './host.ts'
import { base64, filesIn, formsOf, found } from './search.ts'

/*
 * A day of the bot's, with everything that goes wrong on such a day, at the most talkative log level; then all that it
 * left anywhere is searched for each of its secrets. In Teams, with a sign-in by token: secrets-teams.test.ts. Its
 * words where a setting is wrong: test/config.test.ts.
 */

const READER = { userName: 'reclaim.reader', password: 'reader-pass-Kq7wZ' } as const
const MORE = {
  SERVICENOW_CLIENT_SECRET: 'client-secret-Vb3mX',
  MicrosoftAppPassword: 'teams-pass-Ty9rL',
  RECLAIM_SNAPSHOT_KEY: Buffer.from('snapshot-key-of-32-bytes-exactly').toString('base64'),
}

const pair = ({ userName, password }: { userName: string; password: string }) =>
  base64(`${userName}:${password}`)

const FORMS = formsOf([
  ...[BOT_ACCOUNT.password, READER.password, pair(BOT_ACCOUNT), pair(READER)],
  ...[SLACK_SECRETS.botToken, SLACK_SECRETS.signingSecret, SLACK_SECRETS.appToken],
  ...Object.values(MORE),
])

test('the search finds what it looks for, wherever and however it stands', () => {
  const secret = BOT_ACCOUNT.password
  const places = new Map([
    ['plain', Buffer.from(`x${secret}x`)],
    ['header', Buffer.from(`Basic ${pair(BOT_ACCOUNT)}`)],
    ['binary', Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(secret)])],
    ['clean', Buffer.from('nothing here')],
  ])
  expect(new Set(found(places, FORMS).map(hit => hit.split(':')[0]))).toEqual(
    new Set(['plain', 'header', 'binary']),
  )
})

test('no secret is in a log, a message, a page, an argument, or any file beside the store', async () => {
  const signedInWith = new Set<string>()
  let careless = false
  const { stage, reclaim, open, leftovers, folder } = await startHost({
    account: { scanAs: 'reader' },
    env: {
      SERVICENOW_READER_USERNAME: READER.userName,
      SERVICENOW_READER_PASSWORD: READER.password,
      ...MORE,
    },
    // The stand-in has one account; its reader is that one under another name.
    signIn: authorization => authorization.replace(pair(READER), pair(BOT_ACCOUNT)),
    async servicenow({ authorization }) {
      signedInWith.add(authorization)
      if (!careless) return null
      // No instance is known to repeat what it was sent. This one does.
      const error = { message: `User Not Authenticated: ${authorization}`, detail: authorization }
      return { status: 401, body: JSON.stringify({ error, status: 'failure' }) }
    },
  })
  const { slack } = stage
  const shown = () => [...slack.whispers, ...slack.views]
  const say = async (line: string) => {
    const before = shown().length
    await slack.driver.as('nora').command(`/reclaim ${line}`)
    await eventually(() => expect(shown().length).toBeGreaterThan(before))
  }

  // A day on which all goes well.
  await say('run')
  await eventually(async () => expect(await slack.messages()).toHaveLength(5))
  for (const message of await slack.messages())
    for (const { actionId, value } of buttonsIn(message.blocks))
      if (/approve|details/.test(actionId))
        await slack.driver.as('nora').click({ on: message, actionId, pick: value })
  await eventually(() =>
    expect(stage.servicenow.journal.filter(({ method }) => method === 'DELETE').length).toBeGreaterThan(3),
  )
  for (const line of ['status', 'history', 'history bob.marsh', 'pause', 'resume', 'help']) await say(line)

  // A day on which nothing does.
  for (const kind of ['500', 'html', 'reset_before'] as const)
    slack.faults.add({ method: '*', kind, times: 2 })
  await slack.driver.as('nora').command('/reclaim status')
  await slack.driver.as('nora').command('/reclaim status', { signature: 'forged' })
  await slack.driver.as('nora').command('/reclaim status', { signature: 'future' })
  slack.faults.clear()
  stage.servicenow.faults.add({ kind: 'timeout_500', times: 1 })
  await reclaim('run')
  careless = true
  await say('run')

  const outputs: string[] = []
  for (const line of [
    ['status'],
    ['status', '--json'],
    ['scan'],
    ['history'],
    ['history', '--csv'],
    ['verify'],
    ['run'],
    ['nonsense'],
  ]) {
    const { stdout, stderr } = await reclaim(...line)
    outputs.push(stdout, stderr)
  }
  const second = open(['start'])
  const ended = new Promise(done => second.on('close', done))
  const cmdline = readFileSync(`/proc/${second.pid}/cmdline`)
  second.stderr.on('data', chunk => outputs.push(String(chunk)))
  await ended

  const data = join(folder, 'data')
  const places = new Map<string, Buffer>([
    ...(await leftovers()),
    ['the shell', Buffer.from(outputs.join('\n'))],
    ['Slack', Buffer.from(JSON.stringify([await slack.messages(), shown(), slack.calls]))],
    ['argv of the second', cmdline],
  ])

  // All that was searched is there, and is what it says.
  expect(signedInWith).toEqual(new Set([`Basic ${pair(READER)}`, `Basic ${pair(BOT_ACCOUNT)}`]))
  expect([...places.keys()]).toEqual(
    expect.arrayContaining(['reclaim.db', 'reclaim.db-wal', 'reclaim.db.lock']),
  )
  expect(found(places, ['bob.marsh'])).toEqual(
    expect.arrayContaining(['the shell: bob.marsh', 'Slack: bob.marsh', 'reclaim.db-wal: bob.marsh']),
  )
  expect(found(places, ['src/cli.ts'])).toHaveLength(2)
  expect(found(places, ['SERVICENOW_READER_']), 'the refused sign-in was spoken of').toContain(
    'the pages: SERVICENOW_READER_',
  )
  expect(found(places, ['"level":40', 'Failed to parse and verify'])).not.toEqual([])

  expect(found(places, FORMS)).toEqual([])
  writeFileSync(join(data, 'planted'), READER.password)
  expect(found(filesIn(data), FORMS), 'the same search, with one to find').toEqual([
    `planted: ${READER.password}`,
  ])
}, 180_000)
