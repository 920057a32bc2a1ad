import { expect, test } from 'vitest'
import type { JournalEntry } from '../../sandbox/teams/journal.ts'
import type { Operation } from '../../sandbox/teams/routes.ts'
import type { TeamsTenantOptions } from '../../sandbox/teams/tenant.ts'
import { createAddresses } from '../../src/bot/teams/addresses.ts'
import type { TeamsMessage } from '../../src/bot/teams/render.ts'
import { createTeams } from '../../src/bot/teams/teams.ts'
import type { MessageId } from '../../src/reclaim/ids.ts'
import { Later, Undeliverable, Unsent } from '../../src/reclaim/ports.ts'
import { reading } from '../bot/teams/reading.ts'
import { startCompany } from '../sandbox/teams/company.ts'
import { chatContract } from './contract.ts'
import { type Call, HEADER, LATER_LIST, LINES, LIST, type Scene, type Trouble } from './scene.ts'
import { surroundings } from './surroundings.ts'

const PASSWORD = 'the client secret'
const OPERATIONS: Readonly<Record<Call, Operation>> = {
  post: 'create',
  reply: 'reply',
  update: 'update',
  find: 'graph',
  thread: 'graph',
  person: 'members',
  approver: 'members',
}
const PEOPLE: TeamsTenantOptions['people'] = [
  { name: 'mara', realName: 'Mara Manager', email: 'Mara@Small.example' },
  { name: 'noel', realName: 'Noel Named', email: 'noel@small.example' },
  { name: 'gita', realName: 'Gita Guest', email: 'gita@small.example', guest: true },
  { name: 'otto', realName: 'Otto Outside', email: 'otto@small.example', memberOfTeam: false },
]

/** The bot in the small company's team. */
async function open({
  connected = true,
  settled = true,
  ...changes
}: { connected?: boolean; settled?: boolean } & Partial<TeamsTenantOptions> = {}) {
  const tenant = await startCompany({ people: PEOPLE, appPassword: PASSWORD, ...changes })
  const { parts, store, clock, pass } = surroundings('teams')
  const { chat } = createTeams(
    {
      ...{ appId: tenant.appId, credentials: { kind: 'secret', password: PASSWORD } },
      ...{ tenant: tenant.tenantId, team: tenant.teamId, channel: tenant.channelId },
      ...{ users: [tenant.userId('noel')], apiUrl: tenant.url, paceMs: 17 },
    },
    parts,
  )
  // A bot that has just been started does not look for what it may have posted before.
  if (settled) pass(10_000)
  if (connected) {
    const { serviceUrl, tenantId, botId: bot, channelId: conversation } = tenant
    await createAddresses(store, clock).keepChannel({ serviceUrl, tenant: tenantId, bot, conversation })
  }
  const scene: Scene = {
    chat,
    async shown() {
      return tenant.messages().map(({ id, card, edited, replies }) => ({
        ...{ id, words: wordsIn(card), edits: edited > 0 ? 'some' : 'none' },
        thread: replies.map(reply => wordsIn(reply.card).split('\n')),
      }))
    },
    trouble: (call, trouble) => tenant.faults.add({ operation: OPERATIONS[call], ...faultOf(trouble) }),
    requests: call => tenant.calls.filter(each => isRequest(call, each)).length,
    id: tenant.userId,
    demote: name => tenant.change(name, { guest: true }),
    pass,
  }
  return { ...scene, tenant }
}

function wordsIn(card: object | null): string {
  const message = { summary: '', attachments: [{ content: card }] } as unknown as TeamsMessage
  return reading(message).replace(/^.*\n/, '')
}

const PATHS: Partial<Record<Call, RegExp>> = {
  find: /\/messages(\?|$)/,
  thread: /\/replies(\?|$)/,
  person: /\/members\//,
  approver: /\/pagedmembers/,
}

function isRequest(call: Call, { operation, path }: JournalEntry): boolean {
  return operation === OPERATIONS[call] && (PATHS[call]?.test(path) ?? true)
}

function faultOf(trouble: Trouble) {
  if (trouble.kind === 'never')
    return { kind: 'error', status: 413, code: 'MessageSizeTooBig', message: 'too large' } as const
  if (trouble.kind === 'gone')
    return { kind: 'error', status: 404, code: 'ConversationNotFound', message: 'gone' } as const
  return trouble.kind === '429' ? trouble : { kind: trouble.kind }
}

