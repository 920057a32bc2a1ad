import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppManifestUtils, type TeamsManifest } from '@microsoft/app-manifest'
import { strToU8, zipSync } from 'fflate'
import { loadSettings } from '../config.ts'
import { drawIcon } from './icons.ts'
import { complain, print } from './output.ts'
import type { ExitCode } from './program.ts'

/** The one whose schema lies in @microsoft/app-manifest under this address; for any other it would ask the network. */
const VERSION = '1.25'
const SCHEMA = `https://developer.microsoft.com/json-schemas/teams/v${VERSION}/MicrosoftTeams.schema.json`

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Writes what an administrator uploads so that the bot is an app in Microsoft Teams. */
export async function teamsPackage({ out }: { out: string }): Promise<ExitCode> {
  const { teams } = loadSettings()
  if (!teams) {
    complain(
      new Error('Microsoft Teams is not configured: write the section teams, as in reclaim.example.yml.'),
    )
    return 2
  }
  const { version }: { version: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const bytes = await createPackage(join(ROOT, 'teams'), { appId: teams.appId, version })
  const path = resolve(out)
  try {
    writeFileSync(path, bytes)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown'
    throw new Error(`The package cannot be written to ${path} (${code}); name another file with --out.`)
  }
  const isUnnamed = readFileSync(join(ROOT, 'teams', 'manifest.template.json'), 'utf8').includes(
    'example.com',
  )
  print([
    `The app package is in ${path}: version ${version}, for the bot ${teams.appId}.`,
    'Upload it in the Teams admin center (Teams apps → Manage apps → Upload new app), or in Teams (Apps → Manage your apps → Upload an app).',
    `Then an owner adds the app to the team ${teams.team} (and to the channel itself if that is private or shared) and consents to ChannelMessage.Read.Group: reading the messages of this team.`,
    ...(isUnnamed ? ['Mind: developer in teams/manifest.template.json still names example.com.'] : []),
  ])
  return 0
}

/**
 * An app package for Microsoft Teams: a zip with the manifest and both icons at its root. The same input gives the same bytes.
 * @param folder where manifest.template.json, color.svg and outline.svg are.
 * @throws Error with a readable sentence for each thing that Teams would refuse, as far as the schema knows it.
 */
export async function createPackage(
  folder: string,
  facts: { readonly appId: string; readonly version: string },
): Promise<Uint8Array> {
  const files = {
    'manifest.json': strToU8(await fillManifest(join(folder, 'manifest.template.json'), facts)),
    // Sizes: Microsoft Learn, App manifest, icons.
    'color.png': await drawIcon(join(folder, 'color.svg'), 192),
    'outline.png': await drawIcon(join(folder, 'outline.svg'), 32),
  }
  // A zip knows no time zone: the date has to be made from its local parts to be the same everywhere.
  return zipSync(files, { mtime: new Date(1980, 0, 1) })
}

async function fillManifest(path: string, facts: Readonly<Record<string, string>>): Promise<string> {
  const filled = Object.entries(facts).reduce(
    (text, [name, value]) => text.replaceAll(`{{${name}}}`, value),
    readFileSync(path, 'utf8'),
  )
  const manifest = parseManifest(filled, path)
  if (manifest.$schema !== SCHEMA || manifest.manifestVersion !== VERSION)
    throw new Error(
      `The manifest must be of version ${VERSION}; set manifestVersion in ${path} to "${VERSION}" and $schema to "${SCHEMA}".`,
    )
  const problems = await AppManifestUtils.validateAgainstSchema(manifest)
  if (problems.length > 0)
    throw new Error(
      problems
        .map(problem => `Teams would refuse the manifest: ${clause(problem)}; correct ${path}.`)
        .join('\n'),
    )
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** What the check says ends in a sentence of its own and names the top level with nothing. */
function clause(problem: string): string {
  const [, where, what, details] = /^(\S*) (.*)\. Details: (.*)$/s.exec(problem) ?? []
  return what === undefined ? problem : `${where || 'its top level'} ${what} (${details})`
}

function parseManifest(text: string, path: string): TeamsManifest {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`The template ${path} is not valid JSON (${why}); correct it.`)
  }
}
