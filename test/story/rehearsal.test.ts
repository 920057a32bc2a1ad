import { describe, expect, test } from 'vitest'
import { MINUTE, PLATFORMS, story } from './story.ts'

const dry = { reclaim: { dryRun: true } }
const live = { reclaim: { dryRun: false } }

describe.each(PLATFORMS)('in %s', platform => {
  test('a dry run ends as rehearsed: last look made, the exact request shown, none sent', async () => {
    const { run, press, pass, deletes, thread, exists, messages, idOf } = await story(platform, {
      changes: dry,
    })
    await run()
    const [header] = await messages()
    expect(header?.text).toContain('(dry run)')
    await press('dana', 'approve', 'Bob Marsh')
    await pass(15 * MINUTE)
    expect((await thread('Bob Marsh')).at(-1)).toBe(
      `Bob Marsh: rehearsed. Nothing was deleted (dry run). The last check passed; this would have been sent: DELETE /api/now/v2/table/sys_user/${idOf('bob.marsh')}`,
    )
    expect(deletes()).toHaveLength(0)
    expect(exists('bob.marsh')).toBe(true)
  })

  test('switching dryRun off does not arm what was proposed in a dry run; the first live run starts afresh', async () => {
    const { run, press, pass, quiet, deletes, states, stage, thread } = await story(platform, {
      changes: dry,
    })
    await run()
    await press('priya', 'skip', 'Ines Duarte')
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    await stage.restart(live)
    await pass(15 * MINUTE)
    expect(await states('bob.marsh')).toEqual(['proposed', 'approved', 'rehearsed'])

    await run()
    expect(await states('greta.lund')).toEqual(['proposed', 'withdrawn', 'proposed'])
    expect(await states('ines.duarte'), 'a skip in a dry run binds dry runs only').toEqual([
      'proposed',
      'skipped',
      'proposed',
    ])
    expect(await thread('Greta Lund'), 'the new message has no history yet').toEqual([])
    expect(deletes()).toHaveLength(0)
  })

  test('switching dryRun on stops what was approved before', async () => {
    const { run, press, pass, quiet, deletes, states, stage } = await story(platform, { changes: live })
    await run()
    await press('dana', 'approve', 'Bob Marsh')
    await quiet()
    await stage.restart(dry)
    await pass(15 * MINUTE)
    expect(deletes()).toHaveLength(0)
    expect((await states('bob.marsh')).at(-1)).toBe('rehearsed')
  })
})
