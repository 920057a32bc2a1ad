import { openScreen } from '../../../sandbox/playground/screen.ts'
import { setPlaygroundStage } from '../../../sandbox/playground/stage.ts'

/*
 * What test/e2e/playground.test.ts runs inside a network namespace: two runs of the bot in Microsoft's client, the second
 * through faults. Each fact is printed as a line of JSON; the test says what they have to be.
 */

const MINUTE = 60_000
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const [browser = '', pictures = ''] = process.argv.slice(2)
const tell = (fact: string, value: unknown) => process.stdout.write(`${JSON.stringify({ fact, value })}\n`)

type Stage = Awaited<ReturnType<typeof setPlaygroundStage>>
type Screen = Awaited<ReturnType<typeof openScreen>>

/** How often a text is shown in the channel. */
const timesShown = ({ page }: Screen, text: string | RegExp) => page.getByText(text).count()

async function until(holds: () => boolean | Promise<boolean>, what: string, meanwhile = async () => {}) {
  const end = performance.now() + 40_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It never came to this: ${what}.`)
    await meanwhile()
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

async function happyPath(stage: Stage, screen: Screen): Promise<void> {
  const { cloud, servicenow } = stage
  await screen.openChannel(stage.channel)
  await screen.sees('Hello, I take ServiceNow licences back')
  tell('welcome', cloud.messages().length)

  await screen.post('reclaim run')
  await screen.sees('12 accounts seem no longer needed')
  await screen.sees('Dana Whitfield, please decide about 5 accounts.')
  await screen.sees('The answer is in your chat with me.')
  tell('roots after the run', cloud.messages().length)

  const about = () => cloud.messages().find(({ card }) => JSON.stringify(card).includes('Bob Marsh'))
  await screen.send(stage.clickOf('dana', 'Approve: Bob Marsh'))
  await screen.sees('Dana Whitfield, please decide about 4 accounts.')
  await screen.sees(/Bob Marsh: approved by Dana Whitfield/)
  await screen.page.getByRole('button', { name: 'Undo' }).waitFor()
  tell('the card after the approval', {
    roots: cloud.messages().length,
    edited: (about()?.edited ?? 0) > 0,
    undo: await screen.page.getByRole('button', { name: 'Undo' }).count(),
  })
  await screen.page.screenshot({ path: `${pictures}/playground-approved.png` })

  await stage.pass(16 * MINUTE)
  await screen.sees(/Bob Marsh: reclaimed\. The account is gone/)
  tell('deletions', servicenow.journal.filter(({ method }) => method === 'DELETE').length)
  tell(
    'the account still exists',
    servicenow.tables.rows('sys_user').some(row => row.user_name === 'bob.marsh'),
  )
  tell(
    'the thread',
    about()?.replies.map(({ card }) => JSON.stringify(card).match(/"(approved|reclaiming|reclaimed)"/)?.[1]),
  )

  // Whoever sits at the screen clicks for real.
  await screen.page.getByRole('button', { name: 'Skip' }).first().click()
  await screen.sees(/Skipped by Nora Lindqvist/)
  await screen.sees(/: skipped by Nora Lindqvist/)
  tell('skipped', {
    card: await timesShown(screen, /^Skipped by Nora Lindqvist/),
    thread: await timesShown(screen, /: skipped by Nora Lindqvist/),
  })

  await screen.replyTo('Bob Marsh: reclaimed', 'reclaim status')
  const pointers = () => timesShown(screen, 'The answer is in your chat with me.')
  await until(async () => (await pointers()) === 2, 'status answered')
  const inTheThread = (await pointers()) - 1
  await screen.page.screenshot({ path: `${pictures}/playground-thread.png` })
  await screen.openPersonalChat()
  await screen.sees('live: approvals delete accounts')
  await screen.sees('writes today 1 of 100')
  await screen.page.screenshot({ path: `${pictures}/playground-status.png` })
  tell('status', { inTheThread, inTheChat: await timesShown(screen, 'writes today 1 of 100') })
}

async function throughFaults(stage: Stage, screen: Screen): Promise<void> {
  const { cloud } = stage
  await screen.openChannel(stage.channel)
  await screen.sees('Hello, I take ServiceNow licences back')
  for (const kind of ['502_after', '502', 'hang_after'] as const)
    cloud.faults.add({ operation: 'create', kind })
  cloud.faults.add({ operation: 'create', kind: '429', retryAfterSeconds: 1 })
  await screen.post('reclaim run')
  const decided = () => cloud.messages().filter(({ card }) => JSON.stringify(card).includes('please decide'))
  // What may have arrived is looked for after a while; the clock need not be waited for.
  await until(
    () => decided().length === 4,
    'four messages',
    () => stage.pass(3000),
  )
  await screen.sees('Named approvers, please decide about 1 account.')
  await screen.send(stage.clickOf('priya', 'Approve: Lena Vogel'))
  await screen.sees(/Lena Vogel: approved by Priya Raman/)
  const creates = cloud.calls.filter(({ operation }) => operation === 'create')
  tell(
    'faults met',
    creates.map(({ outcome }) => outcome).filter(outcome => outcome.startsWith('fault')),
  )
  tell('roots through faults', {
    welcome: await timesShown(screen, 'Hello, I take ServiceNow licences back'),
    header: await timesShown(screen, '12 accounts seem no longer needed'),
    lists: await timesShown(screen, 'please decide about'),
    posted: cloud.messages().length,
  })
}

async function play(port: number, scene: (stage: Stage, screen: Screen) => Promise<void>): Promise<void> {
  const stage = await setPlaygroundStage({ port, log: silent })
  try {
    const screen = await openScreen(stage.client.url, browser)
    try {
      await scene(stage, screen)
    } catch (error) {
      await screen.page.screenshot({ path: `${pictures}/playground-failed.png` })
      throw error
    } finally {
      await screen.close()
    }
  } finally {
    await stage.close()
  }
}

// Ended from outside, it ends the Playground, too.
process.once('SIGTERM', () => process.exit(1))
await play(56150, happyPath)
await play(56151, throughFaults)
tell('the end', true)
process.exit(0)
