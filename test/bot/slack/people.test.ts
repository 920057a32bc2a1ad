import { WebClient } from '@slack/web-api'
import { createEmulator } from 'emulate'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createPeople, type PeopleSettings } from '../../../src/bot/slack/people.ts'
import { clientOf, startCompany } from '../../sandbox/slack-company.ts'

const MINUTE_MS = 60_000

/** The people of the small company, as a bot sees them that is at home in that workspace. */
async function company(changes: Partial<PeopleSettings> = {}) {
  const workspace = await startCompany()
  let now = Date.UTC(2026, 10, 23, 9)
  const client = clientOf(workspace)
  const people = createPeople(
    { interactive: client, outbox: client },
    { channel: workspace.channelId, users: [], usergroups: [], membersOnly: true, ...changes },
    () => workspace.teamId,
    { now: () => now },
  )
  return {
    workspace,
    person: (name: string) => people.person(workspace.userId(name)),
    stranger: (id: string) => people.person(id),
    findApprover: people.findApprover,
    asked: (method: string) => workspace.calls.filter(call => call.method === method).length,
    pass: (ms: number) => {
      now += ms
    },
  }
}

describe('a person', () => {
  test('is who Slack says', async () => {
    const { person, workspace } = await company()
    expect(await person('mara')).toEqual({
      platform: 'slack',
      id: workspace.userId('mara'),
      name: 'Mara Manager',
      email: 'mara@small.example',
      fullMember: true,
      named: false,
    })
  })

  test.each([
    ['a guest', 'gita'],
    ['a guest of one channel', 'gus'],
    ['deactivated', 'lena'],
    ['of another organisation', 'sven'],
    ['a bot', 'robo'],
  ])('who is %s is no full member', async (_what, name) => {
    const { person } = await company()
    expect(await person(name)).toMatchObject({ fullMember: false })
  })

  test('of another workspace, though it looks like a member, is no full member', async () => {
    const workspace = await startCompany()
    const client = clientOf(workspace)
    const settings = { channel: workspace.channelId, users: [], usergroups: [], membersOnly: true }
    const clients = { interactive: client, outbox: client }
    const people = createPeople(clients, settings, () => 'T0ELSEWHERE', { now: Date.now })
    expect(await people.person(workspace.userId('mara'))).toMatchObject({ fullMember: false })
  })

  test('without an address has none, rather than an empty one', async () => {
    const { person } = await company()
    expect(await person('robo')).toMatchObject({ email: null })
  })

  test('whose address nobody confirmed has none, as they could have written anybody’s', async () => {
    const { person, findApprover, workspace } = await company()
    expect(await findApprover('mara@small.example')).toMatchObject({ email: 'mara@small.example' })
    workspace.change('mara', { emailUnconfirmed: true })
    expect(await person('mara')).toMatchObject({ name: 'Mara Manager', email: null, fullMember: true })
    expect(await findApprover('mara@small.example')).toBeNull()
  })

  test('whom Slack does not know is nobody', async () => {
    const { stranger } = await company()
    expect(await stranger('U0NOBODY')).toBeNull()
  })

  test('about whom Slack cannot be asked is an error, never a nobody', async () => {
    const { person, workspace } = await company()
    workspace.faults.add({ method: 'users.info', kind: '500' })
    await expect(person('mara')).rejects.toThrow('Slack answered HTTP 500')
  })

  test('cannot be placed before the workspace of the bot is known', async () => {
    const workspace = await startCompany()
    const client = clientOf(workspace)
    const settings = { channel: workspace.channelId, users: [], usergroups: [], membersOnly: true }
    const unknown = () => {
      throw new Error('Slack was not asked yet.')
    }
    const people = createPeople({ interactive: client, outbox: client }, settings, unknown, { now: Date.now })
    await expect(people.person(workspace.userId('mara'))).rejects.toThrow()
  })
})

