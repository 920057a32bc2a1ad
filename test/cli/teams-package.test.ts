import { spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inflateSync } from 'node:zlib'
import { AppManifestUtils, type TeamsManifestV1D25 } from '@microsoft/app-manifest'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPackage } from '../../src/cli/teams-package.ts'
import { settingsFor } from './instance.ts'
import { finished, SECRETS, shell } from './shell.ts'

const APP = '55555555-aaaa-4bbb-8ccc-666666666666'
const TENANT = '11111111-aaaa-4bbb-8ccc-222222222222'
const TEAM = '33333333-aaaa-4bbb-8ccc-444444444444'
const PASSWORD = 'abc8Q~correct-horse-battery'
const settings = {
  ...settingsFor('https://acme.service-now.com'),
  approvers: { slackUsers: ['U012AB3CD'], teamsUsers: ['aaaaaaaa-0000-4000-8000-00000000000a'] },
  teams: { tenant: TENANT, team: TEAM, channel: '19:abc@thread.tacv2' },
}
const env = { ...SECRETS, MicrosoftAppId: APP.toUpperCase(), MicrosoftAppPassword: PASSWORD }
const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))

const bytes = await createPackage('teams', { appId: APP, version })
const files = unzipSync(bytes)
const { 'color.png': color = bytes, 'outline.png': outline = bytes } = files
const text = strFromU8(files['manifest.json'] ?? bytes)
const manifest: TeamsManifestV1D25.TeamsManifestV1D25 = JSON.parse(text)

describe('teams-package', () => {
  it('writes reclaim-teams.zip, with three files at its root, and says what to do with it', async () => {
    const { reclaim, folder } = shell(settings, env)
    const path = join(folder, 'reclaim-teams.zip')
    const { code, stdout, stderr } = await reclaim('teams-package')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [where, upload, add, mind, end] = stdout.split('\n')
    expect(where).toBe(`The app package is in ${path}: version ${version}, for the bot ${APP}.`)
    expect(upload).toMatch(/^Upload it in the Teams admin center/)
    expect(add).toMatch(
      new RegExp(`^Then an owner adds the app to the team ${TEAM} .*consents to ChannelMessage`),
    )
    expect(mind, 'nobody has written their own yet').toMatch(/^Mind: developer .* still names example\.com/)
    expect(end).toBe('')
    const written = unzipSync(readFileSync(path))
    expect(Object.keys(written)).toEqual(['manifest.json', 'color.png', 'outline.png'])
  })

  it('makes the same bytes of the same input, in another zone too, and writes them where --out says', async () => {
    const { reclaim, folder } = shell(settings, { ...env, TZ: 'Pacific/Kiritimati' })
    writeFileSync(join(folder, 'app.zip'), 'x'.repeat(100_000))
    expect(await reclaim('teams-package', '--out', 'app.zip')).toMatchObject({ code: 0 })
    const written = readFileSync(join(folder, 'app.zip'))
    expect(written.equals(bytes)).toBe(true)
    // The date of the first file, whatever the day; zip counts the years from 1980.
    expect(written.readUInt16LE(12)).toBe((1 << 5) | 1)
  })

  it('asks nothing of the network', async () => {
    const { withNode, folder } = shell(settings, env)
    const cut = `import { Socket } from 'node:net'
Socket.prototype.connect = () => { process.stderr.write('It went to the network.'); process.exit(9) }`
    const preload = `data:text/javascript,${encodeURIComponent(cut)}`
    expect(await withNode(['--import', preload], 'teams-package')).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(join(folder, 'reclaim-teams.zip')).equals(bytes)).toBe(true)
  })

  it('alone loads what it needs for it', async () => {
    const watch = `import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) {
  const [name] = /resvg-wasm|app-manifest|fflate/.exec(url) ?? []
  if (name) process.stderr.write('loads ' + name + '\\n')
  return next(url, context)
} })`
    const preload = ['--import', `data:text/javascript,${encodeURIComponent(watch)}`]
    const { withNode } = shell(settings, env)
    expect((await withNode(preload, 'verify')).stderr).not.toContain('loads ')
    const { stderr } = await withNode(preload, 'teams-package')
    for (const name of ['resvg-wasm', 'app-manifest', 'fflate']) expect(stderr).toContain(`loads ${name}`)
  })

  it('takes no secret along, and nothing of the tenant', async () => {
    const { reclaim, folder } = shell(settings, env)
    expect(await reclaim('teams-package')).toMatchObject({ code: 0 })
    const packed = readFileSync(join(folder, 'reclaim-teams.zip'))
    const all = [packed, ...Object.values(unzipSync(packed))].map(file => strFromU8(file, true)).join()
    for (const secret of [PASSWORD, TENANT, TEAM, ...Object.values(SECRETS)])
      expect(all).not.toContain(secret)
    expect(all).toContain(APP)
  })
})