chatContract('Microsoft Teams', {
  platform: 'teams',
  open,
  furtherTroubles: [{ kind: '502' }, { kind: '503' }, { kind: '502_after' }],
  secrets: [PASSWORD, 'eyJ'],
  nobody: 'deadbeef-0000-4000-8000-000000000000',
  nowhere: '1111111111111',
  unlike() {
    const KEY = 'a message' as MessageId
    const ambiguous = ['reset_after', '502_after', '500'] as const

    test('somebody outside the team is nobody: the team’s roster says who people are', async () => {
      const { chat, id } = await open()
      expect(await chat.person(id('otto'))).toBeNull()
    })

    test.each([
      ['two members', false],
      ['a member and a guest', true],
    ])('an address that %s have is nobody’s', async (_who, guest) => {
      const second = { name: 'mia', realName: 'Mia Manager', email: 'MARA@small.example', guest }
      const { chat } = await open({ people: [...PEOPLE, second] })
      expect(await chat.findApprover('mara@small.example')).toBeNull()
    })

    test('the roster is read page by page, and once for all approvers of a run', async () => {
      const { chat, id, requests } = await open({ pageSize: 1 })
      expect(await chat.findApprover('noel@small.example')).toMatchObject({ id: id('noel'), named: true })
      expect(await chat.findApprover('mara@small.example')).toMatchObject({ id: id('mara') })
      expect(requests('approver')).toBe(3)
    })

    test.each(ambiguous)(
      'what may have arrived (%s) is given time to show up before it is looked for',
      async kind => {
        const { chat, trouble } = await open()
        trouble('post', { kind })
        const error = await chat.post(KEY, LIST).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(Later)
        expect(error).toMatchObject({ retryAfterMs: 10_000 })
      },
    )

    test('two writers at one thread (412) are told to come again', async () => {
      const { chat, tenant } = await open()
      const root = await chat.post(KEY, LIST)
      tenant.faults.add({ operation: 'reply', kind: '412' })
      await expect(chat.reply(root, [LINES.greta], false)).rejects.toThrow(Later)
    })

    test('a thread that cannot be read is told again, rather than not at all: that right can be missing', async () => {
      const { chat, shown } = await open({ graphGranted: false })
      const root = await chat.post(KEY, LIST)
      await chat.reply(root, [LINES.greta], false)
      expect(await chat.reply(root, [LINES.greta], true)).toBe('done')
      expect((await shown())[0]?.thread).toHaveLength(2)
    })

    test('without the right to read the channel nobody can tell whether a post arrived: it is given up, and said', async () => {
      const { chat, trouble } = await open({ graphGranted: false })
      trouble('post', { kind: 'reset_after' })
      await expect(chat.post(KEY, LIST)).rejects.toThrow()
      const error = await chat.find(KEY).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(Undeliverable)
      expect(error).toMatchObject({ message: expect.stringContaining('ChannelMessage.Read.Group') })
    })

    test.each([
      ['a rate limit', 'create', { kind: '429', retryAfterSeconds: 1 }, 1000],
      ['no token', 'token', { kind: 'reset_before' }, 0],
      [
        'the app was removed',
        'create',
        { kind: 'error', status: 403, code: 'BotNotInConversationRoster' },
        60_000,
      ],
    ] as const)(
      'what certainly did not arrive (%s) does not count as an attempt',
      async (_why, operation, fault, ms) => {
        const { chat, tenant } = await open()
        tenant.faults.add({ operation, ...fault })
        const error = await chat.post(KEY, LIST).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(Unsent)
        expect(error).toMatchObject({ retryAfterMs: ms })
      },
    )

    test('nor does a post before the app was added, however long that takes', async () => {
      const { chat } = await open({ connected: false })
      await expect(chat.post(KEY, LIST)).rejects.toThrow(Unsent)
      await expect(chat.findApprover('mara@small.example')).rejects.toThrow(Unsent)
    })

    test('what a bot may have posted before it was killed is looked for when it had time to show up', async () => {
      const { chat, pass, requests } = await open({ settled: false })
      const root = await chat.post(KEY, LIST)
      await expect(chat.find(KEY)).rejects.toThrow(Later)
      expect(requests('find')).toBe(0)
      pass(10_000)
      expect(await chat.find(KEY)).toEqual(root)
    })

    test('removed from the team: says so, and nothing counts as gone', async () => {
      const { chat, tenant } = await open()
      const root = await chat.post(KEY, LIST)
      const gone = { operation: '*', kind: 'error', status: 403, code: 'BotNotInConversationRoster' } as const
      tenant.faults.add({ ...gone, times: Infinity })
      for (const attempt of [
        chat.post('another' as MessageId, HEADER),
        chat.reply(root, [LINES.greta], false),
        chat.update(root, KEY, LATER_LIST),
      ])
        await expect(attempt).rejects.toThrow(/was removed from the team.*Add it to the team again/)
    })

    test('a thread whose root was deleted is gone', async () => {
      const { chat, shown } = await open()
      const root = await chat.post(KEY, LIST)
      expect(await chat.reply({ ...root, id: '1111111111111' }, [LINES.greta], false)).toBe('gone')
      expect(await shown()).toMatchObject([{ id: root.id, thread: [] }])
    })

    test('a channel that Teams does not know is said, for a new message', async () => {
      const { chat, tenant } = await open()
      const lost = { operation: 'create', kind: 'error', status: 404, code: 'ConversationNotFound' } as const
      tenant.faults.add(lost)
      await expect(chat.post(KEY, LIST)).rejects.toThrow(/does not know the channel \(teams\.channel\)/)
    })
  },
})