describe('a named approver', () => {
  test('is named by id', async () => {
    const { person, asked } = await company({ users: ['U0PERSON002'], usergroups: ['S0UNREADABLE'] })
    expect(await person('noel'), 'the id alone is enough').toMatchObject({ named: true })
    expect(asked('usergroups.users.list')).toBe(0)
  })

  test('is named by a user group', async () => {
    const { person } = await company({ usergroups: ['S0GROUP001'] })
    expect(await person('mara')).toMatchObject({ named: true })
    expect(await person('otto')).toMatchObject({ named: false })
  })

  test('cannot be told while one user group cannot be read: nobody is let in or turned away', async () => {
    const { person, workspace } = await company({ usergroups: ['S0GROUP001', 'S0GONE'] })
    await expect(person('otto')).rejects.toThrow('Slack refused: no_such_subteam.')
    workspace.faults.add({ method: 'usergroups.users.list', kind: 'reset_before' })
    await expect(person('mara')).rejects.toThrow()
  })
})

describe('an answer of Slack is trusted for five minutes, not longer:', () => {
  test('about a person', async () => {
    const { person, workspace, pass, asked } = await company()
    await person('mara')
    workspace.change('mara', { deleted: true })
    pass(5 * MINUTE_MS - 1)
    expect(await person('mara')).toMatchObject({ fullMember: true })
    expect(asked('users.info')).toBe(1)
    pass(1)
    expect(await person('mara')).toMatchObject({ fullMember: false })
    expect(asked('users.info')).toBe(2)
  })

  test('about a user group', async () => {
    const { person, pass, asked } = await company({ usergroups: ['S0GROUP001'] })
    await person('mara')
    await person('otto')
    expect(asked('usergroups.users.list'), 'once for everybody').toBe(1)
    pass(5 * MINUTE_MS)
    await person('mara')
    expect(asked('usergroups.users.list')).toBe(2)
  })

  test('nor when the clock is set back', async () => {
    const { person, pass, asked } = await company()
    await person('mara')
    pass(-60 * MINUTE_MS)
    await person('mara')
    expect(asked('users.info')).toBe(2)
  })

  test('a failure is not remembered at all', async () => {
    const { person, workspace } = await company()
    workspace.faults.add({ method: 'users.info', kind: 'reset_before' })
    await expect(person('mara')).rejects.toThrow('Slack cannot be reached')
    expect(await person('mara')).toMatchObject({ fullMember: true })
  })
})

describe('the approver with an e-mail address', () => {
  test('is the one full member who has it and sees the channel', async () => {
    const { findApprover, workspace } = await company()
    expect(await findApprover('MARA@small.example')).toMatchObject({ id: workspace.userId('mara') })
  })

  test('is found in small letters too, where Slack takes the case for a difference', async () => {
    // What our own stand-in corrects in emulate: it looks addresses up letter by letter.
    const emulator = await createEmulator({
      service: 'slack',
      port: 0,
      seed: {
        slack: { users: [{ name: 'mara', email: 'mara@small.example' }], tokens: [{ token: 'xoxb-1' }] },
      },
    })
    onTestFinished(() => emulator.close())
    const client = new WebClient('xoxb-1', {
      slackApiUrl: `${emulator.url}/api/`,
      retryConfig: { retries: 0 },
    })
    const settings = { channel: 'C1', users: [], usergroups: [], membersOnly: false }
    const people = createPeople({ interactive: client, outbox: client }, settings, () => 'T000000001', Date)
    expect(await people.findApprover('Mara@Small.example')).toMatchObject({ email: 'mara@small.example' })
    expect(await people.findApprover('Nobody@Small.example')).toBeNull()
  })

  test.each([
    ['nobody has it', 'nobody@small.example'],
    ['its owner is a guest', 'gita@small.example'],
    ['its owner is deactivated', 'lena@small.example'],
    ['its owner is of another organisation', 'sven@other.example'],
    ['its owner does not see the channel', 'otto@small.example'],
  ])('is nobody when %s', async (_why, email) => {
    const { findApprover } = await company()
    expect(await findApprover(email)).toBeNull()
  })

  test('need not be in a channel that everybody sees', async () => {
    const { findApprover } = await company({ membersOnly: false })
    expect(await findApprover('otto@small.example')).toMatchObject({ name: 'Otto Outside' })
  })

  test.each(['users.lookupByEmail', 'conversations.members'])(
    'is an error while %s cannot be asked, never a nobody',
    async method => {
      const { findApprover, workspace } = await company()
      workspace.faults.add({ method, kind: 'reset_before' })
      await expect(findApprover('mara@small.example')).rejects.toThrow('Slack cannot be reached')
    },
  )
})