describe('the manifest', () => {
  it('fits Microsoft’s schema, and the check would notice', async () => {
    expect(manifest.$schema).toContain('/v1.25/')
    expect(await AppManifestUtils.validateAgainstSchema(manifest)).toEqual([])
    const wrong = { ...manifest, name: { short: 'x'.repeat(31) } }
    expect(await AppManifestUtils.validateAgainstSchema(wrong)).toHaveLength(1)
  })

  it('is of this bot and this version, with nothing left to fill in', () => {
    expect(manifest).toMatchObject({ manifestVersion: '1.25', id: APP, version })
    expect(text).not.toMatch(/\{\{|\}\}/)
  })

  it('offers the bot in teams and in the personal chat, with its commands', () => {
    const scopes = ['team', 'personal']
    expect(manifest.bots).toEqual([
      {
        ...{ botId: APP, scopes, supportsFiles: false, isNotificationOnly: false },
        commandLists: [{ scopes, commands: expect.any(Array) }],
      },
    ])
    const commands = manifest.bots?.[0]?.commandLists?.[0]?.commands ?? []
    expect(commands.map(({ title }) => title)).toEqual([
      'help',
      'status',
      'run',
      'history',
      'undo',
      'pause',
      'resume',
    ])
    // A line in a menu; older schemas allow no more.
    for (const { description } of commands) expect(description).toMatch(/^.{1,128}$/)
  })

  it('asks for the channel messages of its team, and for nothing else', () => {
    const resourceSpecific = [{ name: 'ChannelMessage.Read.Group', type: 'Application' }]
    expect(manifest.authorization).toEqual({ permissions: { resourceSpecific } })
    // Teams grants none without a resource, whatever it says (Microsoft Learn, Test resource-specific consent).
    expect(manifest.webApplicationInfo).toEqual({ id: APP, resource: expect.stringMatching(/./) })
    expect(manifest.validDomains).toEqual([])
    expect(manifest).not.toHaveProperty('permissions')
  })

  it('says that it knows private channels, which Teams demands from 1.25 on and the schema does not', () => {
    expect(manifest.supportsChannelFeatures).toBe('tier1')
  })
})

describe('the icons', () => {
  it('are PNG files of the sizes that Teams wants', () => {
    expect(manifest.icons).toEqual({ color: 'color.png', outline: 'outline.png' })
    expect(picture(color)).toMatchObject({ width: 192, height: 192 })
    expect(picture(outline)).toMatchObject({ width: 32, height: 32 })
  })

  it('color fills its square and has colours', () => {
    const { pixels } = picture(color)
    expect(pixels.every(([, , , alpha]) => alpha === 255)).toBe(true)
    expect(new Set(pixels.map(pixel => pixel.join())).size).toBeGreaterThan(4)
  })

  it('color keeps what matters in the middle, where no rounding and no circle cuts it off', () => {
    const { width, pixels } = picture(color)
    const far = (at: number) => Math.abs(at + 0.5 - width / 2) > 60
    const outside = pixels.filter((_, n) => far(n % width) || far(Math.floor(n / width)))
    expect(new Set(outside.map(pixel => pixel.join())).size).toBe(1)
  })

  it('outline is white on transparent, and nothing else', () => {
    const { pixels } = picture(outline)
    const seen = pixels.filter(([, , , alpha]) => alpha !== 0)
    expect(seen.filter(([red, green, blue]) => red !== 255 || green !== 255 || blue !== 255)).toEqual([])
    expect(seen.length).toBeGreaterThan(100)
    expect(pixels.length - seen.length).toBeGreaterThan(300)
  })
})

