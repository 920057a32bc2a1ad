import { App, type BlockAction, type ButtonAction, HTTPReceiver } from '@slack/bolt'
import { openClicks } from './clicks-table.ts'

/* Contestant (a): the least that a Bolt app can do. */

const [, , path = ''] = process.argv
const record = openClicks(path)
const receiver = new HTTPReceiver({ signingSecret: process.env.SLACK_SIGNING_SECRET ?? '' })
const app = new App({ receiver, authorize: async () => ({ botToken: 'xoxb-none' }), convoStore: false })
app.action<BlockAction<ButtonAction>>('reclaim_approve', async ({ body, action, ack }) => {
  record(action.value ?? '', body.user.id)
  await ack()
})
const server = await receiver.start({ port: 0, host: '127.0.0.1' })
const address = server.address()
const port = typeof address === 'object' ? address?.port : 0
process.stderr.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
