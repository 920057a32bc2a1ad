import { describe, expect, it } from 'vitest'
import { clientOf, decisions, startBot, startCompany } from './slack-company.ts'

const view = (callback: string) => ({
  type: 'modal' as const,
  callback_id: callback,
  title: { type: 'plain_text' as const, text: 'Details' },
  submit: { type: 'plain_text' as const, text: 'Send' },
  blocks: [
    {
      type: 'input' as const,
      block_id: 'why',
      label: { type: 'plain_text' as const, text: 'Why?' },
      element: { type: 'plain_text_input' as const, action_id: 'reason' },
    },
    {
      type: 'actions' as const,
      elements: [
        {
          type: 'button' as const,
          action_id: 'more',
          value: 'm',
          text: { type: 'plain_text' as const, text: 'More' },
        },
      ],
    },
  ],
})

describe('views', () => {
  it('are opened with the trigger of a click, once', async () => {
    const workspace = await startCompany()
    const outcomes: string[] = []
    await startBot(workspace, app => {
      app.action('reclaim_skip', async ({ ack, body, client }) => {
        await ack()
        const trigger_id = 'trigger_id' in body ? body.trigger_id : ''
        for (const callback of ['first', 'second']) {
          await client.views.open({ trigger_id, view: view(callback) }).then(
            () => outcomes.push('opened'),
            (error: { data: { error: string } }) => outcomes.push(error.data.error),
          )
        }
      })
    })
    const { ts = '' } = await clientOf(workspace).chat.postMessage({
      channel: workspace.channelId,
      text: 'x',
      blocks: decisions('a'),
    })
    await workspace.driver.as('noel').click({ on: ts, actionId: 'reclaim_skip' })
    await expect.poll(() => outcomes).toEqual(['opened', 'exchanged_trigger_id'])
    expect(workspace.views).toEqual([
      expect.objectContaining({
        user: workspace.userId('noel'),
        method: 'views.open',
        triggerId: expect.any(String),
        view: expect.objectContaining({ callback_id: 'first' }),
      }),
    ])
  })

  it('are clicked in, updated and sent in by the person who sees them', async () => {
    const workspace = await startCompany()
    const reasons: unknown[] = []
    await startBot(workspace, app => {
      app.command('/reclaim', async ({ ack, body, client }) => {
        await client.views.open({ trigger_id: body.trigger_id, view: view('exempt') })
        await ack()
      })
      app.action('more', async ({ ack, body, client }) => {
        const view_id = ('view' in body ? body.view?.id : undefined) ?? ''
        await client.views.update({ view_id, view: view('exempt_more') })
        await ack()
      })
      app.view('exempt_more', async ({ ack, body }) => {
        reasons.push(body.user.id, body.view.state.values.why?.reason?.value)
        await ack({ response_action: 'errors', errors: { why: 'Say more.' } })
      })
    })
    const mara = workspace.driver.as('mara')
    await mara.command('/reclaim exempt')
    const [opened] = workspace.views
    await mara.click({ on: opened ?? '', actionId: 'more' })
    const updated = workspace.views[1]
    expect(updated).toMatchObject({ id: opened?.id, user: workspace.userId('mara'), method: 'views.update' })
    if (updated === undefined) return

    const delivery = await mara.submit(updated, { why: { reason: 'On leave' } })
    expect(reasons).toEqual([workspace.userId('mara'), 'On leave'])
    expect(JSON.parse(delivery.body)).toEqual({ response_action: 'errors', errors: { why: 'Say more.' } })

    const noel = workspace.driver.as('noel')
    await expect(noel.submit(updated, {})).rejects.toThrow('noel cannot act on what only')
    await expect(mara.submit(updated, { wy: { reason: 'x' } })).rejects.toThrow('The view has no block "wy"')
  })
})
