import { describe, expect, test } from 'vitest'
import type { JournalEntry } from '../../sandbox/slack/journal.ts'
import { createSlack } from '../../src/bot/slack/slack.ts'
import type { MessageId } from '../../src/reclaim/ids.ts'
import { Later, Undeliverable } from '../../src/reclaim/ports.ts'
import { reading } from '../bot/reading.ts'
import { BOT_TOKEN, startCompany } from '../sandbox/slack-company.ts'
import { chatContract } from './contract.ts'
import { type Call, HEADER, LINES, LIST, notice, type Scene, type Trouble } from './scene.ts'
import { surroundings } from './surroundings.ts'

const SIGNING_SECRET = 'the signing secret'
const METHODS: Readonly<Record<Call, string>> = {
  post: 'chat.postMessage',
  reply: 'chat.postMessage',
  update: 'chat.update',
  find: 'conversations.history',
  thread: 'conversations.replies',
  person: 'users.info',
  approver: 'users.lookupByEmail',
}

/** The bot in the small company's Slack. */
async function open({ connected = true, settled = true } = {}) {
  const workspace = await startCompany({
    channel: { name: 'licence-reclaim', private: true, shared: !connected },
  })
  const { parts, pass } = surroundings('slack')
  const { chat, connection } = await createSlack(
    {
      ...{ mode: 'http', signingSecret: SIGNING_SECRET, botToken: BOT_TOKEN, apiUrl: workspace.apiUrl },
      ...{ channel: workspace.channelId, allowPublicChannel: false, paceMs: 17 },
      ...{ users: [workspace.userId('noel')], usergroups: [] },
    },
    parts,
  )
  await connection.check().catch(() => {})
  // A bot that has just been started does not look for what it may have posted before.
  if (settled) pass(10_000)
  const scene: Scene = {
    chat,
    async shown() {
      return (await workspace.messages()).map(({ ts, blocks, edited, replies }) => ({
        ...{ id: ts, words: wordsIn(blocks), edits: edited ? 'some' : 'none' },
        thread: replies.map(reply => wordsIn(reply.blocks).split('\n')),
      }))
    },
    trouble: (call, trouble) => workspace.faults.add({ method: METHODS[call], ...faultOf(trouble) }),
    requests: call => workspace.calls.filter(each => isRequest(call, each)).length,
    id: workspace.userId,
    demote: name => workspace.change(name, { guest: 'restricted' }),
    pass,
  }
  return { ...scene, workspace }
}

function wordsIn(blocks: readonly object[]): string {
  const message = { text: '', blocks } as unknown as Parameters<typeof reading>[0]
  return reading(message, id => id).replace(/^.*\n/, '')
}

function isRequest(call: Call, { method, args }: JournalEntry): boolean {
  const isReply = method === METHODS.reply && args.thread_ts !== undefined
  return METHODS[call] === method && (call === 'reply') === isReply
}

function faultOf(trouble: Trouble) {
  switch (trouble.kind) {
    case 'never':
      return { kind: 'error', error: 'msg_too_long' } as const
    case 'gone':
      return { kind: 'error', error: 'thread_not_found' } as const
    case '502':
    case '503':
    case '502_after':
      throw new Error(`The Slack stand-in knows no ${trouble.kind}.`)
    case '429':
      return trouble
    default:
      return { kind: trouble.kind }
  }
}

chatContract('Slack', {
  platform: 'slack',
  open,
  furtherTroubles: [],
  secrets: [BOT_TOKEN, SIGNING_SECRET],
  nobody: 'U0NOBODY',
  nowhere: '1111111111.000001',
  unlike() {
    const KEY = 'a message' as MessageId

    test('somebody outside the channel is known: the workspace says who people are', async () => {
      const { chat, id } = await open()
      expect(await chat.person(id('otto'))).toMatchObject({ fullMember: true })
    })

    test('that an address has one owner is Slack’s promise: it is asked for that one', async () => {
      const { chat, requests } = await open()
      await chat.findApprover('mara@small.example')
      expect(requests('approver')).toBe(1)
    })

    test('nobody is placed, either, while the channel is not fit', async () => {
      const { chat, id } = await open({ connected: false })
      await expect(chat.person(id('mara'))).rejects.toThrow()
      await expect(chat.findApprover('mara@small.example')).rejects.toThrow()
      await expect(chat.find(KEY)).rejects.toThrow(/slack\.channel/)
    })

    test('where a thread cannot be read, its line waits: the right to read comes with the right to post', async () => {
      const { chat, trouble, shown } = await open()
      const root = await chat.post(KEY, LIST)
      trouble('thread', { kind: '500' })
      await expect(chat.reply(root, [LINES.greta], true)).rejects.toThrow('Slack answered HTTP 500')
      expect((await shown())[0]?.thread).toEqual([])
    })

    test('a right that is missing is said, and waited for', async () => {
      const { chat, workspace } = await open()
      workspace.faults.add({ method: METHODS.find, kind: 'error', error: 'missing_scope' })
      const error = await chat.find(KEY).catch((reason: unknown) => reason)
      expect(error).not.toBeInstanceOf(Undeliverable)
      expect(error).toMatchObject({ message: expect.stringContaining('manifest.yml') })
    })

    test('a bot that has just been started waits ten seconds before it looks', async () => {
      const { chat, pass, requests } = await open({ settled: false })
      const ref = await chat.post(KEY, HEADER)
      expect(await chat.find(KEY).catch((error: unknown) => error)).toMatchObject({ retryAfterMs: 10_000 })
      expect(requests('find')).toBe(0)
      pass(10_000)
      expect(await chat.find(KEY)).toEqual(ref)
    })

    test.each<Trouble>([{ kind: '500' }, { kind: 'html' }, { kind: 'reset_before' }])(
      'after $kind a message is given ten seconds to show up; an edit, which may be repeated, none',
      async trouble => {
        const { chat, trouble: next } = await open()
        const root = await chat.post(KEY, LIST)
        const thrownBy = async (call: 'post' | 'reply' | 'update', attempt: () => Promise<unknown>) => {
          next(call, trouble)
          return attempt().catch((error: unknown) => error)
        }
        const unclear = { retryAfterMs: 10_000, message: expect.stringMatching(/^Slack /) }
        expect(await thrownBy('post', () => chat.post(KEY, LIST))).toMatchObject(unclear)
        expect(await thrownBy('reply', () => chat.reply(root, [LINES.greta], false))).toMatchObject(unclear)
        expect(await thrownBy('update', () => chat.update(root, KEY, LIST))).not.toBeInstanceOf(Later)
      },
    )

    describe('a message is looked for page by page', () => {
      test('of two hundred', async () => {
        const { chat, requests } = await open()
        await chat.post(KEY, HEADER)
        for (let each = 0; each < 200; each++) await chat.post(`${each}` as MessageId, notice('Later.'))
        expect(await chat.find(KEY)).not.toBeNull()
        expect(requests('find')).toBe(2)
      })

      test('of which there are five; then nobody can tell', async () => {
        const { chat, requests } = await open()
        for (let each = 0; each < 1001; each++) await chat.post(`${each}` as MessageId, notice('Later.'))
        expect(await chat.find(KEY).catch((error: unknown) => error)).toBeInstanceOf(Undeliverable)
        expect(requests('find')).toBe(5)
      })
    })
  },
})
