import { describe, expect, test } from 'vitest'
import { department, user } from '../../sandbox/servicenow/rows.ts'
import { callerOf, start } from './servicenow-caller.ts'

const account = { userName: 'bot', password: 'secret' }
const sales = department('Sales')
const ann = user({ user_name: 'ann.ash' })
const ben = user({
  user_name: 'ben.birch',
  manager: ann.sys_id,
  department: sales.sys_id,
  last_login_time: '2018-03-10 21:48:11',
})
const seed = {
  tables: { sys_user: [user({ user_name: 'bot' }), ann, ben], cmn_department: [sales] },
}
const manySeed = {
  tables: {
    sys_user: [
      user({ user_name: 'bot' }),
      ...Array.from({ length: 624 }, (_, n) => user({ user_name: `u${n}` })),
    ],
  },
}
const INSTANCE = 'https://example.service-now.com'

describe('a row', () => {
  const get = async (params: Record<string, string>) => {
    const simulator = await start({ seed, account, instanceUrl: INSTANCE })
    return (await callerOf(simulator.url).get(`/api/now/v2/table/sys_user/${ben.sys_id}`, params)).row
  }

  test('has all 58 columns, user_password among them, when none are asked for', async () => {
    const row = await get({})
    expect(Object.keys(row)).toHaveLength(58)
    expect(row.user_password).not.toBe('')
  })

  test('is text only: flags, numbers, and "" for NULL', async () => {
    expect(await get({ sysparm_fields: 'active,failed_attempts,sys_mod_count,last_login' })).toEqual({
      active: 'true',
      failed_attempts: '',
      sys_mod_count: '0',
      last_login: '',
    })
  })

  test('may know a login time and no login day', async () => {
    expect(await get({ sysparm_fields: 'last_login_time,last_login' })).toEqual({
      last_login_time: '2018-03-10 21:48:11',
      last_login: '',
    })
  })

  test('gives references as link and value, the link in the version called; an empty one is ""', async () => {
    expect(await get({ sysparm_fields: 'manager,company' })).toEqual({
      manager: { link: `${INSTANCE}/api/now/v2/table/sys_user/${ann.sys_id}`, value: ann.sys_id },
      company: '',
    })
  })

  test('gives plain values when links are not wanted', async () => {
    const params = { sysparm_fields: 'manager,company', sysparm_exclude_reference_link: 'true' }
    expect(await get(params)).toEqual({ manager: ann.sys_id, company: '' })
  })

  test('gives dot-walked fields flat, and passes over fields that do not exist', async () => {
    const fields = 'manager.email,manager.manager,department.name,no_such_field,manager.no_such_field'
    expect(await get({ sysparm_fields: fields })).toEqual({
      'manager.email': 'ann.ash@example.com',
      'manager.manager': '',
      'department.name': 'Sales',
    })
  })

  test('shows display values, or both, when asked', async () => {
    const link = `${INSTANCE}/api/now/v2/table/sys_user/${ann.sys_id}`
    const sysparm_fields = 'manager,active,company'
    expect(await get({ sysparm_fields, sysparm_display_value: 'true' })).toEqual({
      manager: { display_value: 'Ann Ash', link },
      active: 'true',
      company: '',
    })
    expect(await get({ sysparm_fields, sysparm_display_value: 'all' })).toEqual({
      manager: { display_value: 'Ann Ash', value: ann.sys_id, link },
      active: { display_value: 'true', value: 'true' },
      company: { display_value: '', value: '' },
    })
    expect(
      await get({ sysparm_fields, sysparm_display_value: 'true', sysparm_exclude_reference_link: 'true' }),
    ).toEqual({ manager: 'Ann Ash', active: 'true', company: '' })
  })
})

describe('a list', () => {
  const page = async (params: Record<string, string>, path = '/api/now/table/sys_user') => {
    const simulator = await start({ seed: manySeed, account, instanceUrl: INSTANCE })
    return callerOf(simulator.url).get(path, params)
  }

  test('links to its other pages exactly as the recorded instance does', async () => {
    const first = await page({ sysparm_limit: '10' })
    const url = `${INSTANCE}/api/now/table/sys_user?sysparm_limit=10`
    expect(first.headers.get('link')).toBe(
      `<${url}&sysparm_offset=0>;rel="first",<${url}&sysparm_offset=10>;rel="next",<${url}&sysparm_offset=620>;rel="last"`,
    )
    expect(first.headers.get('x-total-count')).toBe('625')
    expect(first.rows).toHaveLength(10)
  })

  test('has prev in the middle, and no next at the end', async () => {
    const rels = (link: string | null) =>
      [...(link ?? '').matchAll(/offset=(\d+)>;rel="(\w+)"/g)].map(m => `${m[2]} ${m[1]}`)
    const middle = await page({ sysparm_limit: '10', sysparm_offset: '20' })
    expect(rels(middle.headers.get('link'))).toEqual(['first 0', 'prev 10', 'next 30', 'last 620'])
    const last = await page({ sysparm_limit: '10', sysparm_offset: '620' })
    expect(rels(last.headers.get('link'))).toEqual(['first 0', 'prev 610', 'last 620'])
    expect(last.rows).toHaveLength(5)
    const even = await page({ sysparm_limit: '125' })
    expect(rels(even.headers.get('link')).at(-1)).toBe('last 500')
  })

  test('echoes the parameters before the offset, commas encoded in the query only', async () => {
    const reply = await page({
      sysparm_query: 'user_nameINu1,u2,u3',
      sysparm_fields: 'name,email',
      sysparm_offset: '0',
      sysparm_limit: '2',
    })
    expect(reply.headers.get('link')).toContain(
      '?sysparm_query=user_nameINu1%2Cu2%2Cu3&sysparm_fields=name,email&sysparm_limit=2&sysparm_offset=2>;rel="next"',
    )
  })

  test('has no Link if it fits one page, and its default page is 10000 rows', async () => {
    const reply = await page({})
    expect(reply.rows).toHaveLength(625)
    expect(reply.headers.get('link')).toBeNull()
    expect(reply.headers.get('x-total-count')).toBe('625')
  })

  test('leaves out Link or X-Total-Count when asked', async () => {
    const unlinked = await page({ sysparm_limit: '10', sysparm_suppress_pagination_header: 'true' })
    expect(unlinked.headers.get('link')).toBeNull()
    expect(unlinked.headers.get('x-total-count')).toBe('625')
    const uncounted = await page({ sysparm_limit: '10', sysparm_no_count: 'true' })
    expect(uncounted.headers.get('x-total-count')).toBeNull()
  })

  test('that is empty is 404 in version 1 and an empty list otherwise', async () => {
    const nobody = { sysparm_query: 'user_name=nobody' }
    const v1 = await page(nobody, '/api/now/v1/table/sys_user')
    expect(v1.status).toBe(404)
    expect(v1.body?.error?.message).toBe('No Record found')
    for (const path of ['/api/now/v2/table/sys_user', '/api/now/table/sys_user']) {
      const reply = await page(nobody, path)
      expect([reply.status, reply.text]).toEqual([200, '{"result":[]}'])
    }
  })
})

describe('the Aggregate API', () => {
  test('counts, as text', async () => {
    const { get } = callerOf((await start({ seed: manySeed, account })).url)
    const params = { sysparm_count: 'true', sysparm_query: 'user_nameSTARTSWITHu' }
    expect((await get('/api/now/stats/sys_user', params)).text).toBe('{"result":{"stats":{"count":"624"}}}')
  })
})
