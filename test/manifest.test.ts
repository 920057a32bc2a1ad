import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { AppsManifestValidateArguments } from '@slack/web-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const source = readFileSync('manifest.yml', 'utf8')
type Manifest = AppsManifestValidateArguments['manifest']
const manifest: Manifest = parse(source)

describe('manifest.yml, by the types that Slack publishes', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'reclaim-manifest-'))
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  /** What the compiler says of these manifests, by name. */
  function complaints(manifests: Record<string, string>): string {
    const names = Object.keys(manifests)
    for (const name of names) {
      const code = `import type { AppsManifestValidateArguments } from '@slack/web-api'
export const manifest = ${manifests[name]} satisfies AppsManifestValidateArguments['manifest']\n`
      writeFileSync(join(folder, `${name}.ts`), code)
    }
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', 'node']
    const files = names.map(name => `${name}.ts`)
    const compiler = resolve('node_modules/.bin/tsc')
    const run = spawnSync(compiler, [...options, ...files], { cwd: folder, encoding: 'utf8' })
    if (run.error) throw run.error
    return run.stdout + run.stderr
  }

  it('has no unknown key, scope or kind of value, and the check would notice', { timeout: 20_000 }, () => {
    const good = JSON.stringify(manifest)
    const found = complaints({
      good,
      scope: good.replace('"groups:history"', '"groups:histroy"'),
      key: good.replace('"should_escape"', '"should_escpae"'),
      kind: good.replace('"socket_mode_enabled":true', '"socket_mode_enabled":"yes"'),
    })
    const where = found.match(/^\w+\.ts/gm)
    expect(new Set(where)).toEqual(new Set(['scope.ts', 'key.ts', 'kind.ts']))
    expect(found).toContain('groups:histroy')
    expect(found).toContain('should_escpae')
  })
})

describe('manifest.yml', () => {
  it('asks for what the bot does, and for nothing else', () => {
    expect(manifest.oauth_config).toEqual({
      scopes: {
        bot: [
          'chat:write',
          'commands',
          'users:read',
          'users:read.email',
          'usergroups:read',
          'groups:read',
          'groups:history',
        ],
      },
    })
  })

  it('is for socket mode, one workspace and tokens that stay', () => {
    expect(manifest.settings).toEqual({
      interactivity: { is_enabled: true },
      socket_mode_enabled: true,
      org_deploy_enabled: false,
      token_rotation_enabled: false,
    })
  })

  it('has the command escape mentions, so that people arrive as ids', () => {
    expect(manifest.features?.slash_commands).toEqual([
      expect.objectContaining({ command: '/reclaim', should_escape: true, usage_hint: expect.any(String) }),
    ])
  })

  it('keeps to the lengths that Slack takes', () => {
    const { name, description, long_description } = manifest.display_information
    expect(name.length).toBeLessThanOrEqual(35)
    expect(description?.length).toBeLessThanOrEqual(140)
    expect(long_description?.length).toBeGreaterThanOrEqual(175)
    expect(long_description?.length).toBeLessThanOrEqual(4000)
    expect(manifest.features?.bot_user?.display_name).toMatch(/^[a-z0-9._-]{1,80}$/)
  })

  it('becomes one for HTTP by its comments alone', () => {
    const http: Manifest = parse(
      source.replaceAll(/# (\w*url: )/g, '$1').replace('_mode_enabled: true', '_mode_enabled: false'),
    )
    const url = 'https://reclaim.example.com/slack/events'
    expect(http.features?.slash_commands?.[0]?.url).toBe(url)
    expect(http.settings?.interactivity?.request_url).toBe(url)
    expect(http.settings?.socket_mode_enabled).toBe(false)
  })
})
