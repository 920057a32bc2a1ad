import { describe, expect, test } from 'vitest'
import type { FaultKind } from '../../sandbox/servicenow/misbehaviour.ts'
import { MINUTE, PLATFORMS, story } from './story.ts'

/* Unexpected answers of ServiceNow stop all writes until a person has looked. */

const NOW_IS_FINE = { changes: { reclaim: { graceMinutes: 0 } } }

/** A story in which `nora` approves one account after another, each of whose deletions is answered so. */
async function answeredBy(
  platform: (typeof PLATFORMS)[number],
  kinds: readonly (FaultKind | 'as it should')[],
) {
  const told = await story(platform, NOW_IS_FINE)
  await told.run()
  const names = (await told.history()).map(row => row.name).filter(name => name !== 'Nora Lindqvist')
  const approve = async (name: string) => {
    await told.press('nora', 'approve', name)
    await told.quiet()
  }
  for (const [index, kind] of kinds.entries()) {
    if (kind !== 'as it should') told.servicenow.faults.add({ kind, method: 'DELETE', times: 1 })
    await approve(names[index] ?? '')
  }
  return { ...told, approve, next: names[kinds.length] ?? '' }
}

describe.each(PLATFORMS)('the breaker, in %s,', platform => {
  test('opens after three unexpected answers in a row: nothing more is sent, the channel and status say why', async () => {
    const kinds = ['commit_then_500', 'dropped_202', 'commit_then_reset'] as const
    const { approve, next, deletes, messages, command, pass, exists } = await answeredBy(platform, kinds)
    const notice = (await messages()).at(-1)?.text ?? ''
    expect(notice).toContain('Deletions are stopped.')
    expect(notice).toContain('500, 202, no answer.')
    expect(notice).toMatch(/until a named approver writes .* resume/)
    expect(await command('nora', 'status')).toMatch(/^breaker open since .*500, 202, no answer\.$/m)

    await approve(next)
    await pass(60 * MINUTE)
    expect(deletes()).toHaveLength(3)
    expect(exists('bob.marsh') || exists('greta.lund')).toBe(true)
    expect((await messages()).filter(({ text }) => text.includes('Deletions are stopped.'))).toHaveLength(1)
  })

  test('is closed by a named approver alone, also after a restart; then what waited goes on', async () => {
    const kinds = ['commit_then_500', 'commit_then_500', 'commit_then_500'] as const
    const { approve, next, stage, deletes, command, quiet, pass } = await answeredBy(platform, kinds)
    await approve(next)
    await stage.restart(NOW_IS_FINE.changes)
    await quiet()
    expect(deletes()).toHaveLength(3)
    expect(await command('dana', 'resume')).toContain('Only the named approvers may do this')
    expect(await command('nora', 'resume')).toContain('Resumed: 1 approved deletion will begin')
    await pass(0)
    expect(deletes()).toHaveLength(4)
    expect(await command('nora', 'status')).toContain('breaker closed')
  })

  test('stays closed while good answers come in between, and when ServiceNow clearly says no', async () => {
    const kinds = ['commit_then_500', 'commit_then_500', 'as it should', 'commit_then_500'] as const
    const { command, deletes } = await answeredBy(platform, kinds)
    expect(deletes()).toHaveLength(4)
    expect(await command('nora', 'status')).toContain('breaker closed')
    const refused = await answeredBy(platform, ['acl_403', 'business_rule_403', 'acl_403'])
    expect(await refused.command('nora', 'status')).toContain('breaker closed')
  })
})

test.each(PLATFORMS)(
  'in %s a sign-in that is refused twice stops everything, is told once, and is tried again only when somebody says so',
  async platform => {
    const { servicenow, command, messages, pass, idOf } = await story(platform)
    const lock = (locked: boolean) =>
      servicenow.tables.update('sys_user', idOf('reclaim.bot'), { locked_out: String(locked) })
    lock(true)
    for (let n = 0; n < 30; n++) {
      await command('nora', 'run')
      await pass(6 * MINUTE)
    }
    const refusedLogins = servicenow.journal.filter(({ status }) => status === 401).length
    expect(refusedLogins).toBe(2)
    const notices = (await messages()).filter(({ text }) => text.includes('Deletions are stopped.'))
    expect(notices).toHaveLength(1)
    expect(notices[0]?.text).toContain('SERVICENOW_')

    lock(false)
    expect(await command('nora', 'run')).toContain('The run stopped')
    await command('nora', 'resume')
    expect(await command('nora', 'run')).toContain('The run is done')
  },
)
