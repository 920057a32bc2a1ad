import { describe, expect, it } from 'vitest'
import { ADA, BOB, connect, idOf, messageOf, NAMES, open, openScripted } from './world.ts'

describe('the address of an instance', () => {
  it.each([
    'https://acme.service-now.com',
    'https://acme.service-now.com/',
    'https://acme.service-now.com:8443',
    'http://localhost:8080',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
  ])('may be %s', instance => {
    expect(connect(instance).instance).toBe(instance)
  })

  it.each([
    'https://user@acme.service-now.com',
    'https://:secret@acme.service-now.com',
    'http://localhost.example.com',
    'http://[::2]',
  ])('may not be %s', instance => {
    expect(() => connect(instance)).toThrow(
      'servicenow.instance must be an https address without a path, such as https://acme.service-now.com (http only for this machine).',
    )
  })
})

describe('a ServiceNow that cannot be reached', () => {
  const names = { ...NAMES, departments: [] }

  it('is told apart from one that refuses, also while signing in', async () => {
    const { simulator } = await open()
    await simulator.close()
    const reader = {
      kind: 'oauth-client-credentials',
      clientId: 'app-1',
      clientSecret: 'app-secret-3',
    } as const
    expect(await messageOf(connect(simulator.url, { names, reader }).scan())).toBe(
      'ServiceNow could not be reached to sign in the scanning account: the connection was refused.',
    )
    expect(await messageOf(connect(simulator.url, { names }).scan())).toBe(
      'ServiceNow could not be read (sys_user_has_role): the connection was refused. The bot tries again later.',
    )
  })

  it('because nobody knows its name', async () => {
    const message = await messageOf(connect('https://no-such-instance.invalid', { names }).scan())
    expect(message).toMatch(/its host name (is not known|could not be looked up)\. The bot tries again later/)
  })

  it('because it does not speak as it should is told by a code, never by the library’s words', async () => {
    const { url } = await openScripted(response => {
      response.socket?.end('no HTTP at all\r\n\r\n')
    })
    expect(await messageOf(connect(url, { names }).scan())).toMatch(
      /the connection failed \([A-Za-z0-9_]+\)\./,
    )
  })

  it('in time is told with the time, in seconds', async () => {
    const { url } = await openScripted(() => {})
    expect(await messageOf(connect(url, { names, timeoutMs: 600 }).scan())).toContain('within 1 s')
  })
})

describe('reads', () => {
  it('go on beside as many writes as may hang at once', async () => {
    const { servicenow, simulator } = await open(undefined, { concurrency: 1 })
    const fault = simulator.faults.add({ kind: 'hang_then_commit' })
    const write = servicenow.send({ method: 'DELETE', table: 'sys_user', sysId: idOf(BOB), body: null })
    expect(await servicenow.inspect(idOf(ADA))).toMatchObject({ kind: 'found' })
    fault.release()
    expect(await write).toEqual({ kind: 'accepted', status: 204 })
  })
})
