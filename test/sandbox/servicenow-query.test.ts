import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { department, hasRole, role, sysId, user } from '../../sandbox/servicenow/rows.ts'
import { startServiceNow } from '../../sandbox/servicenow/simulator.ts'
import { callerOf, start, userNames } from './servicenow-caller.ts'

const account = { userName: 'bot', password: 'secret' }

const sales = department('Sales', { dept_head: sysId('ann') })
const ann = user({ user_name: 'ann', title: 'a^b', vip: 'true', last_login_time: '2026-05-01 10:00:00' })
const ben = user({
  user_name: 'ben',
  manager: ann.sys_id,
  department: sales.sys_id,
  title: 'Engineer',
  failed_attempts: '9',
  last_login_time: '2026-03-01 10:00:00',
})
const cid = user({ user_name: 'cid', manager: ben.sys_id, active: 'false', failed_attempts: '10' })
const bot = user({ user_name: 'bot', active: 'true', title: 'Engine', manager: sysId('nobody') })
const itil = role('itil')
const tables = {
  sys_user: [ann, ben, cid, bot],
  sys_user_role: [itil],
  sys_user_has_role: [hasRole(ben, itil), hasRole(cid, itil)],
  cmn_department: [sales],
}

// The bot's own requests would count as logins.
const quiet = { seed: { tables }, account, settings: { updateLastLoginTime: false } }

describe('an encoded query', () => {
  test.each([
    ['', 'ann ben bot cid'],
    ['user_name=ann', 'ann'],
    ['user_name!=ann', 'ben bot cid'],
    ['user_nameINann,cid', 'ann cid'],
    ['user_nameNOT INann,cid', 'ben bot'],
    ['user_nameLIKEn', 'ann ben'],
    ['user_nameNOT LIKEn', 'bot cid'],
    ['user_nameSTARTSWITHb', 'ben bot'],
    ['user_nameENDSWITHn', 'ann ben'],
    ['last_login_timeISEMPTY', 'bot cid'],
    ['last_login_timeEMPTYSTRING', 'bot cid'],
    ['last_login_timeISNOTEMPTY', 'ann ben'],
    ['titleANYTHING', 'ann ben bot cid'],
    ['last_login_timeBETWEEN2026-02-01 00:00:00@2026-04-01 00:00:00', 'ben'],
    ['user_name>=ben^user_name<cid', 'ben bot'],
    ['user_name>ben^user_name<=cid', 'bot cid'],
  ])('knows the operator of "%s"', async (query, expected) => {
    const { list } = callerOf((await start(quiet)).url)
    const page = await list('sys_user', { sysparm_query: `${query}^ORDERBYuser_name` })
    expect(userNames(page).join(' ')).toBe(expected)
  })

  test.each([
    ['an alternative belongs to the condition before it', 'user_name=ann^ORuser_name=cid^active=true', 'ann'],
    ['a new query is an alternative to everything', 'user_name=ann^active=true^NQuser_name=cid', 'ann cid'],
    [
      'what follows a new query binds to that alone',
      'active=true^NQactive=false^user_name=nobody',
      'ann ben bot',
    ],
    ['a doubled caret is a caret', 'title=a^^b', 'ann'],
    ['the end mark of a copied query means nothing', 'user_name=ann^EQ', 'ann'],
    ['"is not" includes empty', 'title!=Engineer', 'ann bot cid'],
    ['"before" never matches empty', 'last_login_time<2026-04-01 00:00:00', 'ben'],
    ['numbers are compared as numbers', 'failed_attempts>9', 'cid'],
    ['a reference is followed', 'manager.user_name=ann', 'ben'],
    ['references are followed to any depth', 'manager.department.dept_head.vip=true', 'cid'],
    ['a dangling reference leads to empty', 'manager.user_nameISEMPTY', 'ann bot'],
    ['values are case-sensitive', 'user_name=Ann', ''],
  ])('%s', async (_rule, query, expected) => {
    const { list } = callerOf((await start(quiet)).url)
    const page = await list('sys_user', { sysparm_query: `${query}^ORDERBYuser_name` })
    expect(userNames(page).join(' ')).toBe(expected)
  })

  test('follows references in role assignments, as role reports do', async () => {
    const { list } = callerOf((await start(quiet)).url)
    const page = await list('sys_user_has_role', {
      sysparm_query: 'role.nameINitil,admin^user.active=true^state=active',
      sysparm_fields: 'role.name,user.user_name,user.manager.email',
    })
    expect(page.rows).toEqual([
      { 'role.name': 'itil', 'user.user_name': 'ben', 'user.manager.email': 'ann@example.com' },
    ])
  })

  test('may be given as field=value pairs instead', async () => {
    const { list } = callerOf((await start(quiet)).url)
    expect(userNames(await list('sys_user', { title: 'a^b', sysparm_limit: '5' }))).toEqual(['ann'])
  })
})

