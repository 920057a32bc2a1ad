import { describe, expect, test } from 'vitest'
import type { MessageId } from '../../src/reclaim/ids.ts'
import { Later, type MessageRef, Undeliverable } from '../../src/reclaim/ports.ts'
import {
  type Call,
  HEADER,
  LATER_LIST,
  LINES,
  LIST,
  notice,
  type Scene,
  type Subject,
  type Trouble,
} from './scene.ts'

const KEY = 'message of 23 November' as MessageId
const OTHER_KEY = 'another message' as MessageId
const MINUTE_MS = 60_000
const { greta, bob, ines } = LINES

/** Everything that a chat is asked to do, each by the request that does it. */
const ASKING: Readonly<
  Record<Exclude<Call, 'thread'>, (scene: Scene, root: MessageRef) => Promise<unknown>>
> = {
  post: ({ chat }) => chat.post(OTHER_KEY, HEADER),
  find: ({ chat }) => chat.find(OTHER_KEY),
  reply: ({ chat }, root) => chat.reply(root, [greta], false),
  update: ({ chat }, root) => chat.update(root, KEY, LATER_LIST),
  person: scene => scene.chat.person(scene.id('mara')),
  approver: ({ chat }) => chat.findApprover('mara@small.example'),
}
const CALLS = ['post', 'find', 'reply', 'update', 'person', 'approver'] as const

/**
 * What every chat must do, whatever platform it is on; over real HTTP, against the platform's stand-in.
 * Where a platform differs by nature, its own `unlike` says how.
 */
export function chatContract(name: string, subject: Subject): void {
  describe(name, () => {
    describe('posting', () => posting(subject))
    describe('finding again what was posted', () => finding(subject))
    describe('answering in a thread', () => replying(subject))
    describe('editing', () => updating(subject))
    describe('people', () => people(subject))
    describe('when something goes wrong', () => failing(subject))
    describe('unlike other chats', () => subject.unlike())
  })
}

async function withRoot(subject: Subject) {
  const scene = await subject.open()
  const root = await scene.chat.post(KEY, LIST)
  return { scene, chat: scene.chat, root }
}

/** What a call throws; fails the test when it throws nothing. */
async function thrown(call: Promise<unknown>): Promise<Error> {
  const answer = await call.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in answer && answer.error instanceof Error) return answer.error
  throw new Error(`It should have failed, but: ${JSON.stringify(answer)}`)
}

function posting(subject: Subject) {
  test('a message shows its content, and stands where the chat says', async () => {
    const { scene, chat, root } = await withRoot(subject)
    const header = await chat.post(OTHER_KEY, HEADER)
    const [list, second, ...more] = await scene.shown()
    expect(more).toEqual([])
    expect([list?.id, second?.id]).toEqual([root.id, header.id])
    expect(list?.words).toContain('Bob Marsh')
    expect(list?.words).toContain('Greta Lund')
    expect(second?.words).toContain('12')
    expect(header.conversation).toBe(root.conversation)
    expect([list?.edits, list?.thread]).toEqual(['none', []])
  })

  test('a message that may stand there already says so, until it is first edited', async () => {
    const scene = await subject.open()
    const root = await scene.chat.post(KEY, LIST, true)
    expect((await scene.shown())[0]?.words).toContain('Posted again: it is not clear')
    await scene.chat.update(root, KEY, LIST)
    expect((await scene.shown())[0]?.words).not.toContain('Posted again')
  })

  test('a chat says whose it is, and that it wants time between two posts', async () => {
    const { chat } = await subject.open()
    expect(chat.platform).toBe(subject.platform)
    expect(chat.paceMs).toBe(17)
  })

  test('happens only where the bot is in a channel that is fit; it says what is missing', async () => {
    const scene = await subject.open({ connected: false })
    const elsewhere = { conversation: 'C1', id: subject.nowhere }
    for (const call of ['post', 'reply', 'update'] as const) {
      const error = await thrown(ASKING[call](scene, elsewhere))
      expect(error.message).toMatch(/teams\.team|slack\.channel/)
      expect(error).not.toBeInstanceOf(Undeliverable)
      expect(scene.requests(call), call).toBe(0)
    }
    expect(await scene.shown()).toEqual([])
  })
}

