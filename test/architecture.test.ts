import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FILES = ['src', 'sandbox', 'test'].flatMap(folder =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => `${folder}/${name}`),
)
const TEXTS = new Map(FILES.map(file => [file, readFileSync(join(ROOT, file), 'utf8')]))
const textOf = (file: string) => TEXTS.get(file) ?? ''

const IMPORTS = [
  /^(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'/gm,
  /^import\s+'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
]

/** What a file imports: our own files by their path from the root, libraries by their name. */
function importsOf(file: string): string[] {
  return IMPORTS.flatMap(pattern => [...textOf(file).matchAll(pattern)]).map(([, target = '']) =>
    target.startsWith('.') ? normalize(join(file, '..', target)) : target,
  )
}

const DOMAIN = /^src\/reclaim\/[^/]+$/
const SHELL = /^src\/(main\.ts|chats\.ts|cli\.ts|cli\/.+)$/
const AROUND = /^src\/(?!main\.ts|chats\.ts|cli\.ts)[^/]+$/

/**
 * Who may know whom. The first row that matches a file is its own; `ours` are the files that it may import, `libraries`
 * those that it may use. A file that no row matches is in nobody's place.
 */
const PLACES: readonly { place: string; files: RegExp; ours: RegExp[]; libraries: RegExp[] }[] = [
  { place: 'the domain', files: DOMAIN, ours: [DOMAIN], libraries: [/^node:crypto$/] },
  {
    place: 'ServiceNow',
    files: /^src\/reclaim\/servicenow\//,
    ours: [DOMAIN, /^src\/reclaim\/servicenow\//],
    libraries: [/^node:/, /^undici$/, /^zod$/],
  },
  {
    place: 'the roster',
    files: /^src\/reclaim\/roster\//,
    ours: [DOMAIN, /^src\/reclaim\/roster\//],
    libraries: [/^node:/, /^csv-parse/],
  },
  {
    place: 'the store',
    files: /^src\/store\//,
    ours: [DOMAIN, /^src\/store\//],
    libraries: [/^node:/, /^better-sqlite3$/],
  },
  {
    place: 'what every chat shows',
    files: /^src\/bot\/[^/]+$/,
    ours: [DOMAIN, /^src\/bot\/[^/]+$/],
    libraries: [],
  },
  {
    place: 'Slack',
    files: /^src\/bot\/slack\//,
    ours: [DOMAIN, /^src\/bot\/[^/]+$/, /^src\/bot\/slack\//],
    libraries: [/^node:/, /^@slack\//],
  },
  {
    // The SDK's types stay in the one file that speaks to it.
    place: 'the Teams SDK',
    files: /^src\/bot\/teams\/connector\.ts$/,
    ours: [/^src\/bot\/teams\//],
    libraries: [/^botbuilder$/, /^botframework-connector$/],
  },
  {
    place: 'Teams',
    files: /^src\/bot\/teams\//,
    ours: [DOMAIN, /^src\/bot\/[^/]+$/, /^src\/bot\/teams\//],
    libraries: [/^node:/, /^(undici|jose|zod|@azure\/msal-node)$/],
  },
  {
    place: 'the settings',
    files: /^src\/config[^/]*$/,
    ours: [DOMAIN, /^src\/config[^/]*$/],
    libraries: [/^node:/, /^(zod|yaml|croner|node-cron)$/],
  },
  { place: 'what stands around', files: AROUND, ours: [DOMAIN, AROUND], libraries: [/./] },
  { place: 'whoever puts it together', files: SHELL, ours: [/^src\//], libraries: [/./] },
  {
    // What imitates ServiceNow and Slack must not repeat our mistakes.
    place: 'a stand-in',
    files: /^sandbox\/(servicenow|slack|teams)\//,
    ours: [/^sandbox\//],
    libraries: [/./],
  },
  { place: 'the demo', files: /^sandbox\//, ours: [/^sandbox\//, /^src\//], libraries: [/./] },
  { place: 'a test', files: /^test\//, ours: [/^(src|sandbox|test)\//], libraries: [/./] },
]
const placeOf = (file: string) => PLACES.find(({ files }) => files.test(file))

describe('who knows whom', () => {
  test('this test saw the files, and what they import', () => {
    for (const { place, files } of PLACES) {
      expect([place, FILES.some(file => files.test(file))]).toEqual([place, true])
    }
    expect(FILES.length).toBeGreaterThan(100)
    expect(importsOf('src/reclaim/evidence.ts')).toEqual(['node:crypto', 'src/reclaim/candidate.ts'])
    expect(importsOf('src/store/database.ts')).toContain('better-sqlite3')
    expect(importsOf('src/store/candidate-table.ts')).toContain('src/reclaim/lifecycle.ts')
    expect(FILES.flatMap(importsOf).filter(target => FILES.includes(target)).length).toBeGreaterThan(300)
  })

  test('every file has its place', () => {
    expect(FILES.filter(file => !placeOf(file))).toEqual([])
  })

  test.each(PLACES.map(({ place }) => place))('%s imports only what it may know', name => {
    const strangers = FILES.flatMap(file => {
      const place = placeOf(file)
      if (place?.place !== name) return []
      return importsOf(file)
        .filter(
          target =>
            !(/^(src|sandbox|test)\//.test(target) ? place.ours : place.libraries).some(r => r.test(target)),
        )
        .map(target => `${file} imports ${target}`)
    })
    expect(strangers).toEqual([])
  })

  test('nobody imports the entry points but each other', () => {
    const importers = FILES.filter(
      file => file.startsWith('src/') && importsOf(file).some(t => SHELL.test(t)),
    )
    expect(importers.filter(file => !SHELL.test(file))).toEqual([])
  })

  test('a chat is loaded only where it is configured', () => {
    const loads = (text: string) => [
      ...text.matchAll(/(import\(|\bfrom )'(\.[^']*\/bot\/(?:slack|teams)\/[^']+)'/g),
    ]
    const found = FILES.filter(file => /^src\/(?!bot\/)/.test(file)).flatMap(file =>
      loads(textOf(file)).map(
        ([, how, target]) => `${file} ${how === 'import(' ? 'when needed' : 'always'} ${target}`,
      ),
    )
    expect(found).toEqual([
      'src/chats.ts when needed ./bot/slack/slack.ts',
      'src/chats.ts when needed ./bot/teams/teams.ts',
    ])
  })

  test('every import names a file that exists', () => {
    const dangling = FILES.flatMap(file =>
      importsOf(file).filter(target => target.endsWith('.ts') && !FILES.includes(target)),
    )
    expect(dangling).toEqual([])
  })
})

describe('how files are', () => {
  const withText = (files: readonly string[], pattern: RegExp) =>
    files.filter(file => pattern.test(textOf(file)))
  const sources = FILES.filter(file => file.startsWith('src/'))

  test('only the settings read the environment', () => {
    const readers = withText(sources, /\bprocess\.env\b|\benv\b[^\n]*=\s*process\b|from 'node:process'/)
    expect(readers.filter(file => !/^src\/config[^/]*$/.test(file))).toEqual([])
    expect(readers).toContain('src/config.ts')
  })

  test('none has a default export', () => {
    expect(withText(FILES, /^export default\b|^export \{[^}]*\bas default\b/m)).toEqual([])
  })

  test('none is called by what it is not', () => {
    const nameless = /^(utils?|helpers?|types|common|misc|shared|index)\.ts$/
    expect(FILES.filter(file => nameless.test(basename(file)))).toEqual([])
    expect(FILES.filter(file => /\/(utils?|helpers?|types|common|misc|shared)\//.test(file))).toEqual([])
  })

  test('none of the program is longer than 250 lines', () => {
    const long = FILES.filter(file => !file.startsWith('test/'))
      .map(file => ({ file, lines: textOf(file).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > 250)
    expect(long).toEqual([])
  })
})