describe('the order of rows', () => {
  const many = Array.from({ length: 30 }, (_, n) =>
    user({ user_name: `u${String(n).padStart(2, '0')}`, title: n % 2 ? 'odd' : 'even' }),
  )
  const seed = { tables: { sys_user: [bot, ...many] } }

  test('goes by the columns named, in turn', async () => {
    const { list } = callerOf((await start({ seed, account })).url)
    const page = await list('sys_user', {
      sysparm_query: 'user_nameSTARTSWITHu^ORDERBYtitle^ORDERBYDESCuser_name',
      sysparm_limit: '2',
    })
    expect(userNames(page)).toEqual(['u28', 'u26'])
  })

  test('goes by the name where the column is a reference', async () => {
    const { list } = callerOf((await start({ seed: { tables }, account })).url)
    const page = await list('sys_user', { sysparm_query: 'user_nameINben,cid^ORDERBYmanager' })
    expect(userNames(page)).toEqual(['ben', 'cid'])
  })

  test.each(['', 'ORDERBYtitle'])('is no order to page by without a unique column: "%s"', async query => {
    const { list } = callerOf((await start({ seed, account })).url)
    const seen = new Set<string>()
    for (const offset of [0, 10, 20, 30]) {
      const window = { sysparm_limit: '10', sysparm_offset: String(offset) }
      for (const name of userNames(await list('sys_user', { sysparm_query: query, ...window })))
        seen.add(name)
    }
    expect(seen.size).toBeLessThan(31)
  })

  test('is the same in every run for the same seed, and another for another', async () => {
    const firstPage = async (shuffleSeed: number) => {
      const simulator = await start({ seed, account, settings: { shuffleSeed } })
      return userNames(await callerOf(simulator.url).list('sys_user'))
    }
    expect(await firstPage(1)).toEqual(await firstPage(1))
    expect(await firstPage(1)).not.toEqual(await firstPage(2))
  })
})

describe('for any data', () => {
  const value = fc.constantFrom('', 'a', 'b', 'ab', 'ba^b', '^', 'B', '7', 'INa')
  const people = fc
    .array(fc.record({ title: value, city: value, active: fc.constantFrom('true', 'false') }), {
      maxLength: 25,
    })
    .map(all => all.map((fields, n) => user({ user_name: `u${n}`, ...fields })))

  const operators: Record<string, (actual: string, wanted: string) => boolean> = {
    '=': (actual, wanted) => actual === wanted,
    '!=': (actual, wanted) => actual !== wanted,
    '>': (actual, wanted) => actual !== '' && actual > wanted,
    '<=': (actual, wanted) => actual !== '' && actual <= wanted,
    LIKE: (actual, wanted) => actual !== '' && actual.includes(wanted),
    STARTSWITH: (actual, wanted) => actual !== '' && actual.startsWith(wanted),
    ISEMPTY: actual => actual === '',
  }
  const term = fc.record({
    field: fc.constantFrom('title', 'city', 'active'),
    operator: fc.constantFrom(...Object.keys(operators)),
    wanted: value.filter(text => text !== ''),
  })
  const query = fc.array(
    fc.array(fc.array(term, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
    {
      minLength: 1,
      maxLength: 2,
    },
  )
  type Term = { field: string; operator: string; wanted: string }
  const encode = ({ field, operator, wanted }: Term) =>
    `${field}${operator}${operator === 'ISEMPTY' ? '' : wanted.replaceAll('^', '^^')}`

  const serve = async (rows: ReturnType<typeof user>[], visible: object = {}) => {
    const simulator = await startServiceNow({
      seed: { tables: { sys_user: [user({ user_name: 'bot', title: 'Bot', city: 'Bot' }), ...rows] } },
      account: { ...account, ...visible },
    })
    return { list: callerOf(simulator.url).list, close: simulator.close }
  }

  test('a query finds the rows that it describes, no more and no less', () =>
    fc.assert(
      fc.asyncProperty(people, query, async (rows, groups) => {
        const { list, close } = await serve(rows)
        const encoded = groups
          .map(group => group.map(either => either.map(encode).join('^OR')).join('^'))
          .join('^NQ')
        const found = userNames(await list('sys_user', { sysparm_query: encoded }))
        await close()
        const expected = rows.filter(row =>
          groups.some(group =>
            group.every(either =>
              either.some(({ field, operator, wanted }) => operators[operator]?.(row[field] ?? '', wanted)),
            ),
          ),
        )
        const withoutBot = found.filter(name => name !== 'bot').sort()
        expect(withoutBot).toEqual(expected.map(row => row.user_name ?? '').sort())
      }),
      { numRuns: 60 },
    ))

  test('paging by sys_id visits each row once, in ascending order', () =>
    fc.assert(
      fc.asyncProperty(people, fc.integer({ min: 1, max: 8 }), async (rows, limit) => {
        const { list, close } = await serve(rows)
        const visited: string[] = []
        for (let cursor = ''; ; cursor = visited.at(-1) ?? '') {
          const after = cursor === '' ? '' : `^sys_id>${cursor}`
          const page = await list('sys_user', {
            sysparm_query: `active=true${after}^ORDERBYsys_id`,
            sysparm_fields: 'sys_id',
            sysparm_limit: String(limit),
          })
          if (page.rows.length === 0) break
          visited.push(...page.rows.map(row => row.sys_id ?? ''))
        }
        await close()
        const active = rows.filter(row => row.active === 'true').map(row => row.sys_id)
        expect(visited).toEqual([...active, sysId('bot')].sort())
      }),
      { numRuns: 40 },
    ))

  test('paging by offset up to X-Total-Count visits each visible row once, though pages are short', () =>
    fc.assert(
      fc.asyncProperty(people, fc.integer({ min: 1, max: 8 }), async (rows, limit) => {
        const { list, close } = await serve(rows, { hiddenRows: { sys_user: 'active=false' } })
        const visited: string[] = []
        for (let offset = 0, total = 1; offset < total; offset += limit) {
          const page = await list('sys_user', {
            sysparm_query: 'ORDERBYsys_id',
            sysparm_limit: String(limit),
            sysparm_offset: String(offset),
          })
          total = Number(page.headers.get('x-total-count'))
          visited.push(...userNames(page))
        }
        await close()
        const active = rows.filter(row => row.active === 'true').map(row => row.user_name ?? '')
        expect(visited.sort()).toEqual([...active, 'bot'].sort())
      }),
      { numRuns: 40 },
    ))
})