function finding(subject: Subject) {
  test('finds exactly the message of this key, among others and their threads', async () => {
    const { chat, root } = await withRoot(subject)
    const header = await chat.post(OTHER_KEY, HEADER)
    await chat.reply(header, [greta], false)
    expect(await chat.find(KEY)).toEqual(root)
    expect(await chat.find(OTHER_KEY)).toEqual(header)
  })

  test('nothing is found for a key that nobody posted, not even for the beginning of another', async () => {
    const { chat } = await withRoot(subject)
    expect(await chat.find('message' as MessageId)).toBeNull()
    expect(await chat.find(`${KEY} ` as MessageId)).toBeNull()
    expect(await chat.find(`${KEY}s` as MessageId)).toBeNull()
  })

  test('finds a message below two hundred later ones', async () => {
    const { chat, root } = await withRoot(subject)
    for (let each = 0; each < 210; each++) await chat.post(`later ${each}` as MessageId, notice(`${each}.`))
    expect(await chat.find(KEY)).toEqual(root)
    expect(await chat.find('unknown' as MessageId)).toBeNull()
  })

  test('finds it after it was edited, too', async () => {
    const { chat, root } = await withRoot(subject)
    await chat.update(root, KEY, LATER_LIST)
    expect(await chat.find(KEY)).toEqual(root)
  })

  test.each<Trouble>([{ kind: 'reset_after' }, ...subject.furtherTroubles.filter(isCommitted)])(
    'after $kind: what was posted all the same is found, so that it is not posted twice',
    async trouble => {
      const scene = await subject.open()
      scene.trouble('post', trouble)
      await thrown(scene.chat.post(KEY, LIST))
      const [posted, ...more] = await scene.shown()
      expect(more).toEqual([])
      expect(posted?.words).toContain('Bob Marsh')
      expect(await scene.chat.find(KEY)).toMatchObject({ id: posted?.id })
    },
  )

  test.each<Trouble>([
    ...([
      { kind: 'reset_before' },
      { kind: '500' },
      { kind: 'html' },
      { kind: '429', retryAfterSeconds: 1 },
    ] as const),
    ...subject.furtherTroubles.filter(trouble => !isCommitted(trouble)),
  ])('after $kind: what was not posted is not found, and can be posted', async trouble => {
    const scene = await subject.open()
    scene.trouble('post', trouble)
    await thrown(scene.chat.post(KEY, LIST))
    expect(await scene.shown()).toEqual([])
    expect(await scene.chat.find(KEY)).toBeNull()
    const ref = await scene.chat.post(KEY, LIST)
    expect(await scene.chat.find(KEY)).toEqual(ref)
  })

  test('a find that goes wrong is an error, never a “not there”', async () => {
    const { scene, chat } = await withRoot(subject)
    scene.trouble('find', { kind: '500' })
    await thrown(chat.find(KEY))
  })
}

const isCommitted = ({ kind }: Trouble) => kind.endsWith('_after')

function replying(subject: Subject) {
  const threadOf = async (scene: Scene) => (await scene.shown())[0]?.thread ?? []
  /** Who the lines of a thread are about, in order. */
  const toldIn = async (scene: Scene) =>
    (await threadOf(scene)).flat().map(words => /^[^\s:]+ [^\s:]+/.exec(words)?.[0])

  test('puts lines into the thread, in order, each a line of its own', async () => {
    const { scene, chat, root } = await withRoot(subject)
    expect(await chat.reply(root, [greta, bob], false)).toBe('done')
    expect(await chat.reply(root, [ines], false)).toBe('done')
    const thread = await threadOf(scene)
    expect(thread.map(lines => lines.length)).toEqual([2, 1])
    expect(await toldIn(scene)).toEqual(['Greta Lund', 'Bob Marsh', 'Inês Duarte'])
    expect(thread[0]?.[0]).toMatch(/skipped/)
    expect(thread[0]?.[1]).toMatch(/approved/)
    expect(await scene.shown(), 'a line is no message of the channel').toHaveLength(1)
  })

  test('is heard in this thread alone', async () => {
    const { scene, chat, root } = await withRoot(subject)
    const other = await chat.post(OTHER_KEY, HEADER)
    await chat.reply(other, [greta], false)
    await chat.reply(root, [greta], true)
    expect((await scene.shown()).map(({ thread }) => thread.length)).toEqual([1, 1])
  })

  test('again, tells what was not told, and nothing twice', async () => {
    const { scene, chat, root } = await withRoot(subject)
    await chat.reply(root, [greta], false)
    await chat.reply(root, [bob], false)
    expect(await chat.reply(root, [greta, bob, ines], true)).toBe('done')
    expect(await toldIn(scene)).toEqual(['Greta Lund', 'Bob Marsh', 'Inês Duarte'])
    expect(await chat.reply(root, [bob, ines], true)).toBe('done')
    expect((await threadOf(scene)).length).toBe(3)
  })

  test('again, after lines that went together', async () => {
    const { scene, chat, root } = await withRoot(subject)
    await chat.reply(root, [greta, bob], false)
    await chat.reply(root, [greta, bob, ines], true)
    expect(await toldIn(scene)).toEqual(['Greta Lund', 'Bob Marsh', 'Inês Duarte'])
  })

  test('again, after an attempt of which nobody knew: whether it had arrived or not, it is told once', async () => {
    for (const kind of ['reset_after', 'reset_before'] as const) {
      const { scene, chat, root } = await withRoot(subject)
      scene.trouble('reply', { kind })
      await thrown(chat.reply(root, [greta], false))
      expect(await chat.reply(root, [greta], true)).toBe('done')
      expect(await toldIn(scene), kind).toEqual(['Greta Lund'])
    }
  })

  test('the first time, nobody looks into the thread', async () => {
    const { scene, chat, root } = await withRoot(subject)
    const before = scene.requests('thread')
    await chat.reply(root, [greta], false)
    expect(scene.requests('thread')).toBe(before)
  })

  test('where the message is gone, says so and posts nothing elsewhere', async () => {
    const { scene, chat, root } = await withRoot(subject)
    scene.trouble('reply', { kind: 'gone' })
    expect(await chat.reply(root, [greta], false)).toBe('gone')
    expect(await scene.shown()).toMatchObject([{ id: root.id, thread: [] }])
  })
}

