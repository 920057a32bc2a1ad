import { describe, expect, test } from 'vitest'
import { buttonsIn } from '../../sandbox/slack/buttons.ts'
import { eventually, MINUTE, story } from './story.ts'

describe('who may not decide is told so, privately, and nothing changes:', () => {
  test.each([
    ['ada', 'somebody who is not the manager', /only the account's manager and the named approvers may/],
    ['gus', 'a guest', /Only full members of this organisation may decide/],
    ['tomas', 'the manager of others', /only the account's manager and the named approvers may/],
  ])('%s, %s', async (person, _who, reason) => {
    const { run, press, states, pass, deletes, thread } = await story()
    await run()
    expect(await press(person, 'approve', 'Bob Marsh')).toMatch(reason)
    expect(await states('bob.marsh')).toEqual(['proposed'])
    await pass(20 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect(await thread('Bob Marsh')).toEqual([])
  })

  test('a named approver about her own account', async () => {
    const { run, press, states } = await story()
    await run()
    expect(await press('nora', 'approve', 'Nora Lindqvist')).toContain('This is your own account.')
    expect(await states('nora.lindqvist')).toEqual(['proposed'])
    expect(await press('dana', 'approve', 'Nora Lindqvist')).toMatch(/^Done/)
  })

  test('somebody who was deactivated after the approval: withdrawn at the last look', async () => {
    const { run, press, pass, slack, deletes, states } = await story()
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    slack.change('dana', { deleted: true })
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'withdrawn'])
  })

  test('nobody while Slack cannot say who they are', async () => {
    const { run, press, slack, states } = await story()
    await run()
    slack.faults.add({ method: 'users.info', kind: '500' })
    expect(await press('dana', 'approve', 'Bob Marsh')).toContain('It could not be checked who you are')
    expect(await states('bob.marsh')).toEqual(['proposed'])
    expect(await press('dana', 'approve', 'Bob Marsh')).toMatch(/^Done/)
  })
})

describe('requests that are not from Slack', () => {
  test.each(['forged', 'none', 'stale'] as const)(
    'are refused and change nothing: signature %s',
    async signature => {
      const { run, messageAbout, slack, states } = await story()
      await run()
      const message = await messageAbout('Bob Marsh')
      const [approve] = buttonsIn(message.blocks).filter(button => button.actionId === 'reclaim_approve')
      const delivery = await slack.driver
        .as('dana')
        .click({ on: message, actionId: 'reclaim_approve', pick: approve?.value ?? '' }, { signature })
      expect(delivery.status).toBe(401)
      expect(await states('bob.marsh')).toEqual(['proposed'])
    },
  )
})

describe('Details', () => {
  test('show the evidence with its sources, the exact request and the timeline, to the manager', async () => {
    const { run, messageAbout, slack, textOf, servicenow } = await story()
    await run()
    const message = await messageAbout('Bob Marsh')
    await slack.driver.as('dana').click({
      on: message,
      actionId: 'reclaim_details',
      pick: button => String(button.element.accessibility_label).endsWith('Bob Marsh'),
    })
    await eventually(() => expect(slack.views).toHaveLength(1))
    const [shown] = slack.views
    expect(shown?.user).toBe(slack.userId('dana'))
    const bob = servicenow.tables.rows('sys_user').find(user => user.user_name === 'bob.marsh')?.sys_id
    const words = textOf({ blocks: (shown?.view.blocks ?? []) as object[] })
    expect(words).toContain('(sys_user.last_login_time, last_login)')
    expect(words).toContain('HR roster: not active')
    expect(words).toContain(`DELETE /api/now/v2/table/sys_user/${bob}`)
    expect(words).not.toContain('Terminated')
  })

  test('are not for others', async () => {
    const { run, press, slack } = await story()
    await run()
    expect(await press('ada', 'details', 'Bob Marsh')).toContain('may see this')
    expect(slack.views).toHaveLength(0)
  })
})

test('text from outside is only ever text', async () => {
  const hostile = '<!channel> *x* <https://evil.example|click> \u202eevil\n:tada: `'
  const { run, slack, servicenow } = await story()
  const bob = servicenow.tables.rows('sys_user').find(user => user.user_name === 'bob.marsh')?.sys_id ?? ''
  servicenow.tables.update('sys_user', bob, { name: hostile })
  await run()
  const messages = await slack.messages()
  expect(JSON.stringify(messages.map(({ blocks }) => blocks)), 'it is shown').toContain('*x* <https://evil')
  for (const { text, blocks } of messages) {
    expect(text).not.toMatch(/<!|\u202e/)
    expect(JSON.stringify(blocks)).not.toMatch(/mrkdwn|\u202e/)
  }
})
