import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createCsvRoster, type RosterColumns } from '../src/reclaim/roster/csv.ts'

const HOUR_MS = 60 * 60 * 1000
const NOW = Date.parse('2026-03-02T09:00:00Z')
const COLUMNS = {
  email: 'Email',
  employeeNumber: 'Employee ID',
  status: 'Status',
  endDate: 'Termination Date',
}
const HEADER = 'Email,Employee ID,Status,Termination Date'

/** Loads a roster file that was written `ageHours` before NOW. */
async function load(
  content: string | Uint8Array,
  { columns = COLUMNS, ageHours = 1 }: { columns?: RosterColumns; ageHours?: number } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'roster-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'roster.csv')
  await writeFile(path, content)
  const writtenAt = new Date(NOW - ageHours * HOUR_MS)
  await utimes(path, writtenAt, writtenAt)
  return createCsvRoster({ path, columns, maxAgeHours: 48 }).load(NOW)
}

const ada = { email: 'ada@example.com', employeeNumber: 'E-1', status: 'Active', endsAt: null }

describe('a roster in a CSV file', () => {
  it('gives one entry a row', async () => {
    const rows = `${HEADER}\nada@example.com,E-1,Active,\nbob@example.com,E-2,Left,2026-02-28\n`
    expect(await load(rows)).toEqual([
      ada,
      {
        email: 'bob@example.com',
        employeeNumber: 'E-2',
        status: 'Left',
        endsAt: Date.parse('2026-02-28T23:59:59.999Z'),
      },
    ])
  })

  it.each([
    ['a byte order mark and Windows line ends', `\uFEFF${HEADER}\r\nada@example.com,E-1,Active,\r\n`],
    ['semicolons', `${HEADER.replaceAll(',', ';')}\nada@example.com;E-1;Active;\n`],
    ['quotes', `"Email","Employee ID","Status","Termination Date"\n"ada@example.com","E-1","Active",""\n`],
    [
      'spaces around cells',
      ' Email , Employee ID ,Status,Termination Date\n ada@example.com , E-1 ,Active,\n',
    ],
    ['header names in other letters', `${HEADER.toUpperCase()}\nada@example.com,E-1,Active,\n`],
    [
      'columns in another order, and more of them',
      'Status,Note,Termination Date,Employee ID,Email\nActive,"x, y",,E-1,ada@example.com\n',
    ],
    ['empty lines and no last line end', `${HEADER}\n\nada@example.com,E-1,Active,`],
    [
      'an empty line before a header with semicolons',
      `\n${HEADER.replaceAll(',', ';')}\nada@example.com;E-1;Active;\n`,
    ],
    [
      'a comma in a header with semicolons',
      'Email;"Name, First";Employee ID;Status;Termination Date\nada@example.com;"A, B";E-1;Active;\n',
    ],
  ])('may have %s', async (_, text) => {
    expect(await load(text)).toEqual([ada])
  })

  it('keeps line ends within quotes, and doubled quotes', async () => {
    const [entry] = await load(`${HEADER}\nada@example.com,E-1,"On ""leave""\nsince May",\n`)
    expect(entry?.status).toBe('On "leave"\nsince May')
  })

  it('is read by header names that the settings give with blanks around them', async () => {
    const columns = { ...COLUMNS, email: ' Email ' }
    expect(await load(`${HEADER}\nada@example.com,E-1,Active,\n`, { columns })).toEqual([ada])
  })

  it('leaves empty what has no column', async () => {
    const columns = { email: 'Email' }
    expect(await load('Email\nada@example.com\n', { columns })).toEqual([
      { email: 'ada@example.com', employeeNumber: '', status: '', endsAt: null },
    ])
  })
})

describe('an end date', () => {
  const end = '2026-02-28T23:59:59.999Z'
  it.each([
    ['2026-02-28', end],
    ['2026-02-28 00:00:00', end],
    ['2026-02-28T17:30', end],
    ['2026-02-28T17:30:00.000Z', end],
    ['2026-02-28T17:30:00+01:00', end],
    ['2026-02-28T17:30:00+0100', end],
  ])('%s counts to the end of its day', async (text, expected) => {
    const [entry] = await load(`${HEADER}\nada@example.com,E-1,Left,${text}\n`)
    expect(entry?.endsAt).toBe(Date.parse(expected))
  })

  it.each([
    '28.02.2026',
    '02/28/2026',
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-2-8',
    'soon',
    'since 2026-02-28',
    '2026-02-28T25:00',
    '45716',
  ])('%s is unreadable, for this row alone', async text => {
    const entries = await load(`${HEADER}\nada@example.com,E-1,Left,${text}\nbob@example.com,E-2,Active,\n`)
    expect(entries.map(({ endsAt }) => endsAt)).toEqual(['unreadable', null])
  })
})

describe('a roster that cannot be trusted as a whole is not read in part', () => {
  const failure = (content: string | Uint8Array, options?: Parameters<typeof load>[1]) =>
    load(content, options).then(
      () => {
        throw new Error('It did not throw.')
      },
      (error: Error) => error.message,
    )

  it('is missing', async () => {
    const roster = createCsvRoster({ path: '/nowhere/roster.csv', columns: COLUMNS, maxAgeHours: 48 })
    await expect(roster.load(NOW)).rejects.toThrow('The roster /nowhere/roster.csv does not exist')
  })

  it('is no file', async () => {
    const roster = createCsvRoster({ path: tmpdir(), columns: COLUMNS, maxAgeHours: 48 })
    await expect(roster.load(NOW)).rejects.toThrow('cannot be read (EISDIR)')
  })

  it('is too old', async () => {
    const rows = `${HEADER}\nada@example.com,E-1,Active,\n`
    expect(await failure(rows, { ageHours: 73 })).toContain('73 hours old, more than the 48 allowed')
    expect(await load(rows, { ageHours: 48 })).toHaveLength(1)
  })

  it('lacks columns: all of them are named, and those it has', async () => {
    const message = await failure('Email,Number,State\nada@example.com,E-1,Active\n')
    expect(message).toContain('no column “Employee ID”, “Status”, “Termination Date”')
    expect(message).toContain('its columns are “Email”, “Number”, “State”')
  })

  it('has a column twice', async () => {
    expect(await failure(`${HEADER},email\na@example.com,E-1,Active,,b@example.com\n`)).toContain(
      '“Email” more than once',
    )
  })

  it.each([
    ['nothing at all', ''],
    ['a header only', `${HEADER}\r\n`],
    ['empty lines only', '\n\n'],
  ])('has no rows: %s', async (_, text) => {
    expect(await failure(text)).toContain('has no rows')
  })

  it.each([
    ['more', 'bob@example.com,E-2,Active,,x'],
    ['fewer', 'bob@exam'],
  ])('has a row of %s cells, as an export that broke off does', async (_, row) => {
    const message = await failure(`${HEADER}\nada@example.com,E-1,Active,\n${row}`)
    expect(message).toContain('a row of more or fewer cells than its header near line 3')
    expect(message).not.toContain('bob@')
  })

  it('has a quote that is never closed', async () => {
    expect(await failure(`${HEADER}\nada@example.com,E-1,"Active,\n`)).toContain('is no readable CSV')
  })

  it.each([
    ['Latin-1', Buffer.from(`${HEADER}\nj\xfcrgen@example.com,E-1,Active,\n`, 'latin1')],
    ['UTF-16', Buffer.from(`\uFEFF${HEADER}\nada@example.com,E-1,Active,\n`, 'utf16le')],
  ])('is not UTF-8 but %s', async (_, bytes) => {
    expect(await failure(bytes)).toContain('is not UTF-8 text')
  })
})
