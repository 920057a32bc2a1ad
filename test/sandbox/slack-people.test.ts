import { describe, expect, it } from 'vitest'
import { clientOf, startCompany } from './slack-company.ts'

const platformError = (error: string) => expect.objectContaining({ data: expect.objectContaining({ error }) })

describe('people', () => {
  it('are found by e-mail, whatever its case', async () => {
    const workspace = await startCompany()
    const { user } = await clientOf(workspace).users.lookupByEmail({ email: 'MARA@small.example' })
    expect(user).toMatchObject({
      id: workspace.userId('mara'),
      team_id: workspace.teamId,
      name: 'mara',
      real_name: 'Mara Manager',
      deleted: false,
      is_bot: false,
      is_restricted: false,
      is_ultra_restricted: false,
      profile: { email: 'mara@small.example', title: 'Head of Support' },
    })
  })

  it.each([
    ['nobody has it', 'nobody@small.example'],
    ['its owner is deactivated', 'lena@small.example'],
    ['its owner is a stranger', 'sven@other.example'],
  ])('are not found by an e-mail when %s', async (_why, email) => {
    const workspace = await startCompany()
    await expect(clientOf(workspace).users.lookupByEmail({ email })).rejects.toEqual(
      platformError('users_not_found'),
    )
  })

  it.each([
    [
      'noel',
      { is_restricted: false, is_ultra_restricted: false, is_bot: false, is_stranger: false, deleted: false },
    ],
    ['gita', { is_restricted: true, is_ultra_restricted: false }],
    ['gus', { is_restricted: true, is_ultra_restricted: true }],
    ['lena', { deleted: true }],
    ['robo', { is_bot: true }],
    ['sven', { is_stranger: true, team_id: 'T0STRANGER' }],
  ])('are described by users.info: %s', async (name, flags) => {
    const workspace = await startCompany()
    const { user } = await clientOf(workspace).users.info({ user: workspace.userId(name) })
    expect(user).toMatchObject(flags)
  })

  it('have no e-mail when the workspace shows none', async () => {
    const workspace = await startCompany()
    const { user } = await clientOf(workspace).users.info({ user: workspace.userId('robo') })
    expect(user?.profile).not.toHaveProperty('email')
  })

  it('may be deactivated, or become guests, while the bot runs', async () => {
    const workspace = await startCompany()
    const { users, conversations } = clientOf(workspace)
    workspace.change('mara', { deleted: true })
    workspace.change('noel', { guest: 'restricted' })
    workspace.change('gita', { guest: null })
    await expect(users.lookupByEmail({ email: 'mara@small.example' })).rejects.toEqual(
      platformError('users_not_found'),
    )
    expect((await users.info({ user: workspace.userId('noel') })).user?.is_restricted).toBe(true)
    expect((await users.info({ user: workspace.userId('gita') })).user?.is_restricted).toBe(false)
    const { members } = await conversations.members({ channel: workspace.channelId })
    expect(members).not.toContain(workspace.userId('mara'))
  })

  it('may have ids of our choice', async () => {
    const workspace = await startCompany({
      people: [{ id: 'U012AB3CD', name: 'ida', realName: 'Ida Id', email: 'ida@small.example' }],
      usergroups: [],
    })
    const { user } = await clientOf(workspace).users.lookupByEmail({ email: 'ida@small.example' })
    expect(user?.id).toBe('U012AB3CD')
  })
})

describe('the conversation', () => {
  it('is private, not shared, and the bot is in it', async () => {
    const workspace = await startCompany()
    const { channel } = await clientOf(workspace).conversations.info({ channel: workspace.channelId })
    expect(channel).toMatchObject({
      name: 'licence-reclaim',
      is_private: true,
      is_shared: false,
      is_ext_shared: false,
      is_org_shared: false,
      is_member: true,
    })
  })

  it('can be public and shared, to be refused', async () => {
    const workspace = await startCompany({
      channel: { name: 'open', private: false, shared: true },
      scopes: ['channels:read'],
    })
    const { channel } = await clientOf(workspace).conversations.info({ channel: workspace.channelId })
    expect(channel).toMatchObject({ is_private: false, is_shared: true, is_ext_shared: true })
  })

  it('has the bot and our people as members, without outsiders and the deactivated', async () => {
    const workspace = await startCompany()
    const { members } = await clientOf(workspace).conversations.members({ channel: workspace.channelId })
    const inside = ['mara', 'noel', 'gita', 'gus', 'sven', 'robo'].map(workspace.userId)
    expect(members?.toSorted()).toEqual([workspace.botUserId, ...inside].toSorted())
  })
})

describe('user groups', () => {
  it('are listed with their members', async () => {
    const workspace = await startCompany()
    const { usergroups } = clientOf(workspace)
    const usergroup = workspace.usergroupId('approvers')
    const members = [workspace.userId('mara'), workspace.userId('noel')]
    expect((await usergroups.users.list({ usergroup })).users).toEqual(members)
    const listed = await usergroups.list({ include_users: true })
    expect(listed.usergroups).toMatchObject([{ id: usergroup, handle: 'approvers', users: members }])
  })

  it('are unknown under another id', async () => {
    const workspace = await startCompany()
    await expect(clientOf(workspace).usergroups.users.list({ usergroup: 'S000' })).rejects.toEqual(
      platformError('no_such_subteam'),
    )
  })
})