function updating(subject: Subject) {
  test('changes the message where it stands, and posts nothing', async () => {
    const { scene, chat, root } = await withRoot(subject)
    await chat.reply(root, [greta], false)
    const [before] = await scene.shown()
    expect(await chat.update(root, KEY, LATER_LIST)).toBe('done')
    const [after, ...more] = await scene.shown()
    expect(more).toEqual([])
    expect(after).toMatchObject({ id: root.id, edits: 'some', thread: before?.thread ?? [] })
    expect(before?.words).not.toMatch(/skipped/i)
    expect(after?.words).toMatch(/skipped/i)
    expect(scene.requests('update')).toBe(1)
  })

  test('may be done again, as often as one likes', async () => {
    const { scene, chat, root } = await withRoot(subject)
    scene.trouble('update', { kind: 'reset_after' })
    await thrown(chat.update(root, KEY, LATER_LIST))
    expect(await chat.update(root, KEY, LATER_LIST)).toBe('done')
    expect(await scene.shown()).toHaveLength(1)
  })

  test('a message that is not there any more is gone: it is not posted anew', async () => {
    const { scene, chat, root } = await withRoot(subject)
    expect(await chat.update({ ...root, id: subject.nowhere }, KEY, LATER_LIST)).toBe('gone')
    expect(await scene.shown()).toMatchObject([{ id: root.id, edits: 'none' }])
  })
}

function people(subject: Subject) {
  test('who somebody is, is the platform’s own word', async () => {
    const { chat, id } = await subject.open()
    expect(await chat.person(id('mara'))).toEqual({
      platform: subject.platform,
      id: id('mara'),
      name: 'Mara Manager',
      email: expect.stringMatching(/^mara@small\.example$/i),
      fullMember: true,
      named: false,
    })
  })

  test('who is named in the settings is named', async () => {
    const { chat, id } = await subject.open()
    expect(await chat.person(id('noel'))).toMatchObject({ fullMember: true, named: true })
  })

  test('a guest is no full member, and not taken for nobody', async () => {
    const { chat, id } = await subject.open()
    expect(await chat.person(id('gita'))).toMatchObject({ name: 'Gita Guest', fullMember: false })
  })

  test('whom the platform does not know is nobody', async () => {
    const { chat } = await subject.open()
    expect(await chat.person(subject.nobody)).toBeNull()
  })

  test.each(['mara@small.example', 'Mara@Small.example', 'MARA@SMALL.EXAMPLE'])(
    'the approver is found by e-mail, however it is written: %s',
    async email => {
      const { chat, id } = await subject.open()
      expect(await chat.findApprover(email)).toMatchObject({ id: id('mara'), fullMember: true })
    },
  )

  test.each([
    ['nobody has the address', 'nobody@small.example'],
    ['there is no address', ''],
    ['only its beginning fits', 'mara@small'],
    ['its owner is a guest', 'gita@small.example'],
    ['its owner does not see the channel', 'otto@small.example'],
  ])('there is no approver when %s', async (_why, email) => {
    const { chat } = await subject.open()
    expect(await chat.findApprover(email)).toBeNull()
  })

  test('an answer about somebody is trusted for less than five minutes', async () => {
    const { chat, id, demote, pass, requests } = await subject.open()
    expect(await chat.person(id('mara'))).toMatchObject({ fullMember: true })
    demote('mara')
    pass(5 * MINUTE_MS - 1)
    await chat.person(id('mara'))
    expect(requests('person')).toBe(1)
    pass(1)
    expect(await chat.person(id('mara'))).toMatchObject({ fullMember: false })
    expect(requests('person')).toBe(2)
  })

  test('a former approver is none, five minutes later at most', async () => {
    const { chat, demote, pass } = await subject.open()
    await chat.findApprover('mara@small.example')
    demote('mara')
    pass(5 * MINUTE_MS)
    expect(await chat.findApprover('mara@small.example')).toBeNull()
  })

  test.each(['person', 'approver'] as const)(
    'a failure (%s) is an error, never a nobody, and is not kept: the next answer counts',
    async call => {
      const scene = await subject.open()
      const nowhere = { conversation: 'C1', id: subject.nowhere }
      scene.trouble(call, { kind: '500' })
      await thrown(ASKING[call](scene, nowhere))
      expect(await ASKING[call](scene, nowhere)).toMatchObject({ id: scene.id('mara') })
      expect(scene.requests(call)).toBe(2)
    },
  )
}

