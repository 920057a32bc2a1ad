import { describe, expect, test } from 'vitest'
import { createCloud } from '../../../src/bot/teams/cloud.ts'

describe('Microsoft’s own cloud', () => {
  const cloud = createCloud(undefined)

  test.each([
    'https://smba.trafficmanager.net/teams/',
    'https://smba.trafficmanager.net/emea/5c7e1f2a-93b4-4d6e-8a0c-1b2d3e4f5a6b/',
    'https://smba.trafficmanager.net:443/amer/',
    'https://SMBA.trafficmanager.net/teams/',
    'https://smba.infra.gcc.teams.microsoft.com/teams/',
  ])('%s is Teams’', url => {
    expect(cloud.isServiceUrl(url)).toBe(true)
  })

  test.each([
    ['another host', 'https://evil.example/teams/'],
    ['the name in front of another', 'https://smba.trafficmanager.net.evil.example/'],
    ['the name behind another', 'https://evil-smba.trafficmanager.net/'],
    ['a neighbour whom anybody can rent', 'https://evil.trafficmanager.net/'],
    ['a name below it', 'https://x.smba.trafficmanager.net/'],
    ['a dot at its end', 'https://smba.trafficmanager.net./'],
    ['a user name that looks like it', 'https://smba.trafficmanager.net@evil.example/'],
    ['a user name and password', 'https://smba.trafficmanager.net:443@evil.example/'],
    ['the name in the path', 'https://evil.example/smba.trafficmanager.net/'],
    ['the name in the query', 'https://evil.example/?https://smba.trafficmanager.net/'],
    ['the name in the fragment', 'https://evil.example/#@smba.trafficmanager.net/'],
    ['a backslash', 'https://evil.example\\@smba.trafficmanager.net/'],
    ['a look-alike letter', 'https://smbа.trafficmanager.net/'],
    ['no encryption', 'http://smba.trafficmanager.net/teams/'],
    ['another port', 'https://smba.trafficmanager.net:8443/teams/'],
    ['another scheme', 'ftp://smba.trafficmanager.net/teams/'],
    ['a scheme that looks like it', 'https:smba.trafficmanager.net.evil.example'],
    ['no scheme', 'smba.trafficmanager.net/teams/'],
    ['another cloud', 'https://smba.infra.gov.teams.microsoft.us/teams/'],
    ['this machine', 'https://127.0.0.1/teams/'],
    ['nothing', ''],
    ['no address', 'https://'],
  ])('%s is not', (_what, url) => {
    expect(cloud.isServiceUrl(url)).toBe(false)
  })

  test('its login and Graph are where they are', () => {
    const url = 'https://login.microsoftonline.com/tenant/oauth2/v2.0/token?x=1'
    expect(cloud.locate(url)).toBe(url)
  })
})

describe('what stands in for it', () => {
  const cloud = createCloud('http://127.0.0.1:4000')

  test('has everything on its own address', () => {
    expect(cloud.locate('https://graph.microsoft.com/v1.0/teams/t?$top=50')).toBe(
      'http://127.0.0.1:4000/v1.0/teams/t?$top=50',
    )
  })

  test('is the only one to be trusted', () => {
    expect(cloud.isServiceUrl('http://127.0.0.1:4000/teams/')).toBe(true)
    for (const url of [
      'https://smba.trafficmanager.net/teams/',
      'http://127.0.0.1:4001/teams/',
      'http://127.0.0.1:40000/teams/',
      'https://127.0.0.1:4000/teams/',
      'http://127.0.0.1:4000@evil.example/',
      'http://127.0.0.1:4000.evil.example/',
      '',
    ])
      expect(cloud.isServiceUrl(url), url).toBe(false)
  })
})