describe('teams-package refuses', () => {
  it('settings that cannot be used, with exit 2', async () => {
    const wrong = { ...settings, teams: { ...settings.teams, team: 'Licences' } }
    const { reclaim } = shell(wrong, { ...env, MicrosoftAppId: '' })
    const { code, stdout, stderr } = await reclaim('teams-package')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/teams\.team: write the GUID of the team[\s\S]*MicrosoftAppId: missing/)
  })

  it('settings without Teams, in one sentence, with exit 2', async () => {
    const { reclaim } = shell(settingsFor('https://acme.service-now.com'))
    expect(await reclaim('teams-package')).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: 'Microsoft Teams is not configured: write the section teams, as in reclaim.example.yml.\n',
    })
  })

  it.each([
    ['no/app.zip', 'ENOENT'],
    ['taken', 'EISDIR'],
  ])('%s, a place that it cannot write to, in one sentence, with exit 1', async (out, reason) => {
    const { reclaim, folder } = shell(settings, env)
    mkdirSync(join(folder, 'taken'))
    expect(await reclaim('teams-package', '--out', out)).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: `The package cannot be written to ${join(folder, out)} (${reason}); name another file with --out.\n`,
    })
  })

  it('a manifest that Teams would refuse, with exit 1, and writes nothing', async () => {
    const { folder } = shell(settings, env)
    for (const part of ['src', 'teams', 'package.json']) cpSync(part, join(folder, part), { recursive: true })
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
    const template = join(folder, 'teams', 'manifest.template.json')
    writeFileSync(
      template,
      readFileSync(template, 'utf8')
        .replace('"Reclaim"', `"${'x'.repeat(31)}"`)
        .replace('#1f3a4d', 'blue'),
    )
    const before = readdirSync(folder)
    const child = spawn(join(folder, 'node_modules/.bin/node'), ['src/cli.ts', 'teams-package'], {
      ...{ cwd: folder, env },
    })
    const { code, stdout, stderr } = await finished(child)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const line = (where: string) =>
      expect.stringMatching(
        new RegExp(`^Teams would refuse the manifest: ${where} must .*; correct ${template}\\.$`),
      )
    expect(stderr.split('\n')).toEqual([line('/name/short'), line('/accentColor'), ''])
    expect(readdirSync(folder)).toEqual(before)
  })

  it.each<[string, string, RegExp | string, string, RegExp[]]>([
    [
      'a name that is too long',
      'manifest.template.json',
      '"Reclaim"',
      `"${'x'.repeat(31)}"`,
      [
        /^Teams would refuse the manifest: \/name\/short must NOT have more than 30 characters \(.*30.*\); correct \/.*\.json\.$/,
      ],
    ],
    [
      'several mistakes, each in a sentence of its own',
      'manifest.template.json',
      '"accentColor": "#1f3a4d"',
      '"accentColor": "blue", "colour": 1',
      [
        /: its top level must NOT have additional properties \([^.]*colour[^.]*\); /,
        /: \/accentColor must match pattern/,
      ],
    ],
    [
      'another version of the manifest, whose schema it would have to fetch',
      'manifest.template.json',
      /1\.25/g,
      '9.9',
      [
        /^The manifest must be of version 1\.25; set manifestVersion in \/.*\.json to "1\.25" and \$schema to "https:.*"\.$/,
      ],
    ],
    [
      'what is no JSON',
      'manifest.template.json',
      '"icons": {',
      '"icons": ',
      [/^The template \/.*manifest\.template\.json is not valid JSON \(.*\); correct it\.$/],
    ],
    [
      'an icon of another size',
      'outline.svg',
      'width="32"',
      'width="64"',
      [
        /^The icon outline\.svg must be 32 × 32 pixels and is 64 × 32; correct the width and height of \/.*outline\.svg\.$/,
      ],
    ],
    [
      'an icon that is no picture',
      'color.svg',
      '<svg',
      '<svq',
      [/^The icon \/.*color\.svg cannot be drawn \(.*\); make it valid SVG again\.$/],
    ],
  ])('%s', async (_, file, from, to, sentences) => {
    const folder = mkdtempSync(join(tmpdir(), 'reclaim-teams-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    cpSync('teams', folder, { recursive: true })
    const before = readFileSync(join(folder, file), 'utf8')
    const after = before.replace(from, to)
    expect(after).not.toBe(before)
    writeFileSync(join(folder, file), after)
    const refusal: unknown = await createPackage(folder, { appId: APP, version }).catch(error => error)
    const lines = refusal instanceof Error ? refusal.message.split('\n') : []
    expect(lines).toEqual(sentences.map(sentence => expect.stringMatching(sentence)))
  })
})

/** The pixels of a PNG file, red, green, blue and alpha: 8 bits each, not interlaced (PNG specification, 9 and 11.2). */
function picture(png: Uint8Array): { width: number; height: number; pixels: number[][] } {
  const file = Buffer.from(png)
  expect(file.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  const data: Buffer[] = []
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at))
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  expect([...file.subarray(24, 29)]).toEqual([8, 6, 0, 0, 0])
  const bytes = unfilter(inflateSync(Buffer.concat(data)), width * 4, height)
  const pixels = Array.from({ length: width * height }, (_, n) => [...bytes.subarray(n * 4, n * 4 + 4)])
  return { width, height, pixels }
}

function unfilter(filtered: Buffer, rowLength: number, height: number): Uint8Array {
  const rows = new Uint8Array(rowLength * height)
  for (let row = 0; row < height; row++) {
    const kind = filtered[row * (rowLength + 1)] ?? 0
    for (let i = 0; i < rowLength; i++) {
      const at = row * rowLength + i
      const left = i < 4 ? 0 : (rows[at - 4] ?? 0)
      const above = row === 0 ? 0 : (rows[at - rowLength] ?? 0)
      const corner = i < 4 || row === 0 ? 0 : (rows[at - rowLength - 4] ?? 0)
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][kind] ?? 0
      rows[at] = (filtered[row * (rowLength + 1) + 1 + i] ?? 0) + guess
    }
  }
  return rows
}

function paeth(left: number, above: number, corner: number): number {
  const [l, a, c] = [left, above, corner].map(value => Math.abs(left + above - corner - value))
  if (l === undefined || a === undefined || c === undefined) return 0
  if (l <= a && l <= c) return left
  return a <= c ? above : corner
}