function failing(subject: Subject) {
  const expectReadable = ({ message }: Error) => {
    expect(message).toMatch(/^[A-Z][^<>{}"\n]{15,220}\.$/)
    expect(message.split('. ').length, 'a sentence or two').toBeLessThanOrEqual(2)
    for (const secret of subject.secrets) expect(message).not.toContain(secret)
    // What the stand-ins send along with a failure.
    expect(message).not.toMatch(/internal server|bad gateway|maintenance|too many|unexpected token|json/i)
  }

  describe.each(CALLS)('%s', call => {
    const attempt = async (trouble: Trouble) => {
      const { scene, root } = await withRoot(subject)
      const before = scene.requests(call)
      scene.trouble(call, trouble)
      const error = await thrown(ASKING[call](scene, root))
      return { error, sent: scene.requests(call) - before }
    }

    test.each<Trouble>([
      { kind: '500' },
      { kind: 'html' },
      { kind: 'reset_before' },
      { kind: 'reset_after' },
      ...subject.furtherTroubles,
    ])('$kind is one readable sentence, and one request', async trouble => {
      const { error, sent } = await attempt(trouble)
      expectReadable(error)
      expect(error).not.toBeInstanceOf(Undeliverable)
      expect(sent).toBe(1)
    })

    test('a rate limit: later, not before the platform said', async () => {
      const { error, sent } = await attempt({ kind: '429', retryAfterSeconds: 7 })
      expect(error).toBeInstanceOf(Later)
      expect(error).toMatchObject({ retryAfterMs: 7000 })
      expectReadable(error)
      expect(sent).toBe(1)
    })

    test('a rate limit that names no time is an error like others', async () => {
      const { error, sent } = await attempt({ kind: '429', retryAfterSeconds: null })
      expectReadable(error)
      expect(error).not.toBeInstanceOf(Undeliverable)
      expect(sent).toBe(1)
    })
  })

  test.each(['post', 'reply', 'update'] as const)(
    'a message that will never be taken (%s) is undeliverable: it does not hold up those behind it',
    async call => {
      const { scene, root } = await withRoot(subject)
      scene.trouble(call, { kind: 'never' })
      const error = await thrown(ASKING[call](scene, root))
      expect(error).toBeInstanceOf(Undeliverable)
      expectReadable(error)
      expect(scene.requests(call)).toBe(call === 'post' ? 2 : 1)
    },
  )

  test('no answer is waited for longer than ten seconds; whether it had its effect is found out', async () => {
    const hang = async (call: (typeof CALLS)[number], kind: 'hang' | 'hang_after') => {
      const { scene, root } = await withRoot(subject)
      const before = scene.requests(call)
      scene.trouble(call, { kind })
      const startedAt = performance.now()
      expectReadable(await thrown(ASKING[call](scene, root)))
      expect(performance.now() - startedAt, call).toBeLessThan(12_000)
      expect(scene.requests(call) - before, call).toBe(1)
      return scene
    }
    const [lost, arrived] = await Promise.all([
      hang('post', 'hang'),
      hang('post', 'hang_after'),
      ...CALLS.map(call => hang(call, 'hang')),
    ])
    expect(await lost?.chat.find(OTHER_KEY)).toBeNull()
    expect(await arrived?.chat.find(OTHER_KEY)).not.toBeNull()
    expect(await arrived?.shown()).toHaveLength(2)
  })
}
