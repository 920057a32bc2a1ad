import type { Players } from './players.ts'

const MINUTE_MS = 60_000

/** What the store must say in the end: the last state of each account that was proposed. */
export const ENDINGS: Readonly<Record<string, string>> = {
  'bob.marsh': 'reclaimed',
  'greta.lund': 'reclaimed',
  'ines.duarte': 'skipped',
  'jonas.keller': 'proposed',
  'hugo.martin': 'proposed',
  'kai.sorensen': 'proposed',
  'lena.vogel': 'proposed',
  'mei.tanaka': 'proposed',
  'nora.lindqvist': 'proposed',
  'omar.haddad': 'proposed',
  'paul.okoye': 'proposed',
  'ruth.adeyemi': 'proposed',
}

/**
 * Plays a morning in which managers decide; stops at the first answer that is not what it should be.
 * @param scene told the heading of each scene before it begins
 * @throws Error with one sentence on the surprise
 */
export async function play(players: Players, graceMs: number, scene: (heading: string) => Promise<void>) {
  await scene('Nora, the licence manager, starts a run')
  expect(await players.command('nora', '/reclaim run'), /\b12 proposed/)

  await scene('Dana approves Bob Marsh, who left the company')
  expect(await players.press('dana', 'approve', 'Bob Marsh'), /^Done\. Bob Marsh: approved by @Dana/i)

  await players.pass(MINUTE_MS)

  await scene('A minute later, Dana and Nora press Approve on Greta Lund at the same moment')
  const answers = await players.pressTogether(['dana', 'nora'], 'approve', 'Greta Lund')
  const [winner, loser] = answers[0].startsWith('Done') ? answers : answers.toReversed()
  expect(winner, /^Done\. Greta Lund: approved by @/i)
  expect(loser, /^Nothing was changed: .*already decided/)
  expect(loser, /Greta Lund: approved by @(Dana Whitfield|Nora Lindqvist), \d+ \w+ \d{4}, \d\d:\d\d \w+\./)

  await scene('Priya keeps Ines Duarte')
  expect(await players.press('priya', 'skip', 'Ines Duarte'), /^Done\. Ines Duarte: skipped by @Priya/i)

  await scene('Tomás approves Jonas Keller, and thinks better of it')
  expect(await players.press('tomas', 'approve', 'Jonas Keller'), /^Done\. Jonas Keller: approved by @Tomás/i)
  expect(await players.press('tomas', 'undo', 'Jonas Keller'), /^Done\. Jonas Keller: proposed again/i)

  await scene("Ada, nobody's manager, tries to approve Lena Vogel")
  expect(await players.press('ada', 'approve', 'Lena Vogel'), /may not decide/)

  await scene('Nora tries to decide about her own account')
  expect(await players.press('nora', 'skip', 'Nora Lindqvist'), /your own account/)

  await scene(`${graceMs / MINUTE_MS} minutes after the first approval`)
  await players.pass(graceMs - MINUTE_MS)

  await scene('A minute later ServiceNow deletes Greta Lund, but the connection breaks: the bot has to look')
  await players.trouble('breaks')
  await players.pass(MINUTE_MS)

  await scene('Nora asks how things stand')
  expect(await players.command('nora', '/reclaim status'), /^writes today 2 of 100$/m)
}

function expect(answer: string | undefined, wanted: RegExp): void {
  if (answer === undefined || !wanted.test(answer))
    throw new Error(`the bot should have answered like ${wanted}, but said: “${answer}”`)
}
